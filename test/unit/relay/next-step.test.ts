import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/agents/events.ts';
import type { CandidateVerdict, SuccessorChoice } from '../../../src/limits/successor.ts';
import { type Happened, nextStep, type Situation } from '../../../src/relay/next-step.ts';
import type { TurnEnd } from '../../../src/relay/one-turn.ts';
import type { Send, Wait } from '../../../src/relay/turn/step.ts';
import type { TurnState } from '../../../src/sessions/turns/turn-state.ts';
import { limitToDisk } from '../../../src/turns/event-log.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

const NOW = Date.parse('2026-11-21T08:00:00.000Z');
const HOUR = 3_600_000;
const claude = { agent: 'claude', model: null };
const codex = { agent: 'codex', model: null };
const LIMIT: Limit = {
	kind: 'window',
	resetAt: NOW + HOUR,
	window: 'five_hour',
	scope: 'account',
	source: { channel: 'event', rule: 'claude:window', excerpt: 'used up' },
	confidence: 'exact',
};
const SPENT = {
	reason: 'max_turns' as const,
	text: 'budgets.max_turns = 2 is used up',
	larger: '--max-turns 4',
};

const verdict = (agent: string, over: Partial<CandidateVerdict> = {}): CandidateVerdict => ({
	agent,
	model: null,
	verdict: 'limited',
	reason: 'limited',
	resetAt: NOW + HOUR,
	...over,
});

function choice(to: SuccessorChoice['choice'], candidates: CandidateVerdict[] = []): SuccessorChoice {
	const resets = candidates.flatMap(({ resetAt }) => resetAt ?? []);
	const earliestReset = resets.length === 0 ? null : Math.min(...resets);
	return { choice: to, passedOver: [], candidates, earliestReset };
}

const NOBODY = choice(null, [verdict('claude'), verdict('codex', { resetAt: NOW + 2 * HOUR })]);

function decide(happened: Happened, over: Partial<Situation> = {}) {
	return nextStep({
		happened,
		choose: () => choice(codex, [verdict('claude'), verdict('codex', { verdict: 'chosen' })]),
		spentBudget: () => null,
		mayWait: false,
		maxWaitMs: 24 * HOUR,
		now: NOW,
		...over,
	});
}

const asked = (over: Partial<Extract<Happened, { type: 'asked' }>> = {}): Happened => ({
	type: 'asked',
	refusal: null,
	from: null,
	isSwitch: false,
	trigger: 'user',
	...over,
});

const first: Send = {
	do: 'send',
	to: claude,
	trigger: 'user',
	from: null,
	packetFor: 'continue',
	limit: null,
	isFresh: false,
	last: null,
	before: null,
	handOver: null,
};
const limited = fakeTurnState({ agent: 'claude', status: 'limited', limit: limitToDisk(LIMIT) });
const second: Send = {
	...first,
	to: codex,
	trigger: 'failover',
	from: 'claude',
	packetFor: 'limit',
	limit: LIMIT,
	last: limited,
	handOver: { from: 'claude', reason: 'limit', candidates: [], failure: null },
};

function turnEnded(step: Send, state: Partial<TurnState>, end: Partial<TurnEnd> = {}, areRefsMoved = false) {
	return {
		type: 'turn_ended' as const,
		step,
		title: 'Claude Code',
		end: {
			state: fakeTurnState({
				agent: step.to.agent,
				trigger: step.trigger,
				tools: [],
				files: [],
				...state,
			}),
			limit: null,
			login: { loggedIn: 'yes' as const, evidence: '', account: 'default', advice: 'claude auth login' },
			hasModelOutput: true,
			lacksStory: false,
			startError: null,
			...end,
		},
		areRefsMoved: () => areRefsMoved,
	};
}

