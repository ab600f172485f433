import type { PacketInput } from './packet-input.ts';

export const PACKET_VERSION = 1;

/** The result of `buildPacket`. Same records and options, same bytes. */
export interface Packet {
	/** For the agent; never over the budget. */
	markdown: string;
	/** The same facts as data, for tools. */
	json: string;
	/** The prompt that waits, with known secret values removed; null when it follows the packet. */
	nowPrompt: string | null;
	/** False: the prompt was too long for the budget; `composePrompt` sends it whole after the packet. */
	hasWholePrompt: boolean;
	carried: Carried;
}

/** What a packet holds, counted for people. */
export interface Carried {
	prompts: number;
	notes: number;
	/** Steps of the newest plan; null: there is none. */
	plan: { done: number; total: number } | null;
	files: number;
	/** Size of the Markdown. */
	bytes: number;
	/** What had no room, in words: `2 earlier prompts`. */
	leftOut: string[];
}

/** The `.json` twin. Keys as on disk. */
export interface PacketData {
	schema_version: number;
	kind: 'full' | 'delta';
	reason: PacketInput['reason'];
	from: PacketInput['from'];
	to: PacketInput['to'];
	limit: { kind: string; window: string | null; reset_at: string | null; rule: string } | null;
	/** The newest turn, if it did not complete; else null. */
	stopped: { session_id: string; turn: number; status: string; stop_reason: string | null } | null;
	since: { session_id: string; turn: number } | null;
	sessions: Array<{ id: string; folder: string; turns: number }>;
	objective: string | null;
	now: { text: string; is_interrupted: boolean } | null;
	user_words: unknown[];
	/** Words that the records attribute to the user, but nobody witnessed. */
	unconfirmed: unknown[];
	plan: unknown[];
	statements: unknown[];
	questions: unknown[];
	files: unknown[];
	/** As shown, each with its heading line. */
	diffs: string[];
	commands: unknown[];
	notes: unknown[];
	/** What the user took back of turns, or brought back. */
	undone: unknown[];
	/** The pieces that did not fit, by section. */
	omitted: Array<{ section: string; pieces: number; cut: number; bytes: number }>;
	redactions: number;
	record_issues: string[];
	budget_bytes: number;
}
