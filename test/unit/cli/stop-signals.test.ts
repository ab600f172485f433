import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenForStop } from '../../../src/cli/stop-signals.ts';

const relay = { stopHard: vi.fn() };
const leave = vi.fn();
const listen = () => listenForStop(relay, { outlivesTerminal: true, leave });

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
});
afterEach(() => {
	vi.useRealTimers();
	vi.clearAllMocks();
});

describe('signals that stop a command', () => {
	it('leave the process after SIGTERM, whatever it still waits for', () => {
		const stop = listen();
		process.emit('SIGTERM');
		expect(stop.signal.aborted).toBe(true);
		vi.advanceTimersByTime(60_000);
		expect(leave.mock.calls).toEqual([[143]]);
		stop.dispose();
	});

	it('leave it after a second Ctrl+C, not after one', () => {
		const stop = listen();
		stop.interrupt();
		vi.advanceTimersByTime(60_000);
		expect(leave).not.toHaveBeenCalled();
		stop.interrupt();
		stop.interrupt();
		vi.advanceTimersByTime(60_000);
		expect(leave.mock.calls).toEqual([[130]]);
		stop.dispose();
	});

	it('leave what ended in time alone', () => {
		const stop = listen();
		process.emit('SIGTERM');
		stop.dispose();
		vi.advanceTimersByTime(60_000);
		expect(leave).not.toHaveBeenCalled();
	});
});