describe('a prompt that is asked', () => {
	it('is refused with nothing created, whatever else holds', () => {
		const error = new Error('no');
		expect(decide(asked({ refusal: error }), { choose: () => NOBODY })).toMatchObject({
			do: 'refuse',
			error,
		});
	});

	it('goes to the choice, for the reason of its caller', () => {
		expect(decide(asked())).toMatchObject({ do: 'send', to: codex, trigger: 'user', packetFor: 'continue' });
		expect(decide(asked({ trigger: 'race' }))).toMatchObject({ trigger: 'race' });
	});

	it('goes with a packet after a switch, and as a switch if another agent takes it', () => {
		const switched = asked({ from: 'claude', isSwitch: true });
		expect(decide(switched)).toMatchObject({ trigger: 'switch', packetFor: 'switch', from: 'claude' });
		const back = decide(switched, { choose: () => choice(claude) });
		expect(back).toMatchObject({ trigger: 'user', packetFor: 'switch' });
	});

	it('is kept if a budget is spent', () => {
		expect(decide(asked(), { spentBudget: () => SPENT })).toMatchObject({ do: 'save_budget', spent: SPENT });
	});

	it('is kept if nobody can take it, without a look at the budgets', () => {
		const spentBudget = () => expect.fail('a budget was read');
		expect(decide(asked(), { choose: () => NOBODY, spentBudget })).toMatchObject({
			do: 'give_up',
			isReported: false,
			last: null,
			earliestReset: NOW + HOUR,
		});
	});
});

describe('nobody left', () => {
	const kept = (over: Partial<Situation>, happened = asked()) =>
		decide(happened, { choose: () => NOBODY, mayWait: true, ...over });

	it('leads to a wait until the first reset, if the user allows it', () => {
		expect(kept({})).toMatchObject({ do: 'wait', for: claude, until: NOW + HOUR });
		expect(kept({ mayWait: false })).toMatchObject({ do: 'give_up', isTooLate: false });
	});

	it('leads to no wait longer than allowed, which is reported', () => {
		expect(kept({ maxWaitMs: HOUR })).toMatchObject({ do: 'wait' });
		expect(kept({ maxWaitMs: HOUR - 1 })).toMatchObject({ do: 'give_up', isTooLate: true });
	});

	it('leads to no wait without a known reset', () => {
		const choose = () => choice(null, [verdict('claude', { resetAt: null })]);
		expect(kept({ choose })).toMatchObject({ do: 'give_up', earliestReset: null });
	});

	it.each([
		['a limit', first, { status: 'limited' as const }, 'wait'],
		['a successor that never began', second, { status: 'failed' as const, duration_ms: 5 }, 'wait'],
	])('is waited for after %s', (_, step, state, wanted) => {
		expect(kept({}, turnEnded(step, state, { hasModelOutput: false }))).toMatchObject({ do: wanted });
	});

	const wait: Wait = {
		do: 'wait',
		for: claude,
		until: NOW + HOUR,
		limit: LIMIT,
		failure: null,
		last: limited,
		earliestReset: NOW + HOUR,
		candidates: [],
	};
	const over = { type: 'wait_over' as const, step: wait, isDue: true, from: 'codex', isSwitch: false };

	it('sends the prompt once the wait is over', () => {
		expect(decide(over)).toMatchObject({
			do: 'send',
			to: claude,
			trigger: 'failover',
			from: 'codex',
			last: null,
		});
		const untouched = { ...over, step: { ...wait, last: null }, isSwitch: true };
		expect(decide(untouched)).toMatchObject({ trigger: 'user', packetFor: 'switch' });
	});

	it('reports nothing twice if the wait is cancelled', () => {
		expect(decide({ ...over, isDue: false })).toEqual({
			do: 'give_up',
			isTooLate: false,
			isReported: true,
			limit: LIMIT,
			failure: null,
			last: limited,
			earliestReset: NOW + HOUR,
			candidates: [],
			notices: [],
		});
	});
});

