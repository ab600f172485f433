/** The built program in a folder of a repo: where agents start, what is said of it, and what that folder may make them do. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, type CliRun } from '../helpers/cli-home.ts';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent, receivedBy } from '../helpers/fake-agents.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;
let api: string;

beforeEach(() => {
	cli = new CliHome();
	api = join(cli.repo, 'api');
	mkdirSync(api);
	installFakeAgent(cli.bin, 'claude', { turns: [claudeAnswers('done')] });
});
afterEach(() => cli.remove());

const env = () => ({ CLAUDE_CODE_OAUTH_TOKEN: 'mock', PATH: cli.bin });
const relay = (args: string[], cwd = cli.repo): Promise<CliRun> => cli.run(args, { env: env(), cwd });
const calls = () => receivedBy(cli.bin, 'claude');
const last = () => calls().at(-1) ?? { cwd: '', args: [] };

describe('a relay in a folder of the repo', () => {
	it('starts the agent there, also by -C, and names the folder', async () => {
		const here = await relay(['run', '-a', 'claude', 'hello'], api);
		expect(here.exitCode, here.stderr).toBe(0);
		expect(here.stderr).toContain('claude · edit · in api/');
		const byOption = await relay(['-C', 'api', 'run', '-a', 'claude', 'hello']);
		expect(byOption.stderr).toContain('in api/');
		const up = await relay(['-C', '..', 'run', '-a', 'claude', 'hello'], api);
		expect(up.stderr).not.toContain('· in ');
		expect(calls().map(({ cwd }) => cwd)).toEqual([api, api, cli.repo]);
		expect((await relay(['show', 'latest'])).stdout).toMatch(/works in +\S+\/repo \(main\)/);
		expect(existsSync(join(api, '.agent-relay'))).toBe(false);
	});

	it('tells it in --json and in the shell’s first lines', async () => {
		const json = await relay(['run', '--json', '-a', 'claude', 'hello'], api);
		expect(json.stdout).toMatch(/"type":"turn_started"[^\n]*"folder":"api"/);
		const shell = new PtyProgram(['shell', '-a', 'claude'], { env: { ...cli.env, ...env() }, cwd: api });
		await shell.shows('· in api/');
		shell.type('/exit\r');
		expect(await shell.ended).toBe(0);
	});

	it('obeys nothing of a session’s folder that the user has not seen, from where ever it is continued', async () => {
		await relay(['run', '-a', 'claude', 'hello'], api);
		cli.write('api/.claude/settings.json', '{}');
		const run = await relay(['run', '--session', 'latest', 'and more']);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(last().cwd).toBe(api);
		expect(last().args.join(' ')).toContain('--setting-sources user');
		expect(run.stderr).toContain('agents start without api/.claude/settings.json');
		expect(run.stderr).toContain(`agent-relay config trust, in ${api}`);
		expect((await relay(['run', '-a', 'claude', 'at the root'])).stderr).not.toContain('not trusted');
		await relay(['config', 'trust'], api);
		await relay(['run', '--session', 'latest', 'again']);
		expect(last().args.join(' ')).not.toContain('--setting-sources');
	});
});
