/** A line of work of its own that begins after an earlier turn of a session: a new session with a packet of the turns up to there. */
import { type KeptSetting, settingsToKeep } from '../../config/given-settings.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { safeLine } from '../../core/text.ts';
import { writePacket } from '../../handoff/write-packet.ts';
import { type LineageEntry, upTo } from '../../sessions/lineage/lineage.ts';
import type { ForkedFrom, SessionMeta } from '../../sessions/session-meta.ts';
import { keptSettings } from '../../sessions/store/kept-settings.ts';
import type { SessionDraft } from '../../sessions/store/make-session.ts';
import type { OpenSession, SessionStore } from '../../sessions/store/session-store.ts';
import { checkpoint, close, takeOverAgents } from '../../sessions/transitions.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { requireExecutable } from '../agents/require-executable.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { acceptOrigin, refuseArchived, requireOrigin } from '../resume/session-origin.ts';
import { placeSession, repoAt } from '../resume/session-place.ts';
import { recordedWords } from '../turn/task.ts';
import { namesIn, type PacketRequest, packetOf } from './make-packet.ts';
import { placedTurns } from './placed-turns.ts';

/** The turn of a session after which another one begins. */
export interface ForkPoint {
	meta: SessionMeta;
	state: TurnState;
}

/**
 * The turn to fork from; `turn` null: the newest that has ended. Throws `refused` for a race, a session that is archived and a turn
 * that has not ended, `not_found` for a turn that is not there, `nothing_to_continue` for a session without turns.
 */
export function findForkPoint(id: SessionId, turn: number | null, store: SessionStore): ForkPoint {
	const meta = store.read(id);
	const ref = id.slice(-6);
	if (meta.kind === 'race')
		throw new RelayError('refused', `Session ${id} belongs to a race, which cannot be forked.`, {
			hint: `Adopt an entrant's work first: agent-relay race adopt --race ${ref}`,
		});
	refuseArchived(meta);
	const turns = store.turns(id);
	if (turns.length === 0)
		throw new RelayError('nothing_to_continue', `Session ${id} has no turn yet: there is nothing to fork.`, {
			hint: `See what is there: agent-relay show ${ref}`,
		});
	const state = turns.findLast((one) => (turn === null ? hasEnded(one) : one.turn === turn));
	if (state !== undefined && hasEnded(state)) return { meta, state };
	if (state === undefined && turn !== null)
		throw new RelayError('not_found', `Session ${id} has no turn ${turn}.`, {
			hint: `Its turns are 1 to ${turns.at(-1)?.turn}.`,
		});
	const isAtWork = store.status(id).status === 'active';
	const earlier = turns.findLast((one) => hasEnded(one) && one.turn < (state?.turn ?? 1));
	const before = earlier === undefined ? '' : ` Fork an earlier one meanwhile: --turn ${earlier.turn}`;
	throw new RelayError('refused', `Turn ${turn ?? turns.at(-1)?.turn} of session ${id} has not ended.`, {
		hint: isAtWork
			? `An agent works on it: wait for it, or stop it.${before}`
			: `Its relay died. This judges the turn: agent-relay run --session ${ref}${before === '' ? '' : `.${before}`}`,
	});
}

/** A turn whose relay died has an outcome once a relay has looked at it. */
const hasEnded = ({ status }: TurnState) => status !== 'running';

export interface ForkRequest {
	point: ForkPoint;
	/** Who gets the first prompt; null: as after that turn. */
	to: AgentChoice | null;
	/** The files are brought to what the turn left. */
	hasFiles: boolean;
	/** The user accepts the session, whoever made it. */
	isAccepted: boolean;
	/** It continues in the present folder, wherever it was made. */
	isHere: boolean;
}

/**
 * Makes the fork, with its packet, and with the settings that were given for the session that it is forked from. The session it is forked from stays as it is. Throws `refused`, `agent_not_installed`, and what
 * `SessionStore.make` throws; then there is no fork.
 */
