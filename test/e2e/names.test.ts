import { type ChildProcess, spawn } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, type CliRun, PROGRAM } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';

let home: CliHome;
let started: ChildProcess[];
let agents: number[];
beforeEach(() => {
	home = new CliHome();
	started = [];
	agents = [];
});
afterEach(() => {
	for (const child of started) child.kill('SIGKILL');
	for (const pid of agents) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
	home.remove();
});

const ALLOWED = { AGENT_RELAY_ALLOW_NAMED_SESSIONS: '1' };
const DEMO = ['--agent', 'demo-sprinter'];
const allowed = (args: string[], cwd = home.repo) => home.run(args, { env: ALLOWED, cwd });
const data = async (args: string[], cwd = home.repo) =>
	JSON.parse((await allowed([...args, '--json'], cwd)).stdout);
const file = () => join(home.repo, '.agent-relay', 'names.json');
const hints = (id: string) => {
	const folder = join(home.repo, '.agent-relay', 'runtime', id);
	return existsSync(folder) ? readdirSync(folder) : [];
};
const worktree = (name: string): string => {
	home.git('worktree', 'add', '-q', join(home.base, name));
	return join(home.base, name);
};
const refusedBy = ({ exitCode, stderr }: CliRun, ...words: string[]) => {
	expect(exitCode).toBe(5);
	for (const word of words) expect(stderr).toContain(word);
};

function isRunning(pid: number): boolean {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
	} catch {
		return false;
	}
}

/** An agent of the user's own that writes its pid and works until it is ended; `traps`: what it ignores. */
function configureAgent(name: string, traps = ''): void {
	const folder = join(home.home, '.config', 'agent-relay');
	mkdirSync(folder, { recursive: true });
	const script = `${traps === '' ? '' : `trap '' ${traps}; `}cat >/dev/null; echo $$ > '${join(home.base, name)}.pid'; echo working; while :; do sleep 1; done`;
	const path = join(folder, 'config.toml');
	const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
	writeFileSync(path, `${before}[agents.${name}]\ncommand = ["sh", "-c", ${JSON.stringify(script)}]\n`);
}

/** A `run` of that agent which goes on until it is stopped; once its agent works, and is noted under the name that was given. */
async function startRun(
	agent: string,
	...args: string[]
): Promise<{ relay: ChildProcess; agentPid: number; ended: Promise<number | null> }> {
	const note = join(home.base, `${agent}.pid`);
	rmSync(note, { force: true });
	const relay = spawn(process.execPath, [PROGRAM, ...args, 'run', '--agent', agent, 'work'], {
		cwd: home.repo,
		env: { ...home.env, ...ALLOWED },
		stdio: 'ignore',
	});
	started.push(relay);
	const ended = new Promise<number | null>((done) => relay.on('exit', (code) => done(code)));
	await until(() => existsSync(note) && readFileSync(note, 'utf8').endsWith('\n'), 'the agent to work');
	if (args.includes('--name'))
		await until(() => readFileSync(file(), 'utf8').includes(`"${agent}"`), 'who works to be noted');
	const agentPid = Number(readFileSync(note, 'utf8'));
	agents.push(agentPid);
	return { relay, agentPid, ended };
}

