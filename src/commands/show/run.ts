/** One session read back from its records. Locks and writes nothing. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { TranscriptPage } from '../../history/describe-transcript.ts';
import { EXIT, exitCodeOfError } from '../../relay/exit-codes.ts';
import { describeUnconfirmed, unconfirmedWords } from '../../relay/resume/unconfirmed-words.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import { remainsOf } from '../../sessions/files/session-remains.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { sumOfUsage } from '../../sessions/lineage/lineage-usage.ts';
import { lastUse, trueStatus } from '../../sessions/listing/session-list.ts';
import { askedQuestions } from '../../sessions/log/asked-questions.ts';
import type { LogEntry } from '../../sessions/log/log-entry.ts';
import { readLog } from '../../sessions/log/read-log.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { settledRecord } from '../../sessions/store/settled-record.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { spokenText } from '../../turns/spoken-text.ts';
import { readTurnRecords } from '../../turns/turn-records.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type LineageDiff, lineageDiff, type TurnRange } from '../diff/lineage-diff.ts';
import { isPathRef } from '../options/path-ref.ts';
import type { DamagedPage } from './damaged-page.ts';
import { type NewestPacket, newestPacket } from './newest-packet.ts';
import type { SessionPage } from './session-page.ts';
import { transcriptToJson } from './transcript-page.ts';
import {
	ownEntry,
	packetsOfTurns,
	type RecordedFiles,
	recordedFiles,
	type TurnStories,
	turnStories,
	turnsOf,
	upToTurns,
} from './turns/turns-on-disk.ts';
import { type ShowOptions, type Wanted, wantedOf } from './wanted.ts';

/** One of the views of a session. */
export type ShowData =
	| { kind: 'session'; page: Omit<SessionPage, 'theme' | 'columns'>; document: Record<string, unknown> }
	| { kind: 'damaged'; page: DamagedPage }
	| { kind: 'transcript'; page: TranscriptPage }
	/** Nothing was sent yet from the shell that asks. */
	| { kind: 'nothing' }
	| ({ kind: 'turns' } & TurnStories)
	| ({ kind: 'files' } & RecordedFiles)
	/** One entry per session of the lineage, the oldest first. `now`: epoch ms. */
	| { kind: 'log'; logs: ReadonlyArray<{ id: string; entries: readonly LogEntry[] }>; now: number }
	| ({ kind: 'packet' } & NewestPacket)
	| ({ kind: 'diff' } & LineageDiff);

export const show: Body<ShowOptions, ShowData> = {
	async run(context, options) {
		const wanted = wantedOf(options);
		// A folder of a session is its id by now.
		if (wanted.ref !== null && isPathRef(wanted.ref))
			return { exitCode: EXIT.done, data: await transcriptOf(wanted.ref, wanted) };
		const store = await context.store();
		const id = idOf(wanted.ref, context, store);
		const isWhole = wanted.view === 'story' && wanted.range === null;
		if (id === null && !isWhole) throw noSessionYet();
		if (id === null) return { exitCode: EXIT.done, data: { kind: 'nothing' } };
		const lineage = readableLineage(id, store);
		if (lineage instanceof RelayError) {
			if (!isWhole) throw lineage;
			const page = damagedPageOf(id, lineage, store, context);
			return { exitCode: exitCodeOfError(lineage), data: { kind: 'damaged', page } };
		}
		return {
			exitCode: EXIT.done,
			data: await viewOf(context, lineage, wanted, { ...options, story: store.story(id) }),
		};
	},
	toJson,
};

/** Throws RelayError `not_found` for what is no transcript, `usage` for a view that only records of ours have. */
async function transcriptOf(path: string, { view, range }: Wanted): Promise<ShowData> {
	if (view !== 'story' || range !== null)
		throw new RelayError('usage', "An agent's own transcript is shown as a whole.", {
			hint: `As a session it has all views: agent-relay resume ${quoteForShell(path)}`,
		});
	const { describeTranscript } = await import('../../history/describe-transcript.ts');
	return { kind: 'transcript', page: await describeTranscript(path) };
}

