import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { claudeAnswers, claudeLimited, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { type FakeStep, installFakeAgent, receivedBy } from '../helpers/fake-agents.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const HOUR = 3_600_000;
const CLAUDE = { ANTHROPIC_API_KEY: 'fake-key' };
const CODEX = { CODEX_API_KEY: 'fake-key' };
const LIMITED = /claude is limited until [^·]*\d\d:\d\d · codex takes this prompt/;

let cli: CliHome;
let env: Record<string, string>;

beforeEach(() => {
	cli = new CliHome();
	env = { ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}` };
	install('claude', claudeAnswers('claude was here'));
	install('codex', codexAnswers('codex was here'), 'thread-1');
	install('opencode', [{ emit: '{}' }, { exit: 0 }]);
});
afterEach(() => cli.remove());

function install(agent: string, turn: FakeStep[], nativeSession?: string): void {
	installFakeAgent(cli.bin, agent, { turns: [turn], ...(nativeSession ? { nativeSession } : {}) });
}

const run = (args: string[], more: Record<string, string> = {}) =>
	cli.run(['run', ...args], { env: { ...env, ...more } });
const told = (agent: string) => receivedBy(cli.bin, agent).map(({ prompt }) => prompt);

/** Not by a key, which opencode could use too. */
function logClaudeIn(): void {
	mkdirSync(join(cli.home, '.claude'));
	writeFileSync(join(cli.home, '.claude/.credentials.json'), '{"claudeAiOauth":{"accessToken":"fake"}}');
}

/** Leaves a limit of claude in the ledger. */
async function limitClaude(): Promise<void> {
	install('claude', claudeLimited(Date.now() + 2 * HOUR));
	await run(['--order', 'claude', 'meet the limit'], CLAUDE);
}

describe('run', () => {
	it('names who gets the prompt, and nothing else where that is the first choice', async () => {
		const end = await run(['do it'], { ...CLAUDE, ...CODEX });
		expect(end).toMatchObject({ exitCode: EXIT.done, stdout: 'claude was here\n' });
		expect(end.stderr.split('\n')[0]).toBe('claude · edit');
		expect(end.stderr).not.toContain('takes this prompt');
	});

	it('says in one line why another than the first choice takes it, as a line and as JSON', async () => {
		await limitClaude();
		const end = await run(['do it'], { ...CLAUDE, ...CODEX });
		expect(end).toMatchObject({ exitCode: EXIT.done, stdout: 'codex was here\n' });
		expect(end.stderr).toMatch(LIMITED);
		const json = await run(['--json', 'do it'], { ...CLAUDE, ...CODEX });
		const events = json.stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(events.find(({ type }) => type === 'agent_chosen')).toMatchObject({
			agent: 'codex',
			why: expect.stringMatching(LIMITED),
		});
	});

	it('says that the first choice is not logged in', async () => {
		const end = await run(['do it'], CODEX);
		expect(end.stdout).toBe('codex was here\n');
		expect(end.stderr).toContain('claude is not logged in · codex takes this prompt');
	});

	it('ends with 5 and how to log in where nobody is known to be, with nothing made and nothing told to anyone', async () => {
		const end = await run(['do it']);
		expect(end).toMatchObject({ exitCode: EXIT.refused, stdout: '' });
		expect(end.stderr).toMatch(/no agent.* has a known login/i);
		for (const advice of ['claude auth login', 'codex login', 'opencode auth login', '--agent claude'])
			expect(end.stderr).toContain(advice);
		expect(existsSync(join(cli.repo, '.agent-relay'))).toBe(false);
		expect(['claude', 'codex', 'opencode'].flatMap(told)).toEqual([]);
	});

	it('ends with 5 too where only a model was named and its agent is not logged in, also beside one that is', async () => {
		const end = await run(['-m', 'opus', 'do it'], CODEX);
		expect(end).toMatchObject({ exitCode: EXIT.refused, stdout: '' });
		expect(end.stderr).toContain('Log in with: claude auth login; or name it all the same: --agent claude');
		expect(existsSync(join(cli.repo, '.agent-relay'))).toBe(false);
		expect(['claude', 'codex'].flatMap(told)).toEqual([]);
		await run(['-m', 'opus', '-a', 'claude', 'do it'], CODEX);
		expect(told('claude')).toEqual(['do it']);
	});

	it('takes one that was named all the same, by flag, by order and by the configuration', async () => {
		await run(['--agent', 'opencode', 'one']);
		await run(['--order', 'claude,opencode', 'two']);
		await run(['three'], { AGENT_RELAY_CFG_AGENTS__ORDER: 'opencode' });
		await run(['four'], { AGENT_RELAY_CFG_AGENTS__DEFAULT: 'opencode' });
		expect(told('opencode')).toEqual(['one', 'two', 'three', 'four']);
	});

	it('is not led to it by a repo that is not trusted', async () => {
		cli.write(
			'.agent-relay/config.toml',
			'[agents]\norder = ["opencode"]\n[agents.opencode]\nmodel = "a/b"\n',
		);
		expect(await run(['do it'])).toMatchObject({ exitCode: EXIT.refused });
		expect(told('opencode')).toEqual([]);
	});

	it('hands nothing over to an agent that was never set up', async () => {
		logClaudeIn();
		install('claude', claudeLimited(Date.now() + 2 * HOUR));
		const end = await run(['do it']);
		expect(end.exitCode).toBe(EXIT.checkpointed);
		expect(end.stderr).toContain(
			'opencode  no login is known (opencode auth login), and you did not name it',
		);
		expect(told('opencode')).toEqual([]);
	});

	it('hands over to it once it was set up', async () => {
		const folder = join(cli.home, '.config/opencode');
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'opencode.json'), '{"model":"a/b"}');
		logClaudeIn();
		install('claude', claudeLimited(Date.now() + 2 * HOUR));
		await run(['do it']);
		expect(told('opencode')).toHaveLength(1);
	});
});

describe('the shell', () => {
	it('names in header and prompt who gets the words, and why it is not the first choice', async () => {
		await limitClaude();
		const shell = new PtyProgram([], { cwd: cli.repo, env: { ...env, ...CLAUDE, ...CODEX } });
		await shell.shows('codex ›');
		await shell.shows('agent-relay 0.');
		expect(shell.screen()).toMatch(/agent-relay \S+ · .*codex · edit/);
		await shell.shows('codex takes this prompt');
		expect(shell.screen()).toMatch(LIMITED);
		shell.type('do it\r');
		await shell.shows('codex was here');
		expect(shell.text().match(/codex takes this prompt/g)).toHaveLength(1);
		shell.type('\x04');
		expect(await shell.ended).toBe(0);
	});

	it('lists how to log in where nobody is, and asks; a named agent then works', async () => {
		const shell = new PtyProgram([], { cwd: cli.repo, env });
		await shell.shows('Use one of them anyway?');
		expect(shell.screen()).toMatch(/ · no agent · edit/);
		expect(shell.screen()).toMatch(/Claude Code +claude auth login/);
		expect(shell.screen()).toMatch(/OpenCode +opencode auth login/);
		shell.type('\r');
		await shell.shows('agent-relay ›');
		shell.type('my words\r');
		await shell.shows('in the shell /use claude');
		expect(['claude', 'codex', 'opencode'].flatMap(told)).toEqual([]);
		shell.type('/use codex\r');
		await shell.shows('codex ›');
		shell.type('do it\r');
		await shell.shows('codex was here');
		shell.type('\x04');
		expect(await shell.ended).toBe(0);
		expect(told('codex')).toEqual(['do it']);
	});

	it('asks nobody through a pipe, and ends with 5', async () => {
		const end = await cli.run([], { env, input: 'do it\n' });
		expect(end).toMatchObject({ exitCode: EXIT.refused });
		const said = (end.stdout + end.stderr).match(/claude auth login/g);
		expect(said, end.stdout + end.stderr).toHaveLength(1);
		expect(['claude', 'codex', 'opencode'].flatMap(told)).toEqual([]);
	});
});

describe('chat and race', () => {
	it('say who cannot take part and why', async () => {
		await limitClaude();
		const chat = await cli.run(['chat', '-A', 'claude,codex,opencode', '-n', '1', 'Tabs?'], {
			env: { ...env, ...CLAUDE, ...CODEX },
		});
		expect(chat.stderr).toMatch(/claude leaves the chat: it has met its limit until /);
		const race = await cli.run(['race', '-A', 'claude,codex', 'do it'], { env: { ...env, ...CODEX } });
		expect(race.stdout + race.stderr).toContain('not logged in; log in with: claude auth login');
		for (const command of ['chat', 'race'])
			expect(await cli.run([command, '-A', 'claude,codex', 'do it'], { env })).toMatchObject({
				exitCode: EXIT.refused,
			});
	});
});