describe('a launch under a name', () => {
	it('fails closed, and writes nothing, until the user allows it in either way', async () => {
		const before = home.state();
		refusedBy(
			await home.run(['--name', 'review', 'run', ...DEMO, 'hi']),
			'AGENT_RELAY_ALLOW_NAMED_SESSIONS=1',
			'names.allow = true',
		);
		refusedBy(await home.run(['run', ...DEMO, 'hi'], { env: { AGENT_RELAY_NAME: 'review' } }), 'names.allow');
		refusedBy(await home.run(['--name=review'], { input: '' }), 'names.allow');
		for (const env of [
			{ AGENT_RELAY_ALLOW_NAMED_SESSIONS: '0' },
			{ AGENT_RELAY_ALLOW_NAMED_SESSIONS: 'yes' },
		])
			refusedBy(await home.run(['--name', 'review', 'run', ...DEMO, 'hi'], { env }), 'names.allow');
		home.write('.agent-relay/config.toml', '[names]\nallow = true\n');
		refusedBy(await home.run(['--name', 'review', 'run', '--trust', ...DEMO, 'hi']), 'names.allow');
		expect(existsSync(file())).toBe(false);
		expect(existsSync(join(home.repo, '.agent-relay', 'sessions'))).toBe(false);
		expect(Object.keys(home.state()).length).toBeLessThanOrEqual(Object.keys(before).length + 6);

		expect((await allowed(['--name', 'review', 'run', ...DEMO, 'hi'])).exitCode).toBe(0);
		expect((await home.run(['config', 'set', 'names.allow', 'true'])).exitCode).toBe(0);
		expect((await home.run(['--name', 'other', 'name', 'list'])).exitCode).toBe(0);
		expect((await home.run(['--name', 'review', 'run', ...DEMO, 'hi'])).exitCode).toBe(0);
	});

	it('creates an unknown name, bound to the worktree; everywhere else an unknown one is an error, and nothing is written', async () => {
		const before = home.state();
		for (const args of [
			['sessions'],
			['show'],
			['run', '--agent', 'nobody', 'hi'],
			['name', 'status', 'nope'],
			['kill', '--session', 'nope'],
		]) {
			const { exitCode } = await allowed(['--name', 'nope', ...args]);
			expect([4, 64]).toContain(exitCode);
		}
		expect(home.state()).toEqual(before);
		mkdirSync(join(home.repo, 'src'));
		expect((await allowed(['--name', 'review', 'run', ...DEMO, 'hi'], join(home.repo, 'src'))).exitCode).toBe(
			0,
		);
		const { name } = { name: await data(['name', 'status', 'review']) };
		expect(name).toMatchObject({
			lifecycle: 'inactive',
			worktree: home.repo,
			participants: [{ agent: 'demo-sprinter', attached: false }],
		});
		expect(name.sessions).toHaveLength(1);
	});

	it.each(['../x', 'X', 'a', '-x', 'a b', 'a/b', 'é', `a${'b'.repeat(64)}`, '\u001b[2J', 'constructor!', ''])(
		'refuses the id %j with the rule',
		async (id) => {
			const run = await allowed([`--name=${id}`, 'run', ...DEMO, 'hi']);
			expect(run.exitCode).toBe(64);
			expect(run.stderr).toContain('2 to 64 characters');
			expect(existsSync(join(home.repo, '.agent-relay'))).toBe(false);
		},
	);

	it('is bound to its folder: two worktrees, and a symbolic link to one', async () => {
		const other = worktree('other');
		const link = join(home.base, 'link');
		symlinkSync(other, link);
		expect((await allowed(['name', 'create', 'review', '--worktree', '../link'])).stdout).toContain(other);
		refusedBy(
			await allowed(['--name', 'review', 'run', ...DEMO, 'hi']),
			other,
			home.repo,
			'name rebind review',
		);
		expect((await allowed(['--name', 'review', 'run', ...DEMO, 'hi'], link)).exitCode).toBe(0);
		mkdirSync(join(other, 'deep', 'er'), { recursive: true });
		expect(
			(await allowed(['--name', 'review', 'run', ...DEMO, 'hi'], join(other, 'deep', 'er'))).exitCode,
		).toBe(0);
		expect((await data(['name', 'status', 'review'])).sessions).toHaveLength(2);
		expect((await allowed(['name', 'rebind', 'review'])).exitCode).toBe(0);
		expect((await allowed(['--name', 'review', 'run', ...DEMO, 'hi'])).exitCode).toBe(0);
		refusedBy(await allowed(['--name', 'review', 'run', ...DEMO, 'hi'], other), home.repo, other);
		expect(realpathSync(link)).toBe(other);
	});

	it('is refused beside a live name of the same folder, and allowed once that was killed or bound elsewhere', async () => {
		configureAgent('busy');
		const { ended, agentPid } = await startRun('busy', '--name', 'review');
		refusedBy(
			await allowed(['--name', 'second', 'run', ...DEMO, 'hi']),
			'review',
			home.repo,
			'name kill review',
			'name rebind second',
		);
		expect(JSON.parse(readFileSync(file(), 'utf8')).names.map(({ id }: { id: string }) => id)).toEqual([
			'review',
		]);
		expect((await allowed(['name', 'create', 'second', '--worktree', worktree('second')])).exitCode).toBe(0);
		expect(
			(await allowed(['--name', 'second', 'run', ...DEMO, 'hi'], join(home.base, 'second'))).exitCode,
		).toBe(0);
		expect((await allowed(['--name', 'review', 'run', ...DEMO, 'hi'])).exitCode).toBe(0);
		expect((await data(['name', 'status', 'review'])).participants).toEqual([
			{ agent: 'busy', attached: true },
			{ agent: 'demo-sprinter', attached: false },
		]);
		for (const change of ['archive', 'rebind'])
			refusedBy(await allowed(['name', change, 'review']), 'live', 'name kill review');
		expect((await allowed(['name', 'kill', 'review'])).exitCode).toBe(0);
		expect(await ended).toBe(143);
		expect(isRunning(agentPid)).toBe(false);
		expect((await data(['name', 'status', 'review'])).lifecycle).toBe('inactive');
		expect(hints('review')).toEqual([]);
		expect(
			(await allowed(['--name', 'second', 'run', ...DEMO, 'hi'], join(home.base, 'second'))).exitCode,
		).toBe(0);
	});
});

