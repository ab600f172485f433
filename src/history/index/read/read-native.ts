/** Reads what is new in a native transcript, piece by piece, for the writer. */
import { parseObject } from '../../../agents/reading/json-fields.ts';
import type { GrowingReader, LinesFormat, TranscriptItem, WholeFormat } from '../../transcript-items.ts';
import type { Piece } from '../index-writer.ts';
import { type MessageRow, MessageRows, type RowsOptions } from '../message-rows.ts';
import type { FoundSource } from './found-sources.ts';
import { LinesFrom, type PlacedLine } from './read-lines.ts';

export interface ReadOptions {
	redact(text: string): string;
	/** Whether a conversation stays out of the index. */
	isForgotten(ref: string, path: string, project: string | null): boolean;
	/** Whether a session of ours has what was said then in a native conversation. */
	isOurs(agent: string, nativeId: string): (at: number | null) => boolean;
}

type NativeSource = Extract<FoundSource, { of: 'native' }>;

/** Rows that are held before they are written. */
const MAX_ROWS = 1_000;
const MAX_CHARS = 500_000;

/** Nothing for a file that is no transcript, or that is forgotten. Throws the system's errors. */
export function* readNative(source: NativeSource, options: ReadOptions): Generator<Piece> {
	const { format } = source;
	if (format.in === 'lines') yield* readLines(source, format, options);
	else yield* readWhole(source, format, options);
}

function rowsFor(agent: string, nativeId: string, { redact, isOurs }: ReadOptions): MessageRows {
	const options: RowsOptions = {
		ref: `${agent}:${nativeId}`,
		agent,
		redact,
		isElsewhere: isOurs(agent, nativeId),
	};
	return new MessageRows(options);
}

function* readLines(source: NativeSource, format: LinesFormat, options: ReadOptions): Generator<Piece> {
	const nativeId = source.found.id;
	if (nativeId === null || options.isForgotten(`${format.agent}:${nativeId}`, source.path, null)) return;
	const file = new LinesFrom(source.path);
	try {
		yield* piecesOf(file, { source, format, nativeId }, options);
	} finally {
		file.close();
	}
}

function* piecesOf(
	file: LinesFrom,
	{ source, format, nativeId }: { source: NativeSource; format: LinesFormat; nativeId: string },
	options: ReadOptions,
): Generator<Piece> {
	const { path, mark, known, found } = source;
	const { agent } = format;
	// What was indexed must still be there, byte for byte at its end.
	const isSame = known !== null && known.bytes <= file.size && known.tail === file.tailAt(known.bytes);
	const from = isSame ? known.bytes : 0;
	const reader: GrowingReader = format.resume(isSame ? known.state : '');
	let builder = begin();
	let [rows, chars, isAnew, done]: [MessageRow[], number, boolean, number] = [
		[],
		0,
		known !== null && !isSame,
		from,
	];

	function begin(): MessageRows {
		const next = rowsFor(agent, nativeId, options);
		const facts = {
			...format.beside?.(path),
			...(found.parent === null ? {} : { parent: found.parent, isSubAgent: true }),
		};
		if (Object.keys(facts).length > 0) next.add({ at: null, kind: 'facts', facts }, '');
		return next;
	}
	function piece(isAtEnd: boolean): Piece {
		const state = { mark: isAtEnd ? mark : '', bytes: done, tail: file.tailAt(done), state: reader.saved() };
		const made: Piece = {
			...{ source: { agent, path }, agent, ref: `${agent}:${nativeId}`, nativeId, chain: null },
			...{ facts: builder.facts, rows, state, isAnew, turns: [] },
		};
		const { cwd, isSubAgent } = builder.facts;
		builder = begin();
		if (isSubAgent === true) builder.facts.isSubAgent = true;
		if (cwd !== undefined) builder.facts.cwd = cwd;
		[rows, chars, isAnew] = [[], 0, false];
		return made;
	}
	const keep = (row: MessageRow | null) => {
		if (row === null) return;
		rows.push(row);
		chars += row.text.length;
	};

	for (const line of file.lines(from)) {
		const items = itemsOf(line, reader, line.end === file.size);
		// The rest of a torn line comes later; a whole one without a newline counts.
		if (line.isOpen && items === null) break;
		done = line.end;
		if (items === null) continue;
		for (const item of items) keep(builder.add(item, String(line.at)));
		if ((rows.length >= MAX_ROWS || chars >= MAX_CHARS) && reader.isSettled) {
			if (options.isForgotten(`${agent}:${nativeId}`, path, builder.facts.cwd ?? null)) return;
			yield piece(false);
		}
	}
	for (const item of reader.end()) keep(builder.add(item, `${done}`));
	if (options.isForgotten(`${agent}:${nativeId}`, path, builder.facts.cwd ?? null)) return;
	yield piece(true);
}

/** null: it is not a JSON object. What the last line says of the conversation is read whatever it is. */
function itemsOf({ bytes }: PlacedLine, reader: GrowingReader, isLast: boolean): TranscriptItem[] | null {
	if (bytes === null || bytes.length === 0) return null;
	const passed = isLast ? null : (reader.pass?.(bytes) ?? null);
	if (passed !== null) return passed;
	const read = parseObject(bytes.toString());
	return read === null ? null : reader.read(read);
}

function* readWhole(source: NativeSource, format: WholeFormat, options: ReadOptions): Generator<Piece> {
	const { path, mark, known, found } = source;
	const { agent } = format;
	const opened = format.open(path);
	const nativeId = opened?.id ?? found.id;
	if (opened === null || nativeId === null || options.isForgotten(`${agent}:${nativeId}`, path, null)) return;
	const builder = rowsFor(agent, nativeId, options);
	const base = {
		source: { agent, path },
		agent,
		ref: `${agent}:${nativeId}`,
		nativeId,
		chain: null,
		turns: [],
	};
	let rows: MessageRow[] = [];
	let [chars, isAnew, place] = [0, known !== null, 0];
	for (const item of opened.items()) {
		const row = builder.add(item, `${place++}`);
		if (row !== null) rows.push(row);
		chars += row?.text.length ?? 0;
		if (rows.length < MAX_ROWS && chars < MAX_CHARS) continue;
		if (options.isForgotten(base.ref, path, builder.facts.cwd ?? null)) return;
		yield { ...base, facts: builder.facts, rows, isAnew, state: { mark: '', bytes: 0, tail: '', state: '' } };
		[rows, chars, isAnew] = [[], 0, false];
	}
	if (options.isForgotten(base.ref, path, builder.facts.cwd ?? null)) return;
	yield {
		...base,
		facts: builder.facts,
		rows,
		isAnew,
		state: { mark, bytes: opened.bytes, tail: '', state: '' },
	};
}
