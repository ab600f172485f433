import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../src/agents/agent-adapter.ts';
import { RelayError } from '../../../src/core/errors.ts';
import { MAX_CHAT_PROMPT_BYTES } from '../../../src/relay/chat/prompt/chat-prompt.ts';
import { recordUndo } from '../../../src/sessions/transitions.ts';
import { type BenchChat, continueBenchChat, startBenchChat } from '../../helpers/bench-chat.ts';
import { benchConfig, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import {
	claude,
	claudeAnswers,
	claudeLimited,
	codexAnswers,
	codexLimited,
} from '../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../helpers/fake-agents.ts';
import { until } from '../../helpers/patience.ts';

const HOUR = 3_600_000;
const RESET = RECORDED_AT + 2 * HOUR;
let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const says = {
	claude: (text: string, verdict = 'CONTINUE') => claudeAnswers(`${text}\n\nRELAY: ${verdict}`),
	codex: (text: string, verdict = 'CONTINUE') => codexAnswers(`${text}\n\nRELAY: ${verdict}`),
};
const sentTo = (agent: string) => bench.received(agent).map(({ prompt }) => prompt);
const count = (texts: readonly string[], needle: string) =>
	texts.reduce((sum, text) => sum + text.split(needle).length - 1, 0);
const spokenOf = (it: BenchChat) =>
	it.turns().map(({ participant, status, verdict }) => [participant, status, verdict]);

/** Two agents that never agree, `n` messages each. */
function installTalkers(n: number): void {
	const numbers = Array.from({ length: n }, (_, i) => i + 1);
	bench.install('claude', { turns: numbers.map((i) => says.claude(`claude-words-${i}`)) });
	bench.install('codex', {
		turns: numbers.map((i) => says.codex(`codex-words-${i}`)),
		nativeSession: 'thread-1',
	});
}

describe('a chat of two', () => {
	it('gives each the words of the other exactly once, in one native session each, and ends when both agree', async () => {
		bench.install('claude', {
			turns: [says.claude('first of claude'), says.claude('second of claude', 'DONE')],
		});
		bench.install('codex', {
			turns: [says.codex('first of codex'), says.codex('second of codex', 'DONE')],
			nativeSession: 'thread-1',
		});
		const it = await startBenchChat(bench);
		const result = await it.finish();

		expect(result).toMatchObject({ outcome: 'agreed', turns: 4, packet: null });
		expect(result.lastMessage).toMatchObject({ participant: 'codex', verdict: 'done' });
		expect(spokenOf(it)).toEqual([
			['claude', 'completed', 'continue'],
			['codex', 'completed', 'continue'],
			['claude', 'completed', 'done'],
			['codex', 'completed', 'done'],
		]);
		expect(it.turns().map(({ trigger, permissions, resumed }) => [trigger, permissions, resumed])).toEqual([
			['chat', 'read-only', false],
			['chat', 'read-only', false],
			['chat', 'read-only', true],
			['chat', 'read-only', true],
		]);
		expect(it.status()).toEqual({ status: 'completed', reason: null });
		expect(it.meta()).toMatchObject({
			kind: 'chat',
			objective: 'Tabs or spaces?',
			checkpoint: null,
			chat: { agreed: true, max_turns: 6 },
			agents: { claude: { turns: 2 }, codex: { turns: 2, native_session_id: 'thread-1' } },
		});
		expect(count(sentTo('codex'), 'first of claude')).toBe(1);
		expect(count(sentTo('codex'), 'second of claude')).toBe(1);
		expect(count(sentTo('codex'), 'of codex')).toBe(0);
		expect(count(sentTo('claude'), 'first of codex')).toBe(1);
		expect(count(sentTo('claude'), 'of claude')).toBe(0);
		expect(sentTo('claude')[0]).toContain('\nTabs or spaces?\n');
		expect(sentTo('codex')[0]).toContain('\nTabs or spaces?\n');
		expect(sentTo('codex')[1]).not.toContain('Tabs or spaces?');
		// The prompt is the packet of its turn, byte for byte.
		for (const { turn, packet } of it.turns())
			expect(it.read(turn, 'prompt.md')).toBe(
				readFileSync(join(it.chat.session().folder, packet ?? ''), 'utf8'),
			);
		const data = JSON.parse(
			readFileSync(
				join(it.chat.session().folder, (it.turns()[2]?.packet ?? '').replace(/md$/, 'json')),
				'utf8',
			),
		);
		expect(data).toMatchObject({ kind: 'chat', to: { id: 'claude' }, said: [{ by: 'codex', turn: 2 }] });
	});

	it('stops after its turns with a packet, and continues where it was', async () => {
		installTalkers(6);
		const it = await startBenchChat(bench, { maxTurns: 3 });
		expect(await it.finish()).toMatchObject({ outcome: 'max_turns', turns: 3 });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'max_turns' });
		const packet = it.meta().checkpoint?.packet ?? '';
		expect(packet).toMatch(/^resume\/003-claude-next\.md$/);
		expect(readFileSync(join(it.chat.session().folder, packet), 'utf8')).toContain('claude-words-2');

		const next = await continueBenchChat(bench, it.id, { words: 'What of Windows?', maxTurns: 2 });
		expect(await next.finish()).toMatchObject({ outcome: 'max_turns', turns: 2, sessionId: it.id });
		expect(spokenOf(next).map(([who]) => who)).toEqual(['claude', 'codex', 'claude', 'codex', 'claude']);
		expect(count(sentTo('codex'), 'claude-words-2')).toBe(1);
		expect(count(sentTo('codex'), 'What of Windows?')).toBe(1);
		expect(count(sentTo('claude'), 'What of Windows?')).toBe(1);
		expect(count(sentTo('claude'), 'codex-words-2')).toBe(1);
	});

	it('continues as a child once all agreed, and only with something new', async () => {
		bench.install('claude', { turns: [says.claude('yes', 'DONE'), says.claude('also yes', 'DONE')] });
		bench.install('codex', {
			turns: [says.codex('yes', 'DONE'), says.codex('so be it', 'DONE')],
			nativeSession: 't',
		});
		const it = await startBenchChat(bench);
		expect(await it.finish()).toMatchObject({ outcome: 'agreed', turns: 2 });
		await expect(continueBenchChat(bench, it.id)).rejects.toMatchObject({ code: 'usage' });
		const next = await continueBenchChat(bench, it.id, { words: 'And the tests?' });
		expect(await next.finish()).toMatchObject({ outcome: 'agreed', turns: 2 });
		expect(next.meta()).toMatchObject({ parent: it.id, kind: 'chat', objective: 'Tabs or spaces?' });
		expect(next.turns().map(({ resumed }) => resumed)).toEqual([true, true]);
		expect(count(sentTo('codex'), 'And the tests?')).toBe(1);
		expect(count(sentTo('codex'), 'also yes')).toBe(1);
	});

	it('hears what the user says meanwhile, each exactly once, and does not end before', async () => {
		bench.install('claude', {
			turns: [says.claude('one', 'DONE'), says.claude('two', 'DONE')],
		});
		bench.install('codex', {
			turns: [says.codex('one', 'DONE'), says.codex('two', 'DONE')],
			nativeSession: 't',
		});
		const it = await startBenchChat(bench);
		it.onEvent = (event) => {
			if (event.type === 'turn_started' && event.turn === 2) it.chat.say('keep @it small');
		};
		expect(await it.finish()).toMatchObject({ outcome: 'agreed', turns: 4 });
		expect(count(sentTo('claude'), 'keep @it small')).toBe(1);
		expect(count(sentTo('codex'), 'keep @it small')).toBe(1);
		expect(sentTo('claude')[1]).toContain('keep @it small');
	});

	it('records what a turn changed, and tells the other', async () => {
		const works: FakeStep[] = [{ write: { path: 'new.txt', text: 'a\nb\n' } }, ...says.claude('wrote it')];
		bench.install('claude', { turns: [works] });
		bench.install('codex', { turns: [says.codex('saw it')] });
		const it = await startBenchChat(bench, { permissions: 'edit', maxTurns: 2 });
		await it.finish();
		expect(it.turns()[0]?.files).toMatchObject([{ path: 'new.txt', change: 'added' }]);
		expect(it.turns()[1]?.permissions).toBe('edit');
		expect(sentTo('codex')[0]).toContain('> added new.txt (+2 -0)');
	});

	it('tells each, once, what the user took back since its last turn', async () => {
		installTalkers(6);
		const it = await startBenchChat(bench, { maxTurns: 3 });
		await it.finish();
		const session = it.deps.store.open(it.id);
		const turns = [{ session_id: it.id, turn: 2 }];
		session.apply(recordUndo, {
			step: {
				step: 1,
				kind: 'undo',
				at: '2026-11-29T12:00:00.000Z',
				after_turn: 3,
				turns,
				of: null,
				files: 1,
				paths: [{ path: 'taken-back.txt', change: 'removed' }],
				left: [],
				kept: null,
				record: 'undo/001.json',
			},
		});
		session.release();
		const next = await continueBenchChat(bench, it.id, { maxTurns: 4 });
		await next.finish();
		for (const agent of ['claude', 'codex']) {
			const told = sentTo(agent).filter((prompt) => prompt.includes('> taken-back.txt'));
			expect(told, agent).toHaveLength(1);
			expect(told[0]).toMatch(
				/^<relay-[0-9a-f]{8}>\nThis note is agent-relay's, not the user's\.\nThe user took back turn 2/m,
			);
			expect(told[0]).not.toContain("The user's next prompt follows");
		}
	});

	it('passes a message of a megabyte on within the cap, and keeps it whole on disk', async () => {
		const long = `START ${'words and words\n'.repeat(65_536)} FINISH`;
		bench.install('claude', { turns: [says.claude(long)] });
		bench.install('codex', { turns: [says.codex('short')] });
		const it = await startBenchChat(bench, { maxTurns: 2 });
		await it.finish();
		const [prompt = ''] = sentTo('codex');
		expect(Buffer.byteLength(prompt)).toBeLessThanOrEqual(MAX_CHAT_PROMPT_BYTES);
		expect(prompt).toContain('START words');
		expect(prompt).toContain(' FINISH');
		expect(prompt).toMatch(/bytes left out here; the whole message: .*001-output\.md/);
		expect(it.read(1, 'output.md').length).toBeGreaterThan(1_000_000);
	});
});

