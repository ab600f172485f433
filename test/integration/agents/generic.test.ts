import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigAgents, documentedAgent } from '../../helpers/config-agents.ts';

let bench: ConfigAgents;
beforeEach(() => {
	bench = new ConfigAgents({ OPENAI_API_KEY: 'key-of-the-test' });
	bench.install('aider', 'text-agent.mjs');
	bench.install('courier', 'json-lines-agent.mjs');
});
afterEach(() => bench.dispose());

describe('the documented text CLI', () => {
	it('works from a file, with an empty stdin, and takes its conversation up again', async () => {
		bench.configure(documentedAgent('aider'));
		const relay = await bench.open({ agent: 'aider', model: 'big' });
		const first = await bench.send(relay, 'Do it @README.md\n!write made.txt by aider');
		expect(first.outcome).toBe('completed');
		expect(first.text).toContain('Aider with 0 earlier messages, stdin ""');
		expect(bench.read('made.txt')).toBe('by aider\n');
		expect(first.state).toMatchObject({ model: 'big', resumed: false, exit_code: 0 });
		expect(first.state?.files.map(({ path }) => path)).toContain('made.txt');
		const second = await bench.send(relay, '- and now?');
		expect(second.text).toContain('Aider with 1 earlier messages');
		expect(second.text).toContain('You said: - and now?');
		expect(second.state).toMatchObject({
			resumed: true,
			native_session_id: first.state?.native_session_id,
		});
		expect(relay.view.nativeResumeCommand(relay.active().agent)).toContain(
			`aider --chat-history-file .aider.${first.state?.native_session_id}.md --restore-chat-history`,
		);
	});

	it.each([
		['limited', 'limit', '!quota'],
		['failed', 'crashed', '!fail'],
	])('is %s when it ends so', async (status, reason, order) => {
		bench.configure(`[agents]\norder = ["aider"]\n${documentedAgent('aider')}`);
		const { state } = await bench.send(await bench.open(), order);
		expect(state).toMatchObject({ status, stop_reason: reason, exit_code: 1 });
	});

	it.each([
		['handed over when it says so and then nothing more', '!hang', 'limited'],
		['left alone while it goes on: a test of its own may have said so', '!echo-quota', 'completed'],
	])('is %s', async (_, order, status) => {
		bench.configure(`[agents]\norder = ["aider"]\n[limits]\npatience_s = 1\n${documentedAgent('aider')}`);
		const { state } = await bench.send(await bench.open(), order);
		expect(state?.status).toBe(status);
		expect(state?.limit?.kind).toBe(status === 'limited' ? 'quota' : undefined);
	});

	it('is handed over when it says nothing for as long as its config bears', async () => {
		const aider = documentedAgent('aider').replace('prompt = ', 'silence_s = 1\nprompt = ');
		bench.configure(`[agents]\norder = ["aider", "courier"]\n${aider}\n${documentedAgent('courier')}`);
		const relay = await bench.open();
		const { outcome, state } = await bench.send(relay, '!mute');
		expect({ outcome, agent: state?.agent }).toEqual({ outcome: 'completed', agent: 'courier' });
		expect(relay.view.turns()[0]).toMatchObject({
			status: 'limited',
			stop_reason: 'limit',
			limit: {
				kind: 'overloaded',
				reset_at: null,
				confidence: 'estimated',
				source: { channel: 'silence', rule: 'aider:silence_s' },
			},
		});
	});

	it('is refused under read-only only where no words for it are set', async () => {
		bench.configure(documentedAgent('aider'));
		const { state } = await bench.send(
			await bench.open({ agent: 'aider', permissions: 'read-only' }),
			'look',
		);
		expect(state?.argv).toEqual(expect.arrayContaining(['--chat-mode', 'ask', '--dry-run']));
		bench.configure(documentedAgent('aider').replace(/^read_only_args.*\n/m, ''));
		await expect(
			bench.send(await bench.open({ agent: 'aider', permissions: 'read-only' }), 'look'),
		).rejects.toThrow(/cannot be kept read-only/);
	});
});

