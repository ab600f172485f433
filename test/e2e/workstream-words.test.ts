/** In a shell on a terminal: the agent of `ws.summarize_with` writes the state where it is saved, and where the shell is left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { claude } from '../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS, installFakeAgent, receivedBy } from '../helpers/fake-agents.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
	home.configure('[ws]\nsummarize_with = "claude:haiku"\n');
});
afterEach(() => home.remove());

const environment = () => ({ PATH: `${home.bin}:${home.env.PATH}`, ANTHROPIC_API_KEY: 'fake-claude-key' });
const state = () => readFileSync(join(home.home, '.config/agent-relay/workstreams/auth/state.md'), 'utf8');
const answers = (text: string): FakeStep[] => [
	{ emit: claude.init + claude.text(text) + claude.result(text), exit: 0 },
];
const inWords = (status: string): FakeStep[] =>
	answers(
		`## Current status\n- ${status}\n\n## Key decisions\n- none\n\n## Next steps\n- none\n\n## What was done\n- ${status}`,
	);

/** A shell in which one turn has ended. */
async function worked(...later: FakeStep[][]): Promise<PtyProgram> {
	installFakeAgent(home.bin, 'claude', { turns: [answers('The login has moved.'), ...later] });
	const made = await home.run(['ws', 'new', 'auth', 'Move the login'], { env: environment() });
	expect(made.exitCode, made.stderr).toBe(0);
	const shell = new PtyProgram(['-a', 'claude', '--order', 'claude'], {
		cwd: home.repo,
		env: { ...home.env, ...environment() },
	});
	await shell.shows('type a task');
	shell.type('Move the login.\r');
	await shell.shows('The login has moved.');
	await shell.shows('100 in, 10 out');
	return shell;
}

describe('the state of a workstream, in the words of an agent', () => {
	it.each(['/ws save\r', 'save state\ry'])(
		'is written at %j, and not again when the shell is left',
		async (typed) => {
			const shell = await worked(inWords('The login uses tokens.'));
			shell.type(typed);
			await shell.shows('Claude Code writes the state of auth');
			await shell.shows('Saved auth');
			expect(state()).toContain('## Current status\n- The login uses tokens.');
			expect(state()).not.toContain('Last task');
			shell.type('/exit\r');
			expect(await shell.ended, shell.text()).toBe(0);
			expect(receivedBy(home.bin, 'claude')).toHaveLength(2);
			expect(state()).toContain('- The login uses tokens.');
		},
	);

	it.each([
		['/exit', '/exit\r'],
		['Ctrl+D', '\x04'],
	])('is written when the shell is left by %s', async (_name, typed) => {
		const shell = await worked(inWords('The login uses tokens.'));
		shell.type(typed);
		await shell.shows('Claude Code writes the state of auth');
		expect(await shell.ended, shell.text()).toBe(0);
		expect(state()).toContain('- The login uses tokens.');
		const [, asked] = receivedBy(home.bin, 'claude');
		expect(asked?.prompt).toContain('- Task: Move the login.');
		expect(asked?.args.join(' ')).toContain('haiku');
	});

	it('is from the records where Ctrl+C ends the writing, and the shell is left all the same', async () => {
		const shell = await worked([HANGS]);
		shell.type('/exit\r');
		await shell.shows('Claude Code writes the state of auth');
		shell.type('\x03');
		expect(await shell.ended, shell.text()).toBe(0);
		expect(state()).toContain('Last task: Move the login.');
	});
});
