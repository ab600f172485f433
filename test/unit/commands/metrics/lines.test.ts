import { describe, expect, it } from 'vitest';
import { csvLines } from '../../../../src/commands/metrics/csv.ts';
import { Grouping } from '../../../../src/commands/metrics/grouping.ts';
import { metricsLines } from '../../../../src/commands/metrics/lines.ts';
import { daysBetween, localDay } from '../../../../src/commands/metrics/local-days.ts';
import type { MetricsData } from '../../../../src/commands/metrics/metrics-data.ts';
import { sparkline } from '../../../../src/commands/metrics/sparkline.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const look = { theme: PLAIN_THEME, columns: 160 };

function dataOf(turns: readonly TurnState[], over: Partial<MetricsData> = {}): MetricsData {
	const { by = 'agent' } = over;
	const grouping = new Grouping(by);
	for (const turn of turns) grouping.add(turn, { root: '/repo', lineage: 'L', before: null });
	return {
		by,
		since: null,
		agent: null,
		isOfAllRepos: false,
		rows: grouping.groups().map((group) => ({ ...group, title: null })),
		total: grouping.total(),
		days: grouping.days(),
		damaged: [],
		isCsv: false,
		ownName: 'agent-relay',
		called: 'agent-relay metrics',
		...over,
	};
}

describe('metrics on a screen', () => {
	it('has a row for each group and a total, and keeps kinds of cost apart', () => {
		const estimate = { cost_source: 'estimated' as const, prices_as_of: '2025-11-30' };
		const lines = metricsLines(
			dataOf([fakeTurnState(), fakeTurnState({ agent: 'codex', cost_usd: 2, ...estimate })]),
			look,
		);
		expect(lines[0]).toMatch(
			/^agent +turns +success +input +cached +output +reported +estimated +agent time/,
		);
		expect(lines[1]).toMatch(/^claude +1 +100% +200 +1k +340 +\$0\.01 +12\.3 s/);
		expect(lines[2]).toMatch(/^codex +1 +100% +200 +1k +340 +~\$2\.00 +12\.3 s/);
		expect(lines[3]).toMatch(/^total +2 .* \$0\.01 +~\$2\.00 +24\.6 s +12\.3 s/);
		expect(lines).toContain('~ is an estimate, by prices of 2025-11-30');
	});

	it('shows what an agent called itself as text', () => {
		const lines = metricsLines(dataOf([fakeTurnState({ model: 'm\u001b[2J' })], { by: 'model' }), look);
		expect(lines.join('\n')).not.toContain('\u001b');
	});

	it('names damaged sessions, also where nothing else is there', () => {
		const id = parseSessionId('01K3ZZZZZZZZZZZZZZZZZAAAAA');
		if (id === null) throw new Error('not an id');
		const damaged = Array.from({ length: 12 }, () => ({ id, root: '/r', problem: 'not JSON' }));
		const lines = metricsLines(dataOf([], { damaged }), look);
		expect(lines[0]).toBe('No turns here yet.');
		expect(lines[2]).toBe('Damaged, counted as far as it can be read: session ZAAAAA: not JSON');
		expect(lines.at(-1)).toBe('and 2 more; all of them: agent-relay metrics --json');
		expect(metricsLines(dataOf([], { since: '2026-01-01T00:00:00.000Z' }), look)[0]).toBe('No turn matches.');
	});
});

describe('metrics as CSV', () => {
	it('has one header for every grouping, CRLF, and quotes where they are needed', () => {
		const model = 'a "b", c';
		const [head, row] = csvLines(dataOf([fakeTurnState({ model })], { by: 'model' }));
		expect(head).toBe(csvLines(dataOf([], { by: 'day' }))[0]);
		expect(head).toMatch(/^by,key,title,turns,ended,done,success_rate,input_tokens,.*,hand_overs\r$/);
		expect(row).toMatch(
			/^model,"a ""b"", c",,1,1,1,1,200,1000,0,340,0,1540,0,0\.013,0,0,,12300,12300,0,0\r$/,
		);
	});

	it('gives a spreadsheet nothing to run', () => {
		const [, row] = csvLines(dataOf([fakeTurnState({ model: '=1+1' })], { by: 'model' }));
		expect(row).toMatch(/^model,'=1\+1,/);
	});
});

describe('a sparkline', () => {
	it('has a bar for each day, gaps included, and as many as fit', () => {
		const days = [
			['2026-03-27', 1],
			['2026-03-30', 8],
		] as const;
		expect(sparkline('turns a day', days, look)).toBe(
			'turns a day  ▁  █  2026-03-27 to 2026-03-30, at most 8',
		);
		expect(sparkline('turns a day', days, { ...look, columns: 40 })).toBe(
			'turns a day  █  2026-03-30, at most 8',
		);
	});
});

describe('local days', () => {
	it('follow one another without a gap or a twin, also over days of 23 and 25 hours', () => {
		const noons = Array.from({ length: 800 }, (_, i) => new Date(2026, 0, 1 + i, 12).getTime());
		const days = noons.map(localDay);
		expect(new Set(days).size).toBe(800);
		expect(daysBetween(days[0] ?? '', days.at(-1) ?? '', 1000)).toEqual(days);
		expect(daysBetween('2026-03-02', '2026-03-01', 10)).toEqual([]);
	});
});