describe('the documented CLI of JSON lines', () => {
	it('tells tools, counts and cost, and takes its conversation up again', async () => {
		bench.configure(documentedAgent('courier'));
		const relay = await bench.open({ agent: 'courier' });
		const first = await bench.send(relay, '- begin\n!write made.txt by courier');
		expect(first.state).toMatchObject({
			status: 'completed',
			model: 'courier-small',
			cost_usd: 0.01,
			cost_source: 'reported',
			tokens: { input: 12, output: 3 },
			tools: [{ id: 't1', name: 'write_file', kind: 'edit', status: 'ok', paths: ['made.txt'] }],
		});
		expect(first.state?.argv).toEqual(['--json', '--', '{prompt}']);
		const second = await bench.send(relay, 'and now?');
		expect(second.text).toContain('After 1 messages you said: and now?');
		expect(second.state?.argv).toEqual([
			'--json',
			'--thread',
			first.state?.native_session_id,
			'--',
			'{prompt}',
		]);
	});

	it('gets no prompt that an argument cannot hold, and nothing is started', async () => {
		bench.configure(documentedAgent('courier'));
		const relay = await bench.open({ agent: 'courier' });
		await expect(bench.send(relay, 'x'.repeat(120_000))).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('at most 100 KiB'),
			hint: 'Set agents.courier.prompt to "file" or "stdin".',
		});
		expect(existsSync(join(bench.home, '.courier'))).toBe(false);
	});

	it('is not limited by what its own tool prints, nor by a tool that is silent for longer than the agent may be', async () => {
		const courier = documentedAgent('courier').replace('prompt = ', 'silence_s = 1\nprompt = ');
		bench.configure(courier);
		const { state } = await bench.send(await bench.open({ agent: 'courier' }), '!echo-limit');
		expect(state).toMatchObject({ status: 'completed', limit: null });
	});

	it('is limited by its exit code', async () => {
		bench.configure(`[agents]\norder = ["courier"]\n${documentedAgent('courier')}`);
		const { state } = await bench.send(await bench.open(), '!exit 75');
		expect(state).toMatchObject({ status: 'limited', limit: { kind: 'overloaded' } });
	});
});

describe('a hand-over between agents from config', () => {
	it('goes to the next and back, each told what it missed', async () => {
		bench.configure(
			`[agents]\norder = ["courier", "aider"]\n${documentedAgent('aider')}\n${documentedAgent('courier')}`,
		);
		const relay = await bench.open();
		const resets = new Date(Date.now() + 3_600_000).toISOString();
		const limited = await bench.send(relay, `Write the file.\n!limit ${resets}`);
		expect(limited).toMatchObject({ outcome: 'completed', state: { agent: 'aider', trigger: 'failover' } });
		const [first, second] = relay.view.turns();
		expect(first).toMatchObject({
			agent: 'courier',
			status: 'limited',
			limit: { kind: 'window', reset_at: resets, confidence: 'exact' },
		});
		expect(second?.packet).not.toBeNull();
		expect(bench.events.filter(({ type }) => type === 'handed_over')).toHaveLength(1);
		const sent = bench.sent(relay, 2);
		expect(sent).toContain(`Write the file.\n!limit ${resets}`);
		expect(sent).toContain('I begin.');

		await relay.use({ agent: 'courier', model: null }, null);
		const back = await bench.send(relay, 'Go on.');
		expect(back.state).toMatchObject({
			agent: 'courier',
			status: 'completed',
			resumed: true,
			native_session_id: first?.native_session_id,
		});
		expect(back.text).toContain('After 1 messages');
		expect(bench.sent(relay, 3)).toContain('Go on.');
		expect(bench.sent(relay, 3)).toContain('aider');
		expect(bench.sent(relay, 3)).not.toContain('I begin.');
	});
});

describe('an agent that a repo defines', () => {
	const EVIL = '[agents.evil]\ncommand = ["sh", "-c", "touch ran"]\n';

	it('is there only once the repo is trusted', async () => {
		mkdirSync(join(bench.repo, '.agent-relay'));
		writeFileSync(join(bench.repo, '.agent-relay/config.toml'), EVIL);
		await expect(bench.open({ agent: 'evil' })).rejects.toMatchObject({ code: 'unknown_agent' });
		expect((await (await bench.open()).agents.all()).map(({ agent }) => agent)).not.toContain('evil');
		expect((await (await bench.open({ trust: true })).agents.all()).map(({ agent }) => agent)).toContain(
			'evil',
		);
		expect(existsSync(join(bench.repo, 'ran'))).toBe(false);
	});

	it.each(['the program itself', 'a link to it'])(
		'is refused where it leads into the repo: %s',
		async (way) => {
			const tool = join(bench.repo, 'tool');
			writeFileSync(tool, '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
			const link = join(bench.bin, 'mine');
			symlinkSync(tool, link);
			bench.configure(`[agents.mine]\ncommand = ["${way === 'a link to it' ? 'mine' : tool}"]\n`);
			const relay = await bench.open({ agent: 'mine' });
			await expect(bench.send(relay, 'hi')).rejects.toMatchObject({ code: 'not_trusted' });
			const mine = (await relay.agents.all()).find(({ agent }) => agent === 'mine');
			expect(mine?.refused).toContain('lies inside this repo');
			expect(existsSync(join(bench.repo, 'ran'))).toBe(false);
		},
	);
});
