/** Stops live relays: asks each to stop its agents and to checkpoint, and ends what does not. */
import type { Clock } from '../../core/clock.ts';
import type { ProcessIdentity, ProcessTable } from '../../core/processes/process-table.ts';
import { membersOf } from '../../core/processes/process-tree.ts';
import type { FoundRelay } from './live-relays.ts';

/** A relay promises to end within 5 s of SIGTERM, its agents with it, whatever those ignore. */
const GRACE_MS = 8_000;
/** After SIGKILL the kernel needs no longer than this. */
const GONE_MS = 2_000;
const LOOK_MS = 50;

type Identity = Pick<ProcessIdentity, 'pid' | 'start'>;

/** How a relay ended. `unseen`: it runs elsewhere and was not signalled. `alive`: nothing could end it. */
export interface StoppedRelay {
	relay: FoundRelay;
	end: 'stopped' | 'killed' | 'unseen' | 'alive';
}

export interface StopDeps {
	processes: Pick<ProcessTable, 'snapshot' | 'signal' | 'isAlive' | 'alive'>;
	clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** Those that are not stale, all at once. A pid that another process has now is never signalled. */
export async function stopRelays(found: readonly FoundRelay[], deps: StopDeps): Promise<StoppedRelay[]> {
	return Promise.all(
		found.filter(({ standing }) => standing !== 'stale').map((relay) => stopOne(relay, deps)),
	);
}

async function stopOne(relay: FoundRelay, deps: StopDeps): Promise<StoppedRelay> {
	const { hint, standing } = relay;
	if (standing !== 'live' || hint === null) return { relay, end: 'unseen' };
	const { processes } = deps;
	const root = { pid: hint.pid, start: hint.pid_start };
	processes.signal(root, 'SIGTERM');
	if (await areGone([root], GRACE_MS, deps)) return { relay, end: 'stopped' };
	// What it started, in sessions of their own too: these do not end with it.
	const below: Identity[] = membersOf(processes.snapshot(), { roots: [root] });
	for (const identity of [root, ...below]) processes.signal(identity, 'SIGKILL');
	const isGone = await areGone([root, ...below], GONE_MS, deps);
	return { relay, end: isGone ? 'killed' : 'alive' };
}

async function areGone(
	all: readonly Identity[],
	withinMs: number,
	{ processes, clock }: StopDeps,
): Promise<boolean> {
	const until = clock.monotonic() + withinMs;
	while (processes.alive(all).length > 0) {
		if (clock.monotonic() >= until) return false;
		await clock.sleep(LOOK_MS);
	}
	return true;
}
