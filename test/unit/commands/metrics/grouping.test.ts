import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GroupedBy, Grouping } from '../../../../src/commands/metrics/grouping.ts';
import { localDay } from '../../../../src/commands/metrics/local-days.ts';
import { allTokens, type Sums, successRate } from '../../../../src/commands/metrics/turn-sums.ts';
import { isDone } from '../../../../src/sessions/turns/is-done.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { readOf, writtenOf } from '../../../../src/sessions/turns/turn-tokens.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const EVERY: readonly GroupedBy[] = ['agent', 'account', 'day', 'model', 'repo', 'lineage'];
const PLACE = { root: '/repo', lineage: 'L1', before: null };

interface Placed {
	turn: TurnState;
	root: string;
	lineage: string;
}

const count = fc.option(fc.nat(5_000_000));
const placed: fc.Arbitrary<Placed> = fc
	.record({
		agent: fc.constantFrom('claude', 'codex', 'one'),
		model: fc.constantFrom('opus', 'gpt', null),
		account: fc.constantFrom(undefined, ...['default', 'aaaaaaaa1', 'bbbbbbbb2'].map(accountOf)),
		status: fc.constantFrom('running', 'completed', 'limited', 'failed'),
		trigger: fc.constantFrom('user', 'switch', 'failover', 'chat', 'race'),
		startedAt: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) }),
		ms: fc.nat(90_000_000),
		tokens: fc.record({
			input: count,
			output: count,
			cache_read: count,
			cache_write: count,
			reasoning: count,
			reasoning_in_output: fc.boolean(),
		}),
		cost: fc.option(fc.double({ min: 0, max: 50, noNaN: true })),
		source: fc.constantFrom('reported', 'estimated', 'none'),
		hasWindows: fc.boolean(),
		root: fc.constantFrom('/a', '/b'),
		lineage: fc.constantFrom('L1', 'L2', 'L3'),
	})
	.map(({ startedAt, ms, cost, source, hasWindows, root, lineage, account, ...facts }) => ({
		root,
		lineage,
		turn: fakeTurnState({
			...facts,
			...(account === undefined ? {} : { account }),
			started_at: new Date(startedAt).toISOString(),
			ended_at: new Date(startedAt + ms).toISOString(),
			duration_ms: ms,
			cost_usd: cost,
			cost_source: source,
			utilization: hasWindows ? [{ window: 'five_hour', ratio: 0.2, reset_at: null }] : [],
		}),
	}));

function accountOf(hash: string) {
	return { profile: null, hash };
}

function grouped(all: readonly Placed[], by: GroupedBy): Grouping {
	const grouping = new Grouping(by);
	for (const { turn, root, lineage } of all) grouping.add(turn, { root, lineage, before: null });
	return grouping;
}

/** What adds up, as one list of numbers. */
const addable = ({ wallMs: _, tokens, cost, ...sums }: Sums): number[] => [
	...Object.values(sums),
	...Object.values(tokens),
	cost.reported,
	cost.estimated,
	cost.inPlan,
];

