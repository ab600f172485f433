/**
 * The cache of a list: what it needs of each session's record, with the facts of the file that it was read from. It says nothing
 * by itself: an entry counts only while the file has the same facts, and anything but a whole cache of this version is no cache.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { isSystemError } from '../../core/errors.ts';
import { ensureFolder, isForeignFolder } from '../../core/files/folders.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';

/** What changes whenever a file does. Nobody can set the time of a change (ctime), so it also shows a restored mtime. */
export interface FileFacts {
	dev: number;
	ino: number;
	size: number;
	mtimeMs: number;
	ctimeMs: number;
}

/** Facts that many sessions share, kept once for all of them. */
const labelSchema = v.object({
	status: v.picklist(['completed', 'checkpointed']),
	isEntrant: v.boolean(),
	isArchived: v.boolean(),
	tags: v.array(v.string()),
	name: v.string(),
	/** In order of use. */
	agents: v.array(v.string()),
	/** Agents behind participants of a chat that have names of their own. */
	behind: v.array(v.string()),
	costSource: v.picklist(['reported', 'estimated', 'mixed', 'none']),
	pricesAsOf: v.nullable(v.string()),
});
export type CachedLabel = v.InferOutput<typeof labelSchema>;

interface CachedRow {
	id: string;
	/** A whole id; null: none. */
	parent: string | null;
	/** Epoch ms. */
	lastUsedAt: number;
	turns: number;
	costUsd: number;
	label: CachedLabel;
}

export interface NewRow extends CachedRow {
	file: FileFacts;
	words: string;
}

export interface IndexCache {
	/** Ascending. */
	ids: readonly string[];
	isSame(at: number, file: FileFacts): boolean;
	parent(at: number): string | null;
	lastUsedAt(at: number): number;
	label(at: number): CachedLabel;
	row(at: number): CachedRow;
	file(at: number): FileFacts;
	/** What can be searched, by session: read only by those who search, as it is most of the file. */
	words(): readonly string[];
}

/**
 * Layout: a digest (20 bytes) of all that follows; a head (`HEAD` numbers); a block of numbers a column; ids and parents (`ID_BYTES`
 * each, blanks for none); labels and words as JSON. Numbers are doubles of this machine, so another machine's is no cache.
 */
const VERSION = 3;
const DIGEST_BYTES = 20;
const HEAD = 5;
const NUMBER_BYTES = 8;
const ID_BYTES = 26;
const COLUMNS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const [DEV, INO, SIZE, MTIME, CTIME, LAST_USED, TURNS, COST, LABEL] = COLUMNS;
const BLANK = 0x20;
/** So that the numbers begin at a multiple of their size. */
const NUMBERS_AT = 24;

/** @internal For tests: damaged in every place. */
export function encodeIndex(rows: readonly NewRow[]): Buffer {
	const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
	const labels = new Map<string, number>();
	const labelAt = (label: CachedLabel) => {
		const text = JSON.stringify(label);
		const at = labels.get(text) ?? labels.size;
		labels.set(text, at);
		return at;
	};
	const columns = sorted.map(({ file, lastUsedAt, turns, costUsd, label }) => [
		file.dev,
		file.ino,
		file.size,
		file.mtimeMs,
		file.ctimeMs,
		lastUsedAt,
		turns,
		costUsd,
		labelAt(label),
	]);
	const ids = Buffer.from(sorted.map(({ id }) => id).join(''), 'latin1');
	const parents = Buffer.from(sorted.map(({ parent }) => (parent ?? '').padEnd(ID_BYTES)).join(''), 'latin1');
	const texts = [`[${[...labels.keys()].join(',')}]`, JSON.stringify(sorted.map(({ words }) => words))].map(
		(text) => Buffer.from(text),
	);
	const lengths = texts.map(({ length }) => length);
	const numbers = Float64Array.from([
		VERSION,
		COLUMNS.length,
		sorted.length,
		...lengths,
		...COLUMNS.flatMap((_, column) => columns.map((row) => row[column] ?? 0)),
	]);
	const body = Buffer.concat([Buffer.from(numbers.buffer), ids, parents, ...texts]);
	return Buffer.concat([digestOf(body), Buffer.alloc(NUMBERS_AT - DIGEST_BYTES), body]);
}

/**
 * null for anything but a whole cache of this version.
 * @internal For tests: tried with damaged bytes.
 */
