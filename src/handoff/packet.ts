import type { PacketInput } from './packet-input.ts';

export const PACKET_VERSION = 1;

/** What `buildPacket` gives. Same records and options, same bytes. */
export interface Packet {
	/** For the agent; never over the budget. */
	markdown: string;
	/** The same facts as data, for tools. */
	json: string;
	/** The prompt that waits, with known secret values taken out; null when it follows the packet. */
	nowPrompt: string | null;
	/** False: the prompt was too long for the budget; `composePrompt` sends it whole behind the packet. */
	hasWholePrompt: boolean;
}

/** The `.json` twin. Keys as on disk. */
export interface PacketData {
	schema_version: number;
	kind: 'full' | 'delta';
	reason: PacketInput['reason'];
	from: PacketInput['from'];
	to: PacketInput['to'];
	limit: { kind: string; window: string | null; reset_at: string | null; rule: string } | null;
	/** The newest turn, where it did not complete; else null. */
	stopped: { session_id: string; turn: number; status: string; stop_reason: string | null } | null;
	since: { session_id: string; turn: number } | null;
	sessions: Array<{ id: string; folder: string; turns: number }>;
	objective: string | null;
	now: { text: string; is_interrupted: boolean } | null;
	user_words: unknown[];
	/** What the records say that the user said, and nobody witnessed. */
	unconfirmed: unknown[];
	plan: unknown[];
	statements: unknown[];
	questions: unknown[];
	files: unknown[];
	/** As shown, a heading line each. */
	diffs: string[];
	commands: unknown[];
	notes: unknown[];
	/** What did not fit, by section. */
	omitted: Array<{ section: string; pieces: number; cut: number; bytes: number }>;
	redactions: number;
	record_issues: string[];
	budget_bytes: number;
}
