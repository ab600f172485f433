import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { createRegistry } from '../../../src/agents/registry.ts';
import { type BenchRelay, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codex, codexAnswers } from '../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../helpers/fake-agents.ts';
import { until } from '../../helpers/patience.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const metaOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));

async function reopened(earlier: BenchRelay, start = {}): Promise<BenchRelay> {
	const id = earlier.relay.session()?.id;
	await earlier.relay.close();
	const next = await bench.relay(start);
	if (id) await next.relay.resume(id);
	return next;
}

describe('a switch the user asks for', () => {
	it('goes out with the next prompt, and the return resumes the native session with what was missed', async () => {
		bench.install('claude', { turns: [claudeAnswers('claude one'), claudeAnswers('claude two')] });
		bench.install('codex', {
			nativeSession: 'thread-9',
			turns: [
				[
					{ write: { path: join(bench.repo, 'by-codex.txt'), text: 'written by codex\n' } },
					{ emit: codex.init + codex.text('codex worked on it') + codex.result },
					{ exit: 0 },
				],
			],
		});
		const it = await bench.relay();
		await it.send('first task');
		bench.write('mine.txt', 'edited by the user\n');
		const { packet } = await it.relay.use({ agent: 'codex', model: null }, null);
		expect(packet).toMatch(/^resume\/001-claude-codex\.md$/);
		expect(it.meta().checkpoint).toMatchObject({ reason: 'switch', packet, next_agent: 'codex' });

		await it.send('second task');
		const [toCodex] = bench.received('codex');
		expect(toCodex?.prompt).toContain('first task');
		expect(toCodex?.prompt).toContain('claude one');
		expect(toCodex?.prompt).toContain('second task');
		expect(toCodex?.prompt).toContain('mine.txt');
		expect(it.states()[1]).toMatchObject({ agent: 'codex', trigger: 'switch', resumed: false });
		expect(it.meta().checkpoint).toBeNull();

		await it.relay.use({ agent: 'claude', model: null }, null);
		await it.send('third task');
		const [first, back] = bench.received('claude');
		const native = first?.args[first.args.indexOf('--session-id') + 1];
		expect(back?.args).toContain('--resume');
		expect(back?.args).toContain(native);
		expect(back?.prompt).toContain('codex worked on it');
		expect(back?.prompt).toContain('by-codex.txt');
		expect(back?.prompt).toContain('third task');
		expect(back?.prompt).not.toContain('claude one');
		expect(it.states()[2]).toMatchObject({ agent: 'claude', resumed: true, trigger: 'switch' });
	});

	it('is obeyed although the ledger says the agent is limited', async () => {
		bench.install('claude', {
			turns: [claudeLimited(RECORDED_AT + 7_200_000), claudeAnswers('works after all')],
		});
		bench.install('codex', { turns: [codexAnswers('ok')] });
		const it = await bench.relay();
		await it.send('one');
		expect(it.relay.active().agent).toBe('codex');
		await it.relay.use({ agent: 'claude', model: null }, null);
		expect((await it.send('two')).outcome).toBe('completed');
		expect(it.states().at(-1)).toMatchObject({ agent: 'claude', status: 'completed' });
		expect(it.deps.ledger.entries()).toEqual([]);
	});

	it('without any turn yet is just a change of agent', async () => {
		bench.install('claude', { turns: [claudeAnswers('no')] });
		bench.install('codex', { turns: [codexAnswers('yes')] });
		const it = await bench.relay();
		expect(await it.relay.use({ agent: 'codex', model: null }, null)).toEqual({ packet: null, losses: [] });
		await it.send('hello');
		expect(bench.received('codex')[0]?.prompt).toBe('hello');
		expect(bench.received('claude')).toEqual([]);
	});

	it('survives the end of the relay: the next one finds the packet and sends it', async () => {
		bench.install('claude', { turns: [claudeAnswers('claude said this')] });
		bench.install('codex', { turns: [codexAnswers('yes')] });
		const it = await bench.relay();
		await it.send('first');
		await it.relay.use({ agent: 'codex', model: null }, null);
		const { folder } = it;
		const next = await reopened(it);
		expect(metaOf(folder)).toMatchObject({ status: 'active' });
		await next.send('second');
		expect(next.folder).toBe(folder);
		expect(bench.received('codex')[0]?.prompt).toContain('claude said this');
	});
});

