import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScreenWriter } from '../../../src/ui/screen-writer.ts';
import { columnsFor } from '../../../src/ui/terminal-size.ts';
import { PtyScreen } from '../../helpers/pty-screen.ts';

function open(columns = 20, rows = 8) {
	const screen = new PtyScreen(columns, rows);
	return { screen, writer: new ScreenWriter(screen) };
}

describe('the screen', () => {
	it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
		'is 80 x 24 where a terminal says %s',
		(size) => {
			const output = { write: () => true, ...(size === undefined ? {} : { columns: size, rows: size }) };
			const writer = new ScreenWriter(output);
			expect([writer.columns, writer.rows]).toEqual([80, 24]);
			expect(columnsFor({ ...output, isTTY: true }, 100)).toBe(80);
			expect(columnsFor(output, 100)).toBe(100);
		},
	);

	it('prints above and keeps the live rows at the bottom', () => {
		const { screen, writer } = open();
		writer.draw([], { rows: ['> ty'], cursor: { row: 0, column: 4 } });
		writer.draw(['one', 'two'], { rows: ['> typed'], cursor: { row: 0, column: 3 } });
		expect(screen.lines()).toEqual(['one', 'two', '> typed']);
		expect([screen.row, screen.column]).toEqual([2, 3]);
	});

	it('erases nothing before it has written over it: tmux would keep that in its history', () => {
		const written: string[] = [];
		const writer = new ScreenWriter({ write: (text) => written.push(text), columns: 40, rows: 12 });
		const region = { rows: ['', 'claude › type a task', 'main'], cursor: { row: 1, column: 9 } };
		writer.draw([], region);
		writer.draw(['agent-relay 0.1.0'], region);
		const [first = '', second = ''] = written.map((bytes) => bytes.split('\x1b[J')[0]);
		expect(first).toContain('claude › type a task');
		expect(second).toMatch(/agent-relay 0\.1\.0[\s\S]*claude › type a task/);
	});

	it('writes nothing when nothing changed', () => {
		const written: string[] = [];
		const writer = new ScreenWriter({ write: (text) => written.push(text) });
		const region = { rows: ['a', 'b'], cursor: { row: 1, column: 1 } };
		writer.draw([], region);
		writer.draw([], region);
		expect(written).toHaveLength(1);
	});

	it('writes only the rows that changed, in one piece that is shown at once', () => {
		const written: string[] = [];
		const writer = new ScreenWriter({ write: (text) => written.push(text), columns: 40, rows: 12 });
		const rows = (time: string) => ['▸ run npm test', '  plan', `claude ${time}`, 'claude › typed'];
		writer.draw([], { rows: rows('1 s'), cursor: { row: 3, column: 14 } });
		writer.draw([], { rows: rows('2 s'), cursor: { row: 3, column: 14 } });
		expect(written[1]).toBe(
			'\x1b[?2026h\x1b[?7l\x1b[1A\rclaude 2 s\x1b[K\x1b[?7h\x1b[1B\r\x1b[14C\x1b[?2026l',
		);
	});

	it('draws with ASCII where it must, and no row wider for it', () => {
		const screen = new PtyScreen(20, 8);
		const writer = new ScreenWriter(screen, { ascii: true });
		writer.draw(['✓ run npm test and …'], { rows: ['claude › x'], cursor: { row: 0, column: 10 } });
		expect(screen.all()).toEqual(['v run npm test a...', 'claude > x']);
	});

	it('leaves nothing of itself behind', () => {
		const { screen, writer } = open();
		writer.draw(['kept'], { rows: ['status', '> x'], cursor: { row: 1, column: 3 } });
		writer.clear();
		expect(screen.lines()).toEqual(['kept']);
		expect([screen.row, screen.column]).toEqual([1, 0]);
	});

	it('leaves what was printed above where a live region goes away', () => {
		const { screen, writer } = open();
		writer.draw(['one', 'two'], { rows: ['status'], cursor: { row: 0, column: 0 } });
		writer.draw([], { rows: [], cursor: { row: 0, column: 0 } });
		writer.draw(['three'], { rows: [], cursor: { row: 0, column: 0 } });
		expect(screen.lines()).toEqual(['one', 'two', 'three']);
	});

	it('takes away what the terminal echoed into the live region', () => {
		const { screen, writer } = open();
		writer.draw(['one'], { rows: ['status'], cursor: { row: 0, column: 0 } });
		screen.write('^C');
		writer.draw([], { rows: [], cursor: { row: 0, column: 0 } });
		expect(screen.lines()).toEqual(['one']);
		expect(screen.column).toBe(0);
	});

	it('shows what was printed and the last region, whatever was drawn before', () => {
		const row = fc.string({ unit: fc.constantFrom('a', '漢', ' ', 'z'), maxLength: 9 });
		const region = fc
			.array(row, { maxLength: 5 })
			.chain((rows) =>
				fc
					.nat({ max: Math.max(0, rows.length - 1) })
					.map((at) => ({ rows, cursor: { row: at, column: (rows[at] ?? '').length } })),
			);
		const draw = fc.record({ lines: fc.array(row, { maxLength: 3 }), region });
		fc.assert(
			fc.property(fc.array(draw, { minLength: 1, maxLength: 12 }), (draws) => {
				const { screen, writer } = open();
				for (const { lines, region } of draws) writer.draw(lines, region);
				const last = draws.at(-1);
				const expected = [...draws.flatMap(({ lines }) => lines), ...(last?.region.rows ?? [])].map((text) =>
					text.trimEnd(),
				);
				const all = screen.all();
				const end = expected.findLastIndex((text) => text !== '') + 1;
				expect(all).toEqual(expected.slice(0, Math.max(end, all.length)));
				expect(screen.unknown).toEqual([]);
				expect(screen.modes.get(7) ?? true).toBe(true);
			}),
		);
	});
});