describe('sessions of a name', () => {
	it('are read and continued by no command under another one', async () => {
		await home.run(['run', ...DEMO, 'words of default']);
		await allowed(['--name', 'review', 'run', ...DEMO, 'words of review']);
		await allowed(['--name', 'third', 'name', 'create', 'third']);
		const [own] = (await data(['sessions'])).sessions;
		const [its] = (await data(['--name', 'review', 'sessions', '--flat'])).sessions;
		expect([own.objective, its.objective]).toEqual(['words of default', 'words of review']);
		expect([own.name, its.name]).toEqual(['default', 'review']);
		const before = home.state();
		for (const [name, mine, others] of [
			['default', 'words of default', 'words of review'],
			['review', 'words of review', 'words of default'],
			['third', null, 'words of'],
		] as const)
			for (const args of [
				['sessions'],
				['sessions', '--json'],
				['sessions', '--all'],
				['show'],
				['show', 'latest'],
				['show', '--json'],
				['show', '--diff'],
				['completion', 'sessions'],
			]) {
				const { stdout, stderr, exitCode } = await allowed(['--name', name, ...args]);
				expect(stdout + stderr, args.join(' ')).not.toContain(others);
				expect(stdout, args.join(' ')).not.toContain(name === 'review' ? own.id : its.id);
				if (mine === null && args[0] === 'show') expect(exitCode).toBe(4);
				if (mine !== null && args.join(' ') === 'show') expect(stdout).toContain(mine);
			}
		for (const args of [
			['show', own.id],
			['show', own.id.slice(-8)],
			['show', '@default'],
			['run', '--session', own.id, 'more'],
			['run', '--session', '@default', 'more'],
			['run', '-c'],
			['resume', own.id],
		]) {
			const { exitCode } = await allowed(['--name', 'review', ...args]);
			expect(exitCode, args.join(' ')).toBe(4);
		}
		const now = home.state();
		for (const path of Object.keys(before))
			if (path.includes('/sessions/')) expect(now[path], path).toBe(before[path]);
	});

	it('keep their name when they are continued, by @name, by id, and under no name', async () => {
		await allowed(['--name', 'review', 'run', ...DEMO, 'words of review']);
		refusedBy(await home.run(['run', '--session', '@review', ...DEMO, 'more']), 'review', 'names.allow');
		expect((await allowed(['run', '--session', '@review', ...DEMO, 'more'])).exitCode).toBe(0);
		const { sessions } = await data(['--name', 'review', 'sessions', '--flat']);
		expect(sessions).toHaveLength(2);
		expect((await allowed(['run', '--session', sessions[0].id, ...DEMO, 'still more'])).exitCode).toBe(0);
		expect((await data(['--name', 'review', 'sessions', '--flat'])).sessions).toHaveLength(3);
		expect((await data(['sessions'])).sessions).toEqual([]);
		expect((await data(['name', 'status', 'review'])).sessions).toHaveLength(3);
		expect((await allowed(['show', '@review'])).stdout).toContain('words of review');
		const unknown = await allowed(['show', '@nobody']);
		expect([unknown.exitCode, unknown.stderr]).toEqual([4, expect.stringContaining('@nobody')]);
	});

	it('have notes, an undo line and a focus that no command under another one reads or writes', async () => {
		home.configureAgents({ doer: 'cat >"$HOME/prompt"; sh "$HOME/next.sh"; echo done' });
		const prompt = () => readFileSync(join(home.home, 'prompt'), 'utf8');
		const under = (name: string | null, ...args: string[]) =>
			allowed(name === null ? args : ['--name', name, ...args]);
		const work = async (name: string | null, file: string) => {
			writeFileSync(join(home.home, 'next.sh'), `echo work >${file}.txt`);
			const { exitCode, stderr } = await under(name, 'run', '-q', '-a', 'doer', `write ${file}`);
			expect(exitCode, stderr).toBe(0);
		};
		const isThere = (file: string) => existsSync(join(home.repo, `${file}.txt`));
		for (const [name, file] of [
			[null, 'd'],
			['one', 'a'],
			['two', 'b'],
		] as const)
			await work(name, file);
		const sessions = join(home.repo, '.agent-relay/sessions');
		const [ofDefault = '', , ofTwo = ''] = readdirSync(sessions).sort();
		const recordOf = (id: string) =>
			['meta.json', 'log.jsonl'].map((name) => readFileSync(join(sessions, id, name), 'utf8')).join('');
		const others = () => [recordOf(ofDefault), recordOf(ofTwo)];
		const before = others();

		// Undo: the newest turn of all is not of this name.
		expect((await under('one', 'undo')).exitCode).toBe(0);
		expect([isThere('d'), isThere('a'), isThere('b')]).toEqual([true, false, true]);
		for (const name of [null, 'two']) expect((await under(name, 'redo')).exitCode).not.toBe(0);
		expect(isThere('a')).toBe(false);
		expect((await under('one', 'redo')).exitCode).toBe(0);
		expect(isThere('a')).toBe(true);

		// Notes, made in a shell.
		const noted = await home.run(['--name', 'one', 'resume', 'latest', '--agent', 'doer'], {
			env: ALLOWED,
			input: '/note only for one\ngo on\n/exit\n',
		});
		expect(noted.exitCode, noted.stderr).toBe(0);
		expect(prompt()).toContain('only for one');
		expect(prompt()).toContain('write a');
		expect(others()).toEqual(before);
		for (const name of [null, 'two']) {
			await under(name, 'run', '-q', '-a', 'doer', '--session', 'latest', 'go on');
			expect(prompt()).not.toContain('only for one');
			expect(prompt()).not.toContain('write a');
		}

		// Focus: it is for lists and status alone, and work under another name leaves it.
		await under(null, 'name', 'select', 'one');
		expect((await data(['name', 'status'])).id).toBe('one');
		await work('two', 'b2');
		expect((await data(['name', 'status'])).id).toBe('one');
		await work(null, 'd2');
		const [latest] = (await data(['sessions'])).sessions;
		expect([latest.name, latest.objective]).toEqual(['default', 'write d2']);
	});

	it('have their own history in the shell, which /name changes with the name', async () => {
		const typed = ['say default', '/name review', '/name', 'say review', '/name default', '/exit', ''].join(
			'\n',
		);
		const { stderr, exitCode } = await home.run(['shell', ...DEMO], { env: ALLOWED, input: typed });
		expect(exitCode).toBe(0);
		expect(stderr).toContain('works under review');
		expect(
			(await data(['sessions'])).sessions.map(({ objective }: { objective: string }) => objective),
		).toEqual(['say default']);
		expect(
			(await data(['--name', 'review', 'sessions', '--flat'])).sessions.map(
				({ objective }: { objective: string }) => objective,
			),
		).toEqual(['say review']);
		expect((await data(['name', 'status', 'review'])).lifecycle).toBe('inactive');
		const refused = await home.run(['shell', ...DEMO], { input: '/name review\nsay default again\n/exit\n' });
		expect(refused.stdout + refused.stderr).toContain('names.allow');
	});
});

