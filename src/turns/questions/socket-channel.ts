import { randomBytes } from 'node:crypto';
import type { Answer, AskedQuestion, QuestionDialect } from '../../agents/asking/question.ts';
import { type OneLineServer, openOneLineServer, type Peer } from '../../core/processes/one-line-server.ts';
import {
	answerable,
	type ChannelHandlers,
	MAX_OPEN,
	MAX_QUESTION_BYTES,
	type QuestionChannel,
	readMessage,
} from './question-channel.ts';

interface Asker {
	peer: Peer;
	asked: { key: string | null; question: AskedQuestion };
}

/**
 * Takes one question per connection, and answers on that connection alone: whoever connects can ask, never answer. A connection
 * that ends withdraws its question. `prepareFolder` throws unless the socket's folder is the user's alone.
 */
export class SocketChannel implements QuestionChannel {
	readonly #path: string;
	readonly #dialect: QuestionDialect;
	readonly #prepareFolder: () => void;
	readonly #askers = new Map<string, Asker>();
	#server: OneLineServer | null = null;
	#handlers: ChannelHandlers | null = null;

	constructor(path: string, dialect: QuestionDialect, prepareFolder: () => void) {
		this.#path = path;
		this.#dialect = dialect;
		this.#prepareFolder = prepareFolder;
	}

	async open(handlers: ChannelHandlers): Promise<void> {
		this.#prepareFolder();
		this.#handlers = handlers;
		this.#server = openOneLineServer(this.#path, {
			maxConnections: MAX_OPEN,
			maxLineBytes: MAX_QUESTION_BYTES,
			onBytes: (bytes, { connection }) => this.#handlers?.onBytes({ direction: 'in', connection, bytes }),
			onLine: (line, peer) => this.#said(line, peer),
			onRefused: (why) => this.#handlers?.onRefused(REFUSALS[why]),
			onGone: (peer) => this.#gone(peer),
		});
		await this.#server.listening;
	}

	attach(): void {}

	output(): void {}

	answer(id: string, answer: Answer | null): 'taken' | 'too_late' {
		const asker = this.#askers.get(id);
		if (asker === undefined || asker.peer.isGone) return 'too_late';
		const { asked, peer } = asker;
		const bytes = Buffer.from(`${this.#dialect.write(asked, answer)}\n`);
		this.#handlers?.onBytes({ direction: 'out', connection: peer.connection, bytes });
		this.#askers.delete(id);
		peer.end(bytes);
		return 'taken';
	}

	async close(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		this.#handlers = null;
		this.#askers.clear();
		server?.drop();
	}

	#said(line: string, peer: Peer): void {
		if (this.#handlers === null) return;
		const message = readMessage(this.#dialect, line);
		const question = message?.type === 'asked' ? answerable(message.question) : null;
		if (message?.type !== 'asked' || question === null) {
			this.#handlers.onRefused('something that is not a question');
			peer.drop();
			return;
		}
		const id = randomBytes(16).toString('hex');
		this.#askers.set(id, { peer, asked: { key: message.key, question } });
		this.#handlers.onQuestion({ id, ...question });
	}

	#gone(peer: Peer): void {
		for (const [id, asker] of this.#askers) {
			if (asker.peer !== peer) continue;
			this.#askers.delete(id);
			this.#handlers?.onWithdrawn(id);
		}
	}
}

const REFUSALS = {
	too_many: `more than ${MAX_OPEN} questions at once`,
	too_long: 'a question over 1 MiB',
} as const;