describe('the sums of turns', () => {
	it('are the same however they are grouped, and those of the turns themselves', () => {
		fc.assert(
			fc.property(fc.array(placed, { maxLength: 40 }), (all) => {
				const totals = EVERY.map((by) => {
					const grouping = grouped(all, by);
					const total = grouping.total();
					const rows = grouping.groups().map(({ sums }) => addable(sums));
					const summed = addable(total).map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0));
					expect(summed).toEqual(addable(total));
					expect(total.wallMs).toBeLessThanOrEqual(total.agentMs);
					return total;
				});
				for (const total of totals) expect(total).toEqual(totals[0]);
				const [total] = totals;
				const turns = all.map(({ turn }) => turn);
				const sum = (of: (turn: TurnState) => number) => turns.reduce((so, turn) => so + of(turn), 0);
				expect(total?.turns).toBe(turns.length);
				expect(total?.done).toBe(turns.filter(isDone).length);
				expect(total && allTokens(total.tokens)).toBe(
					sum(({ tokens }) => readOf(tokens) + writtenOf(tokens)),
				);
				expect(total?.agentMs).toBe(sum(({ duration_ms }) => duration_ms ?? 0));
				const { reported = 0, estimated = 0, inPlan = 0 } = total?.cost ?? {};
				expect(reported + estimated + inPlan).toBe(
					sum(({ cost_usd, cost_source }) =>
						cost_source === 'none' ? 0 : Math.round((cost_usd ?? 0) * 1e6),
					),
				);
			}),
		);
	});

	it('keep reasoning and output apart, whether or not the CLI does', () => {
		const tokens = { input: 1, output: 10, cache_read: 2, cache_write: 3, reasoning: 4 };
		const sumsOf = (more: object) => {
			const grouping = new Grouping('agent');
			grouping.add(fakeTurnState({ tokens: { ...tokens, ...more } }), PLACE);
			return grouping.total().tokens;
		};
		const read = { input: 1, cacheRead: 2, cacheWrite: 3 };
		expect(sumsOf({})).toEqual({ ...read, output: 10, reasoning: 4 });
		expect(sumsOf({ reasoning_in_output: true })).toEqual({ ...read, output: 6, reasoning: 4 });
		expect(sumsOf({ reasoning_in_output: true, reasoning: 99 })).toEqual({
			...read,
			output: 0,
			reasoning: 10,
		});
	});

	it('take no figure from a record that claims too much', () => {
		const grouping = new Grouping('agent');
		const tokens = { input: 1e300, output: -5, cache_read: null, cache_write: null, reasoning: null };
		grouping.add(fakeTurnState({ tokens, cost_usd: 1e18, duration_ms: -1 }), PLACE);
		const { tokens: sums, cost, agentMs } = grouping.total();
		expect([allTokens(sums), cost.reported, agentMs]).toEqual([0, 0, 0]);
	});

	it('put what a plan paid for apart, for all turns of a login that reported its windows in any', () => {
		const plan = { profile: null, hash: 'plan1234' };
		const key = { profile: null, hash: 'key12345' };
		const windows = [{ window: 'five_hour', ratio: 0.4, reset_at: null }];
		const grouping = new Grouping('day');
		const at = (day: string) => ({ started_at: `${day}T12:00:00.000Z` });
		grouping.add(fakeTurnState({ ...at('2026-03-01'), account: plan, cost_usd: 1 }), PLACE);
		grouping.add(
			fakeTurnState({ ...at('2026-03-02'), account: plan, utilization: windows, cost_usd: 2 }),
			PLACE,
		);
		grouping.add(fakeTurnState({ ...at('2026-03-03'), account: key, cost_usd: 4 }), PLACE);
		grouping.add(fakeTurnState({ ...at('2026-03-04'), agent: 'codex', account: plan, cost_usd: 8 }), PLACE);
		grouping.add(
			fakeTurnState({
				...at('2026-03-05'),
				cost_usd: 16,
				cost_source: 'estimated',
				prices_as_of: '2025-11-30',
			}),
			PLACE,
		);
		expect(grouping.total().cost).toEqual({
			reported: 12e6,
			estimated: 16e6,
			inPlan: 3e6,
			pricesAsOf: '2025-11-30',
		});
		expect(grouping.groups().map(({ sums }) => sums.cost.inPlan)).toEqual([1e6, 2e6, 0, 0, 0]);
	});

	it('count limits, hand-overs and success, and no running turn as a failure', () => {
		const grouping = new Grouping('agent');
		const limit = {
			kind: 'window' as const,
			reset_at: null,
			window: null,
			scope: null,
			source: { channel: 'event' as const, rule: 'r', excerpt: '' },
			confidence: 'exact' as const,
		};
		grouping.add(fakeTurnState({ status: 'limited', limit }), PLACE);
		const behind = (before: string) => ({ ...PLACE, before });
		grouping.add(fakeTurnState({ agent: 'codex', trigger: 'failover' }), behind('claude'));
		grouping.add(fakeTurnState({ agent: 'codex', trigger: 'switch', status: 'running' }), behind('claude'));
		// It waited for itself, and chose itself for its first turn.
		grouping.add(fakeTurnState({ agent: 'codex', trigger: 'failover' }), behind('codex'));
		grouping.add(fakeTurnState({ agent: 'codex', trigger: 'switch' }), PLACE);
		const [codex, claude] = grouping.groups();
		expect(codex).toMatchObject({ key: 'codex', sums: { turns: 4, handOvers: 2, limits: 0, ended: 3 } });
		expect(claude).toMatchObject({ key: 'claude', sums: { turns: 1, handOvers: 0, limits: 1 } });
		expect([codex, claude].map((group) => group && successRate(group.sums))).toEqual([1, 0]);
	});

	it('share wall time where turns overlap', () => {
		const grouping = new Grouping('agent');
		const turn = (start: string, ms: number) =>
			grouping.add(fakeTurnState({ started_at: `2026-03-01T${start}.000Z`, duration_ms: ms }), PLACE);
		turn('12:00:00', 60_000);
		turn('12:00:30', 60_000);
		turn('12:00:40', 1000);
		turn('13:00:00', 1000);
		expect(grouping.total()).toMatchObject({ agentMs: 122_000, wallMs: 91_000 });
	});

	it('put a turn without a readable time under no day, last', () => {
		const grouping = new Grouping('day');
		grouping.add(fakeTurnState({ started_at: 'once' }), PLACE);
		grouping.add(fakeTurnState(), PLACE);
		expect(grouping.groups().map(({ key }) => key)).toEqual([
			localDay(Date.parse('2026-03-01T12:00:00.000Z')),
			null,
		]);
	});
});