async function viewOf(
	context: CommandContext,
	lineage: LineageEntry[],
	{ view, range }: Wanted,
	{ json, story }: ShowOptions & Pick<Found, 'story'>,
): Promise<ShowData> {
	const own = ownEntry(lineage);
	const begun = upToTurns(story);
	const named = ownEntry(begun);
	switch (view) {
		case 'packet':
			if (range !== null) return { kind: 'files', ...packetsOfTurns(named, range) };
			return { kind: 'packet', ...newestPacket(own, { isWithData: json }) };
		case 'log':
			return logOf(range === null ? lineage : begun, range, context);
		case 'diff':
			return {
				kind: 'diff',
				...(await lineageDiff(context, range === null ? lineage : begun, range, { undoneIn: lineage })),
			};
		case 'story':
			if (range !== null) return { kind: 'turns', ...turnStories(named, range) };
			return sessionOf(context, { lineage, story }, own);
		default:
			return { kind: 'files', ...recordedFiles(named, view, range) };
	}
}

/** null: the shell has no session yet. */
function idOf(
	ref: string | null,
	{ conversation }: Pick<CommandContext, 'conversation'>,
	store: SessionStore,
): SessionId | null {
	if (ref !== null || conversation === null) return store.resolve(ref ?? 'latest');
	return conversation.session()?.id ?? null;
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
		case 'transcript':
			return transcriptToJson(data.page);
		case 'nothing':
			return null;
		case 'turns': {
			const [only, ...others] = data.turns.map(({ state }) => state);
			return others.length === 0 ? only : { id: data.id, turns: [only, ...others] };
		}
		case 'files': {
			const { id, view, files } = data;
			const turns = files.map(({ turn, agent, file: { path, bytes } }) => ({ turn, agent, path, bytes }));
			return { id, view, turns };
		}
		case 'log': {
			const log = data.logs.flatMap(({ id, entries }) =>
				entries.map(({ raw }) => ({ session_id: id, ...raw })),
			);
			return { id: data.logs.at(-1)?.id, log };
		}
		case 'packet':
			return data.document ?? { path: data.path, text: data.text };
		case 'diff': {
			const { id, range, before, after, diff, undone } = data;
			const { from = null, to = null } = range ?? {};
			return { id, turn: from === to ? from : null, from, to, before, after, undone, diff };
		}
	}
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

interface Found {
	lineage: LineageEntry[];
	/** With what it was forked from, whose words it repeats. */
	story: LineageEntry[];
}

function sessionOf(
	{ clock, processes, ownName }: CommandContext,
	{ lineage: found, story }: Found,
	recorded: LineageEntry,
): ShowData {
	const status = trueStatus(recorded.folder, recorded.meta, { clock, processes });
	const settled = settledRecord(recorded, status);
	const read = [...found.slice(0, -1), settled].map((entry) => ({ entry, ...recordsOf(entry) }));
	const own = { ...settled, problems: [...settled.problems, ...(read.at(-1)?.issues ?? [])] };
	const entries = [...found.slice(0, -1), own];
	const { isOurs, isTakenOver } = own.witness;
	const words = describeUnconfirmed(story);
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
		questions: lineage.flatMap(({ meta, log }) =>
			askedQuestions(log).map((asked) => ({ session_id: meta.id, ...asked })),
		),
		problems: lineage.flatMap(({ problems }) => problems),
		is_ours: isOurs,
		unconfirmed_words: unconfirmedWords(story),
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

/** What the relay did and why, from the first session of the lineage on; `range`: about those turns of its last one. */
function logOf(
	lineage: readonly LineageEntry[],
	range: TurnRange | null,
	{ clock }: CommandContext,
): ShowData {
	const own = ownEntry(lineage);
	const logs =
		range === null
			? lineage.map(({ meta, folder }) => ({ id: meta.id, entries: readLog(folder) }))
			: [{ id: own.meta.id, entries: aboutTurns(readLog(own.folder), turnsOf(own, range)) }];
	if (logs.some(({ entries }) => entries.length > 0)) return { kind: 'log', logs, now: clock.now() };
	throw new RelayError('not_found', `Session ${own.meta.id} has no log${range === null ? '' : ' of that'}.`, {
		hint: 'It was recorded by an older version; its turns and hand-overs: agent-relay show',
	});
}

/** From the end of the turn before them to the beginning of the turn after them. */
function aboutTurns(entries: readonly LogEntry[], turns: readonly TurnState[]): LogEntry[] {
	const numbers = new Set(turns.map(({ turn }) => turn));
	let [at, isRunning] = [0, false];
	return entries.filter(({ event }) => {
		if (event?.type === 'turn_started') [at, isRunning] = [event.turn, true];
		const isMeant = numbers.has(at) || (!isRunning && numbers.has(at + 1));
		if (event?.type === 'turn_finished') isRunning = false;
		return isMeant;
	});
}
