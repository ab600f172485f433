import { describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../../src/core/processes/process-table.ts';
import { Machine, machine, ROOT } from '../../helpers/fake-machine.ts';

const pids = ({ killed }: { killed: ProcessIdentity[] }) =>
	killed.map(({ pid }) => pid).sort((a, b) => a - b);

describe('TreeStop', () => {
	it('interrupts only what shares the terminal, and once', async () => {
		const box = machine();
		box.run(11, 10, { obeys: ['SIGTERM'] });
		box.run(12, 11, { session: 12, group: 12, obeys: ['SIGTERM'] });
		await box.stopper().stop({ interruptMs: 1_000, terminateMs: 1_000 }, []);
		expect(box.log.map((line) => line.replace(/^\d+ /, ''))).toEqual([
			'SIGINT 11',
			'SIGTERM 11',
			'SIGTERM 12',
		]);
	});

	it('waits out each grace before the next step', async () => {
		const box = machine();
		box.run(11, 10);
		const { killed } = await box.stopper().stop({ interruptMs: 1_000, terminateMs: 2_000 }, []);
		const at = (signal: string) => Number(box.log.find((line) => line.includes(signal))?.split(' ')[0]);
		expect(at('SIGINT')).toBe(0);
		expect(at('SIGTERM')).toBeGreaterThanOrEqual(1_000);
		expect(at('SIGTERM')).toBeLessThan(1_200);
		expect(at('SIGKILL')).toBeGreaterThanOrEqual(3_000);
		expect(at('SIGKILL')).toBeLessThan(3_200);
		expect(killed).toEqual([{ pid: 11, start: 's11', command: 'command 11' }]);
	});

	it('gives tools that outlive the agent no second grace', async () => {
		const box = machine();
		box.run(11, 10, { obeys: ['SIGINT'] });
		box.run(12, 11, { session: 12, group: 12, obeys: ['SIGTERM'] });
		await box.stopper().stop({ interruptMs: 60_000, terminateMs: 60_000 }, []);
		expect(box.now).toBeLessThan(1_000);
	});

	it('stops every process before it kills one, down to what was forked meanwhile', async () => {
		const box = machine();
		box.run(11, 10);
		const { signal } = box.processes;
		box.processes.signal = (identity, name) => {
			if (name === 'SIGSTOP' && identity.pid < 14) {
				box.run(identity.pid + 1, identity.pid, { session: identity.pid + 1, group: identity.pid + 1 });
			}
			return signal(identity, name);
		};
		const ended = await box.stopper().stop({ interruptMs: 0, terminateMs: 0 }, []);
		expect(pids(ended)).toEqual([11, 12, 13, 14]);
		const lastStop = box.log.findLastIndex((line) => line.includes('SIGSTOP'));
		expect(box.log.findIndex((line) => line.includes('SIGKILL'))).toBeGreaterThan(lastStop);
	});

	it('finds a child that was forked into a recorded session and lost its parent', async () => {
		const box = machine();
		box.run(11, 10, { obeys: ['SIGTERM'] });
		box.run(12, 11, { session: 12, group: 12, obeys: ['SIGTERM'] });
		const { signal } = box.processes;
		box.processes.signal = (identity, name) => {
			if (name === 'SIGTERM' && identity.pid === 12) box.run(13, 12, { session: 12, group: 12 });
			return signal(identity, name);
		};
		const ended = await box.stopper().stop({ interruptMs: 0, terminateMs: 500 }, []);
		expect(pids(ended)).toEqual([13]);
	});

	it('signals what was sampled earlier, but not under another start or behind a multiplexer', async () => {
		const box = machine();
		box.run(30, 1, { session: 30, group: 30, obeys: ['SIGTERM'] });
		box.run(31, 1, { session: 31, group: 31 });
		box.run(32, 1, { session: 32, group: 32, name: 'tmux: server' });
		box.run(33, 32, { session: 33, group: 33 });
		box.end(99);
		const known = [30, 32].map((pid) => ({ pid, start: `s${pid}`, command: '' }));
		const reused = { pid: 31, start: 'earlier', command: '' };
		await box.stopper().stop({ interruptMs: 0, terminateMs: 500 }, [...known, reused]);
		expect(box.log).toEqual(['0 SIGTERM 30']);
	});

	it('lets go of a process that turns out to be a multiplexer once it bears its own name', async () => {
		const box = machine();
		box.run(11, 10, { name: 'tmux: client' });
		box.run(12, 10);
		box.end(99);
		const stopping = box.stopper().stop({ interruptMs: 0, terminateMs: 500 }, []);
		box.onSleep = () => {
			if (box.entries.has(11)) box.run(11, 1, { name: 'tmux: server', session: 11, group: 11 });
		};
		expect(pids(await stopping)).toEqual([12]);
		expect(box.entries.has(11)).toBe(true);
	});

	it('shortens what is under way and never lengthens it', async () => {
		const box = machine();
		box.run(11, 10);
		const stopper = box.stopper();
		const first = stopper.stop({ interruptMs: 60_000, terminateMs: 60_000 }, []);
		box.onSleep = (now) => {
			if (now >= 500 && now < 520) void stopper.stop({ interruptMs: 0, terminateMs: 100 }, []);
			else if (now >= 520) void stopper.stop({ interruptMs: 90_000, terminateMs: 90_000 }, []);
		};
		expect(pids(await first)).toEqual([11]);
		expect(box.now).toBeLessThan(1_000);
	});

	it('kills the root only when it does not report its end by itself', async () => {
		const box = machine();
		box.run(11, 10);
		box.end = (pid) => void box.entries.delete(pid);
		const { signal } = box.processes;
		box.processes.signal = (identity, name) => {
			const sent = signal(identity, name);
			if (identity.pid === ROOT.pid) Machine.prototype.end.call(box, ROOT.pid);
			return sent;
		};
		await box.stopper().stop({ interruptMs: 0, terminateMs: 0 }, []);
		expect(box.log.at(-1)).toMatch(/SIGKILL 10$/);
		expect(box.log.filter((line) => line.includes(' 10'))).toHaveLength(1);
	});

	it('leaves a session alone whose number was reused after the end', async () => {
		const box = machine();
		const stopper = box.stopper();
		box.end(10);
		await box.ended;
		box.run(10, 1, { start: 'later' });
		box.run(40, 10, { obeys: ['SIGTERM'] });
		expect(await stopper.stop({ interruptMs: 0, terminateMs: 500 }, [])).toEqual({ killed: [] });
		expect(box.log).toEqual([]);
	});
});
