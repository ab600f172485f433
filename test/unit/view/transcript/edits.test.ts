import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EditHunk, FileEdit } from '../../../../src/agents/events.ts';
import { asciiRow } from '../../../../src/ui/ascii.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme, type Theme } from '../../../../src/ui/theme.ts';
import { describeToolResult } from '../../../../src/view/describe-tool.ts';
import { blockRows, type ToolContext } from '../../../../src/view/transcript/tool-block.ts';

const plain = createTheme(false);

function shown(
	edits: FileEdit[],
	[columns, rows]: readonly [number, number],
	theme: Theme = plain,
): string[] {
	const size = { columns: columns - 1, rows };
	const context: ToolContext = {
		theme,
		worktree: '/repo',
		diffHint: '/diff 2',
		size,
		tookMs: 0,
		isStopping: false,
		hasBegun: true,
		allowHint: () => '',
	};
	const call = {
		type: 'tool_call',
		id: '1',
		name: 'Edit',
		kind: 'edit',
		title: 'edits',
		command: null,
		paths: edits.map(({ path }) => path),
	} as const;
	const result = {
		type: 'tool_result',
		id: '1',
		ok: true,
		denied: false,
		exitCode: null,
		output: '',
		outputBytes: 0,
		edits,
	} as const;
	return describeToolResult(call, { ...result, edits }, context).flatMap((block) =>
		blockRows(block, context),
	);
}

const edit = (hunks: EditHunk[], rest: Partial<FileEdit> = {}): FileEdit => {
	const lines = hunks.flatMap((hunk) => hunk.lines);
	const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
	return { path: '/repo/src/slug.js', kind: 'edit', added: count('+'), removed: count('-'), hunks, ...rest };
};

const SLUG = edit([
	{
		oldStart: 6,
		newStart: 6,
		lines: [
			' import { trimDashes } from "./text.js";',
			' const SEPARATOR = "-";',
			' const MAX_LENGTH = 60;',
			'+const DEFAULT_SLUG = "untitled";',
			' ',
			'-/** Lower case, no blanks at the ends. */',
			'+/** Lower case, no blanks at the ends, accents folded. */',
			' export function normalize(title) {',
			'-  return title.trim().toLowerCase();',
			'+  return title.trim().toLowerCase().normalize("NFD").replace(/\\p{M}/gu, "");',
			' }',
			' ',
			' ',
		],
	},
	{
		oldStart: 23,
		newStart: 24,
		lines: [
			' ',
			' export function slug(title) {',
			'   const words = normalize(title).replace(/[^a-z0-9]+/g, SEPARATOR);',
			'-  return shorten(trimDashes(words));',
			'+  return shorten(trimDashes(words)) || DEFAULT_SLUG;',
			' }',
		],
	},
]);

