/** What a crashed relay left: turns to judge, processes to end, unfinished work to pack. Reported in lines for people. */
import { existsSync } from 'node:fs';
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { describeTrees } from '../../core/processes/process-tree.ts';
import { hasUnusedPacket, sessionStatus } from '../../sessions/listing/session-status.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint, moveTo } from '../../sessions/transitions.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { Survivor } from '../../turns/process/running-agents.ts';
import { placedTurns, workedIn } from '../packet/placed-turns.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { recordedWords } from '../turn/task.ts';
import { placeSession, repoAt } from './session-place.ts';
import { describeSurvivor } from './survivors.ts';

/** How many of the newest sessions a start looks at. */
const ABANDONED_LOOK = 5;

const OUTCOME_WORDS: Record<TurnState['status'], string> = {
	completed: 'that it was completed',
	limited: 'that it met a limit',
	failed: 'that it failed',
	cancelled: 'that it was cancelled',
	timed_out: 'that it timed out',
	outcome_unknown: 'that its outcome is unknown',
	running: 'that it still runs',
};

const CHECKPOINT_REASON = {
	limited: 'limit',
	failed: 'failed',
	cancelled: 'interrupted',
	timed_out: 'timed_out',
	outcome_unknown: 'outcome_unknown',
	running: 'outcome_unknown',
} as const;

/** Judges every turn that is still `running`; the caller holds the lock. `deps`: those of the session's own place. */
export async function repairSession(session: OpenSession, deps: RelayDeps): Promise<string[]> {
	const { clock, processes, env, registry, estimateCost } = deps;
	const adapter = (agent: string) => registry.adapters.find(({ id }) => id === agent) ?? null;
	const { recoverTurns } = await import('../../turns/recover-turn.ts');
	const ancestors = placedTurns(deps.store.lineage(session.id))
		.filter(({ sessionId }) => sessionId !== session.id)
		.map(({ state }) => state);
	// The files here say nothing about a turn that worked in another folder.
	const snapshotsOf = (state: TurnState) =>
		workedIn(state, session.meta.repo) === deps.repo.worktree ? deps.snapshots : null;
	const survivors = await survivorsOf(session.meta, deps);
	const about = {
		session,
		clock,
		processes,
		snapshotsOf,
		env,
		adapter,
		estimateCost,
		ancestors,
		spared: survivors.flatMap((survivor) => survivor.processes),
		isForeign: deps.store.witness(session.id).isTakenOver,
	};
	const recovered = await recoverTurns(about);
	const left = recovered.length === 0 ? [] : processes.withEnvironment({ AGENT_RELAY_SESSION: session.id });
	const found = [
		...recovered.map(
			({ state }) =>
				`turn ${state.turn} (${state.agent}) was cut off; its record says ${OUTCOME_WORDS[state.status]}`,
		),
		...recovered.flatMap(({ ended }) => ended.map((stray) => `ended what it had left running: ${stray}`)),
		...describeTrees(
			left.filter(({ pid }) => pid !== process.pid),
			left.length === 0 ? [] : processes.snapshot(),
		).map((tree) => `left running: ${tree}`),
	];
	if (found.length > 0) session.log({ type: 'session_repaired', found });
	return found;
}

/**
 * Repairs the newest sessions whose relay is gone, each by the facts of its own worktree. One that cannot be opened is skipped;
 * opening it says why. Entrants of a race are left to the race.
 */
export async function repairAbandoned(deps: Ports): Promise<string[]> {
	const abandoned = deps.store
		.list({ limit: ABANDONED_LOOK, order: 'touched', kinds: ['shell', 'run', 'chat'], isOfUnfinished: true })
		.filter(({ meta, status }) => meta?.status === 'active' && status !== 'active')
		// One that another relay left is not touched until the user accepts it.
		.filter(({ id }) => deps.store.witness(id).isOurs);
	const lines = deps.store
		.finishRemovals()
		.map((id) => `session ${id}: its removal was cut short, and is finished now`);
	for (const { id } of abandoned) {
		try {
			lines.push(...(await repairOne(id, deps)));
		} catch (error) {
			// An odd file stops its own session, not the one that the user asks for.
			lines.push(`session ${id} cannot be looked after: ${messageOf(error)}`);
		}
	}
	return lines;
}

