import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { claudeLimited, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent } from '../helpers/fake-agents.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const CODEX = ['--agent', 'codex'];
const HOUR = 3_600_000;

let cli: CliHome;
let other: string;
let env: Record<string, string>;

beforeEach(() => {
	cli = new CliHome();
	other = join(cli.base, 'other');
	env = {
		...cli.env,
		PATH: `${cli.bin}:${cli.env.PATH}`,
		ANTHROPIC_API_KEY: 'fake-key',
		CODEX_API_KEY: 'fake-key',
	};
	installFakeAgent(cli.bin, 'claude', { turns: [claudeLimited(Date.now() + 2 * HOUR)] });
	installFakeAgent(cli.bin, 'codex', { nativeSession: 'thread-1', turns: [codexAnswers('by codex')] });
	cli.git('worktree', 'add', '-q', other, '-b', 'side');
});
afterEach(() => cli.remove());

const sessions = () => readdirSync(join(cli.repo, '.agent-relay/sessions')).sort();

/** Leaves a session with work left in `cwd`; returns its id. */
async function leaveWork(cwd: string, task: string): Promise<string> {
	const before = existing();
	await cli.run(['run', '--order', 'claude', task], { cwd, env });
	const made = sessions().find((id) => !before.includes(id));
	if (made === undefined) throw new Error('no session was made');
	return made;
}

function existing(): string[] {
	try {
		return sessions();
	} catch {
		return [];
	}
}

describe('the latest session', () => {
	it('of --continue, resume and show is of this worktree first', async () => {
		const mine = await leaveWork(cli.repo, 'mine');
		const theirs = await leaveWork(other, 'theirs');
		expect((await cli.run(['show'], { env })).stdout).toContain(mine);
		expect((await cli.run(['show'], { cwd: other, env })).stdout).toContain(theirs);
		const end = await cli.run(['run', '--continue', '--json', ...CODEX], { env });
		expect(end.stdout).toContain(`"session_id":"${mine}"`);
		expect(end.stderr).not.toContain(other);
	});

	it('of another worktree is named with its folder before it goes on there', async () => {
		const theirs = await leaveWork(other, 'theirs');
		const end = await cli.run(['run', '--continue', '--json', ...CODEX], { env });
		expect(end.stdout).toContain(`"session_id":"${theirs}"`);
		expect(end.stderr).toContain(`works in ${other} (side), where this session was made`);
	});

	it('of another worktree is asked for on a terminal, and nothing runs after a no', async () => {
		const theirs = await leaveWork(other, 'theirs');
		const ask = async (answer: string) => {
			const relay = new PtyProgram(['run', '--continue', ...CODEX], { cwd: cli.repo, env });
			await relay.shows('Continue there?');
			// Without the breaks that the terminal makes.
			expect(relay.text().replace(/\s+/g, '')).toContain(`thelatestoneworksin${other}:theirs`);
			relay.type(answer);
			return { exitCode: await relay.ended, text: relay.text() };
		};
		const no = await ask('\r');
		expect(no).toMatchObject({ exitCode: EXIT.notFound });
		expect(no.text).toContain(`--session ${theirs.slice(-6)}`);
		const yes = await ask('\x1b[B\r');
		expect(yes.text).toContain('by codex');
		expect(sessions()).toEqual([theirs]);
	});

	it('is not asked for where its folder is gone', async () => {
		await leaveWork(other, 'theirs');
		cli.git('worktree', 'remove', '--force', other);
		const relay = new PtyProgram(['run', '--continue', ...CODEX], { cwd: cli.repo, env });
		expect(await relay.ended).not.toBe(EXIT.notFound);
		expect(relay.text()).not.toContain('Continue there?');
	});

	it('is summed up on a terminal when it is resumed, by the shell and by run, and not for a program', async () => {
		const id = await leaveWork(cli.repo, 'mend the login');
		const recap =
			/1 turn · claude · just now\n {2}› mend the login\n {2}claude: .*\n {2}stopped: limit · your prompt waits/;
		const shell = new PtyProgram(['resume'], { cwd: cli.repo, env });
		await shell.shows('all of it: /show');
		expect(shell.text()).toMatch(recap);
		shell.type('/exit\r');
		await shell.ended;
		const run = new PtyProgram(['run', '--continue', ...CODEX], { cwd: cli.repo, env });
		expect(await run.ended).toBe(EXIT.done);
		expect(run.text()).toMatch(recap);
		expect(run.text()).toContain(`resuming session ${id}`);
		const quiet = await cli.run(['run', '--session', id, 'more', ...CODEX], { env });
		expect(quiet.stdout + quiet.stderr).not.toContain('all of it');
	});
});
