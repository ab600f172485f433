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

type TranscriptEvent = Extract<AgentEvent, { type: 'agent_message_chunk' | 'tool_call' | 'tool_result' }>;

export interface TranscriptFacts {
	cwd: string;
	model: string;
	/** The CLI's version. */
	version: string;
	/** As the CLI or the user named the conversation. */
	title: string;
	/** Another agent's helper: nobody typed its prompts. */
	isSubAgent: boolean;
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

/** How one CLI keeps its records. */
export interface TranscriptFormat {
	agent: string;
	/** Whether a line is one of such a record; null: it can be of any. */
	isOwn(line: JsonObject): boolean | null;
	/** The id of the conversation, by the name of its file; null: the name has none. */
	idOf(fileName: string): string | null;
	reader(): TranscriptReader;
}
