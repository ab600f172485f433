/**
 * A Unix socket that takes one line from each connection, in a folder that the caller has made the user's alone. It never keeps
 * the program alive.
 */
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { FILE_MODE, removeIfThere } from '../files/write-file.ts';

const NEWLINE = 0x0a;

export interface Peer {
	/** From 1 on, in the order in which they came. */
	readonly connection: number;
	readonly isGone: boolean;
	/** The last that is sent. */
	end(text: string | Buffer): void;
	drop(): void;
}

export interface OneLineOptions {
	/** Connections at once; one more is closed. */
	maxConnections: number;
	/** The longest line, without its end; a connection that sends more is closed. */
	maxLineBytes: number;
	/** A connection on which nothing moves for so long is closed. Default: it may wait. */
	silenceMs?: number;
	/** The line as UTF-8, without its end. What comes behind it is dropped. */
	onLine(line: string, peer: Peer): void;
	/** As they come, up to the chunk with the line's end. */
	onBytes?(bytes: Buffer, peer: Peer): void;
	onRefused?(why: 'too_many' | 'too_long'): void;
	onGone?(peer: Peer): void;
}

export interface OneLineServer {
	/** Rejects with the system's error where it cannot listen, or cannot make the socket the user's alone. */
	readonly listening: Promise<void>;
	/** Takes no more connections and removes the socket; what was sent last still arrives. Idempotent. */
	close(): void;
	/** Closes the connections, too. */
	drop(): void;
}

/** `path`: at most 107 bytes on Linux, 103 on macOS. */
export function openOneLineServer(path: string, options: OneLineOptions): OneLineServer {
	const sockets = new Set<Socket>();
	let connections = 0;
	const server = createServer((socket) => {
		if (sockets.size >= options.maxConnections) {
			socket.destroy();
			options.onRefused?.('too_many');
			return;
		}
		sockets.add(socket);
		socket.unref();
		const peer = peerOf(socket, ++connections);
		socket.on('error', () => undefined);
		socket.on('close', () => {
			sockets.delete(socket);
			options.onGone?.(peer);
		});
		if (options.silenceMs !== undefined) socket.setTimeout(options.silenceMs, () => socket.destroy());
		readLine(socket, peer, options);
	});
	server.unref();
	const listening = new Promise<void>((resolve, reject) => {
		server.on('error', reject);
		server.listen(path, () => {
			try {
				chmodSync(path, FILE_MODE);
				resolve();
			} catch (error) {
				// Nobody else may reach a socket that could not be made the user's alone.
				server.close();
				reject(error);
			}
		});
	});
	const close = () => {
		// Where it could not listen, the file is another's.
		if (!server.listening) return;
		server.close();
		removeIfThere(path);
	};
	return {
		listening,
		close,
		drop() {
			for (const socket of sockets) socket.destroy();
			close();
		},
	};
}

function peerOf(socket: Socket, connection: number): Peer {
	return {
		connection,
		get isGone() {
			return socket.destroyed;
		},
		end: (text) => void socket.end(text),
		drop: () => void socket.destroy(),
	};
}

function readLine(socket: Socket, peer: Peer, { maxLineBytes, onLine, onBytes, onRefused }: OneLineOptions) {
	const parts: Buffer[] = [];
	let bytes = 0;
	let isWhole = false;
	socket.on('data', (chunk: Buffer) => {
		if (isWhole) return;
		onBytes?.(chunk, peer);
		const at = chunk.indexOf(NEWLINE);
		const part = at < 0 ? chunk : chunk.subarray(0, at);
		bytes += part.length;
		isWhole = at >= 0 || bytes > maxLineBytes;
		if (bytes > maxLineBytes) {
			onRefused?.('too_long');
			socket.destroy();
			return;
		}
		parts.push(part);
		if (isWhole) onLine(Buffer.concat(parts).toString('utf8'), peer);
	});
}
