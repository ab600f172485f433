import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, AskedQuestion, QuestionDialect } from '../../agents/asking/question.ts';
import { FILE_MODE, removeIfThere } from '../../core/files/write-file.ts';
import {
	answerable,
	type ChannelHandlers,
	MAX_OPEN,
	MAX_QUESTION_BYTES,
	type QuestionChannel,
	readMessage,
} from './question-channel.ts';

const NEWLINE = 0x0a;

interface Asker {
	connection: number;
	socket: Socket;
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
	readonly #sockets = new Set<Socket>();
	readonly #askers = new Map<string, Asker>();
	#server: Server | null = null;
	#handlers: ChannelHandlers | null = null;
	#connections = 0;

	constructor(path: string, dialect: QuestionDialect, prepareFolder: () => void) {
		this.#path = path;
		this.#dialect = dialect;
		this.#prepareFolder = prepareFolder;
	}

	async open(handlers: ChannelHandlers): Promise<void> {
		this.#prepareFolder();
		this.#handlers = handlers;
		const server = createServer((socket) => this.#connected(socket));
		// The channel never keeps the program alive.
		server.unref();
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.once('listening', resolve);
			server.listen(this.#path);
		});
		server.removeAllListeners('error');
		server.on('error', () => undefined);
		this.#server = server;
		chmodSync(this.#path, FILE_MODE);
	}

	attach(): void {}

	output(): void {}

	answer(id: string, answer: Answer | null): 'taken' | 'too_late' {
		const asker = this.#askers.get(id);
		if (asker === undefined || asker.socket.destroyed) return 'too_late';
		const { asked, connection, socket } = asker;
		const bytes = Buffer.from(`${this.#dialect.write(asked, answer)}\n`);
		this.#handlers?.onBytes({ direction: 'out', connection, bytes });
		this.#askers.delete(id);
		socket.end(bytes);
		return 'taken';
	}

	async close(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		this.#handlers = null;
		this.#askers.clear();
		for (const socket of this.#sockets) socket.destroy();
		if (server === null) return;
		await new Promise<void>((resolve) => server.close(() => resolve()));
		removeIfThere(this.#path);
	}

	#connected(socket: Socket): void {
		const connection = ++this.#connections;
		if (this.#sockets.size >= MAX_OPEN) {
			socket.destroy();
			this.#handlers?.onRefused(`more than ${MAX_OPEN} questions at once`);
			return;
		}
		this.#sockets.add(socket);
		const line = new FirstLine();
		let id: string | null = null;
		socket.on('error', () => undefined);
		socket.on('data', (chunk: Buffer) => {
			// One question per connection: anything after it is ignored.
			if (id !== null || this.#handlers === null) return;
			this.#handlers.onBytes({ direction: 'in', connection, bytes: chunk });
			const text = line.push(chunk);
			if (text === null) return;
			id = text === 'too long' ? null : this.#ask(text.line, connection, socket);
			if (id !== null) return;
			this.#handlers.onRefused(
				text === 'too long' ? 'a question over 1 MiB' : 'something that is not a question',
			);
			socket.destroy();
		});
		socket.on('close', () => {
			this.#sockets.delete(socket);
			if (id !== null && this.#askers.delete(id)) this.#handlers?.onWithdrawn(id);
		});
	}

	/** null: not a question. */
	#ask(line: string, connection: number, socket: Socket): string | null {
		const message = readMessage(this.#dialect, line);
		const question = message?.type === 'asked' ? answerable(message.question) : null;
		if (message?.type !== 'asked' || question === null) return null;
		const id = randomBytes(16).toString('hex');
		this.#askers.set(id, { connection, socket, asked: { key: message.key, question } });
		this.#handlers?.onQuestion({ id, ...question });
		return id;
	}
}

/** Collects bytes up to the first newline. */
class FirstLine {
	readonly #parts: Buffer[] = [];
	#bytes = 0;

	/** null: more must come. */
	push(chunk: Buffer): { line: string } | 'too long' | null {
		const at = chunk.indexOf(NEWLINE);
		const part = at < 0 ? chunk : chunk.subarray(0, at);
		this.#bytes += part.length;
		if (this.#bytes > MAX_QUESTION_BYTES) return 'too long';
		this.#parts.push(part);
		return at < 0 ? null : { line: Buffer.concat(this.#parts).toString('utf8') };
	}
}
