/** What every command of runners works on: the records, what runs them, and what an interrupted relay left, which is put away first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { writeHosts } from '../../runners/dns-hosts.ts';
import type { Engine } from '../../runners/engines/engine.ts';
import { createLocalEngine } from '../../runners/engines/local-engine.ts';
import { findRunner } from '../../runners/find-runner.ts';
import { type HeldLock, type LockLook, lookAtLock, takeLock } from '../../runners/runner-lock.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import { isPending, type Probe, type RunnerState, stateOf } from '../../runners/runner-state.ts';
import { openRunnerStore, type RunnerStore } from '../../runners/runner-store.ts';
import type { CommandContext } from '../context.ts';

export interface RunnerDesk {
	context: CommandContext;
	store: RunnerStore;
	/** null: the bare DNS names. */
	domain: string | null;
	/** By name, or by the start of a uuid. Throws `not_found`, `ambiguous_session`, `damaged_record`. */
	find(ref: string): RunnerRecord;
	engineOf(runner: RunnerRecord): Engine;
	/** Where its program works. Absolute. */
	workOf(runner: RunnerRecord): string;
	lockOf(runner: RunnerRecord): LockLook;
	/** Throws `session_locked`. */
	lock(runner: RunnerRecord, doing: string): HeldLock;
	look(runner: RunnerRecord): Promise<RunnerLook>;
	/** Records that it was used now. */
	used(runner: RunnerRecord): RunnerRecord;
	/** After a change of records. */
	renewHosts(): void;
}

/** A runner as it is now. */
export interface RunnerLook {
	runner: RunnerRecord;
	folder: string;
	work: string;
	state: RunnerState;
	probe: Probe;
	lock: LockLook;
	isPending: boolean;
}

export async function openRunnerDesk(context: CommandContext): Promise<RunnerDesk> {
	const { paths, processes, clock } = context;
	const deps = { processes, clock };
	const store = openRunnerStore(paths.dataHome, deps);
	const { loaded } = await context.settings();
	const { domain } = loaded.config.runners;
	const workOf = (runner: RunnerRecord) =>
		runner.in_place && runner.repo !== null ? runner.repo : join(store.folderOf(runner.uuid), 'work');
	const tmux = await context.findProgram('tmux');
	const local = createLocalEngine({
		...{ tmux, env: context.env, processes, clock, workOf },
		folderOf: store.folderOf,
	});
	const engineOf = (_: RunnerRecord): Engine => local;
	const lockOf = ({ uuid }: RunnerRecord) => lookAtLock(store.folderOf(uuid), deps);
	const desk: RunnerDesk = {
		context,
		store,
		domain,
		engineOf,
		workOf,
		lockOf,
		find: (ref) => findAmong(ref, store),
		lock: (runner, doing) => takeLock(store.folderOf(runner.uuid), doing, runner.name, deps),
		look: async (runner) => {
			const probe = await engineOf(runner).probe(runner);
			const lock = lockOf(runner);
			const [folder, work] = [store.folderOf(runner.uuid), workOf(runner)];
			const state = stateOf(probe, lock);
			return { runner, folder, work, state, probe, lock, isPending: isPending(runner, probe) };
		},
		used: ({ uuid }) => store.update(uuid, (record) => ({ ...record, last_accessed: toIso(clock.now()) })),
		renewHosts: () => writeHosts(paths.dataHome, store.list().runners, domain),
	};
	putAway(desk);
	return desk;
}

/** A record that cannot be read is named where the runner is that is asked for. */
function findAmong(ref: string, store: RunnerStore): RunnerRecord {
	const { runners, damaged } = store.list();
	try {
		return findRunner(ref, runners);
	} catch (error) {
		const meant = damaged.find(({ uuid }) => ref.length >= 4 && uuid.startsWith(ref));
		throw meant === undefined ? error : meant.error;
	}
}

/** Whoever is still at it holds a lock there, and is left alone. */
function putAway({ context, store, renewHosts }: RunnerDesk): void {
	const leftovers = store.leftovers();
	if (leftovers.length === 0) return;
	for (const one of leftovers) store.clear(one);
	const words = { making: 'was being created', removing: 'was being deleted' };
	for (const { doing, uuid } of leftovers)
		context.notice(
			`put away what was left of the runner ${uuid.slice(0, 8)}, which ${words[doing]} when its relay ended`,
		);
	renewHosts();
}

/** Throws `refused` where the folder that it works in is gone. */
export function requireWork({ workOf }: RunnerDesk, runner: RunnerRecord): void {
	const work = workOf(runner);
	if (existsSync(work)) return;
	throw new RelayError('refused', `The folder that the runner ${runner.name} works in is gone: ${work}`, {
		hint: `Put it back, or remove the runner: agent-relay runner delete ${runner.name}`,
	});
}
