import type { Clock } from '../../src/core/clock.ts';
import type { ProcessEntry, ProcessTable } from '../../src/core/processes/process-table.ts';
import { TreeStop } from '../../src/terminal/tree-stop.ts';

export const ROOT = { pid: 10, start: 's10', command: 'wrapper' };

/** A machine in memory: processes that obey some signals at once, and a clock that runs only in `sleep`. */
export class Machine {
	readonly entries = new Map<number, ProcessEntry>();
	readonly log: string[] = [];
	readonly obeys = new Map<number, readonly NodeJS.Signals[]>();
	onSleep: (now: number) => void = () => undefined;
	now = 0;
	#endRoot: () => void = () => undefined;
	readonly ended = new Promise<void>((resolve) => {
		this.#endRoot = resolve;
	});

	readonly clock: Clock = {
		now: () => this.now,
		monotonic: () => this.now,
		sleep: async (ms, signal) => {
			await null;
			if (signal?.aborted) return;
			this.now += ms;
			this.onSleep(this.now);
			await null;
		},
	};

	readonly processes: ProcessTable = {
		snapshot: () => [...this.entries.values()],
		identify: (pid) => {
			const entry = this.entries.get(pid);
			return entry ? { pid, start: entry.start, command: `command ${pid}` } : null;
		},
		isAlive: ({ pid, start }) => this.entries.get(pid)?.start === start,
		alive: (identities) => identities.filter((identity) => this.processes.isAlive(identity)),
		descendants: () => [],
		withEnvironment: () => [],
		signal: ({ pid, start }, signal) => {
			if (this.entries.get(pid)?.start !== start) return false;
			this.log.push(`${this.now} ${signal} ${pid}`);
			if (signal === 'SIGKILL' || this.obeys.get(pid)?.includes(signal)) this.end(pid);
			return true;
		},
		place: () => ({ host: 'here', boot_id: null, pid_namespace: null }),
		uptime: () => 0,
	};

	run(pid: number, parent: number, more: Partial<ProcessEntry> & { obeys?: NodeJS.Signals[] } = {}): void {
		const { obeys = [], ...fields } = more;
		this.entries.set(pid, { pid, parent, start: `s${pid}`, group: 10, session: 10, name: 'x', ...fields });
		this.obeys.set(pid, obeys);
	}

	/** Its children become init's; the root tells its end when its last child has gone. */
	end(pid: number): void {
		this.entries.delete(pid);
		for (const entry of this.entries.values()) if (entry.parent === pid) entry.parent = 1;
		if (pid === ROOT.pid || ![...this.entries.values()].some(({ parent }) => parent === ROOT.pid))
			this.#endRoot();
	}

	stopper(): TreeStop {
		const { clock, ended, processes } = this;
		return new TreeStop({ root: ROOT, processes, clock, ended, onSignal: () => undefined });
	}
}

/** One with init and the wrapper of an agent. */
export function machine(): Machine {
	const made = new Machine();
	made.run(1, 0, { session: 1, group: 1 });
	made.run(10, 1);
	return made;
}
