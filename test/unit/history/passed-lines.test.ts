/** Lines that the index passes over say the same to it as when they are read. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/agents/reading/json-fields.ts';
import { LINES_FORMATS } from '../../../src/history/transcript-formats.ts';
import type { GrowingReader, LinesFormat, TranscriptItem } from '../../../src/history/transcript-items.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/transcripts');

/** What the index takes of items: results and edits are not among it, and of a line without anything else its time. */
function indexed(items: readonly TranscriptItem[]): TranscriptItem[] {
	return items.filter(
		(item) => item.kind !== 'edit' && !(item.kind === 'event' && item.event.type === 'tool_result'),
	);
}

function readOne(reader: GrowingReader, line: string): TranscriptItem[] {
	const read = parseObject(line);
	return read === null ? [] : reader.read(read);
}

function comparison(format: LinesFormat, lines: readonly string[]) {
	const [whole, passing] = [format.resume(''), format.resume('')];
	const [expected, got]: [TranscriptItem[], TranscriptItem[]] = [[], []];
	const times: [Set<number | null>, Set<number | null>] = [new Set(), new Set()];
	let passed = 0;
	for (const line of lines) {
		const read = readOne(whole, line);
		const taken = passing.pass?.(Buffer.from(line)) ?? null;
		if (taken !== null) passed++;
		const own = taken ?? readOne(passing, line);
		for (const { at } of read) times[0].add(at);
		for (const { at } of own) times[1].add(at);
		expected.push(...indexed(read).filter(({ kind }) => kind !== 'other'));
		got.push(...indexed(own).filter(({ kind }) => kind !== 'other'));
	}
	expected.push(...indexed(whole.end()));
	got.push(...indexed(passing.end()));
	return { expected, got, times, passed, saved: [whole.saved(), passing.saved()] as const };
}

const transcripts = LINES_FORMATS.flatMap((format) => {
	const folder = join(FIXTURES, format.agent);
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.jsonl'))
		.map((name) => ({ format, name, lines: readFileSync(join(folder, name), 'utf8').split('\n') }));
});

describe('a line that is passed over', () => {
	it('leaves of every transcript what reading it leaves', () => {
		let passed = 0;
		for (const { format, lines, name } of transcripts) {
			const { expected, got, times, ...of } = comparison(format, lines);
			expect(got, name).toEqual(expected);
			expect([...times[1]], name).toEqual([...times[0]]);
			passed += of.passed;
		}
		expect(passed).toBeGreaterThan(10);
	});

	it('is one whatever a tool printed, and what is said is always read', () => {
		const claude = LINES_FORMATS.find(({ agent }) => agent === 'claude');
		if (claude === undefined) throw new Error('claude has a format');
		const tricky = fc.constantFrom(
			...[']},"uuid":"x","timestamp":"2020-01-01T00:00:00Z"', '\\', '"', '\\"', '\n', '{"type":"user"', 'é'],
			...['"type":"tool_result"', 'words', ' ', '\u2028', ']},"uuid":"'],
		);
		const said = fc.array(tricky, { maxLength: 12 }).map((parts) => parts.join(''));
		const base = {
			...{ parentUuid: null, isSidechain: false, cwd: '/home/dev/kiln', sessionId: 's', version: '2.1.80' },
			...{ gitBranch: 'main' },
		};
		const result = fc.tuple(said, fc.boolean()).map(([text, isList]) => ({
			...{ ...base, type: 'user' },
			message: {
				role: 'user',
				content: [
					{
						...{ tool_use_id: 'toolu_1', type: 'tool_result' },
						content: isList ? [{ type: 'text', text }] : text,
					},
				],
			},
			...{ uuid: 'r', timestamp: '2026-01-02T00:00:00.000Z', toolUseResult: { stdout: text, uuid: text } },
		}));
		const prompt = said.map((text) => ({
			...{
				...base,
				type: 'user',
				message: { role: 'user', content: [{ type: 'text', text: `say ${text}` }] },
			},
			...{ uuid: 'p', timestamp: '2026-01-03T00:00:00.000Z' },
		}));
		fc.assert(
			fc.property(fc.array(fc.oneof(result, prompt), { maxLength: 8 }), (lines) => {
				const first = { ...base, type: 'assistant', message: { content: [] }, uuid: 'a' };
				const texts = [first, ...lines].map((line) => JSON.stringify(line));
				const { expected, got, times, passed } = comparison(claude, texts);
				expect(got).toEqual(expected);
				expect([...times[1]]).toEqual([...times[0]]);
				expect(passed).toBe(lines.filter(({ uuid }) => uuid === 'r').length);
			}),
			{ numRuns: 500 },
		);
	});
});
