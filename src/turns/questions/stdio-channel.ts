import { randomBytes } from 'node:crypto';
import type { Answer, AskedQuestion, QuestionDialect } from '../../agents/asking/question.ts';
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentProcess } from '../../terminal/agent-process.ts';
import {
	answerable,
	type ChannelHandlers,
	MAX_OPEN,
	MAX_QUESTION_BYTES,
	type QuestionChannel,
	readMessage,
} from './question-channel.ts';

/** Takes questions from the lines of the agent's stdout, and answers on its stdin. */
export class StdioChannel implements QuestionChannel {
	readonly #dialect: QuestionDialect;
	readonly #lines = new LineSplitter(MAX_QUESTION_BYTES);
	readonly #open = new Map<string, { key: string | null; question: AskedQuestion }>();
	#handlers: ChannelHandlers | null = null;
	#agent: Pick<AgentProcess, 'write'> | null = null;

	constructor(dialect: QuestionDialect) {
		this.#dialect = dialect;
	}

	async open(handlers: ChannelHandlers): Promise<void> {
		this.#handlers = handlers;
	}

	attach(agent: Pick<AgentProcess, 'write'>): void {
		this.#agent = agent;
	}

	output(chunk: Buffer): void {
		if (this.#handlers !== null) for (const line of this.#lines.push(chunk)) this.#read(line);
	}

	answer(id: string, answer: Answer | null): 'taken' | 'too_late' {
		const asked = this.#open.get(id);
		if (asked === undefined || this.#agent === null) return 'too_late';
		this.#open.delete(id);
		this.#send(asked, answer);
		return 'taken';
	}

	async close(): Promise<void> {
		this.#handlers = null;
		this.#agent = null;
		this.#open.clear();
	}

	#read(line: Line): void {
		const message = line.kind === 'line' ? readMessage(this.#dialect, line.text) : null;
		if (message === null || line.kind !== 'line') return;
		this.#handlers?.onBytes({ direction: 'in', connection: 0, bytes: Buffer.from(`${line.text}\n`) });
		if (message.type === 'asked') this.#ask(message.key, message.question);
		else this.#withdraw(message.key);
	}

	#ask(key: string | null, asked: AskedQuestion): void {
		const question = answerable(asked);
		if (question === null || this.#open.size >= MAX_OPEN) {
			this.#handlers?.onRefused(
				question === null ? 'something that is not a question' : `more than ${MAX_OPEN} questions at once`,
			);
			this.#send({ key, question: asked }, null);
			return;
		}
		const id = randomBytes(16).toString('hex');
		this.#open.set(id, { key, question });
		this.#handlers?.onQuestion({ id, ...question });
	}

	#withdraw(key: string): void {
		for (const [id, asked] of this.#open) {
			if (asked.key !== key) continue;
			this.#open.delete(id);
			this.#handlers?.onWithdrawn(id);
		}
	}

	#send(asked: { key: string | null; question: AskedQuestion }, answer: Answer | null): void {
		const bytes = Buffer.from(`${this.#dialect.write(asked, answer)}\n`);
		this.#handlers?.onBytes({ direction: 'out', connection: 0, bytes });
		void this.#agent?.write(bytes);
	}
}
