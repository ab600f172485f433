/**
 * How an agent's own TUI is started: for `attach`, which shows it in the user's terminal, and for whatever else hosts one. An
 * adapter says it in `start/tui.ts` of its folder, and `tuis.ts` lists those that do. Pure: nothing is started here.
 */
import type { TurnRequest } from '../agent-adapter.ts';
import type { Limit } from '../events.ts';
import type { JsonObject } from '../reading/json-fields.ts';
import type { TuiArguments } from './given-arguments.ts';

/** A TUI is asked what a headless turn is, and what it is to begin with. */
export interface TuiRequest
	extends Omit<TurnRequest, 'askingKey' | 'asker' | 'mayAsk' | 'pictures' | 'prompt' | 'questionAddress'> {
	/** Sent at once, as if typed, made a plain prompt by `asFirstPrompt`; null: the TUI waits for the user. */
	firstPrompt: string | null;
	/** The user's own arguments, read by `takes`. */
	passed?: readonly string[];
}

/** `args` hold no secret. A first prompt is one of them, so it can be seen in the list of processes. */
interface TuiCommand {
	/** Bare program name (looked up on PATH by the caller). */
	executable: string;
	args: string[];
	/** Added to the environment; null removes a variable. */
	env: Record<string, string | null>;
}

export interface AgentTui {
	/** Throws RelayError `damaged_record` for an id that is none of the CLI's. */
	command(request: TuiRequest): TuiCommand;
	record: TuiRecord;
	/** What else its program takes; null: nothing that the relay would pass on. */
	takes: TuiArguments | null;
}

/** What the CLI's own files say of a TUI that runs. Reads them, and never throws; what is missing is not said. */
export interface TuiRecord {
	/** The ids of the conversations that these processes have open now. */
	conversations(at: Seen): Promise<string[]>;
	/** Whether one of them is at work; null: not said. */
	isBusy(at: Seen): Promise<boolean | null>;
	/** What interrupts a turn, as if typed, so that the CLI records it; null: it does so without. */
	interrupt: string | null;
	/** Who works on in one of these conversations beside its TUI, each in words for people. */
	workers(
		ids: readonly string[],
		at: Pick<Seen, 'env'> & { isAlive(pid: number): boolean },
	): Promise<string[]>;
	/** Reads the lines of a transcript in order, beside the reader of its items. */
	marks(): (line: JsonObject, now: number) => LineMark;
}

interface Seen {
	pids: ReadonlySet<number>;
	env: Readonly<Record<string, string>>;
}

/** `failed`: what the CLI showed in place of an answer. `endsTurn`: the agent waits for its user; it may go on by itself. */
export interface LineMark {
	endsTurn: boolean;
	failed: string | null;
	limit: Limit | null;
}

export const NO_MARK: LineMark = { endsTurn: false, failed: null, limit: null };

const PREFACE = 'Notes of agent-relay:';

/**
 * Text that a TUI takes as a prompt and as nothing else. It begins with a letter: `!` would run as a shell command in some of
 * them, `/` as a command of the TUI, `-` as an option.
 */
export function asFirstPrompt(text: string): string {
	return /^\p{L}/u.test(text) && /\s/.test(text) ? text : `${PREFACE}\n\n${text}`;
}
