import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_OBJECTIVE } from '../../src/agents/demo/scenario.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { createPatience, until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';
import { fingerprint } from '../helpers/scratch-repo.ts';

const DEMOS = 'demo-sprinter,demo-closer';
const CHECK = 'node check-word-count.mjs';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

const race = (...flags: string[]) =>
	cli.run(['race', DEMO_OBJECTIVE, '-A', DEMOS, '--check', CHECK, ...flags]);
const jsonLines = (text: string) =>
	text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
const inRepo = (path: string) => join(cli.repo, path);

describe('a race on the command line', () => {
	it('started from a git hook, aims every git below it at the worktree it runs in', async () => {
		const commit = 'git -c user.name=A -c user.email=a@example.org commit -q --allow-empty -m mine';
		const GIT_DIR = inRepo('.git');
		const env = { GIT_DIR, GIT_INDEX_FILE: join(GIT_DIR, 'index'), GIT_WORK_TREE: cli.repo };
		const flags = ['--setup', commit, '--check', 'test -z "$GIT_DIR$GIT_INDEX_FILE$GIT_WORK_TREE"'];
		const run = await cli.run(['race', DEMO_OBJECTIVE, '-A', DEMOS, ...flags], { env });
		expect(run.stdout, run.stderr).toMatch(/^1 +demo-\w+ +1\/1 +finished/m);
		expect(cli.git('log', '--format=%s', 'main').trim()).toBe('first');
	});

	it('tells each change of state on stderr and the result on stdout; adopt, show and clean go on from it', async () => {
		const before = cli.git('status', '--porcelain');
		const { exitCode, stdout, stderr } = await race('--check', 'test -f word-count.mjs');
		expect(exitCode, stderr).toBe(0);
		expect(stderr).toMatch(/· demo-sprinter: working\n/);
		expect(stderr).toMatch(/✗ demo-sprinter: node check-word-count\.mjs failed \(exit 1, .*\)\n/);
		expect(stdout).toMatch(/^1 +demo-closer +2\/2 +finished +2 \+\d+ -0/m);
		expect(stdout).toMatch(/^2 +demo-sprinter +1\/2 +finished/m);
		expect(stdout).toContain('demo-closer is first: it passed 2 of 2 checks, demo-sprinter 1.');
		expect(cli.git('status', '--porcelain')).toBe(before);

		expect((await cli.run(['race', 'show'])).stdout).toContain('winner demo-closer');
		expect((await cli.run(['race', 'diff', 'demo-closer'])).stdout).toContain('+++ b/word-count.mjs');
		const open = await cli.run(['race', 'open', 'demo-closer']);
		expect(existsSync(join(open.stdout.trim(), 'word-count.mjs'))).toBe(true);

		cli.write('README.md', '# my own words\n');
		const adopted = await cli.run(['race', 'adopt']);
		expect(adopted, adopted.stderr).toMatchObject({ exitCode: 0 });
		expect(adopted.stdout).toMatch(/✓ demo-closer is adopted: 2 files written/);
		expect(readFileSync(inRepo('README.md'), 'utf8')).toBe('# my own words\n');
		expect(existsSync(inRepo('word-count.mjs'))).toBe(true);

		const other = await cli.run(['race', 'adopt', 'demo-sprinter']);
		expect(other.exitCode).toBe(5);
		expect(other.stdout).toContain('word-count.mjs  another file is here');

		expect((await cli.run(['race', 'clean'])).stdout).toContain('would be removed');
		expect((await cli.run(['race', 'clean', '--apply'])).stdout).toContain(
			'is clean: 2 worktrees and 2 refs removed',
		);
		expect(cli.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
		expect(cli.git('for-each-ref', 'refs/agent-relay')).toBe('');
		expect((await cli.run(['race', 'list'])).stdout).toMatch(/cleaned .*demo-closer/);
	});

	it('prints JSON lines with a result last, and with -q only the verdict', async () => {
		const json = await race('--json');
		const lines = jsonLines(json.stdout);
		expect(json.stderr).toBe('');
		expect(lines[0]).toMatchObject({ type: 'race_started', race: { task: DEMO_OBJECTIVE } });
		expect(new Set(lines.map(({ type }) => type))).toEqual(
			new Set(['race_started', 'entrant', 'entrant_event', 'command_output', 'race_ended', 'result']),
		);
		expect(lines.at(-1)).toMatchObject({ type: 'result', exit_code: 0, race: { winner: 'demo-closer' } });
		const shown = JSON.parse((await cli.run(['race', 'show', '--json'])).stdout);
		expect(shown).toEqual(lines.at(-1).race);
		const { races } = JSON.parse((await cli.run(['race', 'list', '--json'])).stdout);
		expect(races).toEqual([shown]);
		const quiet = await race('-q', '--copy', 'README.md').then((end) => end);
		expect(quiet.stdout).toMatch(/^demo-closer is first: [^\n]*\n$/);
		expect(quiet.stderr).toBe('');
	});

	it('goes on and records when its reader goes away', async () => {
		const line = `agent-relay race 'say something' -A ${DEMOS} --check true --json | head -n 1`;
		const { stdout, stderr } = await cli.bash(`${line}; echo "exit \${PIPESTATUS[0]}"`);
		// Nobody changed anything, so nobody won.
		expect(stdout, stderr).toMatch(/^\{"type":"race_started",[^\n]*\nexit 2\n$/);
		const { races } = JSON.parse((await cli.run(['race', 'list', '--json'])).stdout);
		expect(races).toMatchObject([{ state: 'ended', verdict: 'No winner: nobody changed anything.' }]);
	});

	it('finds a race by a part of its id among the races alone', async () => {
		await cli.run(['run', '-a', 'demo-closer', 'hello']);
		await race('-q');
		await race('-q');
		const { races } = JSON.parse((await cli.run(['race', 'list', '--json'])).stdout);
		const [newest, older] = races.map(({ id }: { id: string }) => id);
		const show = async (ref: string) => (await cli.run(['race', 'show', ref])).stdout;
		expect(await show(older.slice(-6))).toContain(`Race ${older}`);
		expect(await show(older.slice(-6))).toContain(`race adopt --race ${older.slice(-6)}`);
		expect(await show('latest')).toContain(`Race ${newest}`);
		expect(await cli.run(['race', 'show', newest.slice(0, 3)])).toMatchObject({
			exitCode: 4,
			stderr: expect.stringContaining('matches 2 sessions'),
		});
		const words = (what: string) =>
			cli.run(['completion', what]).then(({ stdout }) => stdout.trim().split('\n'));
		const all = (await cli.run(['race', 'clean', '--all'])).stdout;
		expect(all.match(/this would be removed/g)).toHaveLength(2);
		expect(all.match(/remove them: .*/g)).toEqual(['remove them: agent-relay race clean --all --apply']);
		expect(await words('races')).toEqual([newest, older]);
		expect(await words('entrants')).toEqual(DEMOS.split(','));
	});

	it('takes the name of a subcommand for the task where it stands behind --', async () => {
		const end = await cli.run(['race', '-A', DEMOS, '--json', '--', 'show']);
		expect(end.exitCode, end.stderr).toBe(2);
		expect(jsonLines(end.stdout)[0]).toMatchObject({ type: 'race_started', race: { task: 'show' } });
	});

	it('ends with 2 where nobody passed, and takes the task from a pipe', async () => {
		const end = await cli.run(['race', '-A', DEMOS, '--check', 'exit 1'], { input: 'say something' });
		expect(end.exitCode, end.stderr).toBe(2);
		expect(end.stdout).toContain('No winner: nobody passed the check');
		expect((await cli.run(['race', 'adopt'])).stderr).toContain(
			'Name the one to adopt: demo-sprinter, demo-closer',
		);
	});

	it.each([
		[['race', 'x'], 64, 'No entrants were named'],
		[['race', '-A', DEMOS], 64, 'No task was given'],
		[['race', ' ', '-A', DEMOS], 64, 'The task is empty.\n  For example: agent-relay race'],
		[['race', 'x', '-A', 'demo-closer,demo-closer'], 64, 'twice'],
		[['race', 'x', '-A', 'nobody'], 64, 'no agent named'],
		[['race', 'x', '-A', 'claude,codex'], 127, 'No entrant of this race can start'],
		[['race', 'x', '-A', DEMOS, '--base', 'nowhere'], 4, 'nowhere'],
		[['race', 'x', '-A', DEMOS, '--max-time', 'soon'], 64, '--max-time'],
		[['race', 'x', '-A', DEMOS, '--copy', '../x'], 64, '../x'],
		[['race', 'show'], 4, 'No race is recorded here'],
		[['race', 'adopt', '--branch', 'x', '--merge'], 64, '--branch'],
		[['race', 'clean', 'x', '--all'], 64, '--all'],
		[['race', 'list', '--limit', 'all'], 64, '--limit'],
	])('%j ends with %d before anything is made', async (args, exitCode, message) => {
		const end = await cli.run(args);
		expect(end.exitCode, end.stderr).toBe(exitCode);
		expect(end.stderr).toContain(message);
		expect(existsSync(inRepo('.agent-relay/sessions'))).toBe(false);
	});
});

/** Once each has its worktree, and its agent is started. */
const bothWork = (program: PtyProgram) =>
	until(
		() => DEMOS.split(',').every((id) => new RegExp(`${id} +working`).test(program.screen())),
		'both to work',
		() => program.screen(),
	);

describe('a race on a terminal', () => {
	const start = (paceMs: number, ...flags: string[]) => {
		const env = { ...cli.env, DEMO_AGENT_PACE_MS: String(paceMs), TERM: 'xterm-256color' };
		return new PtyProgram(['race', DEMO_OBJECTIVE, '-A', DEMOS, ...flags], { cwd: cli.repo, env });
	};

	it('shows a table while it runs, stops one at x and its number, and leaves only the result', async () => {
		const program = start(3000, '--check', 'true');
		await program.shows('2 ⠋ demo-closer');
		expect(program.mode(25)).toBe(false);
		await bothWork(program);
		program.type('x');
		await program.shows('stop which one? 1-2');
		program.type('1');
		await program.shows('demo-sprinter  stopped');
		program.type('x2');
		expect(await program.ended).toBe(2);
		expect(program.screen()).toMatch(/^ *\nRace |^Race /);
		expect(program.screen()).not.toContain('Ctrl+C stops all');
		expect(program.screen()).toMatch(/demo-sprinter +1\/1 +stopped/);
		expect([program.mode(25), program.mode(2004), program.mode(7)]).toEqual([true, false, true]);
	});

	it('stops all at Ctrl+C, keeps the worktrees, and goes on with resume', async () => {
		const program = start(3000);
		await bothWork(program);
		program.type('\x03');
		expect(await program.ended).toBe(130);
		expect([program.mode(25), program.mode(2004)]).toEqual([true, false]);
		expect(cli.git('worktree', 'list').trim().split('\n')).toHaveLength(3);
		const resumed = await cli.run(['race', 'resume']);
		expect(resumed.stderr).not.toContain('bug');
		expect((await cli.run(['race', 'show'])).stdout).toContain('ended');
	});
});

describe('a race with full permissions', () => {
	it('goes on with them only where they are said again', async () => {
		const env = { ...cli.env, DEMO_AGENT_PACE_MS: '3000', TERM: 'xterm-256color' };
		const args = ['race', DEMO_OBJECTIVE, '-A', DEMOS, '-p', 'full'];
		const program = new PtyProgram(args, { cwd: cli.repo, env });
		await program.shows('working');
		program.type('\x03');
		expect(await program.ended).toBe(130);
		await program.shows('resume: agent-relay race resume -p full');
		expect(await cli.run(['race', 'resume', '-p', 'all'])).toMatchObject({
			exitCode: 64,
			stderr: expect.stringContaining('--permissions takes read-only, edit, full, not "all"'),
		});
		const resumed = await cli.run(['race', 'resume', '-p', 'full', '--json']);
		expect(resumed.stderr).not.toContain('must be given again');
		expect(jsonLines(resumed.stdout).at(-1).race).toMatchObject({
			state: 'ended',
			options: { permissions: 'full' },
		});
	});
});

describe('an adoption that is killed', () => {
	const COUNT = 1500;
	const files = () => readdirSync(cli.repo).filter((name) => /^f\d+\.txt$/.test(name));

	it('leaves, after the next look at the race, all of its files or none, and no trace', async () => {
		const writer = join(cli.home, 'writer');
		const loop = `i=0; while [ $i -lt ${COUNT} ]; do echo "$i" >f$i.txt; i=$((i+1)); done`;
		writeFileSync(writer, `#!/bin/sh\ncat >/dev/null\n${loop}\necho done\n`, { mode: 0o755 });
		cli.write(
			join(cli.home, '.config/agent-relay/config.toml'),
			`[agents.writer]\ncommand = [${JSON.stringify(writer)}]\n`,
		);
		const end = await cli.run(['race', 'hello', '-A', 'writer', '--json']);
		const { race: record } = jsonLines(end.stdout).at(-1);
		expect(record.entrants[0].diff.files).toBe(COUNT);
		const place = inRepo(`.agent-relay/sessions/${record.id}/adopt`);
		const clean = fingerprint(cli.repo);
		for (const moment of ['journal', 'half', 'late'] as const) {
			const child = spawn(process.execPath, [PROGRAM, 'race', 'adopt', 'writer'], {
				cwd: cli.repo,
				env: cli.env,
				stdio: 'ignore',
			});
			const ended = new Promise((done) => child.on('close', done));
			const isReached = {
				journal: () => existsSync(join(place, 'journal.json')),
				half: () => files().length > 0,
				late: () => files().length > COUNT * 0.9,
			}[moment];
			const isOver = createPatience(60_000);
			while (!isReached() && child.exitCode === null) {
				if (isOver()) throw new Error(`adopt did not come to the moment ${moment} in 60 s`);
				await sleep(1);
			}
			child.kill('SIGKILL');
			await ended;
			const shown = await cli.run(['race', 'show']);
			expect(shown.exitCode, shown.stderr).toBe(0);
			const left = files();
			expect([0, COUNT]).toContain(left.length);
			expect(existsSync(place)).toBe(false);
			for (const name of left) rmSync(inRepo(name));
			const now = fingerprint(cli.repo);
			const changed = Object.keys({ ...clean, ...now }).filter(
				(path) => !path.startsWith('.agent-relay') && !path.startsWith('.git') && now[path] !== clean[path],
			);
			expect(changed).toEqual([]);
		}
	});
});

describe('a race in the shell', () => {
	it('says how far it is, and once it was stopped how to go on', async () => {
		const env = { ...cli.env, DEMO_AGENT_PACE_MS: '3000', TERM: 'xterm-256color' };
		const shell = new PtyProgram(['shell', '-a', 'demo-closer'], { cwd: cli.repo, env });
		await shell.shows('demo-closer ›');
		shell.type(`/race ${DEMO_OBJECTIVE} --agents ${DEMOS}\r`);
		await shell.shows('demo-sprinter: working');
		await shell.shows('race, 0 of 2 done');
		await shell.shows(' s · Ctrl+C stops');
		shell.type('\x03');
		await shell.shows('cut off');
		await shell.shows('resume: /race resume');
		shell.type('/exit\r');
		expect(await shell.ended).toBe(0);
	});

	it('runs in the transcript, shows its result, and notes it for later agents', async () => {
		const env = { ...cli.env, TERM: 'xterm-256color' };
		const shell = new PtyProgram(['shell', '-a', 'demo-closer'], { cwd: cli.repo, env });
		await shell.shows('demo-closer ›');
		shell.type(`/race ${DEMO_OBJECTIVE} --agents ${DEMOS} --check "${CHECK}"\r`);
		await shell.shows('demo-closer is first');
		shell.type('/race adopt\r');
		await shell.shows('demo-closer is adopted: 2 files written');
		// Lines in one piece would be a paste; Ctrl+E keeps them apart.
		shell.type('/race list\x05\r');
		await shell.shows('adopted');
		shell.type('hello\r');
		await shell.shows('changed nothing');
		shell.type('\x04');
		await shell.ended;
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		const own = sessions.find(({ kind }: { kind: string }) => kind === 'shell');
		const meta = JSON.parse(readFileSync(join(own.folder, 'meta.json'), 'utf8'));
		const notes = meta.notes.map(({ text }: { text: string }) => text).join('\n');
		expect(notes).toContain('A race of demo-sprinter, demo-closer');
		expect(notes).toContain('demo-closer is adopted');
	});
});
