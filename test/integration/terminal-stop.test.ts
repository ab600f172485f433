import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { AgentBench, isRunning, processes, TRANSPORTS } from '../helpers/terminal-harness.ts';

const bench = new AgentBench();
afterAll(() => bench.dispose());

const AT_ONCE = { interruptMs: 0, terminateMs: 0 };
/** Longer than a test may take: what ends all the same did not wait for these graces. */
const FOR_EVER_MS = 600_000;
const PATIENT = { interruptMs: FOR_EVER_MS, terminateMs: FOR_EVER_MS };
const pidIn = async (said: Promise<RegExpExecArray>): Promise<number> => Number((await said)[1]);
const commandsOf = (found: ReadonlyArray<{ command: string }>) => found.map(({ command }) => command);

describe.each(TRANSPORTS)('stopping an agent on %s', (transport, start) => {
	it('interrupts first, and leaves an agent that obeys its own exit code', async () => {
		const running = await bench.sh(
			start,
			'trap "echo bye; exit 7" INT; echo up; while :; do sleep 0.05; done',
		);
		await running.says(/up/);
		const { killed } = await running.agent.stop(PATIENT);
		expect(killed).toEqual([]);
		expect(running.output().toString()).toBe('up\nbye\n');
		expect(await running.agent.ended).toEqual({ exitCode: 7, signal: null, seen: 'marker' });
	});

	it('sends SIGTERM when the interrupt is not obeyed, and tells the signal', async () => {
		const running = await bench.sh(start, 'trap "" INT; echo up; exec sleep 60');
		await running.says(/up/);
		const { killed } = await running.agent.stop({ interruptMs: 100, terminateMs: FOR_EVER_MS });
		expect(killed).toEqual([]);
		expect(await running.agent.ended).toEqual({ exitCode: 143, signal: 'SIGTERM', seen: 'marker' });
	});

	it('kills an agent that ignores both, and says what it killed', async () => {
		const running = await bench.sh(start, 'trap "" INT TERM HUP; while :; do sleep 60; done');
		await until(() => commandsOf(running.agent.descendants()).includes('sleep 60'), 'the sleep to be seen');
		const { killed } = await running.agent.stop({ interruptMs: 100, terminateMs: 100 });
		expect(commandsOf(killed).sort()).toEqual([expect.stringContaining('/bin/sh -c trap'), 'sleep 60']);
		expect(await running.agent.ended).toEqual({ exitCode: 137, signal: 'SIGKILL', seen: 'marker' });
	});

	it('ends a tool in a session of its own that ignores SIGTERM, while the agent obeys', async () => {
		const tool = 'setsid sh -c \'trap "" INT TERM HUP; echo "tool $$"; while :; do sleep 60; done\'';
		const running = await bench.sh(start, `trap 'exit 3' INT; ${tool} & wait`);
		const pid = await pidIn(running.says(/tool (\d+)/));
		expect(running.agent.descendants().map((found) => found.pid)).toContain(pid);
		const { killed } = await running.agent.stop({ interruptMs: FOR_EVER_MS, terminateMs: 200 });
		expect(killed.map((found) => found.pid)).toContain(pid);
		expect(isRunning(pid)).toBe(false);
		expect((await running.agent.ended).exitCode).toBe(3);
	});

	it('ends what was recorded earlier and has lost its parent since', async () => {
		const seen = join(bench.folder, `seen-${transport.replaceAll(' ', '-')}`);
		const running = await bench.sh(
			start,
			`(setsid sleep 60 & echo "tool $!"; until [ -e '${seen}' ]; do sleep 0.05; done) & wait; echo over; sleep 60`,
		);
		const pid = await pidIn(running.says(/tool (\d+)/));
		const tool = await until(
			() => running.agent.descendants().find((found) => found.pid === pid && found.command === 'sleep 60'),
			'the tool to be seen',
		);
		writeFileSync(seen, '');
		await running.says(/over/);
		expect(running.agent.descendants().map((found) => found.pid)).not.toContain(pid);
		await running.agent.stop(AT_ONCE, [tool]);
		expect(isRunning(pid)).toBe(false);
	});

	it('catches an agent that keeps forking', async () => {
		const script =
			'trap "" INT TERM HUP; echo up; while :; do (trap "" TERM; setsid sleep 59.25) & sleep 0.01; done';
		const running = await bench.sh(start, script);
		await running.says(/up/);
		await new Promise((resolve) => setTimeout(resolve, 300));
		await running.agent.stop({ interruptMs: 50, terminateMs: 150 });
		const left = processes
			.snapshot()
			.filter((entry) => processes.identify(entry.pid)?.command.includes('sleep 59.25'));
		expect(left).toEqual([]);
	});

	it('may be called again, and then only sooner', async () => {
		const running = await bench.sh(start, 'trap "" INT TERM HUP; echo up; while :; do sleep 60; done');
		await running.says(/up/);
		const first = running.agent.stop(PATIENT);
		await new Promise((resolve) => setTimeout(resolve, 50));
		const second = running.agent.stop(AT_ONCE);
		expect(await second).toEqual(await first);
		expect(await running.agent.stop(PATIENT)).toEqual(await first);
	});

	it('does nothing to an agent that has ended', async () => {
		const running = await bench.sh(start, 'exit 4');
		await running.agent.ended;
		expect(await running.agent.stop(AT_ONCE)).toEqual({ killed: [] });
		expect((await running.agent.ended).exitCode).toBe(4);
	});

	it('never signals a pid that is another process by now', async () => {
		const bystander = spawn('/bin/sleep', ['60']);
		const { pid = 0 } = bystander;
		const running = await bench.sh(start, 'echo up; sleep 60');
		await running.says(/up/);
		await running.agent.stop(AT_ONCE, [{ pid, start: '1', command: 'sleep 60' }]);
		expect(isRunning(pid)).toBe(true);
		bystander.kill();
		await once(bystander, 'exit');
	});

	it('ends the whole tree under a flood of output', async () => {
		const running = await bench.sh(start, 'trap "" INT TERM; yes');
		await running.says(/y/);
		await running.agent.stop({ interruptMs: 50, terminateMs: 50 });
		expect(running.agent.descendants()).toEqual([]);
	});
});

describe('a tmux server that an agent started', () => {
	it('survives the stop, and so does what runs in it', async () => {
		const [, start] = TRANSPORTS[0] ?? [];
		if (!start) throw new Error('no transport');
		const socket = join(bench.folder, 'tmux.sock');
		// -D keeps the server in the foreground, so that it stays the agent's own child.
		const running = await bench.sh(start, `tmux -f /dev/null -S ${socket} -D & echo up; wait`);
		await running.says(/up/);
		const tmux = (...args: string[]) => bench.run(start, '/usr/bin/tmux', ['-S', socket, ...args]);
		await until(() => existsSync(socket), 'the tmux server');
		const opened = await tmux('new-session', '-d', '-P', '-F', '#{pane_pid}', 'exec sleep 60');
		const pid = Number(opened.output);
		await running.agent.stop(AT_ONCE);
		expect(isRunning(pid)).toBe(true);
		await tmux('kill-server');
		await until(() => !isRunning(pid), 'the pane to end');
	});
});
