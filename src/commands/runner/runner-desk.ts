/** What every command of runners works on: the records, what runs them, and what an interrupted relay left, which is put away first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toIso } from '../../core/clock.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { writeHosts } from '../../runners/dns-hosts.ts';
import type { Engine } from '../../runners/engines/engine.ts';
import { findRunner } from '../../runners/find-runner.ts';
import { type HeldLock, type LockLook, lookAtLock, takeLock } from '../../runners/runner-lock.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import { isPending, type Probe, type RunnerState, stateOf } from '../../runners/runner-state.ts';
import { type DamagedRunner, openRunnerStore, type RunnerStore } from '../../runners/runner-store.ts';
import type { CommandContext } from '../context.ts';
import { enginesOf } from './engines.ts';
import { putAway } from './put-away.ts';

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
	/** In their order; each engine is asked once for all of its own. */
	lookAll(runners: readonly RunnerRecord[]): Promise<RunnerLook[]>;
	/** Records that it was used now. */
	used(runner: RunnerRecord): RunnerRecord;
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
	const domain = await domainOf(context);
	const store = storeOf(context, domain);
	await putAway(store, context);
	return deskOf(context, store, domain);
}

interface RunnerListDesk extends RunnerDesk {
	runners: readonly RunnerRecord[];
	damaged: readonly DamagedRunner[];
}

/** For a list of all of them, without the settings where none of them has a name that depends on those. */
export async function openRunnerList(context: CommandContext): Promise<RunnerListDesk> {
	const plain = storeOf(context, null);
	const { runners, damaged } = plain.list();
	const isNamed = runners.some(({ dns_name }) => dns_name !== null) || plain.isInterrupted();
	const domain = isNamed ? await domainOf(context) : null;
	const store = storeOf(context, domain);
	await putAway(store, context);
	return { ...deskOf(context, store, domain), runners, damaged };
}

const domainOf = async (context: CommandContext): Promise<string | null> =>
	(await context.settings()).loaded.config.runners.domain;

const storeOf = ({ paths, processes, clock }: CommandContext, domain: string | null): RunnerStore =>
	openRunnerStore(paths.dataHome, { processes, clock }, (runners) =>
		writeHosts(paths.dataHome, runners, domain),
	);

function deskOf(context: CommandContext, store: RunnerStore, domain: string | null): RunnerDesk {
	const { processes, clock } = context;
	const deps = { processes, clock };
	const workOf = (runner: RunnerRecord) =>
		runner.in_place && runner.repo !== null ? runner.repo : join(store.folderOf(runner.uuid), 'work');
	const engineOf = enginesOf(context, { folderOf: store.folderOf, workOf });
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
			const [probe = NOT_ASKED] = await engineOf(runner).probe([runner]);
			return lookWith(desk, runner, probe);
		},
		lookAll: async (runners) => {
			const probes = await probeAll(runners, engineOf);
			return runners.map((runner) => lookWith(desk, runner, probes.get(runner.uuid) ?? NOT_ASKED));
		},
		used: ({ uuid }) => store.update(uuid, (record) => ({ ...record, last_accessed: toIso(clock.now()) })),
	};
	return desk;
}

/** An engine that takes longer is marked, and the others are listed. */
const LIST_MS = 1_000;
const NOT_ASKED: Probe = { is: 'unknown', why: 'it was not asked' };

async function probeAll(
	runners: readonly RunnerRecord[],
	engineOf: RunnerDesk['engineOf'],
): Promise<ReadonlyMap<string, Probe>> {
	const own = new Map<Engine, RunnerRecord[]>();
	for (const runner of runners) {
		const engine = engineOf(runner);
		own.set(engine, [...(own.get(engine) ?? []), runner]);
	}
	const found = [...own].map(async ([engine, group]) => {
		const probes = await engine.probe(group, LIST_MS);
		return group.map(({ uuid }, at) => [uuid, probes[at] ?? NOT_ASKED] as const);
	});
	return new Map((await Promise.all(found)).flat());
}

function lookWith(desk: RunnerDesk, runner: RunnerRecord, probe: Probe): RunnerLook {
	const lock = desk.lockOf(runner);
	if (lock.is === 'dead') clearLock(desk, runner);
	const [folder, work] = [desk.store.folderOf(runner.uuid), desk.workOf(runner)];
	const state = stateOf(probe, lock);
	return { runner, folder, work, state, probe, lock, isPending: isPending(runner, probe) };
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

/** That of a relay that was killed, with what it left half-written in the folder. */
function clearLock(desk: RunnerDesk, runner: RunnerRecord): void {
	try {
		desk.lock(runner, 'clear').release();
	} catch (error) {
		// Somebody else took it, or the folder goes at this moment.
		if (!(error instanceof RelayError) && !hasErrno(error, 'ENOENT')) throw error;
	}
}

/** Throws `refused` where the folder that it works in is gone. */
export function requireWork({ workOf }: RunnerDesk, runner: RunnerRecord): void {
	const work = workOf(runner);
	if (existsSync(work)) return;
	throw new RelayError('refused', `The folder that the runner ${runner.name} works in is gone: ${work}`, {
		hint: `Put it back, or remove the runner: agent-relay runner delete ${runner.name}`,
	});
}
