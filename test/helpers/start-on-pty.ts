import { readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { StringDecoder } from 'node:string_decoder';

/** The part of node-pty's interface that is used here; its types are declared under another name. */
export interface Pty {
	pid: number;
	/** The path of the terminal. */
	ptsName: string;
	onData(listener: (data: string) => void): void;
	/** Once all that was written is read. */
	onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
	write(data: string): void;
	resize(columns: number, rows: number): void;
	kill(signal: string): void;
	/** Closes the terminal. */
	destroy(): void;
}

interface NodePty extends Omit<Pty, 'onData'> {
	fd: number;
	onData(listener: (data: Buffer) => void): void;
	_socket: Socket;
}
interface Socket {
	destroy(error?: Error): Socket;
}
type Spawn = (file: string, args: string[], options: object) => NodePty;
const { spawn } = createRequire(import.meta.url)('node-pty') as { spawn: Spawn };

/** A program on a terminal of its own, which is read to its end. */
export function startOnPty(file: string, args: string[], options: object): Pty {
	// As bytes: a character may lie half in what is read last.
	const pty = spawn(file, args, { ...options, encoding: null });
	const decoder = new StringDecoder('utf8');
	const listeners: Array<(data: string) => void> = [];
	const take = (bytes: Buffer) => {
		const text = decoder.write(bytes);
		for (const hear of listeners) hear(text);
	};
	pty.onData(take);
	readBeforeClose(pty, take);
	return {
		pid: pty.pid,
		ptsName: pty.ptsName,
		onData: (listener) => void listeners.push(listener),
		onExit: (listener) => pty.onExit(listener),
		write: (data) => pty.write(data),
		resize: (columns, rows) => pty.resize(columns, rows),
		kill: (signal) => pty.kill(signal),
		destroy: () => pty.destroy(),
	};
}

/**
 * Once the program has ended, Node takes one read of a terminal (4 KB) for the last, and node-pty closes it after 200 ms, read or
 * not. What this process had not read by then, on a busy machine, would be lost.
 */
function readBeforeClose({ fd, _socket: socket }: NodePty, take: (bytes: Buffer) => void): void {
	const close = socket.destroy.bind(socket);
	let isClosed = false;
	socket.destroy = (error) => {
		if (!isClosed) for (let bytes = readNow(fd); bytes !== null; bytes = readNow(fd)) take(bytes);
		isClosed = true;
		return close(error);
	};
}

/** null: there is nothing more. */
function readNow(fd: number): Buffer | null {
	const room = Buffer.alloc(4096);
	try {
		const count = readSync(fd, room);
		return count === 0 ? null : room.subarray(0, count);
	} catch {
		// EAGAIN while the terminal is open elsewhere, EIO when it is not.
		return null;
	}
}
