/** Records of turns as one JSON document, of which only a piece is held at a time. */

import { LineSplitter } from '../../../core/files/line-splitter.ts';
import { jsonText, seenJson } from '../../../core/json-text.ts';
import { decoded } from './safe-pieces.ts';
import type { RecordedFile, RecordedFiles } from './turns-on-disk.ts';

/** `{id, view, turns: [{turn, agent, path, bytes, text}]}`; `state` and `events` have these in place of `text`. */
export function* documentPieces({ id, view, files }: RecordedFiles): Generator<string> {
	yield `{\n  "id": ${inline(id)},\n  "view": ${inline(view)},\n  "turns": [`;
	for (const [at, one] of files.entries()) {
		const { turn, agent, file } = one;
		const facts = { turn, agent, path: file.path, bytes: file.bytes };
		yield `${at === 0 ? '' : ','}\n    ${inline(facts).slice(0, -1)},`;
		yield* CONTENT[view](one);
		yield '}';
	}
	yield '\n  ]\n}\n';
}

const inline = (value: unknown): string => jsonText(value).trimEnd();

function* asText({ file }: RecordedFile): Generator<string> {
	yield '"text":"';
	for (const text of decoded(file.pieces())) yield seenJson(JSON.stringify(text)).slice(1, -1);
	yield '"';
}

/** A line that is not JSON is left out, as every reader of records does. */
function* asEvents({ file }: RecordedFile): Generator<string> {
	yield '"events":[';
	let isFirst = true;
	for (const line of linesOf(file.pieces())) {
		const event = parsed(line);
		if (event === undefined) continue;
		yield `${isFirst ? '' : ','}\n      ${inline(event)}`;
		isFirst = false;
	}
	yield ']';
}

function* asState({ file }: RecordedFile): Generator<string> {
	const text = [...decoded(file.pieces())].join('');
	yield `"state":${inline(parsed(text) ?? null)}`;
}

const CONTENT: Readonly<Record<RecordedFiles['view'], (file: RecordedFile) => Generator<string>>> = {
	prompt: asText,
	output: asText,
	stderr: asText,
	raw: asText,
	packet: asText,
	events: asEvents,
	state: asState,
};

/** Longer than any line that the relay writes, which quotes at most one of 16 MiB. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

function* linesOf(bytes: Iterable<Buffer>): Generator<string> {
	const splitter = new LineSplitter(MAX_LINE_BYTES);
	for (const piece of bytes)
		for (const line of splitter.push(piece)) if (line.kind === 'line') yield line.text;
	const last = splitter.end();
	if (last?.kind === 'line') yield last.text;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
