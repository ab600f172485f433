/**
 * Carries one turn's questions to the relay and the answers back: bytes, and which answer goes where. Every question gets at most
 * one answer; a question without one is denied, by the CLI's side too: a channel that closes allows nothing.
 */
import {
	ALLOW,
	type Answer,
	type AskedQuestion,
	DENY,
	type Question,
	type QuestionDialect,
} from '../../agents/asking/question.ts';
import type { AgentProcess } from '../../terminal/agent-process.ts';

/** Questions open at the same time; a program that asks without end must not fill the screen. */
export const MAX_OPEN = 16;
/** The most bytes of one question, in the agent's words. */
export const MAX_QUESTION_BYTES = 1024 * 1024;
const MAX_OPTIONS = 32;
/** The options of a permission for which the CLI offers none. */
const PERMISSION_OPTIONS: AskedQuestion['options'] = [
	{ id: ALLOW, label: 'Allow' },
	{ id: DENY, label: 'Deny' },
];

export interface ChannelBytes {
	direction: 'in' | 'out';
	/** The number of the connection, from 1; 0: the agent's own stdin and stdout. */
	connection: number;
	bytes: Buffer;
}

export interface ChannelHandlers {
	onQuestion(question: Question): void;
	/** The agent no longer waits for its answer. */
	onWithdrawn(id: string): void;
	/** The bytes to record: called before they are read, and before they are sent. */
	onBytes(bytes: ChannelBytes): void;
	/** Something invalid, or one question too many, was turned down. */
	onRefused(why: string): void;
}

export interface QuestionChannel {
	/** Throws the system's error; then nothing can be asked. */
	open(handlers: ChannelHandlers): Promise<void>;
	/** For questions on the agent's own stdin and stdout. */
	attach(agent: Pick<AgentProcess, 'write'>): void;
	/** The agent's stdout, once it is recorded. */
	output(chunk: Buffer): void;
	/** `answer` null: denied. `too_late`: the agent no longer waits for it, and nothing was sent. */
	answer(id: string, answer: Answer | null): 'taken' | 'too_late';
	/** Allows nothing from here on. Idempotent. */
	close(): Promise<void>;
}

/** The question, within bounds; null: it could not be answered. */
export function answerable(asked: AskedQuestion): AskedQuestion | null {
	const { kind, title, detail, wants } = asked;
	const isPlain = kind === 'permission' && asked.options.length === 0;
	const options = isPlain ? PERMISSION_OPTIONS : asked.options;
	if (options.length > MAX_OPTIONS || (kind !== 'text' && options.length === 0)) return null;
	if (new Set(options.map(({ id }) => id)).size < options.length) return null;
	const shown = options.map(({ id, label }) => ({ id, label }));
	return { kind, title, detail, options: shown, ...(wants === undefined ? {} : { wants }) };
}

/** Calls `read` so that an exception in an adapter cannot stop a turn. */
export function readMessage(dialect: QuestionDialect, line: string) {
	try {
		return dialect.read(line);
	} catch {
		return null;
	}
}
