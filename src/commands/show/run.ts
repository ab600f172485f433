/** One session read back from its records. Locks and writes nothing. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT, exitCodeOfError } from '../../relay/exit-codes.ts';
import { describeUnconfirmed, unconfirmedWords } from '../../relay/resume/unconfirmed-words.ts';
import { readRecord } from '../../sessions/files/json-record.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import { remainsOf } from '../../sessions/files/session-remains.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { sumOfUsage } from '../../sessions/lineage/lineage-usage.ts';
import { lastUse, trueStatus } from '../../sessions/listing/session-list.ts';
import type { LogEntry } from '../../sessions/log/log-entry.ts';
import { readLog } from '../../sessions/log/read-log.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { settledRecord } from '../../sessions/store/settled-record.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { spokenText } from '../../turns/spoken-text.ts';
import { readTurnRecords } from '../../turns/turn-records.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { findTurn } from '../diff/find-turn.ts';
import { type LineageDiff, lineageDiff } from '../diff/lineage-diff.ts';
import type { DamagedPage } from './damaged-page.ts';
import { type NewestPacket, newestPacket } from './newest-packet.ts';
import type { SessionPage } from './session-page.ts';

interface ShowOptions {
	ref: string | null;
	turn: number | null;
	packet: boolean;
	diff: boolean;
	log: boolean;
	json: boolean;
}

/** One of the views of a session. */
export type ShowData =
	| { kind: 'session'; page: Omit<SessionPage, 'theme' | 'columns'>; document: Record<string, unknown> }
	| { kind: 'damaged'; page: DamagedPage }
	/** `text`: what was said, as recorded. */
	| { kind: 'turn'; state: TurnState; text: string }
	/** One entry per session of the lineage, the oldest first. `now`: epoch ms. */
	| { kind: 'log'; logs: ReadonlyArray<{ id: string; entries: readonly LogEntry[] }>; now: number }
	| ({ kind: 'packet' } & NewestPacket)
	| ({ kind: 'diff' } & LineageDiff);

export const show: Body<ShowOptions, ShowData> = {
	async run(context, options) {
		refuseTwoViews(options);
		const { turn } = options;
		const store = await context.store();
		const id = store.resolve(options.ref ?? 'latest');
		const lineage = readableLineage(id, store);
		if (lineage instanceof RelayError) {
			if (options.packet || options.diff || options.log || turn !== null) throw lineage;
			const page = damagedPageOf(id, lineage, store, context);
			return { exitCode: exitCodeOfError(lineage), data: { kind: 'damaged', page } };
		}
		return { exitCode: EXIT.done, data: await viewOf(context, lineage, options) };
	},
	toJson,
};

async function viewOf(
	context: CommandContext,
	lineage: LineageEntry[],
	{ turn, packet, log, diff, json }: ShowOptions,
): Promise<ShowData> {
	const own = ownEntry(lineage);
	if (packet) return { kind: 'packet', ...newestPacket(own, { isWithData: json }) };
	if (log) return logOf(lineage, context);
	const range = turn === null ? null : { from: turn, to: turn };
	if (diff) return { kind: 'diff', ...(await lineageDiff(context, lineage, range)) };
	return turn === null ? sessionOf(context, lineage, own) : turnOf(own, turn);
}

function toJson(data: ShowData): unknown {
	switch (data.kind) {
		case 'session':
			return data.document;
		case 'damaged': {
			const { id, folder, problem, task, turns, waitingPrompt } = data.page;
			const known = { id, status: 'damaged', reason: null, folder, problem, task, turns };
			return { ...known, waiting_prompt: waitingPrompt };
		}
		case 'turn':
			return data.state;
		case 'log': {
			const log = data.logs.flatMap(({ id, entries }) =>
				entries.map(({ raw }) => ({ session_id: id, ...raw })),
			);
			return { id: data.logs.at(-1)?.id, log };
		}
		case 'packet':
			return data.document ?? { path: data.path, text: data.text };
		case 'diff': {
			const { id, range, before, after, diff } = data;
			return { id, turn: range?.from ?? null, before, after, diff };
		}
	}
}

function refuseTwoViews({ packet, log, diff, turn }: ShowOptions): void {
	const others = [packet && '--packet', log && '--log', (diff || turn !== null) && '--turn or --diff'];
	const asked = others.filter((name) => typeof name === 'string');
	if (asked.length < 2) return;
	throw new RelayError('usage', `${asked.join(' and ')} show different things.`, {
		hint: 'Give one of them; --turn and --diff go together.',
	});
}

