import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

function configure(order: readonly string[], more: readonly string[] = []): void {
	const lines = [
		'[agents]',
		`order = ${JSON.stringify(order)}`,
		'[agents.broken]',
		'command = ["sh", "-c", "cat >/dev/null; echo no >&2; exit 9"]',
		...(order.includes('sound')
			? ['[agents.sound]', 'command = ["sh", "-c", "cat >/dev/null; echo done"]']
			: []),
		...more,
	];
	cli.configure(`${lines.join('\n')}\n`);
}

const commandIn = (stderr: string) => /agent-relay (run --session .*)$/m.exec(stderr)?.[1]?.split(' ') ?? [];

it('names another agent once the same words failed again, and the line works as it is printed', async () => {
	configure(['broken', 'sound']);
	const first = await cli.run(['run', '-a', 'broken', 'do it']);
	expect(first.exitCode).toBe(1);
	const goOn = commandIn(first.stderr);
	expect(goOn).toHaveLength(3);

	const second = await cli.run([...goOn, '-a', 'broken']);
	expect(second.exitCode).toBe(1);
	const takeOver = commandIn(second.stderr);
	expect(takeOver.slice(-2)).toEqual(['--agent', 'sound']);
	expect((await cli.run(takeOver)).exitCode).toBe(0);
});

it('says where to read what happened where no other agent is there, and never the command that failed', async () => {
	configure(['broken']);
	const first = await cli.run(['run', '-a', 'broken', 'do it']);
	const second = await cli.run(commandIn(first.stderr));
	expect(second.exitCode).toBe(1);
	expect(second.stderr).not.toContain('run --session');
	const show = /agent-relay (show \w+)/.exec(second.stderr)?.[1]?.split(' ') ?? [];
	expect((await cli.run(show)).exitCode).toBe(0);
});

it.each([
	['turns', 'max_turns = 1', /--max-turns 2$/m],
	['turns of a chain', 'max_turns = 2', /--max-turns 4$/m],
])('names a budget that has room, where the configured one for %s is used up', async (_, budget, flag) => {
	configure(['sound'], ['[budgets]', budget]);
	let last = await cli.run(['run', 'do it']);
	for (let turn = 1; turn < 3 && last.exitCode === 0; turn++)
		last = await cli.run(['run', '--session', 'latest', 'more of it']);
	expect(last.exitCode).toBe(2);
	expect(last.stderr).toMatch(flag);
	expect((await cli.run(commandIn(last.stderr))).exitCode).toBe(0);
});

it('keeps the folder of -C, so that each printed command works where it is pasted', async () => {
	configure(['sound', 'second'], ['[agents.second]', 'command = ["sh", "-c", "cat >/dev/null; echo fine"]']);
	const away = (line: string) => cli.bash(line, { cwd: cli.home });
	const here = `agent-relay -C ${cli.repo}`;
	const chat = await away(`${here} chat "Which?" --agents sound,second -n 2 -p edit`);
	const read = /read it: (.*)$/m.exec(chat.stderr)?.[1] ?? '';
	const goOn = /continue: (.*)$/m.exec(chat.stderr)?.[1] ?? '';
	expect([read, goOn]).toEqual([
		expect.stringContaining(`${here} show `),
		expect.stringContaining(`${here} chat --session `),
	]);
	const shown = await away(read);
	expect(shown.exitCode, shown.stderr).toBe(0);
	expect((await away(`${goOn} -n 1 -p edit`)).stderr).toContain('Chat over');
	for (const asked of ['race list', 'race show', 'sessions --status active', 'run --continue']) {
		const { stdout, stderr } = await away(`${here} ${asked}`);
		expect(stdout + stderr, asked).toMatch(/: agent-relay /);
		expect(stdout + stderr, asked).not.toMatch(/: agent-relay (?!-C)/);
	}
});

it('names the finished session that was asked for, where no task was given for it', async () => {
	configure(['sound']);
	await cli.run(['run', 'do it']);
	const { stderr, exitCode } = await cli.run(['run', '--session', 'latest']);
	expect(exitCode).toBe(64);
	const id = /Session (\w{26}) has no unfinished prompt/.exec(stderr)?.[1] ?? '';
	expect(stderr).toContain(`agent-relay run --session ${id.slice(-6)} "TASK"`);
	expect((await cli.run(['run', '--session', id.slice(-6), 'TASK'])).exitCode).toBe(0);
});

it('keeps the folder, the order and the permissions that were given: nobody else gets the words', async () => {
	configure(['sound']);
	const flags = ['--order', 'broken,broken', '--permissions', 'edit'];
	const first = await cli.run(['-C', cli.repo, 'run', ...flags, 'do it'], { cwd: cli.home });
	expect(first.exitCode).toBe(1);
	const [line = ''] = /agent-relay .*run --session .*$/m.exec(first.stderr) ?? [];
	expect(line).toMatch(/^agent-relay -C \S+ run --session \w{6} --order broken,broken --permissions edit$/);
	const again = await cli.run(line.split(' ').slice(1), { cwd: cli.home });
	expect(again.exitCode).toBe(1);
	expect(again.stdout).not.toContain('done');
	const [show = ''] = /agent-relay .*show \w{6}$/m.exec(again.stderr) ?? [];
	expect((await cli.run(show.split(' ').slice(1), { cwd: cli.home })).exitCode).toBe(0);
});
