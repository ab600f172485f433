import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectLastBytes } from '../helpers/last-bytes.ts';
import { until } from '../helpers/patience.ts';
import { AgentBench, isRunning, processes, TRANSPORTS } from '../helpers/terminal-harness.ts';

const bench = new AgentBench();
afterAll(() => bench.dispose());

const NODE = process.execPath;
const HOSTILE = [
	'a b',
	'"double" \'single\'',
	'line\nbreak\ttab',
	'$(id) `id` $HOME $(<x)',
	'-n',
	'--',
	'',
	'* ? [a] ~ \\ ; | & < > #',
	'é\u{1f600}',
];

const SET_BY_SHELLS = ['PWD', 'OLDPWD', 'SHLVL', '_'];

describe.each(TRANSPORTS)('an agent on %s', (_, start) => {
	it('gives stdout and stderr apart, and the exit code', async () => {
		const { end, output, stderr } = await bench.runSh(start, 'echo out; echo err >&2; echo out; exit 42');
		expect(output.toString()).toBe('out\nout\n');
		expect(stderr).toBe('err\n');
		expect(end).toEqual({ exitCode: 42, signal: null, seen: 'marker' });
	});

	it('gets the prompt file byte for byte on stdin', async () => {
		const prompt = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));
		const { output } = await bench.run(start, '/bin/cat', [], { prompt });
		expect(output.equals(prompt)).toBe(true);
	});

	it('gets arguments and environment unchanged', async () => {
		const script =
			'process.stdout.write(JSON.stringify([process.argv.slice(1), Object.entries(process.env)]))';
		const env = Object.fromEntries(HOSTILE.map((value, index) => [`HOSTILE_${index}`, value]));
		const own = { ...env, end: 'x', nonce: 'y', prompt: 'z', ENV: '/nowhere' };
		const { output } = await bench.run(start, NODE, ['-e', script, '--', ...HOSTILE], { env: own });
		const [args, entries] = JSON.parse(output.toString());
		expect(args).toEqual(HOSTILE);
		const seen = Object.fromEntries(entries);
		const added = Object.keys(seen).filter((name) => !(name in own));
		expect(added.filter((name) => !SET_BY_SHELLS.includes(name))).toEqual([]);
		expect(seen).toMatchObject(own);
	});

	it('has nothing open but its three streams', async () => {
		const { output } = await bench.runSh(start, 'ls -l /proc/self/fd', { prompt: 'x' });
		const targets = [...output.toString().matchAll(/-> (.*)/g)].map(([, target]) => target);
		expect(targets.filter((target) => target?.includes('ptmx'))).toEqual([]);
		expect(targets.filter((target) => target?.endsWith('.prompt'))).toHaveLength(1);
	});

	it('ends in its own words when it leaves the terminal in another mode', async () => {
		const script = 'printf said; test -t 1 && stty sane -echo <&1; exit 200';
		const { end, output } = await bench.runSh(start, script);
		expect(end).toEqual({ exitCode: 200, signal: null, seen: 'marker' });
		expect(output.toString()).toBe('said');
	});

	it('tells every exit code', async () => {
		const codes = [0, 1, 2, 63, 127, 128, 135, 144, 173, 254, 255];
		const ends = [];
		for (const code of codes) ends.push((await bench.runSh(start, `exit ${code}`)).end);
		expect(ends).toEqual(codes.map((exitCode) => ({ exitCode, signal: null, seen: 'marker' })));
	});

	it('tells the signal that ended it, and nothing on stderr', async () => {
		const signals = ['HUP', 'INT', 'QUIT', 'ABRT', 'KILL', 'SEGV', 'PIPE', 'TERM'];
		for (const signal of signals) {
			const { end, stderr } = await bench.runSh(start, `ulimit -c 0; kill -${signal} $$; sleep 5`);
			expect([end.signal, end.seen]).toEqual([`SIG${signal}`, 'marker']);
			expect(stderr).toBe('');
		}
	});

	it('keeps an exit code that the agent claims as its own', async () => {
		const { end } = await bench.runSh(start, 'exit 143', { claimsExitCode: (code) => code === 143 });
		expect(end).toEqual({ exitCode: 143, signal: null, seen: 'marker' });
	});

	it('delivers the last byte of whatever it writes before it exits', async () => {
		for (const bytes of [1, 6_000, 65_536, 2_000_000]) {
			const { output } = await bench.run(start, '/usr/bin/head', ['-c', String(bytes), '/dev/zero']);
			expect(output.length).toBe(bytes);
		}
	});

	it('delivers one line of 40 MB', async () => {
		let bytes = 0;
		const { output, end } = await bench.runSh(start, "head -c 40000000 /dev/zero | tr '\\0' x; echo; exit 5");
		bytes = output.length;
		expect([bytes, output.indexOf('\n'), end.exitCode]).toEqual([40_000_001, 40_000_000, 5]);
	});

	it('delivers all of a stderr that is written right before the exit, appended to what was there', async () => {
		const stderrPath = join(bench.folder, `appended-${_.replace(' ', '-')}`);
		writeFileSync(stderrPath, 'earlier\n', { mode: 0o600 });
		const { stderr } = await bench.runSh(start, 'head -c 3000000 /dev/zero >&2', { stderrPath });
		expect(stderr.length).toBe(3_000_000);
		expect(statSync(stderrPath).size).toBe(3_000_008);
	});

	it('delivers stderr while the agent runs, into a file of its owner only', async () => {
		const stderrPath = join(bench.folder, `followed-${_.replace(' ', '-')}`);
		const running = await bench.sh(start, 'echo waiting >&2; echo out; sleep 60', { stderrPath });
		await running.says(/out/);
		await until(() => running.stderr() !== '', 'what is on stderr');
		expect(running.stderr()).toBe('waiting\n');
		expect(statSync(stderrPath).mode & 0o777).toBe(0o600);
		await running.agent.stop({ interruptMs: 0, terminateMs: 0 });
	});

	it('is refused when the program or the folder is not there', async () => {
		await expect(bench.run(start, '/nowhere/agent', [])).rejects.toMatchObject({
			code: 'agent_not_installed',
		});
		const folder = join(bench.folder, `folder-${_.replace(' ', '-')}`);
		mkdirSync(folder);
		await expect(bench.run(start, folder, [])).rejects.toMatchObject({ code: 'agent_not_installed' });
		await expect(bench.run(start, '/bin/true', [], { cwd: '/nowhere' })).rejects.toMatchObject({
			code: 'not_started',
		});
	});

	it('begins once it may, and its wrapper waits for that', async () => {
		const name = join(bench.folder, `begun-${_.replace(' ', '-')}`);
		const before = ownPids();
		let allow = (): void => undefined;
		const mayBegin = new Promise<void>((resolve) => {
			allow = resolve;
		});
		const begun = bench.run(start, '/bin/sh', ['-c', `touch '${name}'`], { mayBegin });
		await until(() => ownPids().some((pid) => !before.includes(pid)), 'the wrapper');
		expect(existsSync(name)).toBe(false);
		allow();
		expect((await begun).end).toEqual({ exitCode: 0, signal: null, seen: 'marker' });
		expect(existsSync(name)).toBe(true);
	});

	it('never begins if it may not, and leaves no wrapper', async () => {
		const name = join(bench.folder, `not-begun-${_.replace(' ', '-')}`);
		const before = ownPids();
		const mayBegin = Promise.reject(new Error('no snapshot'));
		const begun = bench.run(start, '/bin/sh', ['-c', `touch '${name}'`], { mayBegin });
		await expect(begun).rejects.toThrow('no snapshot');
		expect(existsSync(name)).toBe(false);
		expect(ownPids().filter((pid) => !before.includes(pid))).toEqual([]);
	});
});