describe('the same agent again', () => {
	it('resumes its native session with the bare prompt', async () => {
		bench.install('codex', { nativeSession: 'thread-7', turns: [codexAnswers('one'), codexAnswers('two')] });
		const it = await bench.relay({ agent: 'codex' });
		await it.send('first');
		await it.send('second');
		const [, second] = bench.received('codex');
		expect(second?.args).toEqual(expect.arrayContaining(['resume', 'thread-7']));
		expect(second?.prompt).toBe('second');
		expect(it.states()[1]).toMatchObject({ resumed: true, packet: null, tokens: { input: 0, output: 0 } });
		expect(it.meta().usage).toMatchObject({ input_tokens: 100, output_tokens: 10 });
	});

	it('whose conversation is gone gets the whole story in a packet, and the user is told', async () => {
		const gone = [{ stderr: 'No conversation found with session ID: x\n' }, { exit: 1 }];
		bench.install('claude', { turns: [claudeAnswers('the first answer'), gone, claudeAnswers('anew')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('first');
		expect((await it.send('second')).outcome).toBe('completed');
		const [, , third] = bench.received('claude');
		expect(third?.args).not.toContain('--resume');
		expect(third?.prompt).toContain('the first answer');
		expect(third?.prompt).toContain('second');
		expect(it.states().map(({ status, stop_reason }) => [status, stop_reason])).toEqual([
			['completed', 'end_turn'],
			['failed', 'unknown_session'],
			['completed', 'end_turn'],
		]);
		expect(
			it
				.ofType('notice')
				.map(({ text }) => text)
				.join(),
		).toMatch(/cannot take up its conversation again/);
	});
});

describe('a native session that cannot be resumed', () => {
	const refused: FakeStep[] = [{ stderr: 'claude: cannot lock the conversation\n' }, { exit: 1 }];
	const notices = (it: BenchRelay) => it.ofType('notice').map(({ text }) => text);
	const claudeArgs = () => bench.received('claude').map(({ args }) => args);

	it('because it has become too long is left for a new one with the whole story, said in one line', async () => {
		const tooLong = [{ emit: claude.init + claude.tooLong }, { exit: 1 }];
		bench.install('claude', { turns: [claudeAnswers('the first answer'), tooLong, claudeAnswers('anew')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('first');
		expect((await it.send('second')).state).toMatchObject({ stop_reason: 'context_too_long' });
		expect(it.relay.view.nativeResumeCommand(it.relay.active().agent)).toBeNull();
		expect((await it.send('third')).outcome).toBe('completed');

		const [, second, third] = bench.received('claude');
		expect(second?.args).toContain('--resume');
		expect(third?.args).not.toContain('--resume');
		for (const words of ['the first answer', 'second', 'third']) expect(third?.prompt).toContain(words);
		expect(notices(it).filter((text) => /new conversation.*has become too long/.test(text))).toHaveLength(1);
		expect(it.states()[2]).toMatchObject({ resumed: false, packet: expect.stringMatching(/^resume\//) });
	});

	it('stays left after the end of the relay, and in the child of a finished session', async () => {
		const tooLong = [{ emit: claude.init + claude.tooLong }, { exit: 1 }];
		bench.install('claude', { turns: [claudeAnswers('one'), tooLong, claudeAnswers('anew')] });
		const first = await bench.relay({ agent: 'claude' });
		await first.send('first');
		const next = await reopened(first, { agent: 'claude' });
		await next.send('second');
		const last = await reopened(next, { agent: 'claude' });
		expect((await last.relay.continuePending(last.options)).outcome).toBe('completed');
		const [, second, third] = bench.received('claude');
		expect(second?.args).toContain('--resume');
		expect(third?.args).not.toContain('--resume');
		for (const words of ['one', 'second']) expect(third?.prompt).toContain(words);
	});

	it('is tried twice with new prompts, and then left', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), refused, refused, claudeAnswers('anew')] });
		const it = await bench.relay({ agent: 'claude' });
		for (const prompt of ['first', 'second', 'third']) await it.send(prompt);
		expect((await it.send('fourth')).outcome).toBe('completed');
		expect(claudeArgs().map((args) => args.includes('--resume'))).toEqual([false, true, true, false]);
		const prompt = bench.received('claude')[3]?.prompt;
		for (const words of ['one', 'second', 'third', 'fourth']) expect(prompt).toContain(words);
		expect(notices(it).join()).toMatch(/new conversation.*was refused 2 times/);
	});

	it('is never sent a packet: what it refused continues in a new one', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), refused, claudeAnswers('anew')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('first');
		await it.send('second');
		expect(it.relay.view.nativeResumeCommand(it.relay.active().agent)).toBeNull();
		const next = await reopened(it, { agent: 'claude' });
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(claudeArgs().map((args) => args.includes('--resume'))).toEqual([false, true, false]);
		expect(bench.received('claude')[2]?.prompt).toContain('second');
		// The new conversation is then resumed as any other.
		await next.send('third');
		const [, , third, fourth] = claudeArgs();
		const native = third?.[third.indexOf('--session-id') + 1];
		expect(fourth?.[fourth.indexOf('--resume') + 1]).toBe(native);
	});

	describe('that codex answers with another one', () => {
		const other = codex.init.replaceAll('{{session}}', 'thread-other');
		const fileOf = (path: string) => ({ write: { path: join(bench.repo, path), text: 'x\n' } });
		const again = [
			{ emit: codex.init.replaceAll('{{session}}', 'thread-new') + codex.text('anew') + codex.result },
			{ exit: 0 },
		];

		it.each([
			['while it has only begun', [{ emit: other }, { sleep: 60_000 }], 'failed'],
			[
				'that answered at once',
				[{ emit: other + codex.text('who are you?') + codex.result }, { exit: 0 }],
				'completed',
			],
		])(
			'%s gets the same prompt again, with the whole story in a new one',
			async (_, steps: FakeStep[], status) => {
				bench.install('codex', {
					nativeSession: 'thread-1',
					turns: [codexAnswers('one'), steps, again, again],
				});
				const it = await bench.relay({ agent: 'codex' });
				await it.send('first');
				expect((await it.send('second')).outcome).toBe('completed');
				expect(it.states().map((state) => state.status)).toEqual(['completed', status, 'completed']);
				const [, bare, whole] = bench.received('codex');
				expect(bare?.args).toEqual(expect.arrayContaining(['resume', 'thread-1']));
				expect(whole?.args).not.toContain('resume');
				for (const words of ['first', 'one', 'second']) expect(whole?.prompt).toContain(words);
				expect(notices(it).filter((text) => /the whole story in a packet/.test(text))).toHaveLength(1);

				await it.send('third');
				expect(bench.received('codex')[3]?.args).toEqual(expect.arrayContaining(['resume', 'thread-new']));
				expect(it.read(4, 'prompt.md')).toBe('third');
			},
		);

		it('and that changed a file is not asked the same again by itself; its next turn gets the whole story', async () => {
			const worked = [
				fileOf('made.txt'),
				{ emit: other + codex.text('made it') + codex.result },
				{ exit: 0 },
			];
			bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('one'), worked, again] });
			const it = await bench.relay({ agent: 'codex' });
			await it.send('first');
			await it.send('second');
			expect(it.states()).toHaveLength(2);
			expect(notices(it).join()).toMatch(/worked on the prompt without the story/);
			expect(it.relay.view.nativeResumeCommand(it.relay.active().agent)).toBeNull();
			await it.send('third');
			const [, , whole] = bench.received('codex');
			expect(whole?.args).not.toContain('resume');
			for (const words of ['first', 'one', 'second', 'made it', 'third'])
				expect(whole?.prompt).toContain(words);
			expect(notices(it).join()).toMatch(/began without the earlier turns/);
		});
	});

	it('by the word of its adapter is left for a new one', async () => {
		const real = createRegistry().find('claude');
		const forgetful: AgentAdapter = {
			...real,
			parser: (context) => {
				const parser = real.parser(context);
				return {
					push: (chunk) => parser.push(chunk),
					stderr: (chunk) => parser.stderr(chunk),
					end: (exit, native) => {
						const { events, turn } = parser.end(exit, native);
						return { events, turn: { ...turn, unresumable: 'could not be saved: the disk is full' } };
					},
				};
			},
		};
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const registry = createRegistry();
		const find = (agent: string) => (agent === 'claude' ? forgetful : registry.find(agent));
		const it = await bench.relay({ agent: 'claude' }, { registry: { ...registry, find } });
		await it.send('first');
		expect((await it.send('second')).outcome).toBe('completed');
		expect(claudeArgs()[1]).not.toContain('--resume');
		expect(bench.received('claude')[1]?.prompt).toContain('one');
		expect(notices(it).join()).toMatch(/new conversation.*could not be saved: the disk is full/);
	});
});

