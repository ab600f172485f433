/** Questions of the agents of a chat: asked as in a conversation with one of them, on the command line and in the shell. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AskingClaude } from '../helpers/asking-claude.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const COMMAND = 'npm test 2>&1 | tail -3';
const TALKERS = ['--agents', 'claude,claude:opus', '-n', '2', '-p', 'edit'];

let cli: CliHome;
let agent: AskingClaude;
let program: PtyProgram | null;
beforeEach(() => {
	cli = new CliHome();
	agent = new AskingClaude(cli, [COMMAND, 'git push']);
	program = null;
});
afterEach(() => {
	program?.kill('SIGKILL');
	cli.remove();
});

const start = (args: string[]) => {
	program = new PtyProgram(args, { cwd: cli.repo, env: agent.env });
	return program;
};

/** A question takes no key in its first half second: there is nothing else to wait for. */
const firstMomentOver = () => new Promise((wake) => setTimeout(wake, 700));

/** Presses `key` for the question whose rule is `rule`. */
async function press(shown: PtyProgram, rule: string, key: string): Promise<void> {
	await until(
		() => shown.screen().includes(`in this repo: ${rule}`),
		`the question about ${rule}`,
		() => shown.screen(),
	);
	await firstMomentOver();
	shown.type(key);
}

/** Both speak: what is allowed in the session holds for the second, too. */
async function answer(shown: PtyProgram): Promise<void> {
	await press(shown, 'npm test', 's');
	await press(shown, 'git push', 'n');
	await until(() => agent.decided().length >= 3, 'the first command of the second');
	await press(shown, 'git push', 'y');
}

const DECIDED = [
	[COMMAND, 'allow', null],
	['git push', 'deny', 'The user did not allow this.'],
	[COMMAND, 'allow', null],
	['git push', 'allow', null],
];

describe('an agent of a chat', () => {
	it('asks on the terminal of the command', async () => {
		const shown = start(['chat', 'Ready?', ...TALKERS]);
		await answer(shown);
		expect(await shown.ended).toBe(2);
		expect(agent.decided()).toEqual(DECIDED);
	});

	it('asks in the shell that holds the chat, and other terminals answer it too', async () => {
		const shown = start([]);
		await shown.shows('type a task');
		shown.type(`/chat Ready? ${TALKERS.join(' ')}\r`);
		await press(shown, 'npm test', 's');
		await until(() => shown.screen().includes('in this repo: git push'), 'the second question');
		const code = /code ([A-Z0-9]{6}) for/.exec(shown.screen())?.[1] ?? '';
		const no = await cli.run(['answer', 'no'], { env: agent.env, input: `${code}\n` });
		expect(no, no.stderr).toMatchObject({ exitCode: 0 });
		await until(() => agent.decided().length >= 3, 'the first command of the second');
		await press(shown, 'git push', 'y');
		await shown.shows('Chat over');
		expect(agent.decided()).toEqual(DECIDED);
		shown.type('/exit\r');
		expect(await shown.ended).toBe(0);
	});

	it('asks nothing where nobody answers, and an entrant of a race asks nothing anywhere', async () => {
		const piped = await cli.run(['chat', 'Ready?', ...TALKERS], { env: agent.env });
		expect(piped.exitCode, piped.stderr).toBe(2);
		const race = start(['race', 'Ready?', '--agents', 'claude,claude:opus', '-p', 'edit']);
		await race.ended;
		expect(agent.decided().length).toBe(8);
		for (const one of agent.decided()) expect(Object(one).slice(1)).toEqual(['deny', 'nobody was asked']);
	});
});
