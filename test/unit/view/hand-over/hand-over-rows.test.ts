import { describe, expect, it } from 'vitest';
import { chooseSuccessor } from '../../../../src/limits/successor.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { handOverRows, switchRows } from '../../../../src/view/hand-over/hand-over-rows.ts';
import { nobodyRows } from '../../../../src/view/hand-over/nobody-rows.ts';

const NOON = Date.parse('2025-12-01T12:00:00');
const theme = createTheme(false);
const at = (columns: number | null) => ({ theme, columns, now: NOON, packet: '/packet shows it' });

const limit = {
	kind: 'window',
	resetAt: NOON + 130 * 60_000,
	window: 'five_hour',
	scope: 'account',
	source: { channel: 'event', rule: 'r', excerpt: '' },
	confidence: 'exact',
} as const;

const handedOver: Extract<RelayEvent, { type: 'handed_over' }> = {
	type: 'handed_over',
	from: 'claude',
	to: 'codex',
	reason: 'limit',
	failure: null,
	limit,
	packet: 'resume/001-claude-codex.md',
	carried: {
		prompts: 2,
		notes: 1,
		plan: { done: 3, total: 5 },
		files: 4,
		bytes: 5734,
		leftOut: ['2 earlier prompts', '3 diffs'],
	},
	candidates: [],
	losses: ['run a command that is not allowed'],
};

describe('the rule of a hand-over', () => {
	it('crosses the screen at 80 columns, with what went along and what did not', () => {
		expect(handOverRows(handedOver, at(79))).toEqual([
			'── claude → codex · 5-hour window used up, resets 14:10 (in 2 h 10 min) ───────',
			'  carried   2 prompts, 1 note, plan 3 of 5, 4 files, 5.6 KB · /packet shows it',
			'  left out  2 earlier prompts, 3 diffs',
			'  codex cannot: run a command that is not allowed',
		]);
	});

	it('fills 100 columns', () => {
		expect(handOverRows(handedOver, at(99))[0]).toBe(
			'── claude → codex · 5-hour window used up, resets 14:10 (in 2 h 10 min) ───────────────────────────',
		);
	});

	it('moves the reason below the rule at 40 columns, and breaks no fact', () => {
		expect(handOverRows(handedOver, at(39))).toEqual([
			'── claude → codex ─────────────────────',
			'  5-hour window used up',
			'  resets 14:10 (in 2 h 10 min)',
			'  carried   2 prompts, 1 note,',
			'            plan 3 of 5, 4 files,',
			'            5.6 KB · /packet shows it',
			'  left out  2 earlier prompts, 3 diffs',
			'  codex cannot: run a command that is',
			'                not allowed',
		]);
	});

	it('fills nothing where there is no terminal', () => {
		expect(handOverRows(handedOver, at(null))[0]).toBe(
			'── claude → codex · 5-hour window used up, resets 14:10 (in 2 h 10 min) ───',
		);
	});

	it('lists only what there is', () => {
		const carried = { prompts: 0, notes: 0, plan: null, files: 1, bytes: 900, leftOut: [] };
		const { packet: _, ...look } = at(79);
		expect(switchRows({ from: 'a', to: 'b', carried, losses: [], why: ['you switched'] }, look)).toEqual([
			`── a → b · you switched ${'─'.repeat(55)}`,
			'  carried   1 file, 900 B',
		]);
		const { carried: __, ...older } = handedOver;
		expect(handOverRows({ ...older, losses: [] }, at(79))).toHaveLength(1);
	});

	it('says why a successor could not begin, without control characters', () => {
		const failed = {
			...handedOver,
			reason: 'failed_successor',
			limit: null,
			failure: 'no\x1b[2J login',
		} as const;
		expect(handOverRows(failed, at(79))[0]).toMatch(
			/^── claude → codex · claude could not start \(no.* login\) ─+$/,
		);
		expect(handOverRows(failed, at(79)).join('')).not.toContain('\x1b');
	});

	it('is never wider than the terminal', () => {
		for (let columns = 8; columns < 120; columns++)
			for (const row of handOverRows(handedOver, at(columns)))
				expect(columnsOf(row)).toBeLessThanOrEqual(columns);
	});
});

