/** Streams of bytes made from recordings of the real CLIs: lines in their order or not, changed, damaged and cut. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { changes, damaged, damages, oddJson, oddText, withChanges } from './odd.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
/** How much of one recording is taken: its beginning and its end tell most. */
const MAX_LINES = 60;
const MAX_LINE_CHARS = 6000;

/** The lines of each recording of an agent in `file`, without those that are very long. */
export function recordings(agent: string, file: string): string[][] {
	return fixturePaths(agent, file)
		.map(linesOf)
		.filter((lines) => lines.length > 0);
}

function fixturePaths(agent: string, file: string): string[] {
	return readdirSync(join(FIXTURES, agent), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => join(FIXTURES, agent, name, file));
}

function linesOf(path: string): string[] {
	const lines = textOf(path)
		.split('\n')
		.filter((line) => line !== '' && line.length <= MAX_LINE_CHARS);
	return lines.length <= MAX_LINES
		? lines
		: [...lines.slice(0, MAX_LINES / 2), ...lines.slice(-MAX_LINES / 2)];
}

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

/** A line of any of them, as it is or with its JSON changed. */
export function lineOf(all: readonly (readonly string[])[]): fc.Arbitrary<string> {
	const lines = all.flat();
	const recorded = lines.length === 0 ? oddText : fc.constantFrom(...lines);
	return fc.oneof(
		{ weight: 2, arbitrary: recorded },
		{ weight: 5, arbitrary: fc.tuple(recorded, changes).map(([line, all]) => changedLine(line, all)) },
		{ weight: 1, arbitrary: oddText },
		{ weight: 1, arbitrary: oddJson.map((value) => JSON.stringify(value)) },
	);
}

/** The JSON of a line changed, with what stands before it. */
function changedLine(line: string, all: Parameters<typeof withChanges>[1]): string {
	try {
		const start = Math.max(0, line.indexOf('{'));
		return line.slice(0, start) + JSON.stringify(withChanges(JSON.parse(line.slice(start)), all));
	} catch {
		return line;
	}
}

/** Some lines of one recording in their order with others among them, or any lines in any order; then damaged bytes. */
export function streamOf(all: readonly (readonly string[])[]): fc.Arbitrary<Buffer> {
	const line = lineOf(all);
	const any = fc.array(line, { maxLength: 10 });
	const inOrder =
		all.length === 0
			? any
			: fc
					.tuple(
						fc.constantFrom(...all),
						fc.nat(MAX_LINES),
						fc.nat(MAX_LINES),
						fc.array(fc.tuple(fc.nat(MAX_LINES), line, changes), { maxLength: 4 }),
					)
					.map(([recording, from, count, others]) => mixed(recording.slice(from, from + count), others));
	return fc
		.tuple(
			fc.oneof(any, inOrder, inOrder),
			fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n'),
			fc.boolean(),
			damages,
		)
		.map(([lines, newline, isEnded, all]) =>
			damaged(Buffer.from(lines.join(newline) + (isEnded ? newline : '')), all),
		);
}

/** Other lines put among those of a recording, and some of its own changed. */
function mixed(
	lines: readonly string[],
	others: ReadonlyArray<readonly [number, string, Parameters<typeof withChanges>[1]]>,
): string[] {
	const out = [...lines];
	for (const [at, line, all] of others) {
		const place = out.length === 0 ? 0 : at % out.length;
		const here = out[place];
		if (here !== undefined) out[place] = changedLine(here, all);
		out.splice(place, 0, line);
	}
	return out;
}

/** Places to cut, for `splitAt`; every byte alone where the stream is short. */
export const cuts: fc.Arbitrary<number[]> = fc.oneof(
	fc.array(fc.nat(4000), { maxLength: 12 }),
	fc.constant(Array.from({ length: 400 }, (_, at) => at)),
);

/** gemini's telemetry, objects over many lines: some of those that tell of an error, changed, for the session `id`. */
export function telemetryOf(id: string): fc.Arbitrary<Buffer> {
	const values = fixturePaths('gemini', 'telemetry.log')
		.flatMap((path) => textOf(path).split(/(?<=^\})\n/m))
		.filter((text) => text.includes('api_error'))
		.map((text): unknown => JSON.parse(text.replace(/("session\.id": )"[^"]*"/g, `$1"${id}"`)));
	const object = fc
		.tuple(fc.constantFrom(...values), changes)
		.map(([value, all]) => `${JSON.stringify(withChanges(value, all), null, 2)}\n`);
	return fc
		.tuple(fc.array(object, { maxLength: 4 }), damages)
		.map(([texts, harm]) => damaged(Buffer.from(texts.join('')), harm));
}
