import { describe, expect, it } from 'vitest';
import { adoptionLines } from '../../../../../src/commands/race/adopt/describe-adoption.ts';
import { raceShowLines } from '../../../../../src/commands/race/show/lines.ts';
import type { AdoptResult } from '../../../../../src/race/adopt/adopt-deps.ts';
import { rankEntrants } from '../../../../../src/race/rank/rank.ts';
import type { RaceRecord } from '../../../../../src/race/record/race-record.ts';
import { columnsOf } from '../../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../../src/ui/theme.ts';
import { RaceLines } from '../../../../../src/view/race/race-lines.ts';
import { fakeCheck, fakeEntrant } from '../../../../helpers/fake-entrant.ts';
import { raceRecord } from '../../../../helpers/race-record.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const theme = createTheme(false);
const ID = '01M7Z83H1JS5MH12VCRGPGY015';

function ended(over: Partial<RaceRecord> = {}): RaceRecord {
	const failed = fakeCheck({
		status: 'failed',
		exit_code: 1,
		failing_tests: 3,
		output: 'race/codex-check-1.log',
	});
	const entrants = [
		fakeEntrant('codex', {
			checks: [failed],
			cost_usd: 0.031,
			cost_source: 'reported',
			notes: ['made \x1b[31m2 commits'],
		}),
		fakeEntrant('claude', {
			checks: [fakeCheck({ failing_tests: 0 })],
			cost_usd: 1.5,
			cost_source: 'estimated',
			tokens: { input: 12_000, output: 3400 },
			work_ms: 61_000,
		}),
		fakeEntrant('gemini', {
			outcome: 'limited',
			commit: null,
			diff: null,
			limited_until: '2026-11-21T14:30:00.000Z',
		}),
	];
	return raceRecord(ID, 'abcdef0123456789', { entrants, ...rankEntrants(entrants), ...over });
}

const page = (record: RaceRecord, columns = 100, ref: string | null = null, isLive = false) =>
	raceShowLines(
		{ record, now: NOW, ref, command: 'agent-relay race', folder: '.agent-relay/sessions/X', isLive },
		{ theme, columns },
	);

describe('the page of a race', () => {
	it('has every figure of the order, best first, and why the first is first', () => {
		const lines = page(ended());
		const rows = lines.filter((line) => /^\d {2}/.test(line));
		expect(rows).toHaveLength(3);
		expect(rows[0]).toMatch(
			/^1 {2}claude +1\/1 +0 +finished +1 \+10 -0 +~\$1\.50 +12k in 3\.4k out +1 min 1 s$/,
		);
		expect(rows[1]).toMatch(/^2 {2}codex +0\/1 +3 +finished +1 \+10 -0 +\$0\.03/);
		expect(rows[2]).toMatch(/^3 {2}gemini +.*at its limit/);
		expect(lines).toContain('claude is first: it passed 1 of 1 check, codex 0.');
	});

	it('names the day of the prices under the table, where a cost is estimated', () => {
		const [codex, claude, gemini] = ended().entrants;
		const entrants = [codex!, { ...claude!, prices_as_of: '2025-11-30' }, gemini!];
		for (const columns of [100, 40])
			expect(page(ended({ entrants }), columns).join(' ').replace(/ +/g, ' ')).toContain(
				'~: estimated from the list prices of 2025-11-30',
			);
		expect(page(ended()).join('\n')).not.toContain('~:');
	});

	it('says which setup failed, and where its output is', () => {
		const setup = fakeCheck({
			command: 'npm ci',
			status: 'failed',
			exit_code: 3,
			output: 'race/codex-setup.log',
		});
		const entrants = [fakeEntrant('codex', { outcome: 'setup_failed', setup, commit: null, diff: null })];
		const text = page(ended({ entrants, ...rankEntrants(entrants) })).join('\n');
		expect(text).toContain('codex: setup: npm ci failed (exit 3, 10 ms), output in race/codex-setup.log');
	});

	it('says what did not pass, where its output is, limits and notes, with nothing a terminal obeys', () => {
		const text = page(ended(), 200).join('\n');
		expect(text).toContain(
			'codex: npm test failed (exit 1, 3 failing, 10 ms), output in race/codex-check-1.log',
		);
		expect(text).toContain('codex: made 2 commits');
		expect(text).toMatch(/gemini: limited until /);
		expect(text).not.toContain('\x1b');
	});

	it('names shared changes, adoptions, and what to do next', () => {
		const text = page(
			ended({
				shared_changes: ['branch main moved'],
				adopted: [{ entrant: 'claude', at: '2026-11-21T11:57:00.000Z', commit: null, branch: 'try' }],
			}),
		).join('\n');
		expect(text).toContain('! branch main moved');
		expect(text).toContain('✓ claude was adopted as branch try 3 min ago');
		expect(text).toContain('agent-relay race diff claude');
		expect(text).toContain('agent-relay race clean --apply');
		expect(page(ended()).join('\n')).toMatch(/adopt it: agent-relay race adopt\n/);
		expect(page(ended({ winner: null }), 100, 'GY015').join('\n')).toContain(
			'race adopt claude --race GY015',
		);
		expect(page(ended({ state: 'running' })).join('\n')).toContain('resume: agent-relay race resume');
		const full = { ...ended().options, permissions: 'full' as const };
		expect(page(ended({ state: 'running', options: full })).join('\n')).toContain('race resume -p full');
		const going = page(ended({ state: 'running' }), 100, null, true).join('\n');
		expect(going).toContain('running');
		expect(going).not.toContain('resume');
		expect(page(ended({ state: 'cleaned' })).join('\n')).not.toContain('race adopt');
	});

	it('offers to take over only what somebody made', () => {
		const nothing = { files: 0, added: 0, removed: 0 };
		const idle = fakeEntrant('codex', { diff: nothing });
		const busy = fakeEntrant('claude', { outcome: 'timed_out' });
		const steps = (...entrants: RaceRecord['entrants']) =>
			page(ended({ entrants, ...rankEntrants(entrants), winner: null })).join('\n');
		expect(steps(idle, busy)).toContain('adopt it: agent-relay race adopt claude');
		expect(steps(idle)).not.toMatch(/race (?:adopt|diff)/);
		expect(steps(idle)).toContain('race clean --apply');
	});

	it('says from when on a race with limited entrants can go on', () => {
		expect(page(ended()).join('\n')).toMatch(
			/resume from .*\d\d:\d\d \(in 2 h 30 min\): agent-relay race resume\n/,
		);
		const free = fakeEntrant('gemini', { outcome: 'limited', limited_until: '2026-11-21T11:00:00.000Z' });
		expect(page(ended({ entrants: [free], ranking: ['gemini'] })).join('\n')).toContain(
			'\nresume: agent-relay race resume',
		);
		expect(page(ended({ entrants: [fakeEntrant('codex')] })).join('\n')).not.toContain('resume');
	});

	it.each([30, 40, 80, 120])('fits %i columns', (columns) => {
		for (const line of page(ended({ shared_changes: ['x'.repeat(300)] }), columns))
			expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
	});
});

