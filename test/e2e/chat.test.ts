import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import type { ProgramRun } from '../helpers/crash-program.ts';
import { EngineBench } from '../helpers/engine-bench.ts';
import { killChat } from '../helpers/killed-chat.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const DEMOS = 'demo-sprinter,demo-closer';

describe('chat on the command line', () => {
	let cli: CliHome;
	const open = () => {
		cli = new CliHome();
		return cli;
	};
	afterEach(() => cli.remove());

	it('shows who speaks, what is said and how it ended; words on stdout, the rest on stderr', async () => {
		const { exitCode, stdout, stderr } = await open().run(['chat', 'Tabs or spaces?', '--agents', DEMOS]);
		expect(exitCode, stderr).toBe(0);
		expect(stdout.match(/^demo-\w+ · turn \d of 6$/gm)).toEqual([
			'demo-sprinter · turn 1 of 6',
			'demo-closer · turn 2 of 6',
			'demo-sprinter · turn 3 of 6',
			'demo-closer · turn 4 of 6',
		]);
		expect(stdout.match(/^RELAY: \w+$/gm)).toEqual([
			...['RELAY: CONTINUE', 'RELAY: CONTINUE', 'RELAY: DONE', 'RELAY: DONE'],
		]);
		expect(stderr).toMatch(/demo-closer · says DONE/);
		expect(stderr).toMatch(/^Chat of demo-sprinter, demo-closer · at most 6 turns · read-only\n/);
		expect(stderr).toMatch(
			/✓ Chat over: all agree · 4 turns · \w+ in \d+ out\n {2}read it: agent-relay show \w{6}\n$/,
		);
		const shown = await cli.run(['show']);
		expect(shown.stdout).toMatch(
			/demo-sprinter .*\(chat\) completed\n +› Tabs or spaces\?\n(?: {5}.*\n)+? +says CONTINUE/,
		);
		expect((await cli.run(['sessions'])).stdout).toMatch(
			/completed .* demo-sprinter demo-closer +Tabs or spaces\?/,
		);
	});

	it('prints JSON lines with a result last, and with -q only the last message', async () => {
		const json = await open().run(['chat', 'x', '-A', DEMOS, '--json', '--role', '2=find holes']);
		const lines = json.stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(lines.filter(({ type }) => type === 'turn_started')[1]).toMatchObject({
			participant: 'demo-closer',
			role: 'find holes',
			number: 2,
			max_turns: 6,
			trigger: 'chat',
		});
		expect(lines.at(-1)).toMatchObject({
			type: 'result',
			outcome: 'agreed',
			exit_code: 0,
			turns: 4,
			last_message: { participant: 'demo-closer', verdict: 'done' },
		});
		const quiet = await cli.run(['chat', 'x', '-A', DEMOS, '-q']);
		expect(quiet).toMatchObject({ exitCode: 0, stderr: '' });
		expect(quiet.stdout).toMatch(/^\[demo\] I am demo-closer[^\n]*\n$/);
	});

	it('stops with 2 at -n, is never taken up by run --continue, and goes on with chat --continue', async () => {
		expect((await open().run(['chat', 'x', '-A', DEMOS, '-n', '1'])).exitCode).toBe(2);
		expect((await cli.run(['run', '--continue'])).exitCode).toBe(4);
		const next = await cli.run(['chat', '--continue', '-n', '6', 'and more'], { input: '' });
		expect(next.exitCode, next.stderr).toBe(0);
		expect((await cli.run(['chat', '--continue'])).exitCode).toBe(4);
		expect((await cli.run(['chat', '--session', 'latest'])).stderr).toContain('all have agreed');
	});

	it('goes on and records when its reader goes away', async () => {
		const chat = `agent-relay chat 'Tabs or spaces?' -A ${DEMOS} | head -n 1; echo "exit \${PIPESTATUS[0]}"`;
		const { stdout, stderr } = await open().bash(chat);
		expect(stdout, stderr).toBe('demo-sprinter · turn 1 of 6\nexit 0\n');
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(sessions).toMatchObject([{ status: 'completed', turn_count: 4 }]);
	});

	it('on a terminal says that it stops, ends who does not listen at a second Ctrl+C, and how to go on', async () => {
		const stubborn = join(open().home, 'stubborn');
		const config = `[agents.stubborn]\ncommand = ["${stubborn}"]\nread_only_args = ["--look"]\n`;
		cli.write(
			stubborn,
			"#!/bin/sh\ntrap '' INT TERM\ncat >/dev/null\necho begun\nwhile :; do sleep 1; done\n",
		);
		chmodSync(stubborn, 0o755);
		cli.write(join(cli.home, '.config/agent-relay/config.toml'), config);
		const env = { ...cli.env, TERM: 'xterm-256color' };
		const program = new PtyProgram(['chat', 'x', '-A', 'stubborn,demo-closer'], { cwd: cli.repo, env });
		await program.shows('Chat of stubborn, demo-closer · at most 6 turns · read-only');
		await program.shows('begun');
		await program.shows('Ctrl+C stops');
		program.type('\x03');
		await program.shows('stopping, Ctrl+C kills');
		program.type('\x03');
		expect(await program.ended).toBe(130);
		expect(program.screen()).toMatch(
			/■ Chat over: stopped · 1 turn\n.*\n {2}continue: agent-relay chat --session \w{6}/,
		);
		expect((await cli.run(['sessions'])).stdout).toContain('checkpointed (interrupted)');
	});

	it('takes the topic from a file or a pipe, verbatim', async () => {
		open().write('topic.md', 'first line\n\tsecond @line\n');
		await cli.run(['chat', '-f', 'topic.md', '-A', DEMOS, '-n', '1']);
		await cli.run(['chat', '-A', DEMOS, '-n', '1'], { input: 'piped topic' });
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(sessions.map(({ objective }: { objective: string }) => objective)).toEqual([
			'piped topic',
			'first line\n\tsecond @line\n',
		]);
	});

	it.each([
		[['chat', '-A', DEMOS], 64, 'No topic'],
		[['chat', ' ', '-A', DEMOS], 64, 'The topic is empty.\n  For example: agent-relay chat'],
		[['chat', '-f', 'nowhere', '-A', DEMOS], 64, 'Cannot read the topic'],
		[['chat', 'x'], 64, 'takes two to five'],
		[['chat', 'x', '-A', 'demo-closer'], 64, '2 to 5'],
		[['chat', 'x', '-A', 'demo-closer,demo-closer'], 64, 'same model and the same role'],
		[['chat', 'x', '-A', 'claude,codex'], 127, 'is not installed'],
		[['chat', 'x', '-A', 'claude,nobody'], 64, 'no agent named'],
		[['chat', 'x', '-A', `${DEMOS},`], 64, 'has an empty name'],
		[['chat', 'x', '-A', DEMOS, '-n', '0'], 64, '--max-turns'],
		[['chat', 'x', '-A', DEMOS, '--role', 'nobody'], 64, '--role takes NAME'],
		[['chat', 'x', '-A', DEMOS, '--until', ' '], 64, '--until is empty'],
		[['chat', 'x', '-A', DEMOS, '-p', 'all'], 64, '--permissions takes'],
		[['chat', 'x', '-A', DEMOS, '--continue'], 64, 'keeps its participants'],
		[['chat', '--continue', '--session', 'x'], 64, 'two sessions'],
		[['chat', '--continue'], 4, 'No chat here'],
		[['chat', '--session', 'nothere'], 4, 'nothere'],
		[['chat', 'x', '-A', DEMOS, '-m', 'opus'], 64, 'unknown option'],
	])('%j ends with %d before anything is made', async (args, exitCode, message) => {
		const end = await open().run(args);
		expect(end.exitCode, end.stderr).toBe(exitCode);
		expect(end.stderr).toContain(message);
		expect(existsSync(join(cli.repo, '.agent-relay/sessions'))).toBe(false);
	});

	it('leaves a session of another kind alone', async () => {
		await open().run(['run', '-a', 'demo-closer', 'hello']);
		const end = await cli.run(['chat', '--session', 'latest', 'x']);
		expect(end.exitCode).toBe(4);
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(await cli.run(['chat', '--session', sessions[0].id, 'x'])).toMatchObject({
			exitCode: 64,
			stderr: expect.stringContaining('is not a chat'),
		});
	});
});

