import { describe, expect, it } from 'vitest';
import { createTheme } from '../../../src/ui/theme.ts';
import { describeFooter } from '../../../src/view/describe-turn-end.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

const theme = createTheme(false);
const endedAt = new Date(2026, 2, 1, 14, 33).toISOString();
const state = fakeTurnState({
	model: 'claude-sonnet-5-5-20260901',
	duration_ms: 1560,
	ended_at: endedAt,
	tokens: { input: 42_900, output: 760, cache_read: null, cache_write: null, reasoning: null },
	cost_usd: 0.06,
	files: [{ path: 'src/slug.js', change: 'modified', added: 4, removed: 3, source: 'git' }],
	plan: [
		{ text: 'Read', status: 'completed' },
		{ text: 'Note the change', status: 'pending' },
	],
	plan_told: true,
});
const rows = (columns: number, over: Partial<typeof state> = {}) =>
	describeFooter({ ...state, ...over }, { theme, columns });

describe('the footer of a turn', () => {
	it('is one row of all that is known', () => {
		expect(rows(99)[0]).toBe(
			'  claude sonnet-5.5 · 1.6 s · 43k in, 760 out · $0.06 · 1 file +4 -3 · plan 1 of 2 · 14:33',
		);
	});

	it('keeps the agent, the end, the time, the cost, the files, the plan, the clock, the tokens and the model in this order', () => {
		const kept = [80, 72, 54, 45, 34, 20, 16].map((columns) => rows(columns)[0]);
		expect(kept).toEqual([
			'  claude · 1.6 s · 43k in, 760 out · $0.06 · 1 file +4 -3 · plan 1 of 2 · 14:33',
			'  claude · 1.6 s · $0.06 · 1 file +4 -3 · plan 1 of 2 · 14:33',
			'  claude · 1.6 s · $0.06 · 1 file +4 -3 · plan 1 of 2',
			'  claude · 1.6 s · $0.06 · 1 file +4 -3',
			'  claude · 1.6 s · $0.06',
			'  claude · 1.6 s',
			'  claude · 1.6 s',
		]);
		expect(rows(39, { status: 'cancelled', duration_ms: 10_900 })[0]).toBe(
			'■ claude · interrupted after 11 s',
		);
	});

	it('leaves out what was not reported for the turn', () => {
		const none = { input: null, output: null, cache_read: null, cache_write: null, reasoning: null };
		const cancelled = { status: 'cancelled', tokens: none, cost_usd: null, cost_source: 'none' } as const;
		const silent = { ...cancelled, files: [], plan: [], plan_told: false, model: null, ended_at: null };
		expect(rows(99, silent)).toEqual(['■ claude · interrupted after 1.6 s']);
	});

	it('says how a turn ended that did not go well, and its error once', () => {
		const error = { code: 'auth', message: 'Invalid API key' };
		const failed = { status: 'failed' as const, stop_reason: 'auth', error, plan: [] };
		expect(rows(60, failed)).toEqual([
			'! Invalid API key',
			'✗ claude · failed after 1.6 s (auth) · $0.06 · 1 file +4 -3',
		]);
		expect(describeFooter({ ...state, ...failed }, { theme, columns: 40, isSaid: true })).toHaveLength(1);
		expect(rows(50, { status: 'limited' })).toEqual(['  claude · limited after 1.6 s · $0.06']);
		expect(rows(50, { status: 'timed_out', duration_ms: 65_000 })[0]).toBe(
			'■ claude · timed out after 1 min 5 s · $0.06',
		);
		expect(rows(70, { stop_reason: 'background_stopped' })[0]).toContain(
			'answered after 1.6 s, its background tasks were stopped',
		);
	});

	it('names the steps that are left', () => {
		expect(rows(80)[1]).toBe('☐ left: Note the change');
		const plan = Array.from({ length: 9 }, (_, at) => ({ text: `step ${at}`, status: 'pending' as const }));
		expect(rows(80, { plan })[1]).toBe('☐ left: step 0; step 1; step 2; step 3; 5 more');
		expect(rows(80, { plan_told: false })).toHaveLength(1);
	});
});
