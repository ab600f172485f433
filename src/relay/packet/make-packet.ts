/** Gathers what a packet is built from (records, snapshots, notes), has it built and written. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import type { Limit } from '../../agents/events.ts';
import { secretValues } from '../../agents/secret-values.ts';
import { parseSessionId } from '../../core/ids.ts';
import { recordedFolder } from '../../git/repo/start-folder.ts';
import { buildPacket } from '../../handoff/build-packet.ts';
import type { Packet } from '../../handoff/packet.ts';
import type { LineageSession, PacketInput, PacketReason } from '../../handoff/packet-input.ts';
import { writePacket } from '../../handoff/write-packet.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { OpenSession, SessionStore } from '../../sessions/store/session-store.ts';
import { saidAsObjective } from '../../sessions/witness/said-words.ts';
import { readTurnRecords, type TurnRecord } from '../../turns/turn-records.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';
import { readableFolders } from '../resume/record-folders.ts';
import { describeUnconfirmed } from '../resume/unconfirmed-words.ts';
import { workstreamInPacket } from '../turn/workstream-state.ts';
import { type NamedPictures, withLeftPictures } from './left-pictures.ts';
import { type DiffStretch, lineageDiffs } from './lineage-diffs.ts';
import { ownNotes } from './own-notes.ts';
import { packetUndos } from './packet-undos.ts';
import { type PlacedTurn, placedTurns } from './placed-turns.ts';

export interface PacketRequest {
	session: Pick<OpenSession, 'id' | 'meta'>;
	from: AgentAdapter | null;
	/** null: the successor is not chosen yet. */
	to: AgentAdapter | null;
	/** The successor's model, if the user or the order of agents names one. */
	toModel?: string | null;
	reason: PacketReason;
	limit: Limit | null;
	nowPrompt: PacketInput['nowPrompt'];
	/** The successor's own newest turn, for a delta packet. */
	since: PlacedTurn | null;
	/** Sessions outside the lineage that used the successor's conversation meanwhile, oldest first. */
	between?: readonly LineageEntry[];
	/** What it tells, for a session that is just being made; default: what the store has of `session`. */
	story?: readonly LineageEntry[];
	/**
	 * Sessions that others work in at the same time, with those turns alone that the successor has not heard of. Their notes reach it
	 * in its own session.
	 */
	beside?: readonly LineageEntry[];
	/** That the waiting prompt names. */
	pictures?: NamedPictures;
	/** The tree now, if the caller just took it; undefined: it is taken here. */
	currentTree?: string | null;
}

export interface BuiltPacket {
	packet: Packet;
	/** What the packet can no longer contain, one sentence each. */
	losses: readonly string[];
	/** One line if records hold words that are not known to be the user's; else null. */
	unconfirmed: string | null;
}

export interface MadePacket extends BuiltPacket {
	/** Relative to the session folder. */
	path: string;
}

/** Builds the packet of a session that this process holds, and writes it there. */
export async function makePacket(
	request: PacketRequest & { session: OpenSession },
	deps: RelayDeps,
): Promise<MadePacket> {
	const built = await packetOf(request, deps);
	const { session } = request;
	const written = await writePacket(session, session.meta.turn_count, namesIn(request), built.packet);
	return { ...built, path: written.path };
}

/** The packet alone: nothing of the session is written. */
export async function packetOf(request: PacketRequest, deps: RelayDeps): Promise<BuiltPacket> {
	const { session, from, to, since, beside = [] } = request;
	const story = request.story ?? deps.store.story(session.id);
	const lineage = withBetween(story, request);
	const read = readTurnRecords(
		lineage.flatMap(({ folder, turns, witness }) => turns.map((state) => ({ folder, state, witness }))),
	);
	const records = lineage.map(({ meta, turns }) =>
		read.splice(0, turns.length).map((record) => ({
			...record,
			issues: record.issues.map((issue) => fromFolderOf(session.id, meta.id) + issue),
		})),
	);
	const tree =
		request.currentTree === undefined ? ((await deps.snapshots?.take())?.tree ?? null) : request.currentTree;
	const placed = placedTurns(withLeftOut(lineage, deps.store));
	const stretch = stretchAfter(placed, request, { tree, worktree: deps.repo.worktree });
	const { losses, ...changed } = await lineageDiffs(stretch, deps.snapshots);
	const isBeside = ({ meta }: LineageEntry) => beside.some((one) => one.meta.id === meta.id);
	const witnesses = lineage.filter((entry) => !isBeside(entry)).map(({ witness }) => witness);
	const objective = saidAsObjective(witnesses, session.meta.objective);
	const place = presentPlace(deps.repo);
	const folders = readableFolders(
		lineage.map(({ folder }) => folder),
		place,
	);
	const built = buildPacket({
		lineage: lineage.map((entry, i) =>
			lineageSession({ ...entry, folder: folders[i] ?? entry.folder }, records[i] ?? [], {
				ancestors: ancestorsOf(entry, lineage.slice(0, i)),
				story: lineage,
				hasNotes: !isBeside(entry),
			}),
		),
		objective: objective.words,
		unconfirmedObjective: objective.unconfirmed,
		from: from && { id: from.id, title: from.title },
		to: to && { id: to.id, title: to.title },
		reason: request.reason,
		limit: request.limit,
		nowPrompt: request.nowPrompt,
		...changed,
		...forkOf(story),
		// Turns that overlap leave no gaps between them in which only the user could have worked.
		userEdits: beside.length === 0 ? changed.userEdits : [],
		between: (request.between ?? []).map(({ meta }) => meta.id),
		beside: beside.map(({ meta }) => meta.id),
		startsIn: recordedFolder(place),
		since: since && { sessionId: since.sessionId, turn: since.state.turn },
		workstream: since === null ? await workstreamInPacket(session, deps) : null,
		budgetBytes: deps.config.packet.max_bytes,
		inert: (text) => to?.inert(text) ?? text,
		secrets: secretValues(deps.env, deps.registry.adapters),
		recordIssues: [
			...lineage.flatMap(({ problems }) => problems),
			...records.flat().flatMap(({ issues }) => issues),
			...losses,
		],
	});
	const states = stretch.turns.map(({ state }) => state);
	const packet = { ...built, carried: withLeftPictures(built.carried, states, request) };
	return { packet, losses, unconfirmed: describeUnconfirmed(lineage.filter((entry) => !isBeside(entry))) };
}

