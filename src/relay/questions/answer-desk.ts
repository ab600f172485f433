import { randomInt, timingSafeEqual } from 'node:crypto';
import { type OneLineServer, openOneLineServer } from '../../core/processes/one-line-server.ts';
import {
	type AnswerReply,
	type AnswerRequest,
	MAX_LINE_BYTES,
	type OfferedQuestion,
	parseLine,
	requestSchema,
} from './answer-protocol.ts';
import type { Decision } from './decisions.ts';

/** Then only the terminal of this relay answers. */
const MAX_WRONG_CODES = 3;
const CODE_CHARS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 6;
const MAX_CONNECTIONS = 16;
/** A connection that says nothing is closed, ms. */
const SILENCE_MS = 10_000;

export interface AnswerDeskOptions {
	/** Where it listens; null: there is no place for a socket. */
	path: string | null;
	/** Throws unless only the user can reach the folder of `path`. */
	prepareFolder: (path: string) => void;
	/** Carries the answer out. Throws RelayError for one that the question does not take. */
	answer: (id: string, decision: Decision, message: string | null) => 'taken' | 'too_late';
}

/** Takes answers from other processes of the user, while a question is open. Never throws: without it the terminal still answers. */
export class AnswerDesk {
	readonly #options: AnswerDeskOptions;
	readonly #code = Array.from({ length: CODE_LENGTH }, () => CODE_CHARS[randomInt(CODE_CHARS.length)]).join(
		'',
	);
	readonly #open = new Map<string, OfferedQuestion>();
	#server: OneLineServer | null = null;
	#wrongCodes = 0;

	constructor(options: AnswerDeskOptions) {
		this.#options = options;
	}

	/** To be shown on the terminal of this relay alone; null: nobody else can answer. */
	get code(): string | null {
		return this.#server === null || this.#isClosed ? null : this.#code;
	}

	get #isClosed(): boolean {
		return this.#wrongCodes >= MAX_WRONG_CODES;
	}

	offer(question: OfferedQuestion): void {
		this.#open.set(question.id, question);
		this.#listen();
	}

	withdraw(id: string): void {
		this.#open.delete(id);
		if (this.#open.size === 0) this.close();
	}

	/** Idempotent; the next `offer` opens it again, with the same code. */
	close(): void {
		this.#open.clear();
		const server = this.#server;
		if (server === null) return;
		this.#server = null;
		try {
			server.close();
		} catch {
			// It leads nowhere, and the next start tries again.
		}
	}

	#listen(): void {
		const { path, prepareFolder } = this.#options;
		if (path === null || this.#server !== null) return;
		try {
			prepareFolder(path);
		} catch {
			return;
		}
		const server = openOneLineServer(path, {
			maxConnections: MAX_CONNECTIONS,
			maxLineBytes: MAX_LINE_BYTES,
			silenceMs: SILENCE_MS,
			onLine: (line, peer) => peer.end(`${JSON.stringify(this.#reply(line))}\n`),
		});
		this.#server = server;
		server.listening.catch(() => {
			if (this.#server === server) this.#server = null;
		});
	}

	#reply(line: string): AnswerReply {
		const request = parseLine(requestSchema, line);
		if (request === null) return { result: 'refused', why: 'this is not a request' };
		if (request.type === 'list') return { questions: [...this.#open.values()] };
		return this.#answer(request);
	}

	#answer({ id, digest, code, decision, message }: Extract<AnswerRequest, { type: 'answer' }>): AnswerReply {
		if (this.#isClosed) return { result: 'closed' };
		if (!isSame(code.trim().toUpperCase(), this.#code)) {
			this.#wrongCodes++;
			return { result: this.#isClosed ? 'closed' : 'wrong_code' };
		}
		const question = this.#open.get(id);
		if (question === undefined) return { result: 'too_late' };
		if (question.digest !== digest)
			return { result: 'refused', why: 'the question is not the one that was shown' };
		try {
			return { result: this.#options.answer(id, decision, message) };
		} catch (error) {
			return { result: 'refused', why: error instanceof Error ? error.message : String(error) };
		}
	}
}

const isSame = (given: string, code: string) =>
	given.length === code.length && timingSafeEqual(Buffer.from(given), Buffer.from(code));