describe('commands of names', () => {
	it('do twice what was done with a notice and exit code 0, and refuse what is not for default', async () => {
		for (const args of [
			['create', 'review'],
			['select', 'review'],
			['select', 'default'],
			['archive', 'review'],
			['unarchive', 'review'],
			['rebind', 'review', '--worktree', '.git'],
		])
			for (const isSecond of [false, true]) {
				const { exitCode, stdout } = await home.run(['name', ...args]);
				expect(exitCode, args.join(' ')).toBe(0);
				expect(stdout.includes('nothing changed'), args.join(' ')).toBe(isSecond);
			}
		for (const args of [
			['create', 'default'],
			['archive', 'default'],
			['unarchive', 'default'],
			['rebind', 'default'],
			['kill', 'default'],
		])
			refusedBy(await home.run(['name', ...args]), 'default');
		for (const args of [
			['select', 'nope'],
			['archive', 'nope'],
			['kill', 'nope'],
			['rebind', 'nope'],
			['status', 'nope'],
			['create', 'fine', '--worktree', 'nowhere'],
		])
			expect((await home.run(['name', ...args])).exitCode).toBe(4);
		expect((await home.run(['name', 'create', 'fine', '--label', 'x'.repeat(81)])).exitCode).toBe(64);
		await home.run(['session', 'select', 'review']);
		refusedBy(await home.run(['name', 'archive', 'review']), 'selected', 'name select default');
		expect(JSON.parse((await home.run(['name', 'status', '--json'])).stdout).id).toBe('review');
		await home.run(['name', 'select', 'default']);
		await home.run(['name', 'archive', 'review']);
		for (const args of [
			['select', 'review'],
			['kill', 'review'],
			['rebind', 'review'],
			['create', 'review'],
		])
			refusedBy(await home.run(['name', ...args]), 'archived');
		refusedBy(await allowed(['--name', 'review', 'run', ...DEMO, 'hi'], join(home.repo, '.git')), 'archived');
		expect((await home.run(['name', 'list'])).stdout).not.toContain('review');
		expect((await home.run(['session', 'list', '--archived'])).stdout).toContain('review');
		expect((await home.run(['name', 'prune', '--archived'])).stdout).toContain('review');
		expect((await home.run(['name', 'prune', '--archived', '--apply'])).exitCode).toBe(0);
		expect(JSON.parse(readFileSync(file(), 'utf8')).names).toEqual([]);
	});

	it('warn of a folder that is no root of a worktree, and of two names that share one', async () => {
		mkdirSync(join(home.repo, 'src'));
		const below = await home.run(['name', 'create', 'below', '--worktree', 'src']);
		expect([below.exitCode, below.stdout]).toEqual([
			0,
			expect.stringContaining('not the root of a worktree'),
		]);
		expect((await home.run(['name', 'create', 'one'])).stdout).not.toContain('!');
		expect((await home.run(['name', 'create', 'two'])).stdout).toContain('bound to the same folder');
		expect((await home.run(['name', 'list'])).stdout).toContain('one and two are bound to the same folder');
	});

	it('never write a registry that cannot be read, and say how to mend it; default works on', async () => {
		mkdirSync(join(home.repo, '.agent-relay'));
		writeFileSync(file(), '{"schema_version": 1, "sel');
		for (const args of [
			['name', 'list'],
			['name', 'create', 'review'],
			['name', 'prune', '--apply'],
			['kill', '--all'],
		]) {
			const { exitCode, stderr } = await allowed(args);
			expect([exitCode, stderr], args.join(' ')).toEqual([1, expect.stringContaining(`mv ${file()}`)]);
		}
		const run = await allowed(['--name', 'review', 'run', ...DEMO, 'hi']);
		expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining('names.json')]);
		expect(readFileSync(file(), 'utf8')).toBe('{"schema_version": 1, "sel');
		expect((await home.run(['run', ...DEMO, 'hi'])).exitCode).toBe(0);
		expect((await home.run(['sessions'])).exitCode).toBe(0);
	});

	it('complete ids, and @names as a REF', async () => {
		await home.run(['name', 'create', 'review']);
		expect((await home.run(['completion', 'names'])).stdout.split('\n')).toEqual(['default', 'review', '']);
		expect((await home.run(['completion', 'sessions'])).stdout.split('\n')).toContain('@review');
		const tab = (line: string) =>
			home.bash(
				`eval "$(agent-relay completion bash)"; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _agent_relay; echo "\${COMPREPLY[@]}"`,
			);
		expect((await tab("agent-relay name select ''")).stdout).toContain('review');
		expect((await tab("agent-relay session select ''")).stdout).toBe(
			(await tab("agent-relay name select ''")).stdout,
		);
		expect((await tab('agent-relay session re')).stdout).toBe('rebind\n');
		expect((await tab("agent-relay session create x --worktree ''")).stdout).toContain('.agent-relay');
		expect((await tab('agent-relay se')).stdout).not.toMatch(/\bsession\b/);
		expect((await tab("agent-relay --name ''")).stdout).toContain('review');
		expect((await tab('agent-relay show @')).stdout).toContain('@review');
	});
});

