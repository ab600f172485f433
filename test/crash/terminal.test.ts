import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNativePty } from '../../src/terminal/native-pty.ts';
import { until } from '../helpers/patience.ts';
import { isRunning, processes } from '../helpers/terminal-harness.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'relay-crash-'));
/** Below node_modules, so that the compiled files find their packages. */
const compiled = join(ROOT, 'node_modules', '.cache', `terminal-crash-${process.pid}`);

beforeAll(() => {
	// Only the emitted files matter here; types are checked elsewhere.
	spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', ROOT, '--outDir', compiled, '--noCheck']);
});

afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
	rmSync(compiled, { recursive: true, force: true });
});

interface Started {
	wrappers: number[];
	agents: number[];
	sleep: number;
}

/** `inherited`: what the relay finds open from 3 up. `before`: what a bash does that becomes the relay. */
async function startRelay(
	inherited: readonly ('ignore' | 'pipe' | number)[] = [],
	before = '',
): Promise<{ relay: ChildProcess; started: Started }> {
	const program = [join(ROOT, 'test/helpers/terminal-relay.mjs'), compiled, folder];
	const shell = ['-c', `${before}\nexec "$@"`, 'bash', process.execPath, ...program];
	const relay = spawn('bash', shell, { stdio: ['pipe', 'pipe', 'pipe', ...inherited] });
	let output = '';
	relay.stdout?.on('data', (chunk) => {
		output += chunk;
	});
	relay.stderr?.on('data', (chunk) => {
		output += chunk;
	});
	await until(
		() => output.endsWith('}\n'),
		'the relay to have started its agents',
		() => output,
	);
	return { relay, started: JSON.parse(output) };
}

function terminalMastersOf(pid: number): string[] {
	return openIn(pid).filter((target) => target.includes('ptmx'));
}

/** What each descriptor of a process from `first` up leads to. */
function openIn(pid: number, first = 0): string[] {
	return readdirSync(`/proc/${pid}/fd`)
		.filter((fd) => Number(fd) >= first)
		.map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
}

describe('a relay with three agents and a detached process', () => {
	it.runIf(process.platform === 'linux')('is the only one to hold their terminals', async () => {
		const { relay, started } = await startRelay();
		const { wrappers, agents, sleep } = started;
		expect(terminalMastersOf(relay.pid ?? 0)).toHaveLength(3);
		const others = [...wrappers, ...agents, sleep];
		expect(others.flatMap(terminalMastersOf)).toEqual([]);
		relay.kill('SIGKILL');
		process.kill(sleep);
		await until(() => !others.some(isRunning), 'everything to end');
	});

	it.runIf(process.platform === 'linux')('passes on nothing that it was itself started with', async () => {
		const { master, slave } = loadNativePty().open(80, 24);
		const file = openSync(join(ROOT, 'package.json'), 'r');
		// Node marks the low ones at its start; those behind a gap it does not.
		const gap = Array<'ignore'>(20).fill('ignore');
		const { relay, started } = await startRelay([master, 'pipe', file, ...gap, master, 'pipe', file]);
		for (const fd of [master, slave, file]) closeSync(fd);
		expect(openIn(relay.pid ?? 0, 3).filter((to) => to.endsWith('/package.json'))).toHaveLength(2);
		const { wrappers, agents, sleep } = started;
		expect([...agents, sleep].flatMap((pid) => openIn(pid, 3)).filter((to) => to !== '/dev/null')).toEqual(
			[],
		);
		relay.kill('SIGKILL');
		process.kill(sleep);
		await until(() => ![...wrappers, ...agents, sleep].some(isRunning), 'everything to end');
	});

	it.runIf(process.platform === 'linux')('starts where something is open above the limit', async () => {
		const { relay, started } = await startRelay([], `exec 200<'${ROOT}/package.json'; ulimit -n 64`);
		const all = [...started.wrappers, ...started.agents, started.sleep];
		expect(all.flatMap((pid) => openIn(pid, 3)).filter((to) => to.endsWith('package.json'))).toEqual([]);
		relay.kill('SIGKILL');
		process.kill(started.sleep);
		await until(() => !all.some(isRunning), 'everything to end');
	});

	it('takes its agents with it when it is killed, and nothing else', async () => {
		const { relay, started } = await startRelay();
		const { wrappers, agents, sleep } = started;
		const tools = wrappers.flatMap((pid) =>
			processes.descendants(processes.identify(pid) ?? { pid, start: '' }),
		);
		expect(tools.length).toBeGreaterThanOrEqual(3);
		relay.kill('SIGKILL');
		await once(relay, 'exit');
		const all = [...wrappers, ...agents];
		const left = () => [...all.filter(isRunning), ...processes.alive(tools)];
		await until(
			() => left().length === 0,
			'the agents to end',
			() => JSON.stringify(left()),
		);
		expect(isRunning(sleep)).toBe(true);
		process.kill(sleep);
		await until(() => !isRunning(sleep), 'the detached process to end');
	});
});
