/** Budgets, waits and successors that cannot start: what a conversation does next, where no other file tells it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../src/agents/registry.ts';
import { RelayError } from '../../../src/core/errors.ts';
import { readLog } from '../../../src/sessions/log/read-log.ts';
import { type BenchRelay, benchConfig, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited, codexAnswers, codexLimited } from '../../helpers/fake-agent-lines.ts';

const HOUR = 3_600_000;
const RESET = RECORDED_AT + 2 * HOUR;
/** As codex tells it: 09:00, an hour from the beginning. */
const CODEX_RESET = RECORDED_AT + HOUR;
let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const metaOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
const warningsOf = (it: BenchRelay) =>
	it.ofType('notice').flatMap(({ level, text }) => (level === 'warning' ? [text] : []));
const turnsOf = (it: BenchRelay) =>
	it.states().map(({ agent, status, trigger }) => `${agent} ${status} ${trigger}`);
const bothLimited = () => {
	bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('claude again')] });
	bench.install('codex', { turns: [codexLimited('9:00 AM'), codexAnswers('codex again')] });
};

describe('a budget that is spent when a limit is met', () => {
	it.each([
		['turns', { max_turns: 1, max_cost: 0 }, 'max_turns', '--max-turns 2'],
		['cost', { max_turns: 0, max_cost: 0.0005 }, 'max_budget', '--max-cost 0.01'],
	] as const)('(%s) keeps the work, and a larger one hands it over', async (_, budgets, reason, larger) => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [codexAnswers('the rest')] });
		const config = benchConfig((own) => {
			own.budgets = { ...own.budgets, ...budgets };
		});
		const it = await bench.relay({}, { config });
		expect(await it.send('the whole work')).toMatchObject({
			outcome: 'out_of_budget',
			largerBudget: larger,
			state: { agent: 'claude', status: 'limited' },
		});
		expect(bench.received('codex')).toEqual([]);
		expect(it.ofType('handed_over')).toEqual([]);
		expect(warningsOf(it).join()).toContain(`continue with a larger budget: ${larger}`);
		const { folder } = it;
		const id = it.deps.store.resolve('latest');
		await it.relay.close();
		expect(metaOf(folder)).toMatchObject({
			status: 'checkpointed',
			checkpoint: { reason, packet: 'resume/001-claude-next.md', next_agent: null },
		});

		const next = await bench.relay();
		await next.relay.resume(id);
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(bench.received('codex')[0]?.prompt).toContain('the whole work');
	});

	it('says that nobody is left where that is so as well', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		const config = benchConfig((own) => {
			own.agents.order = ['claude'];
			own.budgets.max_turns = 1;
		});
		const it = await bench.relay({ order: ['claude'] }, { config });
		expect(await it.send('go')).toMatchObject({ outcome: 'nobody_left', earliestReset: RESET });
		expect(it.meta().checkpoint?.reason).toBe('limit');
	});
});

