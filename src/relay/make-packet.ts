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
	const lineage = deps.store.lineage(session.id);
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
		stretchAfter(placed, since, { tree, worktree: deps.repo.worktree }),
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
				lineage[i - 1] ?? null,
			),
		),
		objective: session.meta.objective,
		from: from && { id: from.id, title: from.title },
		to: to && { id: to.id, title: to.title },
		reason: request.reason,
		limit: request.limit,
		nowPrompt: request.nowPrompt,
		...changed,
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
	const written = await writePacket(session.writableFolder(), number, names, packet);
	return { path: written.path, packet, losses };
}

/** All turns, or for a delta packet those after the successor's own newest one. */
function stretchAfter(
	turns: readonly PlacedTurn[],
	since: PlacedTurn | null,
	current: DiffStretch['current'],
): DiffStretch {
	const isSince = ({ sessionId, state }: PlacedTurn) =>
		sessionId === since?.sessionId && state.turn === since.state.turn;
	const later = since === null ? turns : turns.slice(turns.findIndex(isSince) + 1);
	const base = since && { tree: since.state.tree.after, worktree: since.worktree };
	return { turns: later, base, current };
}

/** What stands before the path of a file of another session: paths in a packet are relative to the session at hand. */
const fromFolderOf = (current: string, owner: string) => (owner === current ? '' : `../${owner}/`);

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