describe('two participants of one agent', () => {
	it('keep two conversations apart, and the second is not the first', async () => {
		bench.install('claude', {
			turns: [says.claude('alpha'), says.claude('beta'), says.claude('gamma'), says.claude('delta')],
		});
		const it = await startBenchChat(bench, {
			agents: ['claude', 'claude:opus'],
			roles: [{ who: '2', role: 'find holes' }],
			maxTurns: 4,
		});
		await it.finish();
		const [first, second, third, fourth] = bench.received('claude').map(({ args }) => args.join(' '));
		const idOf = (args = '') => /--(?:session-id|resume)[ =](\S+)/.exec(args)?.[1];
		expect(idOf(first)).toBeDefined();
		expect(idOf(first)).not.toBe(idOf(second));
		expect(idOf(third)).toBe(idOf(first));
		expect(idOf(fourth)).toBe(idOf(second));
		expect(second).toContain('opus');
		expect(third).not.toContain('opus');
		expect(Object.keys(it.meta().agents)).toEqual(['claude', 'claude-opus']);
		const [, , toFirst = '', toSecond = ''] = sentTo('claude');
		expect(toFirst).toContain('beta');
		expect(toFirst).not.toContain('alpha');
		expect(toSecond).toContain('gamma');
		expect(toSecond).not.toContain('beta');
	});
});

