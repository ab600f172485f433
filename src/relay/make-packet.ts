/** Gathers what a packet is built from (records, snapshots, notes), has it built and written. */
import type { AgentAdapter } from '../agents/contract.ts';
import type { Limit } from '../agents/events.ts';
import { secretValues } from '../agents/secret-values.ts';
import { recordedFolder } from '../git/start-folder.ts';
import { buildPacket } from '../handoff/build-packet.ts';
import type { Packet } from '../handoff/packet.ts';
import type { LineageSession, PacketReason } from '../handoff/packet-input.ts';
import { writePacket } from '../handoff/write-packet.ts';
import type { LineageEntry } from '../sessions/lineage.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import { readTurnRecords, type TurnRecord } from '../turns/turn-records.ts';
import { type PlacedTurn, placedTurns } from './lineage.ts';
import { type DiffStretch, lineageDiffs } from './lineage-diffs.ts';
import { presentPlace } from './present-place.ts';
import { readableFolders } from './record-folders.ts';
import type { RelayDeps } from './relay-deps.ts';

export interface PacketRequest {
	session: OpenSession;
	from: AgentAdapter | null;
	/** null: the successor is not chosen yet. */
	to: AgentAdapter | null;
	reason: PacketReason;
	limit: Limit | null;
	nowPrompt: { text: string; isInterrupted: boolean } | null;
	/** The successor's own newest turn, for a delta packet. */
	since: PlacedTurn | null;
	/** Sessions beside the lineage that went on in the successor's conversation meanwhile, oldest first. */
	between?: readonly LineageEntry[];
	/** The tree now, where the caller just took it; undefined: it is taken here. */
	currentTree?: string | null;
}

export interface MadePacket {
	/** Relative to the session folder. */
	path: string;
	packet: Packet;
	/** What the packet cannot tell any more, one sentence each. */
	losses: readonly string[];
}

export async function makePacket(request: PacketRequest, deps: RelayDeps): Promise<MadePacket> {
	const { session, from, to, since } = request;
	const lineage = withBetween(deps.store.lineage(session.id), request);
	const read = readTurnRecords(
		lineage.flatMap(({ folder, turns }) => turns.map((state) => ({ folder, state }))),
	);
	const records = lineage.map(({ meta, turns }) =>
		read.splice(0, turns.length).map((record) => ({
			...record,
			issues: record.issues.map((issue) => fromFolderOf(session.id, meta.id) + issue),
		})),
	);
	const tree =
		request.currentTree === undefined ? ((await deps.snapshots?.take())?.tree ?? null) : request.currentTree;
	const placed = placedTurns(lineage);
	const { losses, ...changed } = await lineageDiffs(
		stretchAfter(placed, request, { tree, worktree: deps.repo.worktree }),
		deps.snapshots,
	);
	const place = presentPlace(deps.repo);
	const folders = readableFolders(
		lineage.map(({ folder }) => folder),
		place,
	);
	const packet = buildPacket({
		lineage: lineage.map((entry, i) =>
			lineageSession(
				{ ...entry, folder: folders[i] ?? entry.folder },
				records[i] ?? [],
				lineage.find(({ meta }) => meta.id === entry.meta.parent) ?? null,
			),
		),
		objective: session.meta.objective,
		from: from && { id: from.id, title: from.title },
		to: to && { id: to.id, title: to.title },
		reason: request.reason,
		limit: request.limit,
		nowPrompt: request.nowPrompt,
		...changed,
		between: (request.between ?? []).map(({ meta }) => meta.id),
		startsIn: recordedFolder(place),
		since: since && { sessionId: since.sessionId, turn: since.state.turn },
		budgetBytes: deps.config.packet.max_bytes,
		inert: (text) => to?.inert(text) ?? text,
		secrets: secretValues(deps.env, deps.registry.adapters),
		recordIssues: [
			...lineage.flatMap(({ problems }) => problems),
			...records.flat().flatMap(({ issues }) => issues),
			...losses,
		],
	});
	const number = session.meta.turn_count;
	const names = { from: from?.id ?? 'start', to: to?.id ?? 'next' };
	const written = await writePacket(session.writableFolder(), number, names, packet, (path) =>
		session.wayTo(path),
	);
	return { path: written.path, packet, losses };
}

/** The turns that others had since the successor's own newest one; their sessions come before the present one. */
function withBetween(
	lineage: readonly LineageEntry[],
	{ between = [], since }: Pick<PacketRequest, 'between' | 'since'>,
): LineageEntry[] {
	const from = since?.state.started_at ?? '';
	const missed = between.map((entry) => ({
		...entry,
		turns: entry.turns.filter(({ started_at }) => started_at >= from),
	}));
	return [...lineage.slice(0, -1), ...missed, ...lineage.slice(-1)];
}

/** All turns, or for a delta packet those after the successor's own newest one, and those of others meanwhile. */
function stretchAfter(
	turns: readonly PlacedTurn[],
	{ since, between = [] }: Pick<PacketRequest, 'since' | 'between'>,
	current: DiffStretch['current'],
): DiffStretch {
	const others = new Set<string>(between.map(({ meta }) => meta.id));
	const knownAt = turns.findIndex(
		({ sessionId, state }) => sessionId === since?.sessionId && state.turn === since.state.turn,
	);
	const later = turns
		.filter(({ sessionId }, at) => at > knownAt || others.has(sessionId))
		.toSorted((a, b) => (others.size === 0 ? 0 : compare(a.state.started_at, b.state.started_at)));
	const base = since && { tree: since.state.tree.after, worktree: since.worktree };
	return { turns: later, base, current };
}

/** What stands before the path of a file of another session: paths in a packet are relative to the session at hand. */
const fromFolderOf = (current: string, owner: string) => (owner === current ? '' : `../${owner}/`);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** A child's record begins with copies of its parent's notes; each note is told where it was made. */
function lineageSession(
	entry: LineageEntry,
	turns: readonly TurnRecord[],
	parent: LineageEntry | null,
): LineageSession {
	const { meta, folder } = entry;
	const copied = new Set(parent?.meta.notes.map(noteKey));
	return {
		id: meta.id,
		folder,
		turns,
		notes: meta.notes
			.filter((note) => !copied.has(noteKey(note)))
			.map(({ kind, text, after_turn, exit_code }) => ({
				kind,
				text,
				afterTurn: after_turn,
				exitCode: exit_code ?? null,
			})),
	};
}

type Note = LineageEntry['meta']['notes'][number];

const noteKey = ({ at, kind, text }: Note) => JSON.stringify([at, kind, text]);