describe('chat in the shell', () => {
	let cli: CliHome;
	afterEach(() => cli.remove());

	it('runs in the transcript, hears /say, and leaves a note behind; /say is refused when it is over', async () => {
		cli = new CliHome();
		const env = { ...cli.env, DEMO_AGENT_PACE_MS: '100', TERM: 'xterm-256color' };
		const shell = new PtyProgram(['shell', '-a', 'demo-closer'], { cwd: cli.repo, env });
		await shell.shows('demo-closer ›');
		shell.type(`/chat which way? --agents ${DEMOS}\r`);
		await shell.shows('demo-sprinter · turn 1 of 6');
		shell.type('/say keep it small\r');
		await shell.shows('the next speaker hears it first');
		await shell.shows('Chat over: all agree');
		shell.type('/say too late\r');
		await shell.shows('No chat is running.');
		shell.type('what was that?\r');
		await shell.shows('I changed nothing');
		await until(() => /^ {2}demo-closer · \d/m.test(shell.text()), 'the last row of the turn');
		shell.type('/exit\r');
		expect(await shell.ended).toBe(0);
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		const folders = Object.fromEntries(
			sessions.map(({ kind, folder }: { kind: string; folder: string }) => [kind, folder]),
		);
		const prompts = readdirSync(join(folders.chat, 'turns'))
			.filter((name) => name.endsWith('prompt.md'))
			.map((name) => readFileSync(join(folders.chat, 'turns', name), 'utf8'));
		expect(prompts.filter((text) => text.includes('\nkeep it small\n'))).toHaveLength(2);
		const { notes } = JSON.parse(readFileSync(join(folders.shell, 'meta.json'), 'utf8'));
		expect(notes).toMatchObject([
			{ text: expect.stringMatching(/chat of demo-sprinter, demo-closer.*all agree/) },
		]);
	});

	it('runs for a pipe as well, and what stands behind a chat without agreement is still read', async () => {
		cli = new CliHome();
		const input = `/chat x --agents ${DEMOS} -n 1\nhello\n`;
		const end = await cli.run(['shell', '-a', 'demo-closer'], { input });
		expect(end.exitCode, end.stderr).toBe(0);
		expect(end.stdout).toContain('demo-sprinter · turn 1 of 1');
		expect(end.stdout).toContain('I changed nothing');
	});
});

describe('a chat whose relay is killed', () => {
	let bench: EngineBench;
	afterEach(() => bench.dispose());

	// At more instants in test/crash/chat.test.ts.
	it('in its third turn goes on where its records end: no message is lost or told twice', async () => {
		bench = new EngineBench({ startsAt: Date.now() });
		const turns = ({ stdout }: ProgramRun) => stdout().split('"type":"turn_started"').length - 1;
		await killChat(bench, (relay) => until(() => turns(relay) >= 3, 'the third turn'));
	});
});
