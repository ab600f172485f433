/** Questions of an agent in `run` on a terminal: asked and answered as in the shell, and the terminal is as it was afterwards. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AskingClaude } from '../helpers/asking-claude.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const COMMAND = 'npm test 2>&1 | tail -3';
const KEYS = 'y once · s in this session · n no · t no, and say why · Esc stops the turn';

let cli: CliHome;
let run: PtyProgram | null;
beforeEach(() => {
	cli = new CliHome();
	run = null;
});
afterEach(() => {
	run?.kill('SIGKILL');
	cli.remove();
});

/** Starts it, and gives it once the first question can be answered. */
async function asked(agent: AskingClaude, script?: string): Promise<PtyProgram> {
	const place = { cwd: cli.repo, env: agent.env };
	run = new PtyProgram(['run', 'check it'], script === undefined ? place : { ...place, script });
	await run.shows('? claude asks to run a command');
	await run.shows('waiting for you');
	await firstMomentOver();
	return run;
}

/** A question takes no key in its first half second: there is nothing else to wait for. */
const firstMomentOver = () => new Promise((wake) => setTimeout(wake, 700));

/** The modes of the terminal, once the program has ended. */
const STTY = 'echo modes: $(stty -a | grep -ow -e "-*icanon" -e "-*echo" -e "-*isig")';
const RUN = `bash -c 'echo $$ >"$HOME/relay.pid"; exec "$0" "$@"' "$0" "$@"`;
const THEN_STTY = `trap : INT; ${RUN}; code=$?; ${STTY}; exit $code`;

const signalRelay = (agent: AskingClaude, signal: NodeJS.Signals) =>
	process.kill(Number(agent.read('relay.pid')), signal);

