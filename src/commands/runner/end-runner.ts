/** What ends a runner or takes it away: kill, restart, delete, override. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { dnsNameOf } from '../../runners/dns-hosts.ts';
import type { Stopped } from '../../runners/engines/engine.ts';
import { lockedError, lockPath } from '../../runners/runner-lock.ts';
import { newRunner, type RunnerRecord } from '../../runners/runner-record.ts';
import { KINDS } from '../../runners/runner-rules.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { changedRunner, type RunnerChange, runnerChangeToJson } from './create-runner.ts';
import { openRunnerDesk, type RunnerDesk } from './runner-desk.ts';
import { startRunner } from './start-runner.ts';
import { requireKnown } from './use-runner.ts';

export interface RunnerEnd {
	done: 'ended' | 'killed' | 'was_stopped' | 'deleted' | 'unlocked';
	name: string;
	uuid: string;
	/** For people, each a thing. */
	removed: readonly string[];
	kept: readonly string[];
}

const toJson = (data: RunnerEnd): Record<string, unknown> => ({ ...data });

function ended(done: RunnerEnd['done'], { name, uuid }: RunnerRecord, also: Partial<RunnerEnd> = {}) {
	return { exitCode: EXIT.done, data: { done, name, uuid, removed: [], kept: [], ...also } };
}

export const runnerKill: Body<{ runner: string }, RunnerEnd> = {
	async run(context, { runner: ref }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		const stopped = await desk.engineOf(runner).stop(runner);
		return ended(stopped, runner, { kept: [desk.store.folderOf(runner.uuid)] });
	},
	toJson,
};

/** How long whoever was attached takes to see that it ended. */
const FREED_MS = 3_000;
const LOOK_MS = 50;

export const runnerRestart: Body<{ runner: string; force: boolean }, RunnerChange> = {
	async run(context, { runner: ref, force }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		const before = await desk.look(runner);
		requireKnown(before);
		if (before.probe.is === 'running') {
			if (!force)
				throw new RelayError('refused', `The runner ${runner.name} is running.`, {
					hint: `End it first: agent-relay runner kill ${runner.name}, or: runner restart ${runner.name} --force`,
				});
			await desk.engineOf(runner).stop(runner);
			await freed(runner, desk);
		}
		const lock = desk.lock(runner, 'start');
		try {
			return await changedRunner('started', await startRunner(runner, desk), desk);
		} finally {
			lock.release();
		}
	},
	toJson: runnerChangeToJson,
};

async function freed(runner: RunnerRecord, { lockOf, context: { clock } }: RunnerDesk): Promise<void> {
	const until = clock.monotonic() + FREED_MS;
	while (lockOf(runner).is === 'held' && clock.monotonic() < until) await clock.sleep(LOOK_MS);
}

export const runnerDelete: Body<{ runner: string; yes: boolean }, RunnerEnd> = {
	async run(context, { runner: ref, yes }) {
		const desk = await openRunnerDesk(context);
		const runner = findDamaged(ref, desk) ?? desk.find(ref);
		const lock = desk.lock(runner, 'delete');
		try {
			if (!yes) await agree(runner, desk);
			return await deleteNow(runner, desk);
		} finally {
			lock.release();
		}
	},
	toJson,
};

/** One whose record is gone or cannot be read is named by its whole uuid. */
function findDamaged(ref: string, { store }: RunnerDesk): RunnerRecord | null {
	const { uuid } = store.list().damaged.find((one) => one.uuid === ref) ?? {};
	if (uuid === undefined) return null;
	return newRunner({
		...{ uuid, name: uuid, agent: null, command: ['true'], kind: 'local', host: null, repo: null },
		...{ in_place: false, image: null, port: 0, protocol: 'tcp', dns_name: null, created_at: '' },
	});
}

async function deleteNow(runner: RunnerRecord, desk: RunnerDesk) {
	const { store, domain, workOf } = desk;
	const folder = store.folderOf(runner.uuid);
	const engine = desk.engineOf(runner);
	const stopped: Stopped = await engine.stop(runner);
	const held = [...(await engine.remove(runner)), ...(await removeUnknown(runner, desk))];
	const hasWork = existsSync(join(folder, 'work'));
	store.remove(runner.uuid);
	const dnsName = dnsNameOf(runner, domain);
	return ended('deleted', runner, {
		removed: [
			...(stopped === 'was_stopped' ? [] : ['what was running']),
			...held,
			`the folder ${folder}${hasWork ? ' with its work' : ''}`,
			...(dnsName === null ? [] : [`the DNS name ${dnsName}`]),
		],
		kept: runner.in_place ? [workOf(runner)] : [],
	});
}

/** Where the record cannot be read, nobody knows what kind it was. */
async function removeUnknown(runner: RunnerRecord, { store, engineOf }: RunnerDesk): Promise<string[]> {
	if (!store.list().damaged.some(({ uuid }) => uuid === runner.uuid)) return [];
	const removed: string[] = [];
	for (const kind of KINDS.filter((one) => one !== runner.kind)) {
		try {
			removed.push(...(await engineOf({ ...runner, kind }).remove({ ...runner, kind })));
		} catch (error) {
			// It is not installed here.
			if (!(error instanceof RelayError)) throw error;
		}
	}
	return removed;
}

async function agree(runner: RunnerRecord, { context, store }: RunnerDesk): Promise<void> {
	const { name, in_place } = runner;
	const what = in_place
		? `Delete the runner ${name}?`
		: `Delete the runner ${name} and its work, ${store.folderOf(runner.uuid)}?`;
	if (await isAgreed(what, context)) return;
	throw new RelayError('refused', `The runner ${name} stays.`, {
		hint: `Without a question: agent-relay runner delete ${name} --yes`,
	});
}

async function isAgreed(question: string, { ask, askText }: CommandContext): Promise<boolean> {
	if (askText !== null) return /^y(es)?$/i.test((await askText(`${question} y or n`))?.trim() ?? '');
	const answer = await ask?.(question, [
		{ value: 'keep', label: 'keep it' },
		{ value: 'remove', label: 'delete it' },
	]);
	return answer === 'remove';
}

/** The lock alone. */
export const runnerOverride: Body<{ runner: string; force: boolean }, RunnerEnd> = {
	async run(context, { runner: ref, force }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		const { lock, state, folder } = await desk.look(runner);
		if (lock.is === 'free') throw new RelayError('refused', `The runner ${runner.name} is not locked.`);
		if (state === 'R' || state === 'C')
			throw new RelayError('refused', `The runner ${runner.name} is running, so its lock is in use.`, {
				hint: `Send whoever is attached away: agent-relay runner background ${runner.name}`,
			});
		if (lock.is === 'held' && lock.isKnownAlive && !force) {
			const { message } = lockedError(runner.name, lock.holder);
			throw new RelayError('session_locked', `${message} That process is alive.`, {
				hint: `Wait for it, or all the same: agent-relay runner override ${runner.name} --force`,
			});
		}
		removeIfThere(lockPath(folder));
		return ended('unlocked', runner, { removed: ['the lock'] });
	},
	toJson,
};
