import { describe, expect, it } from 'vitest';
import type { FoundRelay } from '../../../../src/sessions/names/live-relays.ts';
import { stopRelays } from '../../../../src/sessions/names/stop-relays.ts';

/** Processes in memory: what each does when it gets a signal. */
class Played {
	now = 0;
	readonly signals: string[] = [];
	readonly #alive = new Map<number, string>();
	readonly #ignoring: ReadonlySet<number>;

	constructor(alive: ReadonlyArray<[number, string]>, ignoring: readonly number[] = []) {
		for (const [pid, start] of alive) this.#alive.set(pid, start);
		this.#ignoring = new Set(ignoring);
	}

	readonly clock = {
		monotonic: () => this.now,
		sleep: async (ms: number) => {
			this.now += ms;
		},
	};
	readonly processes = {
		snapshot: () =>
			[...this.#alive].map(([pid, start]) => ({
				pid,
				start,
				parent: pid === 20 ? 10 : 1,
				group: pid,
				session: pid,
				name: 'x',
			})),
		isAlive: ({ pid, start }: { pid: number; start: string }) => this.#alive.get(pid) === start,
		alive: <T extends { pid: number; start: string }>(all: readonly T[]) =>
			all.filter(({ pid, start }) => this.#alive.get(pid) === start),
		signal: ({ pid, start }: { pid: number; start: string }, signal: string) => {
			if (this.#alive.get(pid) !== start) return false;
			this.signals.push(`${signal} ${pid}`);
			if (signal === 'SIGKILL' || !this.#ignoring.has(pid)) this.#alive.delete(pid);
			return true;
		},
	};
}

const relay = (pid: number, standing: FoundRelay['standing'] = 'live'): FoundRelay => ({
	path: `/runtime/${pid}`,
	standing,
	hint: {
		schema_version: 1,
		pid,
		pid_start: 's',
		host: 'h',
		boot_id: null,
		pid_namespace: null,
		started_at: '',
		folder: '/',
		agent: null,
		agents: [],
		session: null,
		tmux: null,
	},
});

describe('stopping relays', () => {
	it('asks, and is content when they end', async () => {
		const played = new Played([[10, 's']]);
		expect(await stopRelays([relay(10)], played)).toMatchObject([{ end: 'stopped' }]);
		expect(played.signals).toEqual(['SIGTERM 10']);
	});

	it('kills what does not end in time, with what it started', async () => {
		const played = new Played(
			[
				[10, 's'],
				[20, 'agent'],
				[30, 'other'],
			],
			[10, 20],
		);
		expect(await stopRelays([relay(10)], played)).toMatchObject([{ end: 'killed' }]);
		expect(played.signals).toEqual(['SIGTERM 10', 'SIGKILL 10', 'SIGKILL 20']);
		expect(played.now).toBeGreaterThanOrEqual(8000);
	});

	it('signals no reused pid, nothing that is stale, and nothing elsewhere', async () => {
		const played = new Played([
			[10, 'another'],
			[11, 's'],
			[12, 's'],
		]);
		const ends = await stopRelays([relay(10), relay(11, 'stale'), relay(12, 'elsewhere')], played);
		expect(ends.map(({ end }) => end)).toEqual(['stopped', 'unseen']);
		expect(played.signals).toEqual([]);
	});
});