/** Every process below this one. */
function ownPids(): number[] {
	const start = processes.identify(process.pid)?.start ?? '';
	return processes.descendants({ pid: process.pid, start }).map(({ pid }) => pid);
}

describe.each(TRANSPORTS)('an agent on %s', (_, start) => {
	it('sees a terminal of its own on stdout, as controlling one', async () => {
		const { output } = await bench.runSh(
			start,
			'test -t 1 && ! test -t 0 && ! test -t 2 && : >/dev/tty && echo yes',
		);
		expect(output.toString()).toBe('yes\n');
	});

	it('is answered on its terminal, unechoed, and known to read it', async () => {
		const script = 'read -r line </dev/tty && echo got-$line; read -r line </dev/tty || echo refused';
		const running = await bench.start(start, '/bin/sh', ['-c', script]);
		if (process.platform === 'linux')
			await until(() => running.agent.isTerminalRead(), 'the shell to read its terminal');
		await running.agent.write(Buffer.from('secret\r'));
		await running.says(/got-secret/);
		await running.agent.write(Buffer.from('\x04'));
		await running.agent.ended;
		expect(running.agent.isTerminalRead()).toBe(false);
		expect(running.output().toString()).toBe('got-secret\nrefused\n');
	});

	it('reads on a stdin that stays open whatever it is given, byte for byte', async () => {
		const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 256));
		const script = 'head -c 100000 >copy; echo copied; IFS= read -r line; echo got-$line';
		const running = await bench.start(start, '/bin/sh', ['-c', script], { promptPath: null });
		await running.agent.write(bytes);
		await running.says(/copied/);
		await running.agent.write(Buffer.from('more\nthan it reads\n'));
		expect(await running.agent.ended).toEqual({ exitCode: 0, signal: null, seen: 'marker' });
		expect(running.output().toString()).toBe('copied\ngot-more\n');
		expect(readFileSync(join(bench.folder, 'copy')).equals(bytes)).toBe(true);
	});

	it('has its exit code read, whatever lines it left unread: its wrapper waits for that', async () => {
		const running = await bench.start(start, '/bin/sh', ['-c', 'IFS= read -r line; exit 6'], {
			promptPath: null,
		});
		await running.agent.write(Buffer.from('one\ntwo\nthree'));
		// The whole process stands still: what the agent's end and its terminal have to say is read late.
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
		expect(processes.isAlive(running.agent.identity)).toBe(true);
		expect(await running.agent.ended).toEqual({ exitCode: 6, signal: null, seen: 'marker' });
	});

	it('that reads something else does not read its terminal', async () => {
		const running = await bench.start(start, '/bin/sh', ['-c', 'echo on; exec sleep 30']);
		await running.says(/on/);
		expect(running.agent.isTerminalRead()).toBe(false);
		await running.agent.stop({ interruptMs: 0, terminateMs: 100 });
	});

	it('has no part of its output taken for an end marker', async () => {
		const fake = '\x1e0123456789abcdef0123456789abcdef 0\n';
		const { output, end } = await bench.run(start, '/usr/bin/printf', [`${fake}\x1e\x1e${fake}\x1e`]);
		expect(output.toString()).toBe(`${fake}\x1e\x1e${fake}\x1e`);
		expect(end).toEqual({ exitCode: 0, signal: null, seen: 'marker' });
	});

	it('cannot learn the nonce from its environment, its parent’s arguments or its descriptors', async () => {
		const script = 'tr "\\0" "\\n" </proc/$PPID/cmdline; tr "\\0" "\\n" </proc/$PPID/environ; env';
		const { output } = await bench.runSh(start, script);
		expect(output.toString()).toContain('AGENT_RELAY_END_MARKER');
		expect(output.toString()).not.toMatch(/[0-9a-f]{32}/);
	});

	it.each([30_000, 5_000_000])('loses none of %d bytes when the reader comes late', async (size) => {
		const running = await bench.sh(start, `head -c ${size} /dev/zero; exit 6`);
		// The whole process stands still, as it does when the machine has no time for it.
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
		expect(await running.agent.ended).toEqual({ exitCode: 6, signal: null, seen: 'marker' });
		expect(running.output().length).toBe(size);
	});

	it('ends as a hang-up when its wrapper is killed, with all it had written', async () => {
		const running = await bench.sh(start, 'trap "" HUP; head -c 20000 /dev/zero; echo "pid $$"; sleep 60');
		const pid = Number((await running.says(/pid (\d+)/))[1]);
		process.kill(running.agent.identity.pid, 'SIGKILL');
		expect(await running.agent.ended).toEqual({ exitCode: null, signal: null, seen: 'hangup' });
		expect(running.output().length).toBeGreaterThan(20_000);
		expect(isRunning(pid)).toBe(false);
	});
});

// More often in test/crash/last-bytes.test.ts.
describe('a turn’s last bytes', () => {
	it.each(TRANSPORTS)('all arrive under load (%s)', async (_, start) => {
		await expectLastBytes(bench, start, 2);
	});
});
