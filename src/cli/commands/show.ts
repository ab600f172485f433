/** `agent-relay show [REF]`: one session read back from its records. Locks and writes nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../app/create-app.ts';
import { RelayError } from '../../core/errors.ts';
import { namesIn } from '../../core/files.ts';
import type { SessionId } from '../../core/ids.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { EXIT, exitCodeOfError } from '../../relay/exit-codes.ts';
import { describeUnconfirmed, unconfirmedWords } from '../../relay/unconfirmed-words.ts';
import type { LineageEntry } from '../../sessions/lineage.ts';
import { sumOfUsage } from '../../sessions/lineage-usage.ts';
import { readLog } from '../../sessions/log/read-log.ts';
import { readRecord } from '../../sessions/record-file.ts';
import { lastUse, trueStatus } from '../../sessions/session-list.ts';
import { insideSession, PACKETS_FOLDER, turnFile } from '../../sessions/session-paths.ts';
import { remainsOf } from '../../sessions/session-remains.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { settledRecord } from '../../sessions/settled-record.ts';
import type { TurnState } from '../../sessions/turn-state.ts';
import { readTurnRecords } from '../../turns/turn-records.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { createMarkdownLines } from '../../ui/markdown.ts';
import { renderTable } from '../../ui/table.ts';
import { describeLines, describePath } from '../../view/describe-event.ts';
import type { CommandResult, Output } from '../command.ts';
import { damagedPage } from '../render/damaged-page.ts';
import { logLines } from '../render/log-lines.ts';
import { sessionPage } from '../render/session-page.ts';

export interface ShowOptions {
	ref?: string;
	turn?: string;
	packet?: boolean;
	diff?: boolean;
	log?: boolean;
}

/** A diff is for reading; a longer one is cut, and says so. */
const MAX_DIFF_BYTES = 4 * 1024 * 1024;

export async function show(app: App, options: ShowOptions, output: Output): Promise<CommandResult> {
	refuseTwoViews(options);
	const turn = options.turn === undefined ? null : readTurnNumber(options.turn);
	const store = await app.store();
	const id = store.resolve(options.ref ?? 'latest');
	const lineage = readableLineage(id, store);
	if (lineage instanceof RelayError) {
		if (options.packet || options.diff || options.log || turn !== null) throw lineage;
		return showDamaged(id, lineage, { app, store }, output);
	}
	const own = ownEntry(lineage);
	if (options.packet) return showPacket(own, output);
	if (options.log) return showLog(app, lineage, output);
	if (options.diff) return showDiff(app, turn === null ? lineage : [own], turn, output);
	if (turn !== null) return showTurn(own, turn, output);
	return showSession(app, lineage, own, output);
}