describe('kill', () => {
	it('stops the relays of default alone, --all those of every name, and says when there is none', async () => {
		configureAgent('busy');
		configureAgent('idle');
		const named = await startRun('busy', '--name', 'review');
		const plain = await startRun('idle');
		const { stdout } = await home.run(['kill']);
		expect(stdout).toContain('default: process');
		expect(await plain.ended).toBe(143);
		expect([isRunning(plain.agentPid), isRunning(named.agentPid)]).toEqual([false, true]);
		expect((await home.run(['kill', '--all', '--session', 'review'])).exitCode).toBe(64);
		const all = JSON.parse((await home.run(['kill', '--all', '--json'])).stdout);
		expect(all.names).toMatchObject([
			{ id: 'default', relays: [] },
			{ id: 'review', relays: [{ pid: named.relay.pid, end: 'stopped' }] },
		]);
		expect(await named.ended).toBe(143);
		const nothing = await home.run(['kill', '--session', 'review']);
		expect([nothing.exitCode, nothing.stdout]).toEqual([0, expect.stringContaining('nothing was stopped')]);
		const [session] = (await data(['--name', 'review', 'sessions', '--flat'])).sessions;
		expect(session.status).toBe('checkpointed');
	});

	it('ends an agent that ignores SIGTERM and SIGHUP, by the relay or with it', async () => {
		configureAgent('stubborn', 'TERM HUP INT');
		const first = await startRun('stubborn', '--name', 'review');
		expect((await home.run(['name', 'kill', 'review'])).exitCode).toBe(0);
		await first.ended;
		await until(() => !isRunning(first.agentPid), 'the agent to be gone');
		const second = await startRun('stubborn', '--name', 'review');
		second.relay.kill('SIGSTOP');
		const { stdout, exitCode } = await home.run(['name', 'kill', 'review']);
		expect([exitCode, stdout]).toEqual([0, expect.stringContaining('were killed')]);
		await second.ended;
		await until(() => !isRunning(second.agentPid), 'the agent to be gone');
		expect(hints('review')).toEqual([]);
		expect((await data(['name', 'status', 'review'])).lifecycle).toBe('inactive');
	});

	it('signals nobody whom only a file in the repo calls a relay', async () => {
		await home.run(['name', 'create', 'review']);
		const victim = spawn('sleep', ['60'], { stdio: 'ignore' });
		started.push(victim);
		const stat = readFileSync(`/proc/${victim.pid}/stat`, 'utf8');
		const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
		configureAgent('busy');
		const { ended } = await startRun('busy', '--name', 'review');
		const [known] = hints('review');
		const folder = join(home.repo, '.agent-relay', 'runtime', 'review');
		const hint = JSON.parse(readFileSync(join(folder, known ?? ''), 'utf8'));
		writeFileSync(
			join(folder, 'forged.json'),
			JSON.stringify({ ...hint, pid: victim.pid, pid_start: start }),
		);
		expect((await home.run(['kill', '--all'])).exitCode).toBe(0);
		expect(await ended).toBe(143);
		expect(victim.exitCode ?? victim.signalCode).toBeNull();
		expect(isRunning(victim.pid ?? 0)).toBe(true);
	});
});