describe('an agent that cannot be started', () => {
	/** It is there and logged in, and its command line cannot be made. */
	const unstartable = (agent: string) => ({
		registry: createRegistry(
			BUILT_IN_ADAPTERS.map((adapter): AgentAdapter => (adapter.id === agent ? refusing(adapter) : adapter)),
		),
	});
	const refusing = (adapter: AgentAdapter): AgentAdapter => ({
		...adapter,
		command: () => {
			throw new RelayError('refused', `${adapter.title} does not start here.`);
		},
	});

	it('as a successor passes the work to the next, in the name of the one whose limit began it', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('done')] });
		bench.install('codex', { turns: [codexAnswers('never')] });
		const { ledger } = await bench.deps();
		const it = await bench.relay(
			{ order: ['claude', 'codex', 'claude:opus'] },
			{ ...unstartable('codex'), ledger: { ...ledger, isLimited: () => null } },
		);
		expect((await it.send('the task')).outcome).toBe('completed');
		expect(bench.received('codex')).toEqual([]);
		expect(turnsOf(it)).toEqual(['claude limited user', 'claude completed failover']);
		expect(warningsOf(it)).toContain('codex cannot take over: Codex CLI does not start here.');
		expect(it.ofType('handed_over')).toMatchObject([
			{
				...{ from: 'claude', to: 'claude', reason: 'limit', packet: 'resume/001-claude-claude-opus.md' },
				...{ limit: { window: 'five_hour' }, failure: null },
			},
		]);
		expect(readdirSync(join(it.folder, 'resume'))).not.toContain('001-claude-codex.md');
		const logged = readLog(it.folder).flatMap(({ event }) => (event?.type === 'handed_over' ? [event] : []));
		expect(logged.map(({ from, to }) => `${from} ${to}`)).toEqual(['claude claude']);
		const [, second] = bench.received('claude');
		expect(second?.args).toEqual(expect.arrayContaining(['--model', 'opus']));
		expect(second?.prompt).toContain('the task');
		expect(second?.prompt).toMatch(/Claude Code met .*limit/);
	});

	it('as the last successor leaves nobody, and the words with a packet', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [codexAnswers('never')] });
		const it = await bench.relay({}, unstartable('codex'));
		expect(await it.send('the task')).toMatchObject({ outcome: 'nobody_left', earliestReset: RESET });
		expect(it.ofType('handed_over')).toEqual([]);
		expect(it.ofType('nobody_left')).toMatchObject([
			{ limit: null, failure: 'Codex CLI does not start here.', isWaiting: false },
		]);
		expect(it.meta().checkpoint).toMatchObject({ reason: 'limit', next_agent: null });
	});

	it('as the first agent of a prompt is refused, and has no turn', async () => {
		bench.install('codex', { turns: [codexAnswers('never')] });
		const it = await bench.relay({ agent: 'codex' }, unstartable('codex'));
		await expect(it.send('the task')).rejects.toMatchObject({ code: 'refused' });
		expect(it.states()).toEqual([]);
		expect(it.ofType('handed_over')).toEqual([]);
		expect(it.ofType('turn_started')).toEqual([]);
	});
});

describe('a wait for a reset', () => {
	it('before any turn sends the prompt as the first one, to the agent that is free first', async () => {
		bothLimited();
		const first = await bench.relay();
		await first.send('both are limited now');
		await first.relay.close();
		const it = await bench.relay();
		expect((await it.send('once one is free', { wait: true })).outcome).toBe('completed');
		expect(it.ofType('waiting')[0]).toMatchObject({ agent: 'codex', until: CODEX_RESET });
		expect(turnsOf(it)).toEqual(['codex completed user']);
		expect(bench.received('codex')[1]?.prompt).toContain('once one is free');
		expect(it.meta().checkpoint).toBeNull();
	});

	it('begins the budget of hand-overs again, and may ask again who was asked before', async () => {
		bothLimited();
		const config = benchConfig((own) => {
			own.limits.max_hops = 1;
		});
		const it = await bench.relay({}, { config });
		expect((await it.send('go', { wait: true })).outcome).toBe('completed');
		expect(turnsOf(it)).toEqual([
			'claude limited user',
			'codex limited failover',
			'codex completed failover',
		]);
	});

	it('follows a successor that never began', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('done')] });
		bench.install('codex', { turns: [[{ stderr: 'Error: no such option\n' }, { exit: 2 }]] });
		const it = await bench.relay();
		expect((await it.send('go', { wait: true })).outcome).toBe('completed');
		expect(it.ofType('nobody_left')).toMatchObject([
			{ failure: 'Error: no such option', earliestReset: RESET, isWaiting: true },
		]);
		expect(turnsOf(it)).toEqual([
			'claude limited user',
			'codex failed failover',
			'claude completed failover',
		]);
	});

	it('that would take longer than limits.max_wait_s leaves the prompt with a packet', async () => {
		bothLimited();
		const config = benchConfig((own) => {
			own.limits.max_wait_s = HOUR / 1000 - 600;
		});
		const it = await bench.relay({}, { config });
		expect(await it.send('too long', { wait: true })).toMatchObject({ outcome: 'nobody_left' });
		expect(warningsOf(it).at(-1)).toBe('The reset is later than limits.max_wait_s allows to wait (3000 s).');
		expect(bench.clock.slept).toBe(0);
		expect(it.meta().checkpoint).toMatchObject({
			reason: 'limit',
			packet: expect.stringMatching(/^resume\/002-.*\.md$/),
			reset_at: new Date(CODEX_RESET).toISOString(),
		});
	});
});