describe('a turn that ended', () => {
	it('ends the prompt if it completed, or failed by itself', () => {
		expect(decide(turnEnded(first, { status: 'completed' }))).toMatchObject({ do: 'end', notices: [] });
		for (const status of ['failed', 'cancelled', 'timed_out', 'outcome_unknown'] as const)
			expect(decide(turnEnded(first, { status }))).toMatchObject({ do: 'end', state: { status } });
	});

	it('is followed by the next agent after a limit, with what the turn left', () => {
		const state = { status: 'limited' as const, tree: { before: 'a', after: 'b' } };
		expect(decide(turnEnded(first, state, { limit: LIMIT }))).toMatchObject({
			do: 'send',
			to: codex,
			trigger: 'failover',
			from: 'claude',
			packetFor: 'limit',
			limit: LIMIT,
			before: { tree: 'b' },
			last: { status: 'limited' },
			handOver: { from: 'claude', reason: 'limit', failure: null },
		});
	});

	it('is followed by nobody if a budget is spent', () => {
		const end = turnEnded(first, { status: 'limited' }, { limit: LIMIT });
		expect(decide(end, { spentBudget: () => SPENT })).toMatchObject({
			do: 'save_budget',
			last: { status: 'limited' },
		});
	});

	it('keeps the limit of the first agent if a successor fails at once without a word', () => {
		const state = { status: 'failed' as const, duration_ms: 200, error: { code: 'x', message: 'boom' } };
		const step = decide(turnEnded(second, state, { hasModelOutput: false }), {
			choose: () => choice(claude),
		});
		expect(step).toMatchObject({
			do: 'send',
			packetFor: 'failed_successor',
			from: 'claude',
			limit: LIMIT,
			handOver: { from: 'codex', failure: 'boom' },
		});
	});

	it.each([
		['it said something', { duration_ms: 200 }, { hasModelOutput: true }, false],
		['it took its time', { duration_ms: 10_000 }, { hasModelOutput: false }, false],
		['a name of the repo was moved', { duration_ms: 200 }, { hasModelOutput: false }, true],
		[
			'it changed a file',
			{
				duration_ms: 200,
				files: [{ path: 'a', change: 'added' as const, added: 1, removed: 0, source: 'git' as const }],
			},
			{ hasModelOutput: false },
			false,
		],
	])('of a successor is no false start where %s', (_, state, end, areRefsMoved) => {
		const happened = turnEnded(second, { status: 'failed', ...state }, end, areRefsMoved);
		expect(decide(happened)).toMatchObject({ do: 'end', state: { status: 'failed' } });
	});

	it('of the first agent is no false start', () => {
		const happened = turnEnded(first, { status: 'failed', duration_ms: 5 }, { hasModelOutput: false });
		expect(decide(happened)).toMatchObject({ do: 'end' });
	});

	it('says how to log in if the login was refused', () => {
		const happened = turnEnded(first, { status: 'failed', stop_reason: 'auth', duration_ms: 20_000 });
		expect(decide(happened).notices).toEqual([
			'Claude Code refused its login. Log in with: claude auth login',
		]);
	});

	it('goes to the same agent afresh if its conversation is gone', () => {
		const lost = { status: 'failed', stop_reason: 'unknown_session', resumed: true } as const;
		const step = decide(turnEnded({ ...first, from: 'codex' }, lost, { hasModelOutput: false }));
		expect(step).toMatchObject({ do: 'send', to: claude, isFresh: true, from: 'claude', handOver: null });
		expect(step.notices).toEqual([expect.stringContaining('the whole story in a packet')]);
		expect(decide(turnEnded(first, lost, { hasModelOutput: true }))).toMatchObject({ do: 'end' });
	});

	it('goes afresh if it lacked the story and did nothing, else says what that means', () => {
		const untouched = turnEnded(first, { status: 'completed' }, { lacksStory: true });
		expect(decide(untouched)).toMatchObject({ do: 'send', isFresh: true });
		const tool = {
			id: '1',
			name: 'Bash',
			kind: 'execute' as const,
			title: 'ls',
			command: 'ls',
			status: 'ok' as const,
			exit_code: 0,
			duration_ms: 1,
			paths: [],
		};
		const worked = decide(turnEnded(first, { status: 'completed', tools: [tool] }, { lacksStory: true }));
		expect(worked).toMatchObject({ do: 'end', notices: [expect.stringContaining('without the story')] });
	});
});

describe('an agent that cannot be started', () => {
	const error = new Error('it is gone');
	const notStarted = (step: Send): Happened => ({ type: 'not_started', step, message: 'it is gone', error });

	it("refuses a prompt's first turn", () => {
		expect(decide(notStarted(first))).toMatchObject({ do: 'refuse', error });
		const happened = turnEnded(first, { status: 'failed' }, { startError: error, hasModelOutput: false });
		expect(decide(happened)).toMatchObject({ do: 'refuse', error });
	});

	it('passes the hand-over to the next one, from the same agent and for the same reason', () => {
		const next = decide(notStarted(second));
		expect(next).toMatchObject({
			...{ do: 'send', from: second.from, packetFor: second.packetFor, limit: second.limit },
			...{ handOver: { from: second.handOver?.from, reason: second.handOver?.reason, failure: null } },
			notices: ['codex cannot take over: it is gone'],
		});
	});

	it('is one more successor that never began', () => {
		expect(decide(notStarted(second), { choose: () => NOBODY, mayWait: true })).toMatchObject({
			do: 'wait',
			failure: 'it is gone',
			limit: LIMIT,
			notices: ['codex cannot take over: it is gone'],
		});
	});
});
