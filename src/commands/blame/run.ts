/** Who wrote each line of a file: from the snapshots of the recorded turns, never guessed. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { isInGit, type RepoInGit } from '../../git/repo-facts.ts';
import { type BlameLines, openBlameLines } from '../../git/snapshots/blame-lines.ts';
import { createSnapshots } from '../../git/snapshots/snapshots.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { sessionPlaces } from '../../sessions/listing/session-list.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { committedLines, type OwnLine } from './committed-lines.ts';
import { describeTurn, type WritingTurn } from './describe-turn.ts';
import { findFile } from './find-file.ts';
import { followFile, writtenElsewhere } from './follow-file.ts';
import { type RecordedTurn, recordedTurns } from './recorded-turns.ts';
import { type Evidence, type Origin, traceLines, type UnknownReason } from './trace-lines.ts';
import { intervalsOf } from './versions.ts';

export interface BlameData {
	/** Relative to the worktree. */
	path: string;
	lines: readonly BlamedLine[];
	/** Those that wrote one of the lines, the oldest first. */
	turns: readonly WritingTurn[];
	/** Records that could not be read. */
	problems: readonly string[];
	/** Epoch ms. */
	now: number;
}

export interface BlamedLine {
	number: number;
	/** As it is in the file. */
	text: string;
	by: LineOrigin;
}

export type LineOrigin =
	| { kind: 'turn'; session: SessionId; turn: number; evidence: Evidence }
	| { kind: 'unknown'; why: UnknownReason; commit: null }
	| OwnLine;

export const blame: Body<{ file: string }, BlameData> = {
	async run(context, { file }) {
		const repo = await requireRepo(context);
		const stateFolder = stateFolderOf(context);
		const { processes } = context;
		const lines = await openBlameLines({ repo, git: await context.git(), stateFolder, processes });
		try {
			return { exitCode: EXIT.done, data: await blameFile(context, { repo, lines }, file) };
		} finally {
			lines.release();
		}
	},
	toJson: ({ path, lines, turns, problems }) => ({
		path,
		lines: lines.map(({ number, text, by }) => ({ line: number, text, ...originToJson(by) })),
		turns: turns.map(turnToJson),
		problems,
	}),
};

async function blameFile(
	context: CommandContext,
	{ repo, lines }: { repo: RepoInGit; lines: BlameLines },
	file: string,
): Promise<BlameData> {
	const now = await takeNow(context, repo);
	const place = { lines, tree: now.tree, worktree: repo.worktree, folder: context.folder };
	const { path, from, to, text } = await findFile(place, file);
	const store = await context.store();
	const { turns, problems } = recordedTurns(sessionPlaces(store.location));
	const blamed = { lines, repo, turns, now, path, lineCount: text.length };
	const originOf = await resolveOrigins(blamed, await tracedOrigins(blamed));
	const shown = text.slice(from - 1, to);
	const rows = shown.map((line, i) => ({ number: from + i, text: line, by: originOf(from + i) }));
	const writers = turns.filter((turn) => rows.some(({ by }) => isBy(turn, by)));
	const described = writers.flatMap((turn) => describeOrNote(turn, store, problems));
	return { path, lines: rows, turns: described, problems, now: context.clock.now() };
}

/** Empty, and the problem is named, where more of its record is damaged than who wrote the lines needs. */
function describeOrNote(turn: RecordedTurn, store: SessionStore, problems: string[]): WritingTurn[] {
	try {
		return [describeTurn(turn, store)];
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		problems.push(error.message);
		return [];
	}
}

async function requireRepo(context: CommandContext): Promise<RepoInGit> {
	const repo = await context.repo();
	if (isInGit(repo)) return repo;
	throw new RelayError('not_found', `There are no snapshots of ${repo.root}: not a git repo with files.`, {
		hint: 'Who wrote what is known only where agents worked in a git repo.',
	});
}

const stateFolderOf = ({ paths }: CommandContext) => join(paths.stateHome, 'snapshots');

interface Now {
	tree: string;
	/** Epoch ms. */
	at: number;
}

/** The worktree as it is, as a snapshot like those of the turns. */
async function takeNow(context: CommandContext, repo: RepoInGit): Promise<Now> {
	const { clock, processes } = context;
	const git = await context.git();
	const snapshots = createSnapshots({ repo, git, stateFolder: stateFolderOf(context), clock, processes });
	const { tree, unavailable } = await snapshots.take();
	await snapshots.settled();
	snapshots.release();
	if (tree !== null) return { tree, at: clock.now() };
	throw new RelayError('not_found', `The files cannot be compared with the snapshots: ${unavailable}.`, {
		hint: 'What each turn changed, as far as it is recorded: agent-relay show',
	});
}

interface Blamed {
	lines: BlameLines;
	repo: RepoInGit;
	turns: readonly RecordedTurn[];
	now: Now;
	path: string;
	lineCount: number;
}

interface Traced {
	origins: ReadonlyArray<Origin | undefined>;
	/** The turns that numbers in `origins` mean. */
	writers: readonly RecordedTurn[];
}

async function tracedOrigins({ lines, repo, turns, now, path, lineCount }: Blamed): Promise<Traced> {
	const here = turns.filter(({ worktree }) => worktree === repo.worktree);
	const writers = [...here, ...turns.filter(({ worktree }) => worktree !== repo.worktree)];
	const { steps, names, gone } = await followFile(lines, intervalsOf(here, now), path);
	const numbered = writers.map((turn, index) => ({ index, turn }));
	const elsewhere = [
		...(await writtenElsewhere(lines, numbered.slice(here.length), names)),
		...(await writtenElsewhere(lines, numbered, gone)),
	];
	return { origins: traceLines({ steps, lineCount, elsewhere }), writers };
}

async function resolveOrigins(
	{ lines, repo, now, path }: Blamed,
	{ origins, writers }: Traced,
): Promise<(line: number) => LineOrigin> {
	const isOpen = origins.some((origin) => origin?.kind === 'between' || origin?.kind === 'before');
	const own = isOpen ? await committedLines(lines, repo, { tree: now.tree, path }) : null;
	return (line) => {
		const origin = origins[line];
		if (origin?.kind === 'turn') {
			const writer = writers[origin.turn];
			if (writer === undefined) throw new Error('a turn without its record');
			return { kind: 'turn', session: writer.session, turn: writer.turn, evidence: origin.evidence };
		}
		if (origin?.kind === 'unknown') return { ...origin, commit: null };
		return own?.(line) ?? { kind: 'unknown', why: 'no_snapshot', commit: null };
	};
}

function isBy({ session, turn }: RecordedTurn, by: LineOrigin): boolean {
	return by.kind === 'turn' && by.session === session && by.turn === turn;
}

function originToJson(by: LineOrigin): Record<string, unknown> {
	switch (by.kind) {
		case 'turn':
			return { by: 'turn', session: by.session, turn: by.turn, evidence: by.evidence };
		case 'you':
			return { by: 'you', commit: by.commit };
		case 'unknown':
			return {
				by: 'unknown',
				why: by.why,
				commit: by.commit?.commit ?? null,
				author: by.commit?.name ?? null,
			};
	}
}

function turnToJson(turn: WritingTurn): Record<string, unknown> {
	const { session, number, agent, model, startedAt, prompt, trigger, why } = turn;
	return { session, turn: number, agent, model, started_at: startedAt, prompt, trigger, why };
}
