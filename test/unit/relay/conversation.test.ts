/** Whole prompts over agents that are played in memory: what the user gets of each decision, on disk and in events. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPrompt } from '../../../src/sessions/transitions.ts';
import type { BenchRelay } from '../../helpers/engine-bench.ts';
import { benchConfig, RECORDED_AT } from '../../helpers/engine-bench.ts';
import {
	claude,
	claudeAnswers,
	claudeLimited,
	codexAnswers,
	codexLimited,
} from '../../helpers/fake-agent-lines.ts';
import { HANGS } from '../../helpers/fake-agents.ts';
import { PlayedBench } from '../../helpers/played-agents.ts';

const HOUR = 3_600_000;
const RESET = RECORDED_AT + 2 * HOUR;
let bench: PlayedBench;
beforeEach(() => {
	bench = new PlayedBench({ kind: 'none' });
});
afterEach(() => bench.dispose());

const packetOf = (it: BenchRelay, path: string | null | undefined) =>
	readFileSync(join(it.folder, path ?? 'no packet'), 'utf8');
const turnsOf = (it: BenchRelay) => it.states().map(({ agent, status, trigger }) => [agent, status, trigger]);
const noticesOf = (it: BenchRelay) => it.ofType('notice').map(({ text }) => text);
const sessionsOf = () => join(bench.repo, '.agent-relay/sessions');

/** Lets the session go, and opens it with another relay. */
async function reopened(it: BenchRelay, start = {}): Promise<{ next: BenchRelay; said: string[] }> {
	const id = it.relay.session()?.id;
	if (id === undefined) throw new Error('no session');
	await it.relay.close();
	const next = await bench.relay(start);
	return { next, said: await next.relay.resume(id) };
}

describe('a limit in mid-turn', () => {
	it('moves the work to the next agent with a packet, and the next prompt avoids the limited one', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [codexAnswers('finished'), codexAnswers('more')] });
		const it = await bench.relay();
		expect(await it.send('Fix the parser.')).toMatchObject({ outcome: 'completed', limit: null });
		expect(turnsOf(it)).toEqual([
			['claude', 'limited', 'user'],
			['codex', 'completed', 'failover'],
		]);
		const [handOver] = it.ofType('handed_over');
		const [received] = bench.received('codex');
		expect(received?.prompt).toBe(packetOf(it, handOver?.packet));
		expect(received?.prompt).toContain('Fix the parser.');
		expect(received?.prompt).toContain('I began with the first half.');
		await it.send('And the lexer.');
		expect(bench.received('claude')).toHaveLength(1);
		expect(bench.received('codex')).toHaveLength(2);
	});

	it('keeps the prompt if nobody is left, and sends it once a limit has ended', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('at last')] });
		bench.install('codex', { turns: [codexLimited('9:00 AM'), codexAnswers('at last')] });
		const it = await bench.relay();
		const result = await it.send('the whole work');
		expect(result).toMatchObject({ outcome: 'nobody_left', earliestReset: RESET - HOUR });
		expect(it.meta().checkpoint).toMatchObject({ reason: 'limit', next_agent: null });
		expect(packetOf(it, it.meta().checkpoint?.packet)).toContain('the whole work');

		const { next } = await reopened(it);
		expect(await next.relay.agents.upcoming()).toMatchObject({ choice: null, lacksLogins: false });
		bench.clock.advance(HOUR + 1);
		expect((await next.relay.agents.upcoming()).choice).toEqual({ agent: 'codex', model: null });
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(bench.received('codex')[1]?.prompt).toContain('the whole work');
		expect(next.meta().checkpoint).toBeNull();
	});

	it('is waited for if the user asks for that, and the same prompt is then sent', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('done')] });
		const it = await bench.relay({ order: ['claude'] });
		expect((await it.send('patience', { wait: true })).outcome).toBe('completed');
		expect(bench.clock.now()).toBeGreaterThanOrEqual(RESET);
		expect(it.ofType('waiting')[0]).toMatchObject({ agent: 'claude', until: RESET });
		expect(bench.received('claude')[1]?.prompt).toContain('patience');
	});

	it("of a throttled model does not block the agent's other models, unlike one of the account", async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		const it = await bench.relay({ order: ['claude:opus', 'claude:sonnet'] });
		expect((await it.send('go')).outcome).toBe('nobody_left');
		expect(bench.received('claude')).toHaveLength(1);
	});

	it('is followed by an offer to go back once it has ended, made once', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [codexAnswers('done')] });
		const it = await bench.relay();
		await it.send('go');
		expect(it.relay.agents.offerBack()).toBeNull();
		bench.clock.advance(3 * HOUR);
		expect(it.relay.agents.offerBack()).toEqual({ agent: 'claude', model: null });
		expect(it.relay.agents.offerBack()).toBeNull();
	});
});