const nobody: Extract<RelayEvent, { type: 'nobody_left' }> = {
	type: 'nobody_left',
	from: 'claude',
	failure: null,
	limit,
	earliestReset: NOON + 130 * 60_000,
	candidates: [
		{
			agent: 'codex',
			model: null,
			verdict: 'limited',
			reason: 'limited: weekly window used up, resets Thu 4 Dec, 06:00 (in 2 d 18 h)',
			brief: { what: 'weekly window', advice: null, isOwnGuess: false },
			resetAt: NOON + 66 * 3_600_000,
		},
		{
			agent: 'gemini',
			model: null,
			verdict: 'not_logged_in',
			reason: 'not logged in: run gemini, then /auth',
			brief: { what: 'not logged in', advice: 'run gemini, then /auth', isOwnGuess: false },
			resetAt: null,
		},
		{
			agent: 'claude',
			model: null,
			verdict: 'current',
			reason: 'it just stopped: limited: 5-hour window used up, resets 14:10 (in 2 h 10 min)',
			brief: { what: '5-hour window', advice: null, isOwnGuess: false },
			resetAt: NOON + 130 * 60_000,
		},
	],
	packet: 'p',
};

describe('no agent is available', () => {
	it('has a row an agent, earliest first', () => {
		expect(nobodyRows(nobody, { ...at(79), retry: '/retry' })).toEqual([
			'── claude → no agent is available ─────────────────────────────────────────────',
			'  claude  5-hour window  14:10 (in 2 h 10 min)',
			'  codex   weekly window  Thu 4 Dec, 06:00 (in 2 d 18 h)',
			'  gemini  not logged in  run gemini, then /auth',
			'  The work is kept. /retry continues it at 14:10; with --wait it continues by',
			'  itself.',
		]);
	});

	it('shows the whole reason of a record that has no parts', () => {
		const candidates = nobody.candidates.map(({ brief: _, ...rest }) => rest);
		const rows = nobodyRows({ ...nobody, candidates }, { ...at(200), retry: '/retry' }).join('\n');
		expect(rows).toContain('limited: weekly window used up');
		expect(rows).toContain('not logged in: run gemini, then /auth');
	});

	it('stacks what an agent waits for at 40 columns', () => {
		expect(nobodyRows({ ...nobody, isWaiting: true }, at(39))).toEqual([
			'── claude → no agent is available ─────',
			'  claude  14:10 (in 2 h 10 min)',
			'          5-hour window',
			'  codex   Thu 4 Dec, 06:00',
			'          weekly window',
			'  gemini  run gemini, then /auth',
			'          not logged in',
			'  The work is kept; it continues by',
			'  itself at 14:10. Ctrl+C ends the',
			'  wait.',
		]);
	});

	it('takes every reason of the successor rule apart', () => {
		const facts = {
			installed: true,
			loggedIn: 'yes',
			refusedLogin: null,
			isDemo: false,
			refused: null,
			install: 'npm i x',
			loginAdvice: 'x login',
		} as const;
		const entry = {
			agent: 'a',
			account: 'd',
			model: '*',
			limit,
			recordedAt: NOON,
			until: NOON + 60_000,
			isEstimated: true,
			strikes: 1,
			mark: null,
		};
		const { candidates } = chooseSuccessor({
			order: ['a', 'b', 'c', 'd'].map((agent) => ({ agent, model: null })),
			agents: [
				{ ...facts, agent: 'a' },
				{ ...facts, agent: 'b', installed: false },
				{ ...facts, agent: 'c', loggedIn: 'no' },
				{
					...facts,
					agent: 'd',
					refusedLogin: { ...entry, agent: 'd', reason: 'Invalid key' },
				},
			],
			limitOf: ({ agent }) => (agent === 'a' ? entry : null),
			current: { agent: 'a', model: null },
			tried: [],
			hopsLeft: 4,
			now: NOON,
		});
		expect(candidates.map(({ brief }) => brief)).toEqual([
			{ what: '5-hour window', advice: null, isOwnGuess: true },
			{ what: 'not installed', advice: 'npm i x', isOwnGuess: false },
			{ what: 'not logged in', advice: 'x login', isOwnGuess: false },
			{ what: 'login refused', advice: 'x login', isOwnGuess: false },
		]);
	});
});
