import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProcessTable } from '../../src/core/processes/process-table.ts';
import { createLinuxProcessTable } from '../../src/core/processes/process-table-linux.ts';
import { createPsProcessTable } from '../../src/core/processes/process-table-ps.ts';
import { until } from '../helpers/patience.ts';

const started: ChildProcess[] = [];
afterAll(() => started.map((child) => child.kill('SIGKILL')));

async function sh(
	script: string,
	env: Record<string, string> = {},
): Promise<{ child: ChildProcess; said: string }> {
	const child = spawn('/bin/sh', ['-c', script], { env: { PATH: '/usr/bin:/bin', ...env } });
	started.push(child);
	const [said] = await once(child.stdout, 'data');
	return { child, said: String(said) };
}

const TABLES: ReadonlyArray<[string, ProcessTable]> = [
	...(process.platform === 'linux' ? [['/proc', createLinuxProcessTable()] as [string, ProcessTable]] : []),
	['ps', createPsProcessTable()],
];

describe.each(TABLES)('process facts from %s', (source, table) => {
	it('name this process, the same one each time', () => {
		const self = table.identify(process.pid);
		expect(self).toMatchObject({ pid: process.pid });
		expect(table.identify(process.pid)).toEqual(self);
		expect(table.snapshot().find(({ pid }) => pid === process.pid)).toMatchObject({
			parent: process.ppid,
			start: self?.start,
		});
	});

	it('follow a process to its end, and take a zombie for dead', async () => {
		// The child of `sleep` (exec keeps the pid) is never waited for.
		const { child, said } = await sh('sh -c "exit 0" & echo $!; exec sleep 60');
		const zombie = Number(said);
		await until(() => table.identify(zombie) === null, 'the child to end');
		const identity = await until(() => {
			const found = table.identify(child.pid ?? 0);
			return found?.command === 'sleep 60' && found;
		}, 'the shell to become a sleep');
		expect(table.isAlive(identity)).toBe(true);
		expect(table.isAlive({ ...identity, start: 'another' })).toBe(false);
		expect(table.signal({ ...identity, start: 'another' }, 'SIGKILL')).toBe(false);
		expect(table.signal(identity, 'SIGTERM')).toBe(true);
		await once(child, 'exit');
		expect(table.isAlive(identity)).toBe(false);
		expect(table.signal(identity, 'SIGTERM')).toBe(false);
		expect(table.alive([identity])).toEqual([]);
	});

	it('find descendants in sessions of their own', async () => {
		const { child, said } = await sh('setsid sh -c "echo \\$\\$; sleep 60; :" & wait');
		const root = table.identify(child.pid ?? 0);
		if (root === null) throw new Error('the shell is not there');
		const found = await until(() => {
			const all = table.descendants(root);
			return all.some(({ command }) => command === 'sleep 60') && all;
		}, 'the sleep to be seen');
		expect(found.map(({ pid }) => pid)).toContain(Number(said));
		for (const identity of found) table.signal(identity, 'SIGKILL');
	});

	// procps has no -E; macOS has no /proc.
	it.runIf((source === 'ps') === (process.platform === 'darwin'))(
		'find processes by their environment',
		async () => {
			const session = `01TEST${process.pid}`;
			const { child } = await sh('echo up; exec sleep 60', { AGENT_RELAY_SESSION: session });
			// Between two programs a process has no environment.
			const found = await until(() => {
				const all = table.withEnvironment({ AGENT_RELAY_SESSION: session });
				return all.length > 0 && all;
			}, 'the sleep to be found');
			expect(found.map(({ pid }) => pid)).toEqual([child.pid]);
			expect(table.withEnvironment({ AGENT_RELAY_SESSION: session.slice(0, -1) })).toEqual([]);
		},
	);
});

describe('the place of this process', () => {
	it.runIf(process.platform === 'linux')('has a boot id and a pid namespace', () => {
		const table = createLinuxProcessTable();
		expect(table.place().boot_id).toMatch(/^[0-9a-f-]{36}$/);
		expect(table.place().pid_namespace).toMatch(/^pid:\[\d+\]$/);
	});
});