describe('a relay that is killed with -9', () => {
	it('leaves a stale hint that lists, launches and prune recognise', async () => {
		configureAgent('busy');
		const { relay, ended } = await startRun('busy', '--name', 'review');
		relay.kill('SIGKILL');
		await ended;
		expect(hints('review')).toHaveLength(1);
		const status = await data(['name', 'status', 'review']);
		expect(status).toMatchObject({
			lifecycle: 'inactive',
			relays: [{ standing: 'stale', pid: relay.pid }],
			participants: [{ agent: 'busy', attached: false }],
		});
		expect((await home.run(['name', 'status', 'review'])).stdout).toContain('is gone');
		expect((await home.run(['name', 'prune'])).stdout).toContain(`process ${relay.pid}`);
		expect(hints('review')).toHaveLength(1);
		expect((await allowed(['--name', 'second', 'run', ...DEMO, 'hi'])).exitCode).toBe(0);
		expect((await home.run(['name', 'prune', '--apply'])).exitCode).toBe(0);
		expect(hints('review')).toEqual([]);
		expect(JSON.parse(readFileSync(file(), 'utf8')).names[0]).toMatchObject({
			id: 'review',
			lifecycle: 'inactive',
		});
		expect((await home.run(['name', 'prune'])).stdout).toContain('Nothing to remove');
	});
});

describe.skipIf(process.getuid?.() === 0)('a read-only repo', () => {
	it('has its names where its sessions are', async () => {
		chmodSync(home.repo, 0o500);
		expect((await home.run(['name', 'create', 'review'])).exitCode).toBe(0);
		expect((await home.run(['name', 'list'])).stdout).toContain('review');
		chmodSync(home.repo, 0o700);
	});
});
