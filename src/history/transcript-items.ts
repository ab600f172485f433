/**
 * What an agent's own record of a conversation says, in the order of its file. Everything in it is untrusted text: any process of
 * the user can have written the file, so its prompts are not known to be the user's words.
 */
import type { AgentEvent, TokenCounts } from '../agents/events.ts';
import type { JsonObject } from '../agents/reading/json-fields.ts';

/**
 * Who began what the agent then worked on: a person, typing (`person`); a command of the CLI with the person's words (`command`);
 * a plan that was accepted (`plan`); another agent (`agent`). `shell`: a command that the person ran himself.
 */
export type PromptSource = 'person' | 'command' | 'plan' | 'agent' | 'shell';

export type TranscriptItem = {
	/** Epoch ms; null: the line has no time. Times are not in order. */
	at: number | null;
	/** What names the line in every file that has a copy of it. Absent: nothing but its place does. */
	id?: string;
} & (
	| { kind: 'facts'; facts: Partial<TranscriptFacts> }
	/** `isInForce` false: taken back since; continuing the conversation leaves it out, with what came of it. */
	| { kind: 'prompt'; by: PromptSource; text: string; isInForce: boolean }
	/** `isSide`: a sub-agent's. */
	| { kind: 'event'; event: TranscriptEvent; isSide: boolean }
	/** A file that a tool changed, as the agent named it. */
	| { kind: 'edit'; path: string; isSide: boolean }
	/** What one request took, or the whole conversation so far. */
	| { kind: 'usage'; scope: 'request' | 'conversation'; tokens: TokenCounts }
	/** The person interrupted the agent. */
	| { kind: 'stopped' }
	/** What the CLI showed in place of an answer. */
	| { kind: 'failed'; message: string; isLimit: boolean }
	| { kind: 'compacted' }
	/** A line that is not JSON, or too long to be read: the last one of a file may wait for its rest. */
	| { kind: 'torn' }
	/** A line of a kind that says nothing here; its time counts. */
	| { kind: 'other' }
);

/** An item before it has the time and the id of its line. */
export type ItemBody = TranscriptItem extends infer One
	? One extends TranscriptItem
		? Omit<One, 'at' | 'id'>
		: never
	: never;

type TranscriptEvent = Extract<
	AgentEvent,
	{ type: 'agent_message_chunk' | 'tool_call' | 'tool_result' | 'plan' }
>;

export interface TranscriptFacts {
	/** Where the name of the file does not have it: of the conversation. */
	id: string;
	cwd: string;
	model: string;
	/** The CLI's version. */
	version: string;
	/** As the CLI or the user named the conversation. */
	title: string;
	/** The CLI's own name for the work that several conversations belong to. */
	slug: string;
	/** Another agent's helper: nobody typed its prompts. */
	isSubAgent: boolean;
	/** The id of the conversation that started it, if it is a helper. */
	parent: string;
	/** Epoch ms. */
	startedAt: number;
}

/** Reads one file. Each line goes to `survey`, and once all have, each goes to `read`. */
export interface TranscriptReader {
	/** Holds a few dozen bytes a line. */
	survey(line: JsonObject): void;
	read(line: JsonObject): TranscriptItem[];
	/** What is held back until the end. */
	end(): TranscriptItem[];
}

/** Reads one file in the order of its lines, and goes on later where it ended, without looking at what comes first. */
export interface GrowingReader extends Omit<TranscriptReader, 'survey'> {
	/** False while it holds a line back until it has seen the next one; `end` lets it go. */
	readonly isSettled: boolean;
	/**
	 * For those who want no results of tools, which are most of the bytes: what `read` gives of such a line but for its events and edits,
	 * without parsing it. null: it has to be read. Absent: every line has.
	 */
	pass?(line: Buffer): TranscriptItem[] | null;
	/** What `resume` needs to go on; small. Asked for while it is settled. */
	saved(): string;
}

/** A transcript that was found by its place. */
export interface FoundTranscript {
	/** The file's absolute path; `<file>#<id>` for a session in a database. */
	path: string;
	/** By the name of the file; null: only its contents have it. */
	id: string | null;
	/** Changes when the contents do; null: size and time of the file say it. */
	mark: string | null;
	/** The id of the conversation that started it, if its place says that it is a helper. */
	parent: string | null;
}

/** The file that has a transcript: of a session in a database, that database. */
export const fileOf = (path: string): string => path.replace(/(\.db)#[^/]*$/, '$1');

interface TranscriptPlaces {
	agent: string;
	/** The folders in which the CLI keeps its transcripts; need not exist. Absolute. */
	folders(env: Readonly<Record<string, string>>): string[];
	/** Those in such a folder, by names alone. What cannot be listed has none. */
	find(folder: string): Iterable<FoundTranscript>;
}

/** A CLI that appends lines to a file. */
export interface LinesFormat extends TranscriptPlaces {
	in: 'lines';
	/** Whether a line is one of such a record; null: it can be of any. */
	isOwn(line: JsonObject): boolean | null;
	/** What files beside it say of the conversation. Absent: nothing. */
	beside?(path: string): Partial<TranscriptFacts>;
	/** The id of the conversation, by the path of its file; null: the name has none. */
	idOf(path: string): string | null;
	reader(): TranscriptReader;
	/**
	 * `saved`: '' at the beginning of a file. All prompts count as in force. `isWhole`: it gets every line from there on, so that it
	 * knows plans too; `pass` is not used then.
	 */
	resume(saved: string, isWhole?: boolean): GrowingReader;
}

/** A CLI that rewrites its files, or keeps one conversation in several. */
export interface WholeFormat extends TranscriptPlaces {
	in: 'whole';
	/** null: there is no such transcript at the path. Throws the system's errors. */
	open(path: string): WholeTranscript | null;
}

export interface WholeTranscript {
	id: string | null;
	bytes: number;
	items(): Iterable<TranscriptItem>;
}

export type TranscriptFormat = LinesFormat | WholeFormat;
