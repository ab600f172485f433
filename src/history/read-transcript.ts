/** Opens an agent's own transcript, whatever stands at the path, and reads it in pieces: memory does not grow with the file. */
import { closeSync, fstatSync, lstatSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type JsonObject, parseObject } from '../agents/reading/json-fields.ts';
import { hasErrno, RelayError } from '../core/errors.ts';
import { type Line, LineSplitter } from '../core/files/line-splitter.ts';
import { isUnreadable, openToRead } from '../core/files/read-file.ts';
import { LINES_FORMATS, WHOLE_FORMATS } from './transcript-formats.ts';
import { fileOf, type LinesFormat, type TranscriptItem } from './transcript-items.ts';

export interface OpenTranscript {
	agent: string;
	/** As the file's name has it; null: it has none. */
	id: string | null;
	bytes: number;
	/** The items in the order of the file, as far as it went when it was opened. */
	items(): AsyncIterable<TranscriptItem> | Iterable<TranscriptItem>;
	close(): void;
}

/** Throws `not_found` for whatever is not a transcript of a known agent. Waits for nothing, and follows no link. */
export async function openTranscript(path: string): Promise<OpenTranscript> {
	return openWhole(path) ?? openLines(path);
}

/** One that is read as a whole; null: it is none of those. */
function openWhole(path: string): OpenTranscript | null {
	const file = orMissing(path, () => lstatSync(fileOf(path), { throwIfNoEntry: false }));
	// What is no file, `openLines` says.
	if (file !== undefined && !file.isFile()) return null;
	if (file !== undefined) refuseForeign(path, file);
	for (const format of WHOLE_FORMATS) {
		const found = orMissing(path, () => format.open(path));
		if (found !== null) return { ...found, agent: format.agent, close: () => undefined };
	}
	return null;
}

function openLines(path: string): OpenTranscript {
	const fd = orMissing(path, () => openToRead(path));
	try {
		const { size, uid } = fstatSync(fd);
		refuseForeign(path, { uid });
		const format = formatOf(fd);
		if (format === null) throw notATranscript(path, 'is not a transcript of an agent');
		return {
			agent: format.agent,
			id: format.idOf(path),
			bytes: size,
			items: () => itemsOf({ fd, size, path }, format),
			close: () => closeSync(fd),
		};
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

function refuseForeign(path: string, { uid }: { uid: number }): void {
	const own = process.getuid?.();
	if (own !== undefined && uid !== own) throw notATranscript(path, 'belongs to another user');
}

function orMissing<T>(path: string, open: () => T): T {
	try {
		return open();
	} catch (error) {
		if (isUnreadable(error)) throw notATranscript(path, error.message.slice(path.length).trim(), error);
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ENODEV', 'ERR_INVALID_ARG_VALUE'))
			throw notATranscript(path, 'is not there', error);
		throw error;
	}
}

function notATranscript(path: string, why: string, cause?: unknown): RelayError {
	return new RelayError('not_found', `${path} ${why}.`, {
		hint: 'A path names the folder of a session, or a transcript of claude, codex, gemini, opencode or copilot.',
		cause,
	});
}

/** Enough for the first lines, also where the first one holds long instructions. */
const HEAD_BYTES = 256 * 1024;

/** By the first line that can be of one format only; null: it is none. */
function formatOf(fd: number): LinesFormat | null {
	const head = Buffer.alloc(HEAD_BYTES);
	const bytes = readSync(fd, head, 0, HEAD_BYTES, 0);
	const lines = new LineSplitter().push(head.subarray(0, bytes));
	const last = bytes < HEAD_BYTES ? head.subarray(0, bytes).toString().split('\n').at(-1) : undefined;
	const texts = [...lines.map(textOf), last ?? ''];
	for (const text of texts) {
		const line = parseObject(text);
		const own = line === null ? undefined : LINES_FORMATS.find((format) => format.isOwn(line) === true);
		if (own !== undefined) return own;
		if (line !== null && LINES_FORMATS.every((format) => format.isOwn(line) === false)) return null;
	}
	return null;
}

const textOf = (line: Line) => (line.kind === 'line' ? line.text : '');

async function* itemsOf(
	{ fd, size, path }: { fd: number; size: number; path: string },
	format: LinesFormat,
): AsyncGenerator<TranscriptItem> {
	const facts = format.beside?.(path) ?? {};
	if (Object.keys(facts).length > 0) yield { at: null, kind: 'facts', facts };
	const reader = format.reader();
	for await (const line of linesOf(fd, size)) if (line !== null) reader.survey(line);
	for await (const line of linesOf(fd, size)) {
		if (line === null) yield { at: null, kind: 'torn' };
		else yield* reader.read(line);
	}
	yield* reader.end();
}

const CHUNK_BYTES = 256 * 1024;
const readPiece = promisify(read);

/** null: a line that is not JSON, or is too long. */
async function* linesOf(fd: number, size: number): AsyncGenerator<JsonObject | null> {
	const lines = new LineSplitter();
	const chunk = Buffer.alloc(CHUNK_BYTES);
	for (let at = 0; at < size; ) {
		const { bytesRead } = await readPiece(fd, chunk, 0, Math.min(CHUNK_BYTES, size - at), at);
		if (bytesRead === 0) break;
		at += bytesRead;
		for (const line of lines.push(chunk.subarray(0, bytesRead)))
			if (textOf(line).trim() !== '' || line.kind === 'oversized') yield parsed(line);
	}
	const last = lines.end();
	if (last !== null && (last.kind === 'oversized' || last.text.trim() !== '')) yield parsed(last);
}

const parsed = (line: Line): JsonObject | null => (line.kind === 'line' ? parseObject(line.text) : null);