describe('a successor that cannot begin', () => {
	it('hands the same packet on, and the reason names both', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [[{ stderr: 'Error: no such option\n' }, { exit: 2 }]] });
		bench.install('gemini', { turns: [[{ exit: 1 }]] });
		const it = await bench.relay({ order: ['claude', 'codex'] });
		expect(await it.send('the task')).toMatchObject({ outcome: 'nobody_left', limit: { resetAt: RESET } });
		expect(it.ofType('nobody_left')[0]).toMatchObject({ failure: 'Error: no such option', limit: null });
	});
});

describe('a switch that the user asks for', () => {
	it('sends what happened to the new agent, and on return only what the first one missed', async () => {
		bench.install('claude', { turns: [claudeAnswers('claude said one'), claudeAnswers('claude said two')] });
		bench.install('codex', { turns: [codexAnswers('codex worked on it')], nativeSession: 'thread-9' });
		const it = await bench.relay();
		await it.send('first task');
		const { packet } = await it.relay.use({ agent: 'codex', model: null }, null);
		expect(packetOf(it, packet)).toContain('claude said one');
		await it.send('second task');
		expect(bench.received('codex')[0]?.prompt).toContain('first task');

		await it.relay.use({ agent: 'claude', model: null }, null);
		await it.send('third task');
		const back = bench.received('claude')[1];
		expect(back?.args).toContain('--resume');
		expect(back?.prompt).toContain('codex worked on it');
		expect(back?.prompt).not.toContain('claude said one');
		expect(turnsOf(it).map(([, , trigger]) => trigger)).toEqual(['user', 'switch', 'switch']);
	});

	it('is refused if that agent is not installed, and changes nothing', async () => {
		bench.install('claude', { turns: [claudeAnswers('one')] });
		const it = await bench.relay();
		await it.send('first');
		await expect(it.relay.use({ agent: 'codex', model: null }, 'full')).rejects.toMatchObject({
			code: 'agent_not_installed',
		});
		expect(it.relay.active()).toEqual({ agent: 'claude', model: null, permissions: 'edit' });
		expect(it.meta().checkpoint).toBeNull();
	});

	it('outlives the relay: the next one sends the packet to that agent', async () => {
		bench.install('claude', { turns: [claudeAnswers('claude said this')] });
		bench.install('codex', { turns: [codexAnswers('yes')] });
		const it = await bench.relay();
		await it.send('first');
		await it.relay.use({ agent: 'codex', model: null }, null);
		const { next } = await reopened(it);
		await next.send('second');
		expect(bench.received('codex')[0]?.prompt).toContain('claude said this');
	});
});