export function decodeIndex(bytes: Buffer): IndexCache | null {
	const body = bytes.subarray(NUMBERS_AT);
	if (body.length < HEAD * NUMBER_BYTES || !digestOf(body).equals(bytes.subarray(0, DIGEST_BYTES)))
		return null;
	const head = numbersAt(body, 0, HEAD);
	const [version, columns, count = 0, labelBytes = 0, wordBytes = 0] = head;
	if (version !== VERSION || columns !== COLUMNS.length) return null;
	const idsAt = (HEAD + COLUMNS.length * count) * NUMBER_BYTES;
	const labelsAt = idsAt + 2 * count * ID_BYTES;
	if (body.length !== labelsAt + labelBytes + wordBytes) return null;
	const labels = v.safeParse(
		v.array(labelSchema),
		JSON.parse(body.toString('utf8', labelsAt, labelsAt + labelBytes)),
	);
	if (!labels.success) return null;
	const numbers = numbersAt(body, HEAD, COLUMNS.length * count);
	const idText = body.toString('latin1', idsAt, labelsAt);
	const idAt = (at: number) => idText.slice(at * ID_BYTES, (at + 1) * ID_BYTES);
	const parentAt = (at: number) => {
		const isNone = idText.charCodeAt((count + at) * ID_BYTES) === BLANK;
		return isNone ? null : idAt(count + at);
	};
	const numberAt = (column: number, at: number) => numbers[column * count + at] ?? 0;
	const labelAt = (at: number) => {
		const label = labels.output[numberAt(LABEL, at)];
		if (label === undefined) throw new Error('a whole cache names a label that it does not have');
		return label;
	};
	return {
		ids: Array.from({ length: count }, (_, at) => idAt(at)),
		// Called for every session of a list: no more work than this.
		isSame: (at, file) =>
			numberAt(CTIME, at) === file.ctimeMs &&
			numberAt(INO, at) === file.ino &&
			numberAt(SIZE, at) === file.size &&
			numberAt(MTIME, at) === file.mtimeMs &&
			numberAt(DEV, at) === file.dev,
		parent: parentAt,
		lastUsedAt: (at) => numberAt(LAST_USED, at),
		label: labelAt,
		row: (at) => ({
			id: idAt(at),
			parent: parentAt(at),
			lastUsedAt: numberAt(LAST_USED, at),
			turns: numberAt(TURNS, at),
			costUsd: numberAt(COST, at),
			label: labelAt(at),
		}),
		file: (at) => ({
			dev: numberAt(DEV, at),
			ino: numberAt(INO, at),
			size: numberAt(SIZE, at),
			mtimeMs: numberAt(MTIME, at),
			ctimeMs: numberAt(CTIME, at),
		}),
		words: () => v.parse(v.array(v.string()), JSON.parse(body.toString('utf8', labelsAt + labelBytes))),
	};
}

function numbersAt(body: Buffer, from: number, count: number): Float64Array {
	const at = body.byteOffset + from * NUMBER_BYTES;
	// A small file lies anywhere in memory, and numbers must lie at a multiple of their size.
	const isAligned = at % NUMBER_BYTES === 0;
	return isAligned
		? new Float64Array(body.buffer, at, count)
		: new Float64Array(body.buffer.slice(at, at + count * NUMBER_BYTES));
}

export function emptyIndex(): IndexCache {
	const empty = decodeIndex(encodeIndex([]));
	if (empty === null) throw new Error('an empty index cannot be read back');
	return empty;
}

/** Not against anybody: it detects a torn or damaged file. */
const digestOf = (body: Buffer) => createHash('sha1').update(body).digest();

/** null: there is none that can be used. */
export function readIndex(path: string): IndexCache | null {
	if (isForeignFolder(dirname(path))) return null;
	const bytes = readOrNull(path);
	return bytes === null ? null : decodeIndex(bytes);
}

/** What cannot be written is not kept. */
export function writeIndex(path: string, rows: readonly NewRow[]): void {
	const folder = dirname(path);
	try {
		ensureFolder(folder);
		if (!isForeignFolder(folder)) writeAtomic(path, encodeIndex(rows));
	} catch (error) {
		if (!isSystemError(error)) throw error;
	}
}

/**
 * A file may change once more within one tick of its file system's clock, and look the same. So only what had been left alone for
 * longer than the coarsest tick (2 s, of FAT) when it was read is kept, and nothing from the future.
 */
const SETTLED_MS = 2_500;

export function isSettled({ mtimeMs, ctimeMs }: FileFacts, readAt: number): boolean {
	return readAt - Math.max(mtimeMs, ctimeMs) > SETTLED_MS;
}