describe('a plan', () => {
	const task = (id: string, subject: string) => [
		claude.call(`c${id}`, 'TaskCreate', { subject }),
		claude.callResult(`c${id}`, `Task #${id} created successfully: ${subject}`, { task: { id, subject } }),
	];
	const update = (taskId: string, status: string) => [
		claude.call(`u${taskId}`, 'TaskUpdate', { taskId, status }),
		claude.callResult(`u${taskId}`, `Updated task #${taskId}`, { success: true }),
	];
	const turn = (...lines: string[][]): FakeStep[] => [
		{ emit: claude.init + lines.flat().join('') + claude.text('so far') + claude.result('so far') },
		{ exit: 0 },
	];

	it('of claude stands through turns and finished sessions that do not touch it, and goes to the next agent', async () => {
		bench.install('claude', {
			turns: [
				turn(task('1', 'measure'), task('2', 'draw'), task('3', 'publish')),
				turn(update('1', 'completed'), update('2', 'deleted')),
				turn(),
				turn(update('3', 'in_progress')),
				turn(),
			],
		});
		bench.install('codex', { turns: [codexAnswers('yes')] });
		const first = await bench.relay({ agent: 'claude' });
		for (const prompt of ['plan it', 'begin', 'any news?']) await first.send(prompt);
		const stands = [
			{ text: 'measure', status: 'completed' },
			{ text: 'publish', status: 'pending', id: '3' },
		];
		expect(first.states().map(({ plan_told }) => plan_told)).toEqual([true, true, false]);
		expect(first.states().at(-1)?.plan).toEqual(stands);
		const child = await reopened(first);
		expect(child.relay.view.plan()).toEqual(stands);
		await child.send('go on');
		await child.send('still there?');
		expect(child.states().map(({ plan }) => plan[1])).toEqual([
			{ text: 'publish', status: 'in_progress', id: '3' },
			{ text: 'publish', status: 'in_progress', id: '3' },
		]);
		const grandchild = await reopened(child);
		await grandchild.relay.use({ agent: 'codex', model: null }, null);
		await grandchild.send('take over');
		const plan = bench
			.received('codex')[0]
			?.prompt.split('\n## ')
			.find((section) => section.startsWith('Plan'));
		expect(plan).toContain('> [x] done: measure\n> [>] in progress: publish\n');
		expect(plan).not.toContain('draw');
	});

	it('of codex stands too', async () => {
		const items = [
			{ text: 'measure', completed: true },
			{ text: 'draw', completed: false },
		];
		bench.install('codex', {
			nativeSession: 'thread-1',
			turns: [[{ emit: codex.init + codex.plan(items) + codex.result }, { exit: 0 }], codexAnswers('none')],
		});
		bench.install('claude', { turns: [claudeAnswers('yes')] });
		const it = await bench.relay({ agent: 'codex' });
		await it.send('plan it');
		await it.send('any news?');
		expect(it.states()[1]).toMatchObject({
			plan: [
				{ text: 'measure', status: 'completed' },
				{ text: 'draw', status: 'pending' },
			],
			plan_told: false,
		});
		await it.relay.use({ agent: 'claude', model: null }, null);
		await it.send('take over');
		expect(bench.received('claude')[0]?.prompt).toContain('> [x] done: measure\n> [ ] pending: draw\n');
	});
});