/** The error where the record of the session itself cannot be read. */
function readableLineage(id: SessionId, store: SessionStore): LineageEntry[] | RelayError {
	try {
		return store.lineage(id);
	} catch (error) {
		if (error instanceof RelayError && error.code === 'damaged_record') return error;
		throw error;
	}
}

/** What is there of it all the same. It still counts as a failure. */
function damagedPageOf(
	id: SessionId,
	{ message: problem }: RelayError,
	store: SessionStore,
	{ clock }: CommandContext,
): DamagedPage {
	const folder = store.folderOf(id);
	const { turns, waitingPrompt } = remainsOf(folder);
	const task = store.witness(id).words.find(({ kind }) => kind === 'objective')?.words ?? null;
	return { id, problem, folder, task, turns, waitingPrompt, used: lastUse(folder), now: clock.now() };
}

function ownEntry(lineage: readonly LineageEntry[]): LineageEntry {
	const own = lineage.at(-1);
	if (own === undefined) throw new Error('a lineage without its session');
	return own;
}

function sessionOf(
	{ clock, processes, ownName }: CommandContext,
	found: LineageEntry[],
	recorded: LineageEntry,
): ShowData {
	const status = trueStatus(recorded.folder, recorded.meta, { clock, processes });
	const settled = settledRecord(recorded, status);
	const read = [...found.slice(0, -1), settled].map((entry) => ({ entry, ...recordsOf(entry) }));
	const own = { ...settled, problems: [...settled.problems, ...(read.at(-1)?.issues ?? [])] };
	const entries = [...found.slice(0, -1), own];
	const { isOurs, isTakenOver } = own.witness;
	const words = describeUnconfirmed(entries);
	// That another's words are not confirmed is not a fault of the record.
	if (words !== null && isOurs && !isTakenOver) own.problems.unshift(words);
	const lineage = entries.map((entry, at) => ({ ...withLog(entry), said: read[at]?.said ?? new Map() }));
	const document = {
		id: own.meta.id,
		...status,
		folder: own.folder,
		parents: lineage.slice(0, -1).map(({ meta }) => meta.id),
		usage: sumOfUsage(lineage.map(({ meta }) => meta.usage)),
		meta: own.meta,
		turns: own.turns,
		problems: lineage.flatMap(({ problems }) => problems),
		is_ours: isOurs,
		unconfirmed_words: unconfirmedWords(lineage),
	};
	const page = { ...status, lineage, isOurs: isOurs && !isTakenOver, now: clock.now(), ownName };
	return { kind: 'session', page, document };
}

/** A log that cannot be read is one more problem of its session, and hides nothing else. */
function withLog(entry: LineageEntry) {
	try {
		return { ...entry, log: readLog(entry.folder) };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return { ...entry, log: [], problems: [...entry.problems, error.message] };
	}
}

/** What was said in its turns, and what is missing, was edited or cannot be read in their records, as a packet says it. */
function recordsOf({ folder, turns, witness }: LineageEntry) {
	const ended = turns.filter(({ status }) => status !== 'running');
	const records = readTurnRecords(ended.map((state) => ({ folder, state, witness })));
	const said = records.map(({ state, userPrompt, unconfirmed, events }) => {
		const prompt = userPrompt ?? unconfirmed ?? null;
		return [state.turn, { prompt, answer: spokenText(events) }] as const;
	});
	return { said: new Map(said), issues: records.flatMap(({ issues }) => issues) };
}

function turnOf(own: LineageEntry, turn: number): ShowData {
	const state = findTurn(own, turn);
	const text = readRecord(turnFile(own.folder, turn, 'output.md'))?.toString() ?? '';
	return { kind: 'turn', state, text };
}

/** What the relay did and why, from the first session of the lineage on. */
function logOf(lineage: readonly LineageEntry[], { clock }: CommandContext): ShowData {
	const logs = lineage.map(({ meta, folder }) => ({ id: meta.id, entries: readLog(folder) }));
	if (logs.some(({ entries }) => entries.length > 0)) return { kind: 'log', logs, now: clock.now() };
	throw new RelayError('not_found', `Session ${ownEntry(lineage).meta.id} has no log.`, {
		hint: 'It was recorded by an older version; its turns and hand-overs: agent-relay show',
	});
}