describe('a participant that cannot go on', () => {
	it('at its limit leaves with a notice, the ledger knows, the others go on, and it comes back after its reset', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET), says.claude('back again', 'DONE')] });
		bench.install('codex', {
			turns: [says.codex('c1'), says.codex('c2'), says.codex('c3', 'DONE')],
			nativeSession: 't',
		});
		bench.install('gemini', { turns: [[{ exit: 1 }]] });
		const it = await startBenchChat(bench);
		const result = await it.finish();
		expect(result).toMatchObject({ outcome: 'too_few', earliestReset: RESET });
		expect(it.ofType('participant_left')).toMatchObject([
			{ participant: 'claude', reason: 'limit', until: RESET },
		]);
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'limit' });
		expect(it.meta()).toMatchObject({ chat: { participants: [{ left: 'limit' }, { left: null }] } });
		expect(it.deps.ledger.entries()).toMatchObject([{ agent: 'claude', until: RESET }]);

		// Before the reset it stays out, without being asked.
		const early = await continueBenchChat(bench, it.id);
		expect(await early.finish()).toMatchObject({ outcome: 'too_few', turns: 0 });
		expect(bench.received('claude')).toHaveLength(1);

		bench.clock.advance(3 * HOUR);
		const late = await continueBenchChat(bench, it.id, { maxTurns: 2 });
		await late.finish();
		expect(spokenOf(late)).toEqual([
			['claude', 'limited', null],
			['claude', 'completed', 'done'],
			['codex', 'completed', 'continue'],
		]);
	});

	it('is one of three: the other two talk to their end', async () => {
		bench.install('claude', { turns: [says.claude('a1'), says.claude('a2', 'DONE')] });
		bench.install('codex', { turns: [codexLimited('10:00 AM')], nativeSession: 't' });
		const it = await startBenchChat(bench, {
			agents: ['claude', 'codex', 'claude:opus'],
			maxTurns: 8,
		});
		const result = await it.finish();
		expect(result.outcome).toBe('agreed');
		expect(spokenOf(it)).toEqual([
			['claude', 'completed', 'continue'],
			['codex', 'limited', null],
			['claude-opus', 'completed', 'done'],
			['claude', 'completed', 'done'],
		]);
		expect(it.status().status).toBe('completed');
	});

	it('for any other reason leaves with that reason', async () => {
		bench.install('claude', {
			turns: [says.claude('a1'), [{ emit: claude.init + claude.notLoggedIn }, { exit: 1 }]],
		});
		bench.install('codex', { turns: [says.codex('c1')], nativeSession: 't' });
		const auth = await startBenchChat(bench);
		expect(await auth.finish()).toMatchObject({ outcome: 'too_few' });
		expect(auth.ofType('participant_left')).toMatchObject([{ participant: 'claude', reason: 'auth' }]);
		expect(auth.status()).toEqual({ status: 'checkpointed', reason: 'failed' });

		// A login that was refused is remembered: a chat that needs it is not begun.
		const sessions = auth.deps.store.list().length;
		await expect(startBenchChat(bench)).rejects.toMatchObject({
			code: 'not_logged_in',
			hint: expect.stringContaining('claude cannot work: its login was refused'),
		});
		expect(auth.deps.store.list()).toHaveLength(sessions);
		auth.deps.ledger.clear('claude');

		bench.install('claude', { turns: [claudeAnswers('   ')] });
		const empty = await startBenchChat(bench);
		await empty.finish();
		expect(empty.ofType('participant_left')).toMatchObject([{ reason: 'empty_answer' }]);

		bench.install('claude', { turns: [[{ emit: claude.init }, { signal: 'SIGKILL' }]] });
		const crash = await startBenchChat(bench);
		await crash.finish();
		expect(crash.ofType('participant_left')).toMatchObject([{ reason: 'failed' }]);
	});

	it('that is not installed is left out of three, and refuses a chat of two before anything is made', async () => {
		installTalkers(2);
		const it = await startBenchChat(bench, { agents: ['claude', 'gemini', 'codex'], maxTurns: 2 });
		await it.finish();
		expect(it.ofType('participant_left')).toMatchObject([{ participant: 'gemini', reason: 'not_installed' }]);
		expect(spokenOf(it).map(([who]) => who)).toEqual(['claude', 'codex']);
		const sessions = it.deps.store.list().length;
		await expect(startBenchChat(bench, { agents: ['claude', 'gemini'] })).rejects.toMatchObject({
			code: 'agent_not_installed',
		});
		expect(it.deps.store.list()).toHaveLength(sessions);
	});

	it('whose next turn cannot start leaves its conversation to others', async () => {
		installTalkers(2);
		const { registry } = await bench.deps();
		const command = (request: TurnRequest) => {
			if (request.resume) throw new RelayError('refused', 'not now');
			return registry.find('claude').command(request);
		};
		const find = (agent: string) => {
			const adapter = registry.find(agent);
			return agent === 'claude' ? { ...adapter, command } : adapter;
		};
		const it = await startBenchChat(bench, {}, { registry: { ...registry, find } });
		expect(await it.finish()).toMatchObject({ outcome: 'too_few' });
		expect(it.meta().chat?.participants).toMatchObject([{ id: 'claude', left: 'refused' }, {}]);
		const conversations = join(bench.state, 'conversations');
		const names = readdirSync(conversations).filter((name) => name.endsWith('.json'));
		const records = names.map((name) => JSON.parse(readFileSync(join(conversations, name), 'utf8')));
		expect(records.map(({ agent, holder }) => [agent, holder]).sort()).toEqual([
			['claude', null],
			['codex', null],
		]);
	});

	it('whose native session is gone gets the whole chat in one packet, and the user is told', async () => {
		const gone: FakeStep[] = [{ stderr: 'No conversation found with session ID: x\n' }, { exit: 1 }];
		bench.install('claude', { turns: [says.claude('mine-1'), gone, says.claude('mine-2', 'DONE')] });
		bench.install('codex', {
			turns: [says.codex('theirs-1'), says.codex('theirs-2', 'DONE')],
			nativeSession: 't',
		});
		const it = await startBenchChat(bench);
		expect(await it.finish()).toMatchObject({ outcome: 'agreed' });
		const whole = sentTo('claude')[2] ?? '';
		expect(whole).toContain('Tabs or spaces?');
		expect(whole).toContain('You (claude), turn 1 said:');
		expect(count([whole], 'mine-1')).toBe(1);
		expect(count([whole], 'theirs-1')).toBe(1);
		expect(it.ofType('notice').map(({ text }) => text)).toEqual([
			expect.stringContaining('no longer has the conversation of claude'),
		]);
		expect(it.ofType('participant_left')).toEqual([]);
	});
});