export async function forkSession(
	{ point, to, hasFiles, isAccepted, isHere }: ForkRequest,
	home: Ports,
): Promise<{ id: SessionId; packet: string; settings: readonly KeptSetting[] }> {
	const { meta, state } = point;
	const source = parseSessionId(meta.id);
	if (source === null) throw new Error('a session without an id');
	requireOrigin(
		meta,
		home.store.witness(source),
		isAccepted || isHere,
		`agent-relay fork ${source.slice(-6)} --here`,
	);
	const place = await placeSession(meta, home, { isHere });
	const deps = withPolicy(place.ports);
	if (to !== null) requireExecutable(to.agent, deps);
	acceptOrigin(source, place.ports.store);
	const fork = { session: meta.id, turn: state.turn, files: hasFiles };
	const settings = settingsToKeep(keptSettings(meta, deps.store.witness(source)).settings);
	let packet = '';
	try {
		const id = await deps.store.make(
			{
				kind: 'run',
				objective: meta.objective,
				title: titleOf(point),
				workstream: meta.workstream,
				name: meta.name,
				repo: repoAt(place, meta.repo),
				activeAgent: state.agent,
				forkedFrom: fork,
				config: settings,
			},
			async (draft) => {
				const own = takeOverAgents(draft.meta, { agents: agentsUpTo(source, state.turn, deps.store) });
				const story = storyOf({ ...draft, meta: own }, fork, deps.store);
				const session = { id: draft.id, meta: own, folder: draft.folder };
				packet = await writeForkPacket(session, draft, { story, to, point }, deps);
				const made = whole(own, { packet, to, at: deps.clock.now() });
				draft.log({ type: 'forked', ...fork });
				return made;
			},
		);
		return { id, packet, settings };
	} finally {
		await deps.snapshots?.settled();
		deps.snapshots?.release();
	}
}

/** Writes the packet of a fork again, for files that have changed since it was made. */
export async function repackFork(
	session: OpenSession,
	{ point, to }: Pick<ForkRequest, 'point' | 'to'>,
	home: Ports,
): Promise<void> {
	const { ports } = await placeSession(session.meta, home);
	const deps = withPolicy(ports);
	try {
		const story = deps.store.story(session.id);
		await writeForkPacket(session, session, { story, to, point }, deps);
	} finally {
		await ports.snapshots?.settled();
		ports.snapshots?.release();
	}
}

async function writeForkPacket(
	session: PacketRequest['session'] & { folder: string },
	holder: Parameters<typeof writePacket>[0],
	{ story, to, point }: { story: readonly LineageEntry[] } & Pick<ForkRequest, 'to' | 'point'>,
	deps: RelayDeps,
): Promise<string> {
	const { registry } = deps;
	const turns = placedTurns(story);
	const words = isDone(point.state) ? null : recordedWords(turns, point.state);
	const request = {
		session,
		story,
		from: registry.adapters.find(({ id }) => id === point.state.agent) ?? null,
		to: to && registry.find(to.agent),
		toModel: to?.model ?? null,
		reason: 'fork' as const,
		limit: null,
		nowPrompt: words && { ...words, isInterrupted: true },
		since: null,
	};
	const { packet } = await packetOf(request, deps);
	return (await writePacket(holder, 0, namesIn(request), packet)).path;
}

/** As the store will have it. */
function storyOf(
	{ meta, folder, witness }: Pick<SessionDraft, 'meta' | 'folder' | 'witness'>,
	fork: ForkedFrom,
	store: SessionStore,
): LineageEntry[] {
	const source = parseSessionId(fork.session);
	const before = source === null ? [] : store.story(source);
	const last = before.at(-1);
	const own = { meta, folder, turns: [], problems: [], witness };
	return last === undefined ? [own] : [...before.slice(0, -1), upTo(last, fork), own];
}

/** Those who had worked by then. */
function agentsUpTo(source: SessionId, turn: number, store: SessionStore): SessionMeta['agents'] {
	const worked = new Set(
		store
			.story(source)
			.flatMap(({ meta, turns }) => (meta.id === source ? turns.filter((one) => one.turn <= turn) : turns))
			.map(participantOf),
	);
	return Object.fromEntries(Object.entries(store.read(source).agents).filter(([who]) => worked.has(who)));
}

function whole(
	meta: SessionMeta,
	{ packet, to, at }: { packet: string; to: AgentChoice | null; at: number },
): SessionMeta {
	const facts = { reason: 'fork' as const, at, packet };
	const waiting = checkpoint(meta, {
		...facts,
		nextAgent: to?.agent ?? null,
		nextModel: to?.model ?? null,
	});
	return close(waiting, { status: 'checkpointed', reason: 'fork', at });
}

const TITLE_CHARS = 120;

function titleOf({ meta, state }: ForkPoint): string {
	const about = safeLine(meta.title ?? meta.objective ?? '', TITLE_CHARS);
	return `fork of ${meta.id.slice(-6)} turn ${state.turn}${about === '' ? '' : `: ${about}`}`;
}