/** Where the work was forked, for the head of the packet. */
function forkOf(story: readonly LineageEntry[]): Pick<PacketInput, 'fork'> {
	const fork = story.findLast(({ meta }) => meta.forked_from !== undefined)?.meta.forked_from;
	if (fork === undefined || story.length === 1) return {};
	return { fork: { sessionId: fork.session, turn: fork.turn, hasFiles: fork.files } };
}

/** With the turns that a fork leaves out: no agent is told of them, but what they changed is in the files, and is not the user's. */
function withLeftOut(
	lineage: readonly LineageEntry[],
	store: Pick<SessionStore, 'read' | 'turns'>,
): LineageEntry[] {
	return lineage.map((entry, at) => {
		const fork = lineage[at + 1]?.meta;
		if (entry.until === undefined || fork?.forked_from === undefined || fork.forked_from.files) return entry;
		const id = parseSessionId(entry.meta.id);
		const later = id === null ? [] : store.turns(id).filter(({ turn }) => turn > (entry.until ?? 0));
		const begun = later.filter(({ started_at }) => started_at < fork.created_at);
		return { ...entry, turns: [...entry.turns, ...begun] };
	});
}

/** The names for the packet's file: a successor that is the same agent with another model gets that model in its name. */
export function namesIn({ from, to, toModel }: Pick<PacketRequest, 'from' | 'to' | 'toModel'>): {
	from: string;
	to: string;
} {
	const isSame = to !== null && from?.id === to.id;
	const model = isSame && toModel ? `-${toModel}` : '';
	return { from: from?.id ?? 'start', to: (to?.id ?? 'next') + model };
}

/** Adds the turns that others had since the successor's own newest one; their sessions come before the present one. */
function withBetween(
	lineage: readonly LineageEntry[],
	{ between = [], beside = [], since }: Pick<PacketRequest, 'between' | 'beside' | 'since'>,
): LineageEntry[] {
	const from = since?.state.started_at ?? '';
	const missed = between.map((entry) => ({
		...entry,
		turns: entry.turns.filter(({ started_at }) => started_at >= from),
	}));
	return [...lineage.slice(0, -1), ...missed, ...beside, ...lineage.slice(-1)];
}

/** All turns, or for a delta packet those after the successor's own newest one and those of others meanwhile. */
function stretchAfter(
	turns: readonly PlacedTurn[],
	{ since, between = [], beside = [] }: Pick<PacketRequest, 'since' | 'between' | 'beside'>,
	current: DiffStretch['current'],
): DiffStretch {
	const others = new Set<string>([...between, ...beside].map(({ meta }) => meta.id));
	const knownAt = turns.findIndex(
		({ sessionId, state }) => sessionId === since?.sessionId && state.turn === since.state.turn,
	);
	const later = turns
		.filter(({ sessionId }, at) => at > knownAt || others.has(sessionId))
		.toSorted((a, b) => (others.size === 0 ? 0 : compare(a.state.started_at, b.state.started_at)));
	const base = since && { tree: since.state.tree.after, worktree: since.worktree };
	return { turns: later, base, current };
}

/** The prefix for the path of a file of another session: paths in a packet are relative to the current session. */
const fromFolderOf = (current: string, owner: string) => (owner === current ? '' : `../${owner}/`);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The sessions among `earlier` that it continues; oldest first, like `earlier`. */
function ancestorsOf({ meta }: LineageEntry, earlier: readonly LineageEntry[]): LineageEntry[] {
	const at = earlier.findIndex((other) => other.meta.id === meta.parent);
	const parent = earlier[at];
	return parent === undefined ? [] : [...ancestorsOf(parent, earlier.slice(0, at)), parent];
}

/** A child's record begins with copies of its parent's notes; each note appears where it was made. */
function lineageSession(
	entry: LineageEntry,
	turns: readonly TurnRecord[],
	{
		ancestors,
		story,
		hasNotes,
	}: { ancestors: readonly LineageEntry[]; story: readonly LineageEntry[]; hasNotes: boolean },
): LineageSession {
	const { meta, folder } = entry;
	const notes = hasNotes ? ownNotes(entry, ancestors) : [];
	return {
		id: meta.id,
		folder,
		turns,
		undos: packetUndos(entry.meta, story),
		notes: notes.map(({ kind, text, after_turn, exit_code, isConfirmed, by }) => ({
			by,
			kind,
			text,
			afterTurn: after_turn,
			exitCode: exit_code ?? null,
			isConfirmed,
		})),
	};
}