describe('a chat that is ended from outside', () => {
	const slow: FakeStep[] = [{ emit: claude.init + claude.text('half a thought') }, HANGS];

	it('by Ctrl+C is checkpointed; who was cut off is asked again and told so, the others get none of it', async () => {
		bench.install('claude', { turns: [slow, says.claude('whole thought', 'DONE')] });
		bench.install('codex', { turns: [says.codex('fine', 'DONE')], nativeSession: 't' });
		const it = await startBenchChat(bench);
		it.onEvent = (event) => {
			if (event.type === 'agent_event' && event.event.type === 'agent_message_chunk') it.abort.abort();
		};
		expect(await it.finish()).toMatchObject({ outcome: 'interrupted' });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		expect(it.meta().checkpoint?.packet).toMatch(/-next\.md$/);
		expect(it.turns()).toMatchObject([{ status: 'cancelled' }]);

		const next = await continueBenchChat(bench, it.id);
		expect(await next.finish()).toMatchObject({ outcome: 'agreed', turns: 2 });
		expect(sentTo('claude')[1]).toContain('Your last turn was cut off');
		expect(sentTo('codex')[0]).not.toContain('half a thought');
		expect(sentTo('codex')[0]).toContain('whole thought');
	});

	it('by its time is checkpointed as that', async () => {
		bench.install('claude', { turns: [slow] });
		bench.install('codex', { turns: [says.codex('x')] });
		const it = await startBenchChat(bench, { timeoutMs: 1200 });
		expect(await it.finish()).toMatchObject({ outcome: 'timed_out' });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'timed_out' });
		expect(it.turns()).toMatchObject([{ status: 'timed_out' }]);
	});

	it('by closing it leaves a packet and no lock', async () => {
		bench.install('claude', { turns: [slow] });
		bench.install('codex', { turns: [says.codex('x')] });
		const it = await startBenchChat(bench);
		const running = it.run();
		await until(() => bench.received('claude').length > 0, 'claude to be asked');
		await it.chat.close();
		expect(await running).toMatchObject({ outcome: 'interrupted' });
		expect(it.status()).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		expect(existsSync(join(it.chat.session().folder, 'lock'))).toBe(false);
	});

	it('by budgets.max_cost takes no further turn', async () => {
		installTalkers(6);
		const config = benchConfig((own) => {
			own.budgets.max_cost = 0.0015;
		});
		const it = await startBenchChat(bench, {}, { config });
		expect(await it.finish()).toMatchObject({ outcome: 'out_of_budget', turns: 3 });
		expect(it.status().reason).toBe('max_budget');
	});
});

