/**
 * The way of one turn's questions to the relay and of the answers back. What lives here: bytes, and whose answer goes where.
 * Every question gets at most one answer; one that gets none is denied, by the CLI's side too: a channel that closes allows
 * nothing.
 */
import type { Answer, AskedQuestion, Question, QuestionDialect } from '../../agents/questions.ts';
import type { AgentProcess } from '../../terminal/agent-process.ts';

/** Open at the same time; a program that asks without end fills no screen. */
export const MAX_OPEN = 16;
/** Of one question, in the agent's words. */
export const MAX_QUESTION_BYTES = 1024 * 1024;
const MAX_OPTIONS = 32;
/** Of a permission for which the CLI offers no others. */
const PERMISSION_OPTIONS: AskedQuestion['options'] = [
	{ id: 'allow', label: 'Allow' },
	{ id: 'deny', label: 'Deny' },
];

export interface ChannelBytes {
	direction: 'in' | 'out';
	/** Which connection, from 1 on; 0: the agent's own stdin and stdout. */
	connection: number;
	bytes: Buffer;
}

export interface ChannelHandlers {
	onQuestion(question: Question): void;
	/** Nobody waits for its answer any more. */
	onWithdrawn(id: string): void;
	/** To be recorded: called before the bytes are read, and before they are sent. */
	onBytes(bytes: ChannelBytes): void;
	/** Something came that is no question, or one too many; it was turned down. */
	onRefused(why: string): void;
}

export interface QuestionChannel {
	/** Throws what the system throws; then nothing can be asked. */
	open(handlers: ChannelHandlers): Promise<void>;
	/** For what is asked on the agent's own stdin and stdout. */
	attach(agent: Pick<AgentProcess, 'write'>): void;
	/** The agent's stdout, once it is recorded. */
	output(chunk: Buffer): void;
	/** `answer` null: denied. `too_late`: nobody waits for it, and nothing was sent. */
	answer(id: string, answer: Answer | null): 'taken' | 'too_late';
	/** Nothing is allowed from here on. Idempotent. */
	close(): Promise<void>;
}

/** What was asked, within bounds; null: nothing that could be answered. */
export function answerable(asked: AskedQuestion): AskedQuestion | null {
	const { kind, title, detail } = asked;
	const isPlain = kind === 'permission' && asked.options.length === 0;
	const options = isPlain ? PERMISSION_OPTIONS : asked.options;
	if (options.length > MAX_OPTIONS || (kind !== 'text' && options.length === 0)) return null;
	if (new Set(options.map(({ id }) => id)).size < options.length) return null;
	return { kind, title, detail, options: options.map(({ id, label }) => ({ id, label })) };
}

/** `read`, by an adapter that must not be able to stop a turn. */
export function readMessage(dialect: QuestionDialect, line: string) {
	try {
		return dialect.read(line);
	} catch {
		return null;
	}
}
