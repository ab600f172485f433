/** Reads the turns of a session of ours that are not in the index yet. */
import type { AgentEvent } from '../../../agents/events.ts';
import { fromIso } from '../../../core/clock.ts';
import { LineSplitter } from '../../../core/files/line-splitter.ts';
import { readOrNull } from '../../../core/files/read-file.ts';
import { filePieces } from '../../../core/files/read-pieces.ts';
import { readMeta } from '../../../sessions/files/json-record.ts';
import { turnFile } from '../../../sessions/files/session-paths.ts';
import type { SessionMeta } from '../../../sessions/session-meta.ts';
import type { TurnState } from '../../../sessions/turns/turn-state.ts';
import { eachTurn } from '../../../sessions/turns/turn-states.ts';
import { parseEventLine } from '../../../turns/event-log.ts';
import type { Piece, RelayTurn } from '../index-writer.ts';
import { type MessageRow, MessageRows } from '../message-rows.ts';
import type { FoundSource } from './found-sources.ts';
import type { ReadOptions } from './read-native.ts';

type RelaySource = Extract<FoundSource, { of: 'relay' }>;

/** A piece a turn. Turns of a forgotten session are claimed all the same, so that the native record does not bring them back. */
export function* readRelay(source: RelaySource, options: ReadOptions): Generator<Piece> {
	const { id, path, mark, known } = source;
	const meta = readMetaOrNull(path);
	if (meta === null) return;
	const ref = `relay:${id}`;
	const isForgotten = options.isForgotten(ref, path, meta.repo.worktree);
	const base = {
		source: { agent: 'relay', path },
		agent: meta.active_agent ?? 'relay',
		ref,
		nativeId: id,
		chain: `relay:${chainOf(path, meta)}`,
		isAnew: false,
	};
	let last = known?.bytes ?? 0;
	for (const state of eachTurn(path)) {
		if (typeof state === 'string' || state.turn <= last) continue;
		if (state.status === 'running') break;
		const builder = builderOf(ref, meta, options);
		const rows = isForgotten ? [] : turnRows(path, state, builder);
		last = state.turn;
		const turns = claimOf(id, state, meta);
		if (isForgotten && turns.length === 0) continue;
		yield {
			...base,
			facts: builder.facts,
			rows,
			turns,
			state: { mark: '', bytes: last, tail: '', state: '' },
		};
	}
	const facts = builderOf(ref, meta, options).facts;
	// A turn that runs is read once it has ended, which changes the mark.
	yield {
		...base,
		facts,
		rows: [],
		turns: [],
		recordTags: isForgotten ? [] : (meta.tags ?? []),
		state: { mark, bytes: last, tail: '', state: '' },
	};
}

function readMetaOrNull(path: string): SessionMeta | null {
	try {
		return readMeta(`${path}/meta.json`);
	} catch {
		return null;
	}
}

/** Sessions that are searched for the beginning of a line of work. */
const MAX_LINEAGE = 200;

/** The first session of the lineage, as far as its records are beside this one. */
function chainOf(path: string, meta: SessionMeta): string {
	let [first, parent] = [meta.id, meta.parent];
	for (let count = 0; parent !== null && count < MAX_LINEAGE; count++) {
		first = parent;
		parent = readMetaOrNull(path.replace(/[^/]+$/, parent))?.parent ?? null;
	}
	return first;
}

function builderOf(ref: string, meta: SessionMeta, { redact }: ReadOptions): MessageRows {
	const builder = new MessageRows({
		ref,
		agent: meta.active_agent ?? 'relay',
		redact,
		isElsewhere: () => false,
	});
	const facts = {
		cwd: meta.repo.worktree,
		...(meta.title === null ? {} : { title: meta.title }),
		...(meta.name === null ? {} : { slug: meta.name }),
	};
	builder.add({ at: fromIso(meta.created_at), kind: 'facts', facts }, '');
	return builder;
}

function turnRows(path: string, state: TurnState, builder: MessageRows): MessageRow[] {
	const { turn, agent } = state;
	const rows: MessageRow[] = [];
	const keep = (row: MessageRow | null) => (row === null ? undefined : rows.push(row));
	const startedAt = fromIso(state.started_at);
	const words = ownWords(path, state);
	const of = { turn, agent };
	if (words !== null)
		keep(
			builder.add(
				{ at: startedAt, kind: 'prompt', by: 'person', text: words, isInForce: true },
				`${turn}p`,
				of,
			),
		);
	let place = 0;
	for (const { event, at } of spokenEvents(path, turn))
		keep(builder.add({ at, kind: 'event', event, isSide: false }, `${turn}e${place++}`, of));
	builder.add({ at: fromIso(state.ended_at), kind: 'other' }, '');
	return rows;
}

/** What the user typed for this turn; null: it repeats an earlier prompt. */
function ownWords(path: string, { turn, user_prompt: range }: TurnState): string | null {
	if (range === null || range.turn !== turn) return null;
	const prompt = readTextOrNull(turnFile(path, turn, 'prompt.md'));
	const words = prompt?.subarray(range.start, range.end).toString() ?? '';
	return words.trim() === '' ? null : words;
}

function readTextOrNull(path: string): Buffer | null {
	try {
		return readOrNull(path);
	} catch {
		return null;
	}
}

type SpokenEvent = Extract<AgentEvent, { type: 'agent_message_chunk' | 'tool_call' }>;

/** Chunks of one message are one, at the time of the first. */
function* spokenEvents(path: string, turn: number): Generator<{ event: SpokenEvent; at: number | null }> {
	let open: { event: Extract<AgentEvent, { type: 'agent_message_chunk' }>; at: number | null } | null = null;
	for (const { event, ts } of loggedEvents(turnFile(path, turn, 'events.jsonl'))) {
		if (event.type === 'agent_message_chunk') {
			if (open !== null && open.event.messageId === event.messageId) {
				open.event = { ...open.event, text: open.event.text + event.text };
				continue;
			}
			if (open !== null) yield open;
			open = { event, at: ts };
		} else if (event.type === 'tool_call') {
			if (open !== null) yield open;
			open = null;
			yield { event, at: ts };
		}
	}
	if (open !== null) yield open;
}

function* loggedEvents(path: string) {
	const splitter = new LineSplitter();
	const pieces = piecesOrNone(path);
	for (const piece of pieces)
		for (const line of splitter.push(piece)) {
			const logged = line.kind === 'line' ? parseEventLine(line.text) : null;
			if (logged !== null) yield logged;
		}
}

function piecesOrNone(path: string): Iterable<Buffer> {
	try {
		return filePieces(path)?.pieces() ?? [];
	} catch {
		return [];
	}
}

/** Where a turn was made from a transcript, that transcript's conversation, also where nobody can resume it. */
function claimOf(session: string, state: TurnState, { adopted_from: from }: SessionMeta): RelayTurn[] {
	const adopted = state.adopted_at !== undefined && from?.agent === state.agent ? from.conversation : null;
	const nativeId = state.native_session_id ?? adopted ?? null;
	if (nativeId === null) return [];
	const [startedAt, endedAt] = [fromIso(state.started_at), fromIso(state.ended_at)];
	return [{ agent: state.agent, nativeId, session, turn: state.turn, startedAt, endedAt }];
}