function refuseTwoViews({ packet, log, diff, turn }: ShowOptions): void {
	const others = [packet && '--packet', log && '--log', (diff || turn !== undefined) && '--turn or --diff'];
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
function showDamaged(
	id: SessionId,
	error: RelayError,
	{ app, store }: { app: App; store: SessionStore },
	{ theme, columns }: Output,
): CommandResult {
	const folder = store.folderOf(id);
	const { turns, waitingPrompt } = remainsOf(folder);
	const problem = error.message;
	const task = store.witness(id).words.find(({ kind }) => kind === 'objective')?.words ?? null;
	const used = lastUse(folder);
	const page = { id, problem, folder, task, turns, waitingPrompt, used, now: app.clock.now() };
	return {
		exitCode: exitCodeOfError(error),
		data: {
			id,
			status: 'damaged',
			reason: null,
			folder,
			problem,
			task,
			turns,
			waiting_prompt: waitingPrompt,
		},
		lines: damagedPage(page, { theme, columns }),
	};
}

function ownEntry(lineage: readonly LineageEntry[]): LineageEntry {
	const own = lineage.at(-1);
	if (own === undefined) throw new Error('a lineage without its session');
	return own;
}

function showSession(
	app: App,
	found: LineageEntry[],
	recorded: LineageEntry,
	{ theme, columns }: Output,
): CommandResult {
	const { clock, processes } = app;
	const status = trueStatus(recorded.folder, recorded.meta, { clock, processes });
	const settled = settledRecord(recorded, status);
	const own = { ...settled, problems: [...settled.problems, ...turnIssues(settled)] };
	const lineage = [...found.slice(0, -1), own].map(withLog);
	const { isOurs, isTakenOver } = own.witness;
	const words = describeUnconfirmed(lineage);
	// That another's words are not confirmed is no fault of the record.
	if (words !== null && isOurs && !isTakenOver) own.problems.unshift(words);
	const data = {
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
	const lines = sessionPage({
		...status,
		lineage,
		isOurs: isOurs && !isTakenOver,
		now: clock.now(),
		theme,
		columns,
		ownName: app.ownName,
	});
	return { exitCode: EXIT.done, data, lines };
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

/** What is missing, was edited or cannot be read in the records of its turns, as a packet says it. */
function turnIssues({ folder, turns, witness }: LineageEntry): string[] {
	const ended = turns.filter(({ status }) => status !== 'running');
	return readTurnRecords(ended.map((state) => ({ folder, state, witness }))).flatMap(({ issues }) => issues);
}

function showTurn(own: LineageEntry, turn: number, output: Output): CommandResult {
	const state = findTurn(own, turn);
	const text = readRecord(turnFile(own.folder, turn, 'output.md'))?.toString() ?? '';
	return {
		exitCode: EXIT.done,
		data: state,
		lines: [...textLines(text, output), ...fileLines(state, output)],
	};
}

/** What the turn changed stands below what was said. */
function fileLines({ files }: TurnState, { theme, columns }: Output): string[] {
	if (files.length === 0) return [];
	const rows = files.map((file) => [file.change, describeLines(file), safeLine(describePath(file), 400)]);
	const heads = [
		{ title: 'change' },
		{ title: 'lines', align: 'right' as const },
		{ title: 'path', minColumns: 12, paint: theme.bold },
	];
	return ['', ...renderTable(heads, rows, { columns, theme })];
}

function findTurn({ meta, turns }: LineageEntry, turn: number): TurnState {
	const state = turns.find((candidate) => candidate.turn === turn);
	if (state !== undefined) return state;
	const last = turns.at(-1)?.turn ?? 0;
	throw new RelayError('not_found', `Session ${meta.id} has no turn ${turn}.`, {
		hint: last === 0 ? 'It has none yet.' : `Its turns are 1 to ${last}.`,
	});
}

/** What the relay did and why, from the first session of the lineage on. */
function showLog(app: App, lineage: readonly LineageEntry[], { theme, columns }: Output): CommandResult {
	const logs = lineage.map(({ meta, folder }) => ({ id: meta.id, entries: readLog(folder) }));
	const { id } = ownEntry(lineage).meta;
	const data = logs.flatMap((log) => log.entries.map(({ raw }) => ({ session_id: log.id, ...raw })));
	if (data.length === 0)
		throw new RelayError('not_found', `Session ${id} has no log.`, {
			hint: 'It is of an older version; its turns and hand-overs: agent-relay show',
		});
	const look = { now: app.clock.now(), theme, columns };
	const lines = logs.flatMap((log) => [
		...(logs.length === 1 ? [] : [theme.bold(log.id)]),
		...logLines(log.entries, look),
	]);
	return { exitCode: EXIT.done, data: { id, log: data }, lines };
}

function showPacket(own: LineageEntry, output: Output): CommandResult {
	const path = newestPacket(own);
	const text = path === null ? null : readRecord(path);
	if (path === null || text === null) {
		throw new RelayError('not_found', `Session ${own.meta.id} has no resume packet.`, {
			hint: 'One is written when work moves to another agent, or stops with work left.',
		});
	}
	const twin = output.isJson ? readRecord(path.replace(/\.md$/, '.json')) : null;
	return {
		exitCode: EXIT.done,
		data: twin === null ? { path, text: text.toString() } : parsePacket(twin, path),
		lines: textLines(text.toString(), output),
	};
}

function parsePacket(bytes: Buffer, path: string): unknown {
	try {
		return JSON.parse(bytes.toString());
	} catch (error) {
		throw new RelayError('damaged_record', `The .json beside ${path} is damaged.`, {
			hint: 'The .md can still be read: agent-relay show --packet',
			cause: error,
		});
	}
}

/** The one that waits, else the one with the highest number. */
function newestPacket({ meta, folder }: LineageEntry): string | null {
	const waiting = meta.checkpoint?.packet ?? null;
	if (waiting !== null) return insideSession(folder, waiting);
	const names = packetNames(folder).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
	const newest = names.at(-1);
	return newest === undefined ? null : join(folder, PACKETS_FOLDER, newest);
}

const packetNames = (folder: string): string[] =>
	namesIn(join(folder, PACKETS_FOLDER), 'EACCES').filter((name) => /^\d{3,15}-.*\.md$/.test(name));

async function showDiff(
	app: App,
	lineage: readonly LineageEntry[],
	turn: number | null,
	{ theme }: Output,
): Promise<CommandResult> {
	const own = ownEntry(lineage);
	const turns = turn === null ? lineage.flatMap((entry) => entry.turns) : [findTurn(own, turn)];
	const before = turns.find(({ tree }) => tree.before !== null)?.tree.before ?? null;
	const after = turns.findLast(({ tree }) => tree.after !== null)?.tree.after ?? null;
	const diff = before === null || after === null ? null : await readDiff(app, before, after);
	if (diff === null) {
		throw new RelayError('not_found', 'There is no snapshot to compare: nothing ran, or not in a git repo.', {
			hint: 'The files that agents named stand in: agent-relay show',
		});
	}
	const lines = diff === '' ? ['Nothing was changed.'] : diffLines(safeText(diff), theme);
	return { exitCode: EXIT.done, data: { id: own.meta.id, turn, before, after, diff }, lines };
}

async function readDiff(app: App, before: string, after: string): Promise<string | null> {
	const [repo, git, { createSnapshots }] = await Promise.all([
		app.repo(),
		app.git(),
		import('../../git/snapshots.ts'),
	]);
	if (repo.kind !== 'worktree') return null;
	const stateFolder = join(app.paths.stateHome, 'snapshots');
	// Opening a store makes it, and reading must make nothing.
	if (!existsSync(stateFolder)) throw noSnapshots(stateFolder);
	const snapshots = createSnapshots({ repo, git, stateFolder, clock: app.clock });
	try {
		return await snapshots.diff(before, after, { maxBytes: MAX_DIFF_BYTES });
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw noSnapshots(stateFolder, error);
	}
}

function noSnapshots(stateFolder: string, cause?: unknown): RelayError {
	return new RelayError('not_found', `The snapshots of this session are not in ${stateFolder}.`, {
		hint: 'They stay where the session ran; what changed is listed in: agent-relay show',
		cause,
	});
}

/** Marks are drawn only where there is colour: a pipe gets the text as it was recorded. */
function textLines(text: string, { theme, columns }: Output): string[] {
	const lines = safeText(text).trimEnd().split('\n');
	if (!theme.hasColor) return lines;
	const markdown = createMarkdownLines(theme);
	return lines.flatMap((line) => markdown.line(line, columns));
}

function readTurnNumber(text: string): number {
	if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
	throw new RelayError('usage', `--turn takes a number from 1 on, not ${JSON.stringify(text)}.`);
}
