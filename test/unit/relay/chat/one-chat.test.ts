/** Whole chats over agents that are played in memory. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchChat, continueBenchChat, startBenchChat } from '../../../helpers/bench-chat.ts';
import { benchConfig, RECORDED_AT } from '../../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codexAnswers } from '../../../helpers/fake-agent-lines.ts';
import { HANGS } from '../../../helpers/fake-agents.ts';
import { PlayedBench } from '../../../helpers/played-agents.ts';

const RESET = RECORDED_AT + 2 * 3_600_000;
let bench: PlayedBench;
beforeEach(() => {
	bench = new PlayedBench({ kind: 'none' });
});
afterEach(() => bench.dispose());

const says = {
	claude: (text: string, verdict = 'CONTINUE') => claudeAnswers(`${text}\n\nRELAY: ${verdict}`),
	codex: (text: string, verdict = 'CONTINUE') => codexAnswers(`${text}\n\nRELAY: ${verdict}`),
};
const spokenIn = (it: BenchChat) => it.turns().map(({ participant, verdict }) => [participant, verdict]);
const sentTo = (agent: string) => bench.received(agent).map(({ prompt }) => prompt);
const timesIn = (prompts: readonly string[], words: string) => prompts.join('\n').split(words).length - 1;
const talkers = () => {
	bench.install('claude', { turns: [1, 2, 3].map((n) => says.claude(`claude-${n}`)) });
	bench.install('codex', { turns: [1, 2, 3].map((n) => says.codex(`codex-${n}`)), nativeSession: 'thread' });
};

describe('a chat', () => {
	it('ends once all agree; each gets the words of the other once, in a conversation of its own', async () => {
		bench.install('claude', { turns: [says.claude('tabs'), says.claude('fine, tabs', 'DONE')] });
		bench.install('codex', {
			turns: [says.codex('never tabs'), says.codex('so be it', 'DONE')],
			nativeSession: 'thread',
		});
		const it = await startBenchChat(bench);
		expect(await it.finish()).toMatchObject({ outcome: 'agreed', turns: 4, packet: null });
		expect(spokenIn(it)).toEqual([
			['claude', 'continue'],
			['codex', 'continue'],
			['claude', 'done'],
			['codex', 'done'],
		]);
		expect(timesIn(sentTo('codex'), 'fine, tabs')).toBe(1);
		expect(timesIn(sentTo('claude'), 'never tabs')).toBe(1);
		expect(bench.received('claude')[1]?.args).toContain('--resume');
		expect(it.status()).toEqual({ status: 'completed', reason: null });
	});

	it('does not end because one says so', async () => {
		bench.install('claude', { turns: [says.claude('done?', 'DONE')] });
		bench.install('codex', { turns: [says.codex('no')], nativeSession: 'thread' });
		const it = await startBenchChat(bench, { maxTurns: 4 });
		expect(await it.finish()).toMatchObject({ outcome: 'max_turns', turns: 4 });
	});

	it('stops after its turns with a packet, and continues with whose turn it is', async () => {
		talkers();
		const it = await startBenchChat(bench, { maxTurns: 3 });
		const result = await it.finish();
		expect(result).toMatchObject({ outcome: 'max_turns', turns: 3, packet: expect.any(String) });
		const packet = readFileSync(join(it.chat.session().folder, result.packet ?? ''), 'utf8');
		expect(packet).toContain('Tabs or spaces?');
		const next = await continueBenchChat(bench, it.id, { words: 'Hurry up.', maxTurns: 1 });
		await next.finish();
		expect(spokenIn(next).at(-1)).toEqual(['codex', 'continue']);
		expect(sentTo('codex').at(-1)).toContain('Hurry up.');
		expect(sentTo('codex').at(-1)).toContain('claude-2');
	});

	it('continues as a child once it was agreed, and only with something new to talk about', async () => {
		bench.install('claude', { turns: [says.claude('yes', 'DONE')] });
		bench.install('codex', { turns: [says.codex('yes', 'DONE')], nativeSession: 'thread' });
		const it = await startBenchChat(bench);
		await it.finish();
		await expect(continueBenchChat(bench, it.id)).rejects.toMatchObject({ code: 'usage' });
		const next = await continueBenchChat(bench, it.id, { words: 'And the line length?' });
		expect(await next.finish()).toMatchObject({ outcome: 'agreed' });
		expect(next.meta().parent).toBe(it.id);
		expect(sentTo('claude').at(-1)).toContain('And the line length?');
	});

	it('hears what the user says meanwhile before it may end', async () => {
		bench.install('claude', { turns: [says.claude('yes', 'DONE')] });
		bench.install('codex', { turns: [says.codex('yes', 'DONE')], nativeSession: 'thread' });
		const it = await startBenchChat(bench);
		let hasSaid = false;
		it.onEvent = ({ type }) => {
			if (type !== 'turn_finished' || hasSaid || it.turns().length !== 2) return;
			hasSaid = true;
			it.chat.say('Wait: the Makefile needs tabs.');
		};
		expect(await it.finish()).toMatchObject({ outcome: 'agreed', turns: 4 });
		for (const agent of ['claude', 'codex'])
			expect(timesIn(sentTo(agent), 'the Makefile needs tabs')).toBe(1);
	});

	it('is subject to the budgets of the session', async () => {
		talkers();
		const config = benchConfig((config) => {
			config.budgets.max_turns = 2;
		});
		const it = await startBenchChat(bench, {}, { config });
		expect(await it.finish()).toMatchObject({ outcome: 'out_of_turns', turns: 2 });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'max_turns' });
	});

	it('interrupted by the user is kept, and the one that was cut off is asked again', async () => {
		bench.install('claude', {
			turns: [[{ emit: claude.init + claude.text('I thi') }, HANGS], says.claude('anew')],
		});
		bench.install('codex', { turns: [says.codex('hm')], nativeSession: 'thread' });
		const it = await startBenchChat(bench);
		it.onEvent = ({ type }) => type === 'agent_event' && it.abort.abort();
		expect(await it.finish()).toMatchObject({ outcome: 'interrupted', packet: expect.any(String) });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		const next = await continueBenchChat(bench, it.id, { maxTurns: 2 });
		await next.finish();
		expect(next.turns().map(({ participant, status }) => [participant, status])).toEqual([
			['claude', 'cancelled'],
			['claude', 'completed'],
			['codex', 'completed'],
		]);
		expect(timesIn(sentTo('codex'), 'I thi')).toBe(0);
	});
});

describe('a participant', () => {
	it('that meets its limit leaves, and comes back after the reset', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), says.claude('back')] });
		bench.install('codex', { turns: [says.codex('alone')], nativeSession: 'thread' });
		const it = await startBenchChat(bench);
		expect(await it.finish()).toMatchObject({ outcome: 'too_few', earliestReset: RESET });
		expect(it.ofType('participant_left')).toMatchObject([
			{ participant: 'claude', reason: 'limit', until: RESET },
		]);
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'limit' });
		bench.clock.advance(RESET - RECORDED_AT + 1);
		const next = await continueBenchChat(bench, it.id, { maxTurns: 2 });
		await next.finish();
		expect(spokenIn(next).map(([who]) => who)).toContain('claude');
	});

	it('that fails leaves the others to talk to their end', async () => {
		bench.install('claude', { turns: [[{ stderr: 'Error: broken\n' }, { exit: 2 }]] });
		bench.install('codex', { turns: [says.codex('one'), says.codex('two', 'DONE')] });
		const it = await startBenchChat(bench, { agents: ['claude', 'codex:a', 'codex:b'], maxTurns: 6 });
		await it.finish();
		expect(it.ofType('participant_left')).toMatchObject([{ participant: 'claude', reason: 'failed' }]);
		expect(
			new Set(
				spokenIn(it)
					.slice(1)
					.map(([who]) => who),
			).size,
		).toBe(2);
	});

	it('that is not installed refuses a chat of two before anything is made', async () => {
		bench.install('claude', { turns: [says.claude('hello?')] });
		await expect(startBenchChat(bench)).rejects.toMatchObject({ code: 'agent_not_installed' });
		expect(existsSync(join(bench.repo, '.agent-relay/sessions'))).toBe(false);
	});

	it('whose login was refused is skipped by the next chat, with the reason', async () => {
		bench.install('claude', { turns: [[{ emit: claude.init + claude.notLoggedIn }, { exit: 1 }]] });
		bench.install('codex', { turns: [says.codex('one')], nativeSession: 'thread' });
		const agents = ['claude', 'codex:a', 'codex:b'];
		await (await startBenchChat(bench, { agents, maxTurns: 3 })).finish();
		expect(bench.received('claude')).toHaveLength(1);
		const it = await startBenchChat(bench, { agents, maxTurns: 2 });
		await it.finish();
		expect(bench.received('claude')).toHaveLength(1);
		expect(it.ofType('participant_left')).toMatchObject([{ participant: 'claude', reason: 'auth' }]);
	});
});