describe('an edit in the transcript', () => {
	it('shows its hunks with numbers, signs and two lines of context', () => {
		expect(shown([SLUG], [100, 30])).toEqual([
			'✓ edit src/slug.js +4 -3',
			'   7   const SEPARATOR = "-";',
			'   8   const MAX_LENGTH = 60;',
			'   9 + const DEFAULT_SLUG = "untitled";',
			'  10',
			'  10 - /** Lower case, no blanks at the ends. */',
			'  11 + /** Lower case, no blanks at the ends, accents folded. */',
			'  12   export function normalize(title) {',
			'  12 -   return title.trim().toLowerCase();',
			'  13 +   return title.trim().toLowerCase().normalize("NFD").replace(/\\p{M}/gu, "");',
			'  14   }',
			'  15',
			'     ⋮',
			'  25   export function slug(title) {',
			'  26     const words = normalize(title).replace(/[^a-z0-9]+/g, SEPARATOR);',
			'  26 -   return shorten(trimDashes(words));',
			'  27 +   return shorten(trimDashes(words)) || DEFAULT_SLUG;',
			'  28   }',
		]);
	});

	it('is cut between changed lines, and says what is missing and how to see it', () => {
		expect(shown([SLUG], [80, 24])).toEqual([
			'✓ edit src/slug.js +4 -3 · 5 of 7 changed lines, /diff 2',
			'   7   const SEPARATOR = "-";',
			'   8   const MAX_LENGTH = 60;',
			'   9 + const DEFAULT_SLUG = "untitled";',
			'  10',
			'  10 - /** Lower case, no blanks at the ends. */',
			'  11 + /** Lower case, no blanks at the ends, accents folded. */',
			'  12   export function normalize(title) {',
			'  12 -   return title.trim().toLowerCase();',
			'  13 +   return title.trim().toLowerCase().normalize("NFD").replace(/\\p{M}/gu,',
			'         "");',
			'  14   }',
			'  15',
			'     ⋮ 1 more change at line 26',
		]);
	});

	it('looks the same in ASCII, but for its marks', () => {
		expect(shown([SLUG], [80, 24]).map((row) => asciiRow(row, 79))).toEqual([
			'v edit src/slug.js +4 -3 | 5 of 7 changed lines, /diff 2',
			...shown([SLUG], [80, 24]).slice(1, -1),
			'     : 1 more change at line 26',
		]);
	});

	it('has one line of context, and wraps what changed below its text, on a narrow terminal', () => {
		expect(shown([SLUG], [40, 15])).toEqual([
			'✓ edit src/slug.js +4 -3 · /diff 2',
			'   8   const MAX_LENGTH = 60;',
			'   9 + const DEFAULT_SLUG = "untitled";',
			'  10',
			'  10 - /** Lower case, no blanks at the',
			'         ends. */',
			'     ⋮ 3 more: lines 11, 12, 26',
		]);
	});

	it('shows the first rows of a new file, and only the line of one that is deleted, moved or binary', () => {
		const lines = Array.from({ length: 40 }, (_, i) => `+line ${i + 1}`);
		const made = edit([{ oldStart: 0, newStart: 1, lines }], { path: '/repo/a.txt', kind: 'create' });
		expect(shown([made], [80, 24])).toEqual([
			'✓ create a.txt +40 · 8 of 40 lines, /diff 2',
			...lines.slice(0, 8).map((line, i) => `   ${i + 1} + ${line.slice(1)}`),
			'     ⋮ 32 more lines',
		]);
		const gone = edit([{ oldStart: 1, newStart: 0, lines: ['-a', '-b'] }], { path: 'b.txt', kind: 'delete' });
		const moved = edit([], { path: '/repo/c.txt', movedTo: '/repo/d/c.txt', kind: 'move' });
		const binary = edit([], { path: '/repo/logo.png', added: null, removed: null });
		expect(shown([gone, moved, binary], [80, 24])).toEqual([
			'✓ delete b.txt -2',
			'✓ move c.txt → d/c.txt +0 -0',
			'✓ edit logo.png',
		]);
	});

	it('gives each file of a tool a line, and all of them the rows of one edit', () => {
		const files = Array.from({ length: 20 }, (_, i) =>
			edit([{ oldStart: 1, newStart: 1, lines: ['-a', '+b'] }], { path: `/repo/f${i}` }),
		);
		const rows = shown(files, [80, 24]);
		expect(rows.slice(0, 4)).toEqual(['✓ edit f0 +1 -1', '  1 - a', '  1 + b', '✓ edit f1 +1 -1']);
		expect(rows.filter((row) => row.startsWith('  '))).toHaveLength(14);
		expect(rows.at(-1)).toBe('✓ edit 8 more files · /diff 2');
	});

	it('marks the words that changed of a line that is half the same, in colour only', () => {
		const color = createTheme(true);
		const hunk = {
			oldStart: 1,
			newStart: 1,
			lines: ['-  return net * rate;', '+  return net * (rate + fee);'],
		};
		const [, out, made] = shown([edit([hunk])], [80, 24], color);
		expect(out).toContain(color.bad('  return net * rate;'));
		expect(made).toContain(color.good(`  return net * ${color.bold('(')}rate${color.bold(' + fee)')};`));
		const other = { oldStart: 1, newStart: 1, lines: ['-alpha beta', '+gamma delta'] };
		expect(shown([edit([other])], [80, 24], color).join('')).not.toContain('\u001b[1m');
	});

	it('has no column of numbers where none are reported', () => {
		const hunk = { oldStart: null, newStart: null, lines: [' a', '-b', '+c'] };
		expect(shown([edit([hunk])], [80, 24])).toEqual(['✓ edit src/slug.js +1 -1', '    a', '  - b', '  + c']);
	});

	it('cuts a changed line after three rows, and context after one', () => {
		const long = 'x'.repeat(399);
		const rows = shown([edit([{ oldStart: 1, newStart: 1, lines: [` ${long}`, `+${long}`] }])], [40, 40]);
		expect(rows).toHaveLength(5);
		expect(rows.slice(1).map(columnsOf)).toEqual([39, 39, 39, 39]);
		expect([rows[1]?.at(-1), rows[4]?.at(-1)]).toEqual(['…', '…']);
	});

	it('lets nothing through that a terminal could obey, and is never wider or longer than its room', () => {
		const text = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 60 }),
			fc.constantFrom('\u001b]52;c;eA==\u0007', '\r\n', '\t\t日本', '\u202e', '', ' '.repeat(90)),
		);
		const line = fc.tuple(fc.constantFrom(' ', '+', '-'), text).map(([sign, rest]) => sign + rest);
		const hunk = fc.record({
			oldStart: fc.option(fc.nat(2000)),
			newStart: fc.option(fc.nat(2000)),
			lines: fc.array(line, { maxLength: 40 }),
		});
		const size = fc.constantFrom([100, 30] as const, [80, 24] as const, [40, 15] as const);
		fc.assert(
			fc.property(fc.array(hunk, { maxLength: 4 }), text, size, (hunks, path, [columns, rows]) => {
				const all = shown([edit(hunks, { path })], [columns, rows], createTheme(true));
				expect(all.length).toBeLessThanOrEqual(Math.max(5, Math.min(24, rows - 10)) + 3);
				for (const row of all) {
					expect(columnsOf(row)).toBeLessThan(columns);
					expect(row.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
				}
			}),
		);
	});
});