describe('the conversation of an agent', () => {
	it('is resumed with the bare prompt', async () => {
		bench.install('codex', { nativeSession: 'thread-7', turns: [codexAnswers('one'), codexAnswers('two')] });
		const it = await bench.relay({ agent: 'codex' });
		await it.send('first');
		await it.send('second');
		const [, second] = bench.received('codex');
		expect(second?.args).toEqual(expect.arrayContaining(['resume', 'thread-7']));
		expect(second?.prompt).toBe('second');
	});

	it('that is gone is replaced by a new one with the whole story, and the user is told', async () => {
		const gone = [{ stderr: 'No conversation found with session ID: x\n' }, { exit: 1 }];
		bench.install('claude', { turns: [claudeAnswers('the first answer'), gone, claudeAnswers('anew')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('first');
		expect((await it.send('second')).outcome).toBe('completed');
		const third = bench.received('claude')[2];
		expect(third?.args).not.toContain('--resume');
		for (const words of ['the first answer', 'second']) expect(third?.prompt).toContain(words);
		expect(noticesOf(it).join('\n')).toContain('whole story');
	});

	it('that was interrupted is resumed with a note of what was cut off', async () => {
		bench.install('claude', {
			turns: [[{ emit: claude.init + claude.tool('t1', 'make deploy') }, HANGS], claudeAnswers('resumed')],
		});
		const it = await bench.relay({ agent: 'claude' });
		it.onEvent = (event) => {
			if (event.type === 'agent_event' && event.event.type === 'tool_call') it.abort.abort();
		};
		expect(await it.send('deploy it')).toMatchObject({ outcome: 'cancelled' });
		const { next } = await reopened(it, { agent: 'claude' });
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(bench.received('claude')[1]?.prompt).toContain('make deploy');
	});
});

describe('the words of the user next to a prompt', () => {
	it('go with the next packet, also those said before there was a session', async () => {
		bench.install('claude', { turns: [claudeAnswers('one')] });
		bench.install('codex', { turns: [codexAnswers('two')] });
		const it = await bench.relay();
		it.relay.note('mind the tabs');
		await it.send('first');
		it.relay.note('and the spaces');
		const { packet } = await it.relay.checkpoint('for the night');
		for (const words of ['mind the tabs', 'and the spaces', 'for the night'])
			expect(packetOf(it, packet)).toContain(words);
		expect(it.meta().checkpoint).toMatchObject({ reason: 'handoff', next_agent: null });
		expect(it.meta().notes.map(({ after_turn }) => after_turn)).toEqual([0, 1, 1]);
	});

	it('are not packed twice unless something was said since, and what waits goes on waiting', async () => {
		bench.install('claude', { turns: [claudeAnswers('one')] });
		const it = await bench.relay();
		await it.send('first');
		const first = await it.relay.checkpoint(null);
		expect(first.isNew).toBe(true);
		expect(await it.relay.checkpoint(null)).toEqual({ ...first, isNew: false });
		it.relay.change(keepPrompt, { text: 'still to do', nextAgent: null, reason: 'limit', at: 0 });
		const again = await it.relay.checkpoint('for the night');
		expect(again.isNew).toBe(true);
		expect(packetOf(it, again.packet)).toContain('for the night');
		expect(packetOf(it, again.packet)).toContain('still to do');
		expect(it.meta().checkpoint).toMatchObject({ reason: 'handoff', pending_prompt: 'still to do' });
	});

	it('cannot be packed before there is anything', async () => {
		const it = await bench.relay();
		await expect(it.relay.checkpoint(null)).rejects.toMatchObject({ code: 'no_such_session' });
	});

	it('are sent again by retry, to the agent that is named', async () => {
		bench.install('claude', { turns: [claudeAnswers('one')] });
		bench.install('codex', { turns: [codexAnswers('two')] });
		const it = await bench.relay();
		await expect(it.relay.retry(null, it.options)).rejects.toMatchObject({ code: 'usage' });
		await it.send('the same words');
		await it.relay.retry({ agent: 'codex', model: null }, it.options);
		expect(bench.received('codex')[0]?.prompt).toContain('the same words');
	});

	it('are taken one prompt at a time', async () => {
		bench.install('claude', { turns: [claudeAnswers('one')] });
		const it = await bench.relay();
		const first = it.send('first');
		await expect(it.send('second')).rejects.toThrow('a prompt is being worked on');
		expect((await first).outcome).toBe('completed');
		expect(bench.received('claude')).toHaveLength(1);
	});
});

describe('what stops a prompt', () => {
	it('is a missing program: nothing is created for it', async () => {
		const it = await bench.relay({ agent: 'codex' });
		await expect(it.send('go')).rejects.toMatchObject({
			code: 'agent_not_installed',
			hint: expect.stringContaining('npm install'),
		});
		expect(existsSync(sessionsOf())).toBe(false);
		const anyone = await bench.relay();
		await expect(anyone.send('go')).rejects.toMatchObject({ message: 'No coding agent is installed.' });
	});

	it('is a spent budget, with the flag that gives it room again', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const config = benchConfig((config) => {
			config.budgets.max_turns = 1;
		});
		const it = await bench.relay({}, { config });
		expect((await it.send('first')).outcome).toBe('completed');
		expect(await it.send('second')).toMatchObject({
			outcome: 'out_of_budget',
			largerBudget: '--max-turns 2',
		});
		expect(bench.received('claude')).toHaveLength(1);
		expect(packetOf(it, it.meta().checkpoint?.packet)).toContain('second');
	});

	it('is the user, and the work is kept for the next relay', async () => {
		bench.install('claude', { turns: [[{ emit: claude.init + claude.text('thinking') }, HANGS]] });
		bench.install('codex', { turns: [codexAnswers('done instead')] });
		const it = await bench.relay();
		it.onEvent = ({ type }) => type === 'agent_event' && it.abort.abort();
		expect((await it.send('long work')).outcome).toBe('cancelled');
		await it.relay.close();
		const id = it.deps.store.resolve('latest');
		expect(it.deps.store.status(id)).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		const next = await bench.relay({ agent: 'codex' });
		await next.relay.resume(id);
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(bench.received('codex')[0]?.prompt).toContain('long work');
	});

	it('is a refused login: said with the way to log in, and remembered by the next relay', async () => {
		bench.install('claude', { turns: [[{ emit: claude.init + claude.notLoggedIn }, { exit: 1 }]] });
		bench.install('codex', { turns: [codexAnswers('one')] });
		const it = await bench.relay();
		expect((await it.send('go')).outcome).toBe('failed');
		expect(noticesOf(it).join()).toContain('Log in with: claude auth login');
		const next = await bench.relay();
		expect((await next.send('go')).outcome).toBe('completed');
		expect(bench.received('claude')).toHaveLength(1);
		const overview = (await next.relay.agents.all()).find(({ agent }) => agent === 'claude');
		expect(overview?.login).toMatchObject({ loggedIn: 'no' });
		const verdicts = (await next.relay.agents.candidates()).map(({ agent, verdict }) => [agent, verdict]);
		expect(verdicts).toContainEqual(['claude', 'login_refused']);
	});
});

describe('a session', () => {
	it('that was completed continues in a child, which is not left behind unused', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const it = await bench.relay();
		const { sessionId } = await it.send('first');
		const { next: unused } = await reopened(it);
		expect(unused.meta().parent).toBe(sessionId);
		await unused.relay.close();
		expect(readdirSync(sessionsOf())).toEqual([sessionId]);

		const next = await bench.relay();
		await next.relay.resume(sessionId);
		await expect(next.relay.continuePending(next.options)).rejects.toMatchObject({
			hint: expect.stringContaining(`--session ${sessionId.slice(-6)}`),
		});
		await next.send('second');
		expect(next.meta().parent).toBe(sessionId);
		expect(bench.received('claude')[1]?.args).toContain('--resume');
	});

	it('is left by `startNew`, and the next prompt begins another without its words', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const it = await bench.relay();
		const { sessionId } = await it.send('first');
		await it.relay.startNew();
		expect(it.relay.session()).toBeNull();
		const second = await it.send('second');
		expect(second.sessionId).not.toBe(sessionId);
		expect(bench.received('claude')[1]?.prompt).toBe('second');
	});

	it('of nobody known is not resumed before the user says so', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), claudeAnswers('two')] });
		const it = await bench.relay();
		const { sessionId } = await it.send('first');
		await it.relay.close();
		for (const path of bench.witnessFiles()) rmSync(path);
		const elsewhere = await bench.relay();
		await expect(elsewhere.relay.resume(sessionId)).rejects.toMatchObject({
			code: 'refused',
			hint: expect.stringContaining('--here'),
		});
		const said = await elsewhere.relay.resume(sessionId, { isAccepted: true });
		expect(said.join('\n')).toMatch(/No witness confirms/);
	});

	it('has its events on record, reasons and waits included', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [codexAnswers('done')] });
		const it = await bench.relay();
		await it.send('go');
		const log = readFileSync(join(it.folder, 'log.jsonl'), 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		const told = log.map(({ type }) => type).filter((type) => !['notice', 'settled'].includes(type));
		expect(told).toEqual([
			'session_opened',
			'turn_started',
			'turn_finished',
			'checkpointed',
			'handed_over',
			'turn_started',
			'turn_finished',
			'prompt_finished',
		]);
		expect(log.find(({ type }) => type === 'handed_over').candidates).toMatchObject([
			{ agent: 'claude', verdict: 'current' },
			{ agent: 'codex', verdict: 'chosen' },
		]);
	});
});
