/** What is written to stdin, as bytes. */
import { fstatSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';

/** False for a terminal, which would wait for typing that nobody asked for, for `/dev/null` and a closed descriptor. */
export function hasInput(): boolean {
	try {
		const facts = fstatSync(0);
		return facts.isFIFO() || facts.isFile() || facts.isSocket();
	} catch {
		return false;
	}
}

export interface Collecting {
	/** Rejects with RelayError `unreadable_file`, and with what `tooMuch` gives. */
	whole: Promise<Buffer>;
	/** Aborts at the end, whatever it is. */
	ended: AbortSignal;
	hasBegun(): boolean;
	/** Reads no more; the descriptor stays open, so that nothing else gets its number. */
	leave(): void;
}

export function collectInput(
	stream: NodeJS.ReadStream,
	{ maxBytes, tooMuch }: { maxBytes: number; tooMuch: () => Error },
): Collecting {
	const chunks: Buffer[] = [];
	const ended = new AbortController();
	let size = 0;
	const whole = new Promise<Buffer>((resolve, reject) => {
		stream.on('data', (chunk: Buffer) => {
			chunks.push(chunk);
			size += chunk.length;
			if (size > maxBytes) reject(tooMuch());
		});
		stream.on('end', () => resolve(Buffer.concat(chunks)));
		stream.on('error', (error) => {
			const because = { cause: error };
			reject(new RelayError('unreadable_file', `Cannot read stdin: ${error.message}.`, because));
		});
	}).finally(() => {
		ended.abort();
		stream.pause();
	});
	// Whoever leaves does not hear how it would have ended.
	whole.catch(() => undefined);
	return {
		whole,
		ended: ended.signal,
		hasBegun: () => size > 0,
		leave: () => void stream.removeAllListeners('data').pause(),
	};
}
