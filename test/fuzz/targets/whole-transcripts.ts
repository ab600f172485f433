/** Transcripts of the CLIs that rewrite their files or keep one conversation in several, as a crash or a hostile program may leave them. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseObject } from '../../../src/agents/reading/json-fields.ts';
import { geminiTranscripts } from '../../../src/history/readers/gemini.ts';
import { opencodeTranscripts } from '../../../src/history/readers/opencode.ts';
import type { TranscriptItem, WholeFormat } from '../../../src/history/transcript-items.ts';
import { changes, oddText, withChanges } from '../odd.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';
import { expectTurns } from './transcripts.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/transcripts');

const filesBelow = (folder: string, name: RegExp): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((path) => name.test(path) && statSync(join(folder, path)).isFile())
		.sort();

/** What is done to a file: values of it are changed, or its text is cut. */
const damage = fc.record({
	all: changes,
	/** Part of the length that is left. */
	left: fc.oneof(
		{ weight: 3, arbitrary: fc.constant(1) },
		{ weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
	),
	behind: fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: oddText }),
});
type Damage = typeof damage extends fc.Arbitrary<infer One> ? One : never;

function damaged(text: string, { all, left, behind }: Damage): string {
	const value: unknown = parseObject(text);
	const changed = value === null || all.length === 0 ? text : (JSON.stringify(withChanges(value, all)) ?? '');
	return changed.slice(0, Math.ceil(changed.length * left)) + behind;
}

/** Opens each that the CLI's folder has, as the index does. */
function expectReadable(format: WholeFormat, folder: string): void {
	for (const { path } of format.find(folder)) {
		const transcript = format.open(path);
		if (transcript === null) continue;
		const items: TranscriptItem[] = [...transcript.items()];
		expectTurns(items);
		for (const { at } of items) expect(at === null || Number.isFinite(at)).toBe(true);
	}
}

const GEMINI = join(FIXTURES, 'gemini');
const GEMINI_FILES = filesBelow(GEMINI, /chats\/.*\.jsonl?$/);

/** The lines of a file of lines, each damaged by itself and in any order; a document as one. */
const geminiTarget = target(
	'gemini transcript',
	'gives turns that begin and end one after the other, whatever its file holds',
	300,
	fc.record({
		file: fc.constantFrom(...GEMINI_FILES),
		damages: fc.array(damage, { minLength: 1, maxLength: 12 }),
		order: fc.array(fc.nat(1000), { maxLength: 12 }),
	}),
	({ file, damages, order }) => {
		const text = readFileSync(join(GEMINI, file), 'utf8');
		const [first = NO_DAMAGE] = damages;
		withFolder((folder) => {
			const path = join(folder, 'well/chats', file.endsWith('.json') ? 'session-a.json' : 'session-a.jsonl');
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, file.endsWith('.json') ? damaged(text, first) : damagedLines(text, damages, order));
			expectReadable(geminiTranscripts, folder);
		});
	},
);

const NO_DAMAGE: Damage = { all: [], left: 1, behind: '' };

function damagedLines(text: string, damages: readonly Damage[], order: readonly number[]): string {
	const lines = text.split('\n');
	const more = order.map((at) => lines[at % lines.length] ?? '');
	return [...lines, ...more]
		.map((line, at) => (at % 3 === 0 ? damaged(line, damages[at % damages.length] ?? NO_DAMAGE) : line))
		.join('\n');
}

const STORAGE = join(FIXTURES, 'opencode/storage-tree-child/home/.local/share/opencode');
const STORED = filesBelow(STORAGE, /storage\/(?:session|message|part)\/.*\.json$/);
const EXPORTS = filesBelow(join(FIXTURES, 'opencode'), /export\/.*\.json$/);

const storedTarget = target(
	'opencode stored transcript',
	'gives turns that begin and end one after the other, whatever its files hold',
	25,
	fc.array(fc.tuple(fc.constantFrom(...STORED), damage), { maxLength: 8 }),
	(files) =>
		withFolder((folder) => {
			cpSync(STORAGE, folder, { recursive: true });
			for (const [file, how] of files) {
				const path = join(folder, file);
				writeFileSync(path, damaged(readFileSync(path, 'utf8'), how));
			}
			expectReadable(opencodeTranscripts, folder);
		}),
);

const exportTarget = target(
	'opencode exported transcript',
	'gives turns that begin and end one after the other, whatever its document holds',
	200,
	fc.tuple(fc.constantFrom(...EXPORTS), damage),
	([file, how]) => {
		const text = readFileSync(join(FIXTURES, 'opencode', file), 'utf8');
		withFolder((folder) => {
			const path = join(folder, 'export.json');
			writeFileSync(path, damaged(text, how));
			expectTurns(opencodeTranscripts.open(path)?.items() ?? []);
		});
	},
);

export const wholeTranscriptTargets: readonly FuzzTarget[] = [geminiTarget, storedTarget, exportTarget];