describe('a chat next to other sessions', () => {
	it('can be gone on with by one agent alone, and the chat hears of it afterwards', async () => {
		installTalkers(6);
		const it = await startBenchChat(bench, { maxTurns: 2 });
		await it.finish();
		const alone = await bench.relay({ kind: 'shell', agent: 'claude' });
		await alone.relay.resume(it.id);
		await alone.send('Only you, claude: sum it up.');
		await alone.relay.close();
		expect(it.meta().agents.claude).toMatchObject({ turns: 2 });

		const next = await continueBenchChat(bench, it.deps.store.list({ limit: 1 })[0]?.id ?? it.id, {
			maxTurns: 2,
			words: 'go on',
		});
		await next.finish();
		const toCodex = sentTo('codex').at(-1) ?? '';
		expect(toCodex).toContain('Only you, claude: sum it up.');
		expect(toCodex).toContain('claude-words-2');
	});

	it('is never taken for the work of one agent', async () => {
		installTalkers(2);
		const it = await startBenchChat(bench, { maxTurns: 1 });
		await it.finish();
		expect(it.deps.store.list({ status: 'checkpointed', kinds: ['shell', 'run'] })).toEqual([]);
		expect(it.deps.store.list({ status: 'checkpointed', kinds: ['chat'] })).toHaveLength(1);
	});
});