describe('a race as lines', () => {
	it('says each change of state once', () => {
		const lines = new RaceLines(theme);
		const waiting = fakeEntrant('claude', { state: 'waiting', outcome: null, diff: null, checks: [] });
		const said = (entrant: typeof waiting) => lines.linesOf({ type: 'entrant', entrant });
		expect(
			lines.linesOf({
				type: 'race_started',
				record: raceRecord(ID, 'abcdef0123456789', { entrants: [waiting] }),
			}),
		).toEqual([`Race ${ID} of 1 entrant: claude · base abcdef0123`]);
		expect(said({ ...waiting, state: 'working' })).toEqual(['· claude: working']);
		expect(said({ ...waiting, state: 'working', tokens: { input: 1, output: 1 } })).toEqual([]);
		const checks = [fakeCheck(), fakeCheck({ status: 'not_run' })];
		expect(said({ ...waiting, state: 'checking', checks })).toEqual([
			'✓ claude: npm test passed (10 ms)',
			'· claude: checking',
		]);
		const end = fakeEntrant('claude', {
			checks: [fakeCheck(), fakeCheck({ status: 'timed_out', exit_code: null })],
		});
		expect(said(end)).toEqual([
			'✗ claude: npm test timed out (10 ms)',
			'■ claude: finished · 5.0 s · files 1 +10 -0 · 1/2 checks passed',
		]);
	});
});

describe('an adoption as lines', () => {
	it('lists what stands in the way and what helps', () => {
		const result: AdoptResult = {
			status: 'conflicts',
			entrant: 'claude',
			conflicts: [{ path: 'a\x1b[2J.txt', kind: 'changed', why: 'changed here' }],
			canMerge: true,
			notes: [],
		};
		const asking = { command: 'agent-relay race', of: ' --race GY015' };
		expect(adoptionLines(result, theme, asking)).toEqual([
			'✗ Nothing was written: this path is in the way of claude.',
			'  a.txt  changed here',
			'Merge them three-way: agent-relay race adopt claude --race GY015 --merge',
		]);
		expect(adoptionLines({ ...result, canMerge: false }, theme, asking).at(-1)).toContain('--branch NAME');
	});
});
