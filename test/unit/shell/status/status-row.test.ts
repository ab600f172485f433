import { describe, expect, it } from 'vitest';
import { type StatusFacts, statusRow } from '../../../../src/shell/status/status-row.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';

const NOON = Date.parse('2025-12-01T12:00:00');
const theme = createTheme(false);

const FACTS: StatusFacts = {
	repo: 'shop',
	branch: 'main',
	isDirty: true,
	agent: 'claude',
	model: 'sonnet-5.5',
	preset: 'edit',
	windows: [
		{ agent: 'claude', window: 'five_hour', ratio: 0.41, seenAt: NOON },
		{ agent: 'claude', window: 'seven_day', ratio: 0.12, seenAt: NOON },
		{ agent: 'codex', window: 'five_hour', ratio: 0.12, seenAt: NOON },
	],
	limited: [],
	next: 'codex',
	queued: 0,
	key: null,
	isTyping: false,
};

const row = (over: Partial<StatusFacts>, columns = 80, rows = 24, look = theme) =>
	statusRow({ ...FACTS, ...over }, { columns, rows, now: NOON, theme: look });

describe('the status line', () => {
	it('shows all it knows at 100 columns, and less the narrower it is', () => {
		expect(row({}, 100, 30)).toEqual([
			'shop main*  claude sonnet-5.5 · edit  claude 5h 41% · week 12%  codex 5h 12%  next codex',
		]);
		expect(row({}, 80)).toEqual([
			'main*  claude sonnet-5.5 · edit  5h 41% · week 12%  codex 5h 12%  next codex',
		]);
		expect(row({}, 40, 15)).toEqual(['main*  edit  5h 41%  next codex']);
	});

	it('says until when an agent is limited, in place of its windows', () => {
		const limited = [{ agent: 'claude', until: NOON + 280 * 60_000 }];
		expect(row({ agent: 'codex', model: 'gpt-5.5', limited, next: 'opencode' })).toEqual([
			'main*  codex gpt-5.5 · edit  5h 12%  claude limited until 16:40  next opencode',
		]);
		expect(row({ limited, next: null }, 40, 15)).toEqual(['main*  edit  claude limited until 16:40']);
	});

	it('says how old a report is after an hour', () => {
		const windows = [{ agent: 'claude', window: 'five_hour', ratio: 0.41, seenAt: NOON - 3 * 3_600_000 }];
		expect(row({ windows }, 40, 15)).toEqual(['main*  5h 41% (3 h old)  next codex']);
	});

	it('keeps what matters longest', () => {
		const kept = {
			preset: 'full',
			key: 'Ctrl+Y answers',
			queued: 2,
			branch: 'a-very-long-branch-name-of-mine',
		};
		expect(row(kept, 60)).toEqual(['full  5h 41%  next codex  2 queued  Ctrl+Y answers']);
		expect(row({ ...kept, windows: [] }, 40)).toEqual(['full  next codex  Ctrl+Y answers']);
	});

	it('leaves while something is typed, but for what presses', () => {
		const typing = { isTyping: true };
		expect(row(typing)).toEqual([]);
		expect(row({ ...typing, preset: 'full', queued: 2, key: 'Ctrl+Y answers' })).toEqual([
			'full  2 queued  Ctrl+Y answers',
		]);
		const limited = [{ agent: 'codex', until: NOON + 280 * 60_000 }];
		const windows = [{ agent: 'claude', window: 'five_hour', ratio: 0.75, seenAt: NOON }];
		expect(row({ ...typing, windows, limited })).toEqual(['5h 75%  codex limited until 16:40']);
	});

	it('is nowhere below 40 columns or 10 rows', () => {
		expect(row({}, 39)).toEqual([]);
		expect(row({}, 80, 9)).toEqual([]);
	});

	it('is never wider than the terminal, whatever others call their branches', () => {
		const hostile = {
			branch: `ma\x1b[31min\u202e${'字'.repeat(60)}`,
			agent: 'x'.repeat(90),
			next: 'y'.repeat(90),
		};
		for (let columns = 40; columns < 130; columns++) {
			const [shown = ''] = row(hostile, columns);
			expect(columnsOf(shown)).toBeLessThan(columns);
			expect(shown).not.toMatch(/[\x1b\u202e]/);
		}
	});

	it('warns of a nearly full window, and of the preset full', () => {
		const windows = [{ agent: 'claude', window: 'five_hour', ratio: 0.93, seenAt: NOON }];
		const [shown = ''] = row({ windows, preset: 'full' }, 80, 24, createTheme(true));
		expect(shown).toContain('\x1b[33m5h 93%');
		expect(shown).toContain('\x1b[33mfull');
	});
});