async function repairOne(id: SessionId, deps: Ports): Promise<string[]> {
	const session = openIfFree(id, deps);
	if (session === null) return [];
	try {
		const [survivor] = await survivorsOf(session.meta, deps);
		if (survivor !== undefined) return describeSurvivor(survivor);
		const place = await placeSession(session.meta, deps, { isHere: false }).catch(notPlaced);
		const own = withPolicy(place?.ports ?? deps);
		if (place?.is === 'moved') session.apply(moveTo, repoAt(place, session.meta.repo));
		const lines = (await repairSession(session, own)).map((line) => `session ${id}: ${line}`);
		await packUnfinished(session, own, { isItsOwn: place !== null && place.is !== 'other' });
		await own.snapshots?.settled();
		return lines;
	} finally {
		if (isUntouched(session.meta)) session.discardIfEmpty();
		else session.release();
	}
}

/** Releases the session; unfinished work gets its packet first. */
export async function letGo(session: OpenSession, ports: Ports): Promise<void> {
	try {
		await packUnfinished(session, ports);
		if (session.meta.turn_count > 0) await ports.workstreams?.save(session.id);
	} finally {
		// A finished session that was opened but not continued leaves no empty child behind.
		if (session.meta.parent !== null || isUntouched(session.meta)) session.discardIfEmpty();
		else session.release();
		const { id, folder, meta } = session;
		if (meta.turn_count > 0) ports.hooks?.sessionEnded({ id, folder, status: meta.status });
	}
}

/** A session of its own that was begun without a prompt, for an agent's own TUI, and has nothing of its user's. */
function isUntouched(meta: SessionMeta): boolean {
	const { parent, objective, title, last_prompt, forked_from, adopted_from, chat, config } = meta;
	const { kind, turn_count, notes, tags = [], undos = [], allowed = [] } = meta;
	const isMadeOf = [parent, objective, title, last_prompt, forked_from, adopted_from, chat, config].some(
		(one) => one !== null && one !== undefined,
	);
	const isKept = turn_count > 0 || [notes, tags, undos, allowed].some((list) => list.length > 0);
	return !isMadeOf && !isKept && (kind === 'run' || kind === 'shell');
}

/**
 * Packs unfinished work before the session is released; finished work needs no packet. `isItsOwn`: whether `deps` are those of
 * the worktree where the session worked.
 */
export async function packUnfinished(
	session: OpenSession,
	ports: Ports,
	{ isItsOwn = true }: { isItsOwn?: boolean } = {},
): Promise<void> {
	const last = session.turns().at(-1);
	if (!last) return;
	const facts = { meta: session.meta, lastTurn: last };
	if (hasUnusedPacket(facts) || sessionStatus({ ...facts, isLocked: false }).status === 'completed') return;
	if (!existsSync(session.folder)) return;
	const reason = last.status === 'completed' ? 'interrupted' : CHECKPOINT_REASON[last.status];
	// The topic of a chat is its objective; no prompt of a chat waits for one agent.
	const words =
		last.trigger === 'chat' ? null : recordedWords(placedTurns(ports.store.story(session.id)), last);
	const deps = withPolicy(ports);
	const { makePacket } = await import('../packet/make-packet.ts');
	const made = await makePacket(
		{
			session,
			from: deps.registry.adapters.find(({ id }) => id === last.agent) ?? null,
			to: null,
			reason: 'checkpoint',
			limit: null,
			nowPrompt: words && { ...words, isInterrupted: true },
			since: null,
			...(isItsOwn ? {} : { currentTree: null }),
		},
		deps,
	);
	const resetAt = fromIso(last.limit?.reset_at ?? null);
	session.apply(checkpoint, { reason, at: deps.clock.now(), packet: made.path, resetAt });
}

/** The message of an expected error; rethrows a bug. */
function messageOf(error: unknown): string {
	if (error instanceof RelayError) return error.message;
	if (error instanceof Error && 'syscall' in error) return error.message;
	throw error;
}

/** A session of another repo is repaired without a look at the files here. */
function notPlaced(error: unknown): null {
	if (error instanceof RelayError) return null;
	throw error;
}

/** Agents of this session that outlived their relay. What they still do belongs to their turn, so its repair waits. */
async function survivorsOf({ id, repo }: SessionMeta, { survivors }: Ports): Promise<Survivor[]> {
	return (await survivors.left(repo.worktree)).filter(({ session_id }) => session_id === id);
}

function openIfFree(id: SessionId, { store }: Ports): OpenSession | null {
	try {
		return store.open(id);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