describe('a session that is continued', () => {
	it('after it was completed continues in a child that knows objective and native session', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const first = await bench.relay();
		await first.send('the objective');
		const parent = first.relay.session();
		const next = await reopened(first);
		await next.send('go on');
		expect(next.meta()).toMatchObject({ parent: parent?.id, objective: 'the objective' });
		expect(next.relay.session()?.id).not.toBe(parent?.id);
		expect(bench.received('claude')[1]?.args).toContain('--resume');
		expect(metaOf(parent?.folder ?? '').status).toBe('completed');
	});

	it.each([
		['failed', 'failed', [{ emit: claude.init }, { stderr: 'boom\n' }, { exit: 7 }]],
		['killed from outside', 'outcome_unknown', [{ emit: claude.init }, { signal: 'SIGKILL' as const }]],
	])('after a turn that %s is checkpointed with a packet that holds the prompt', async (_, reason, steps) => {
		bench.install('claude', { turns: [steps, claudeAnswers('second try')] });
		const it = await bench.relay({ agent: 'claude' });
		expect((await it.send('fix what broke')).outcome).toBe(reason);
		await continuesWithItsPacket(it, reason);
	});

	it('after the user interrupted keeps the prompt, and nothing of the agent is left', async () => {
		const stopped = [{ onStop: { exit: 0 } }, { emit: claude.init + claude.text('half') }, HANGS];
		bench.install('claude', { turns: [stopped, claudeAnswers('second try')] });
		const it = await bench.relay({ agent: 'claude' });
		it.onEvent = (event) =>
			event.type === 'agent_event' && event.event.type === 'agent_message_chunk' && it.abort.abort();
		expect((await it.send('fix what broke')).outcome).toBe('cancelled');
		await continuesWithItsPacket(it, 'interrupted');
	});

	it('after a timeout keeps the prompt', async () => {
		bench.install('claude', { turns: [[{ emit: claude.init }, HANGS], claudeAnswers('second try')] });
		const it = await bench.relay({ agent: 'claude', timeoutMs: 600_000 });
		it.onEvent = (event) => event.type === 'agent_event' && bench.clock.pass(600_000);
		expect((await it.send('fix what broke')).outcome).toBe('timed_out');
		await continuesWithItsPacket(it, 'timed_out');
	});

	async function continuesWithItsPacket(it: BenchRelay, reason: string): Promise<void> {
		const { folder } = it;
		await it.relay.close();
		const { status, checkpoint } = metaOf(folder);
		expect([status, checkpoint.reason]).toEqual(['checkpointed', reason]);
		expect(readFileSync(join(folder, checkpoint.packet), 'utf8')).toContain('fix what broke');
		expect(bench.received('claude')).toHaveLength(1);

		const next = await bench.relay();
		await next.relay.resume(next.deps.store.resolve('latest'));
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(next.folder).toBe(folder);
		expect(bench.received('claude')).toHaveLength(2);
		expect(bench.received('claude')[1]?.prompt).toContain('fix what broke');
		await next.relay.close();
		expect(metaOf(folder)).toMatchObject({ status: 'completed', checkpoint: null });
	}
});

