import { closeSync, readSync } from 'node:fs';
import { hasErrno } from './errors.ts';
import { openToRead } from './files.ts';
import { type Line, LineSplitter } from './line-splitter.ts';

/** A line that is no JSON value, by its number (from 1). It was skipped. */
export interface BadLine {
	number: number;
	problem: string;
}

export interface JsonlRecord {
	number: number;
	value: unknown;
}

export interface JsonlOptions {
	/** Told about each bad line but a torn last one. */
	onBadLine?: (line: BadLine) => void;
	/** Reading ends after this many bytes from the start. */
	maxBytes?: number;
	/** A longer line is reported and skipped; bounds the memory (default 16 MiB). */
	maxLineBytes?: number;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The values of a JSONL file one by one, in memory bounded by its longest line. A torn last line (no newline, no JSON: the
 * writer died in it) is ignored; a bad line before it is reported with its number and skipped. A missing file has no
 * values; what `openToRead` refuses is refused.
 */
export function* readJsonl(path: string, options: JsonlOptions = {}): Generator<JsonlRecord> {
	const splitter = new LineSplitter(options.maxLineBytes);
	let number = 0;
	for (const chunk of readChunks(path, options.maxBytes ?? Number.POSITIVE_INFINITY))
		for (const line of splitter.push(chunk)) yield* parse(line, ++number, options.onBadLine);
	const last = splitter.end();
	if (last !== null) yield* parse(last, number + 1, undefined);
}

function* parse(
	line: Line,
	number: number,
	onBadLine: ((line: BadLine) => void) | undefined,
): Generator<JsonlRecord> {
	if (line.kind === 'oversized') {
		onBadLine?.({ number, problem: `too long (${line.bytes} bytes)` });
		return;
	}
	if (line.text.trim() === '') return;
	let value: unknown;
	try {
		value = JSON.parse(line.text);
	} catch {
		onBadLine?.({ number, problem: 'not JSON' });
		return;
	}
	yield { number, value };
}

/** Yields views of one buffer, valid until the next step. */
function* readChunks(path: string, maxBytes: number): Generator<Buffer> {
	let fd: number;
	try {
		fd = openToRead(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return;
		throw error;
	}
	try {
		const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
		for (let left = maxBytes; left > 0; ) {
			const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, left), null);
			if (bytes === 0) return;
			left -= bytes;
			yield buffer.subarray(0, bytes);
		}
	} finally {
		closeSync(fd);
	}
}