describe('a question in run on a terminal', () => {
	it('stands there in full with its keys', async () => {
		const program = await asked(new AskingClaude(cli, [COMMAND]));
		expect(program.screen()).toContain(`  $ ${COMMAND}`);
		expect(program.screen()).toContain('claude says: "To see."');
		expect(program.screen()).toContain(KEYS);
		expect(program.screen()).toContain('a always in this repo: npm test\n');
		expect(program.screen()).toMatch(/code [A-Z0-9]{6} for agent-relay answer/);
		expect(program.screen()).toContain('denied in');
		program.type('y');
		expect(await program.ended).toBe(0);
	});

	it.each([
		['y', ['allow', null]],
		['n', ['deny', 'The user did not allow this.']],
	])('%s answers it', async (key, [behavior, words]) => {
		const agent = new AskingClaude(cli, [COMMAND]);
		const program = await asked(agent);
		program.type(key);
		await program.shows('That is all.');
		expect(await program.ended).toBe(0);
		expect(agent.decided()).toEqual([[COMMAND, behavior, words]]);
		expect(program.text()).not.toContain('waiting for you');
	});

	it('t takes words for the agent; Esc leaves them', async () => {
		const agent = new AskingClaude(cli, [COMMAND]);
		const program = await asked(agent);
		program.type('t');
		await program.shows('tell it ›');
		program.type('never mind');
		await program.shows('tell it › never mind');
		program.type('\x1b');
		await program.shows('y once');
		program.type('t');
		await program.shows('tell it ›');
		program.type('Use yarn.\r');
		expect(await program.ended).toBe(0);
		expect(agent.decided()).toEqual([[COMMAND, 'deny', 'Use yarn.']]);
	});

	it('a shows the rule, lets it be edited, and keeps it for this repo', async () => {
		const agent = new AskingClaude(cli, [COMMAND, 'npm test -- --watch']);
		const program = await asked(agent);
		program.type('a');
		await program.shows('always › npm test');
		program.type(' --ci\r');
		await program.shows('does not cover what is asked');
		program.type('\x15npm test\r');
		await program.shows('always allowed in this repo, by');
		expect(await program.ended).toBe(0);
		expect(agent.decided()).toEqual([
			[COMMAND, 'allow', null],
			['npm test -- --watch', 'allow', null],
		]);
		const { stdout } = await cli.run(['config', 'get', 'permissions.repo_commands']);
		expect(stdout).toContain('npm test');
	});

	it('s allows it for the session', async () => {
		const agent = new AskingClaude(cli, [COMMAND, 'npm test']);
		const program = await asked(agent);
		program.type('s');
		expect(await program.ended).toBe(0);
		expect(agent.decided().map((one) => Object(one)[1])).toEqual(['allow', 'allow']);
	});

	// Nor a key in its first moment, which no other process can be sure to hit: `question-desk.test.ts`.
	it('takes no paste, nothing that was typed before it, and of several keys at once none', async () => {
		const agent = new AskingClaude(cli, ['wait begin', COMMAND, 'git push']);
		run = new PtyProgram(['run', 'check it'], { cwd: cli.repo, env: agent.env });
		await run.shows('claude · edit');
		run.type('y\ry');
		await run.echoes('y\r\ny');
		agent.goOn('begin');
		await run.shows('waiting for you');
		await firstMomentOver();
		run.type('\x1b[200~y\x1b[201~yes\r');
		await firstMomentOver();
		expect(agent.decided()).toEqual([]);
		run.type('n');
		await run.shows('in this repo: git push');
		await firstMomentOver();
		expect(agent.decided()).toHaveLength(1);
		run.type('y');
		expect(await run.ended).toBe(0);
		expect(agent.decided().map((one) => Object(one)[1])).toEqual(['deny', 'allow']);
	});

	it('is answered from another terminal', async () => {
		const agent = new AskingClaude(cli, [COMMAND]);
		const program = await asked(agent);
		const code = /code ([A-Z0-9]{6}) for/.exec(program.text())?.[1] ?? '';
		const answer = await cli.run(['answer', 'yes'], { env: agent.env, input: `${code}\n` });
		expect(answer, answer.stderr).toMatchObject({ exitCode: 0, stdout: 'Allowed, once.\n' });
		await program.shows('another terminal');
		expect(await program.ended).toBe(0);
		expect(agent.decided()).toEqual([[COMMAND, 'allow', null]]);
	});

	it('gives the keyboard back between two questions, and the terminal as it was', async () => {
		const agent = new AskingClaude(cli, [COMMAND, 'wait then', 'git push']);
		const program = await asked(agent, THEN_STTY);
		expect(program.mode(2004)).toBe(true);
		program.type('y');
		await until(() => agent.decided().length === 1, 'the answer');
		await until(() => program.mode(2004) === false && program.isCooked(), 'the modes to be given back');
		program.type('nothing of it');
		await program.echoes('nothing of it');
		agent.goOn('then');
		await program.shows('in this repo: git push');
		await firstMomentOver();
		program.type('n');
		await program.shows('modes:');
		expect(await program.ended).toBe(0);
		expect(program.text()).toContain('modes: isig icanon echo');
		expect(program.mode(2004)).toBe(false);
		expect(program.mode(25)).not.toBe(false);
	});

	it.each([
		['Esc', 130, (program: PtyProgram) => program.type('\x1b')],
		['Ctrl+C', 130, (program: PtyProgram) => program.type('\x03')],
		['SIGTERM', 143, (_: PtyProgram, agent: AskingClaude) => signalRelay(agent, 'SIGTERM')],
		['SIGHUP', 129, (_: PtyProgram, agent: AskingClaude) => signalRelay(agent, 'SIGHUP')],
	])('%s ends the turn: nothing is allowed, and the terminal is as it was', async (_, exitCode, end) => {
		const agent = new AskingClaude(cli, [COMMAND]);
		const program = await asked(agent, THEN_STTY);
		end(program, agent);
		await program.shows('modes:');
		expect(await program.ended).toBe(exitCode);
		expect(program.text()).toContain('modes: isig icanon echo');
		expect(program.mode(2004)).toBe(false);
		expect(agent.decided().filter((one) => Object(one)[1] === 'allow')).toEqual([]);
	});

	it.each([
		['with --json', ['--json']],
		['with --quiet', ['--quiet']],
		['with permissions.ask = false', ['--config', 'permissions.ask=false']],
		['under read-only', ['--permissions', 'read-only']],
	])('is not asked %s', async (_, flags) => {
		const agent = new AskingClaude(cli, [COMMAND]);
		run = new PtyProgram(['run', 'check it', ...flags], { cwd: cli.repo, env: agent.env });
		expect(await run.ended).toBe(0);
		expect(agent.decided()).toEqual([[COMMAND, 'deny', 'nobody was asked']]);
	});

	it('is not asked without a terminal', async () => {
		const agent = new AskingClaude(cli, [COMMAND]);
		expect(await cli.run(['run', 'check it'], { env: agent.env })).toMatchObject({ exitCode: 0 });
		expect(agent.decided()).toEqual([[COMMAND, 'deny', 'nobody was asked']]);
	});

	it('is not asked in a job in the background', async () => {
		const agent = new AskingClaude(cli, [COMMAND]);
		const script = 'set -m; "$0" "$@" & wait $!';
		run = new PtyProgram(['run', 'check it'], { cwd: cli.repo, env: agent.env, script });
		expect(await run.ended).toBe(0);
		expect(agent.decided()).toEqual([[COMMAND, 'deny', 'nobody was asked']]);
	});
});