describe('an agent that will not stop', () => {
	it.each([
		['the first Ctrl+C, after the graces', /SIGINT\nSIGTERM/, (it: BenchRelay) => it.abort.abort()],
		[
			'the second Ctrl+C',
			/^/,
			(it: BenchRelay) => {
				it.abort.abort();
				it.relay.stopHard();
			},
		],
		['a hard stop, without an interrupt', /^(SIGTERM\n)?$/, (it: BenchRelay) => it.relay.stopHard()],
	])('is killed with its tool by %s', async (_, heard, stop) => {
		const [pidFile, heardFile] = [join(bench.root, 'pids'), join(bench.root, 'heard')];
		const deafTo: FakeStep['deafTo'] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
		const stubborn = [
			{ deafTo, heardFile, tool: { seconds: 600, pidFile } },
			{ emit: claude.init + claude.tool('t', 'sleep 600') },
			HANGS,
		];
		bench.install('claude', { turns: [stubborn] });
		const it = await bench.relay({ agent: 'claude' });
		const sent = it.send('go');
		await until(
			() => it.ofType('agent_event').some(({ event }) => event.type === 'tool_call'),
			'the tool call',
		);
		const tool = Number(readFileSync(pidFile, 'utf8'));
		stop(it);
		expect((await sent).outcome).toBe('cancelled');
		expect(existsSync(heardFile) ? readFileSync(heardFile, 'utf8') : '').toMatch(heard);
		expect(it.deps.processes.identify(tool)).toBeNull();
		expect(it.states()[0]).toMatchObject({ status: 'cancelled', tools: [{ id: 't', status: 'unknown' }] });
	});
});
