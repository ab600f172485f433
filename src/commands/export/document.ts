/**
 * What an export holds, whatever its format: a head, then what happened in order, then what was taken out. Keys are those of the
 * JSON format (docs/export.md), which older readers must keep understanding: keys are added, never changed, without a new version.
 * All text is safe to show, and redacted unless that was refused.
 */
import type { TurnState } from '../../sessions/turns/turn-state.ts';

export const EXPORT_SCHEMA = 'agent-relay.export';
export const EXPORT_VERSION = 1;

export interface ExportHead {
	schema: typeof EXPORT_SCHEMA;
	schema_version: number;
	exported_at: string;
	/** The status of the session that was asked for. */
	id: string;
	title: string;
	/** What the user asked for first; null: nothing yet. */
	task: string | null;
	kind: 'conversation' | 'chat' | 'race';
	/** The status of the session that was asked for. */
	status: string;
	/** Why it waits. */
	reason: string | null;
	repo: { name: string; branch: string | null; worktree: string };
	began_at: string;
	last_used_at: string;
	/** Oldest first. */
	sessions: ExportSession[];
	/** In order of first use. */
	agents: ExportAgent[];
	counts: ExportCounts;
	usage: ExportUsage;
	/** null: not a chat. */
	chat: ExportChat | null;
	/** null: not a race. */
	race: ExportRace | null;
}

export interface ExportSession {
	id: string;
	kind: string;
	/** The name of the line of work. */
	name: string | null;
	title: string | null;
	parent: string | null;
	/** The id of its entrant; null: it is not of a race. */
	entrant: string | null;
	status: string;
	created_at: string;
	branch: string | null;
	worktree: string;
	tags: string[];
	relay_version: string;
}

export interface ExportAgent {
	/** In a chat the participant. */
	name: string;
	agent: string;
	models: string[];
	turns: number;
}

export interface ExportCounts {
	turns: number;
	undone_turns: number;
	hand_overs: number;
	limits: number;
	waits: number;
	questions: number;
	checkpoints: number;
	/** Paths that a turn changed, each counted once. */
	files: number;
}

export type CostKind = 'in_plan' | 'reported' | 'estimated';

export interface ExportUsage {
	input_tokens: number;
	output_tokens: number;
	cache_read_tokens: number;
	cache_write_tokens: number;
	reasoning_tokens: number;
	/** Sums of what is kept apart; null: no turn has any of it. */
	cost: { in_plan_usd: number | null; reported_usd: number | null; estimated_usd: number | null };
	/** The day of the oldest price list behind what is estimated. */
	prices_as_of: string | null;
}

export interface ExportChat {
	participants: Array<{
		id: string;
		agent: string;
		model: string | null;
		role: string | null;
		left: string | null;
	}>;
	until: string | null;
	agreed: boolean;
}

export interface ExportRace {
	state: string;
	/** One sentence. */
	verdict: string | null;
	winner: string | null;
	base: { commit: string; ref: string | null };
	/** Best first. */
	entrants: ExportEntrant[];
	adopted: Array<{ entrant: string; at: string; commit: string | null; branch: string | null }>;
}

export interface ExportEntrant {
	id: string;
	/** From 1 on; null: not ranked. */
	rank: number | null;
	agent: string;
	model: string | null;
	session_id: string | null;
	outcome: string | null;
	reason: string | null;
	work_ms: number | null;
	checks: Array<{ command: string; status: string; exit_code: number | null; failing_tests: number | null }>;
	diff: { files: number; added: number; removed: number } | null;
	tokens: { input: number | null; output: number | null };
	cost_usd: number | null;
	cost_source: string;
	notes: string[];
}

export type ExportItem = ExportSessionStart | ExportTurn | ExportEvent;

/** What follows is of this session. Only where there are several. */
interface ExportSessionStart {
	type: 'session';
	session_id: string;
	title: string;
	entrant: string | null;
	at: string;
}

/** What happened between turns, as the log has it. */
export interface ExportEvent {
	type: 'event';
	session_id: string;
	at: string;
	/** `handed_over`, `waiting`, `checkpointed`, `note`, …: as in `log.jsonl`. */
	event: string;
	/** For people, one line. */
	text: string;
	/** For people: why, who else was considered, words of a note. */
	details: string[];
	/** The entry of the log; null: a note of the user. */
	data: unknown;
}

export interface ExportTurn {
	type: 'turn';
	session_id: string;
	/** In its session. */
	turn: number;
	/** In this export, from 1 on. */
	number: number;
	/** In a chat the participant. */
	name: string;
	agent: string;
	model: string | null;
	trigger: TurnState['trigger'];
	status: TurnState['status'];
	stop_reason: string | null;
	verdict: string | null;
	permissions: string;
	started_at: string;
	ended_at: string | null;
	duration_ms: number | null;
	/** The packet that it began with, relative to the session's folder. */
	packet: string | null;
	/** When the user took it back; null: it stands. */
	undone_at: string | null;
	/** The user's words; null: it had none of its own. */
	prompt: { text: string; is_confirmed: boolean } | null;
	/** What the agent said and did, in order. */
	story: ExportStep[];
	questions: ExportQuestion[];
	plan: Array<{ text: string; status: string }>;
	files: Array<{
		path: string;
		from: string | null;
		change: string;
		added: number | null;
		removed: number | null;
		source: string;
	}>;
	/** Unified; null: see `diff_missing`. */
	diff: string | null;
	/** Why there is no diff, in words; null: there is one, or nothing was changed. */
	diff_missing: string | null;
	validation: Array<{ kind: string; command: string; status: string; exit_code: number | null }>;
	tokens: {
		input: number | null;
		output: number | null;
		cache_read: number | null;
		cache_write: number | null;
		reasoning: number | null;
	};
	cost: ExportCost | null;
	/** In words. */
	limit: string | null;
	error: { code: string; message: string } | null;
	warnings: string[];
	/** Its end, of a turn that did not complete. */
	stderr: string | null;
	/** What this export does not have of it, in words. */
	left_out: string[];
}

export interface ExportCost {
	usd: number;
	kind: CostKind;
	prices_as_of: string | null;
}

export type ExportStep =
	| { type: 'message'; text: string }
	| {
			type: 'tool';
			name: string;
			kind: string;
			title: string;
			command: string | null;
			/** `ok`, `error`, `denied`, `unknown`. */
			status: string;
			exit_code: number | null;
			output: string;
			/** The length of the whole output. */
			output_bytes: number | null;
			is_sub_agent: boolean;
	  };

export interface ExportQuestion {
	kind: string;
	title: string;
	detail: string;
	options: string[];
	/** In words, with who answered; null: not answered yet. */
	answer: string | null;
}

/** Known once everything else is written. */
export interface ExportTail {
	redaction: ExportRedaction;
	/** What could not be read, in words. */
	problems: string[];
}

export interface ExportRedaction {
	is_redacted: boolean;
	/** Most first. */
	removed: Array<{ kind: string; count: number }>;
	/** How often a path of the home folder became `~`. */
	home_paths: number;
	/** How many texts were shortened. */
	shortened: number;
}

/** Something to be written: its items are read one at a time. */
export interface Export {
	head: ExportHead;
	items: AsyncIterable<ExportItem>;
	/** Only once all items are read. */
	tail(): ExportTail;
}
