/**
 * `watch`: what other relays do, as it happens, from their records alone. Locks and writes nothing; a relay does not know that it is
 * watched.
 */
import { join } from 'node:path';
import type { SessionId } from '../../core/ids.ts';
import { EXIT, worstExitCode } from '../../relay/exit-codes.ts';
import { recordPieces } from '../../sessions/files/json-record.ts';
import { logFile, TURNS_FOLDER } from '../../sessions/files/session-paths.ts';
import { liveSessions, SessionLife } from '../../sessions/follow/session-life.ts';
import { begunSessions, SessionRoster } from '../../sessions/follow/session-roster.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import {
	chooseSessions,
	meantAmong,
	readCursors,
	refuseOddOptions,
	type WatchOptions,
} from './choose-sessions.ts';
import { type FollowOptions, followSessions } from './follow-sessions.ts';
import { howItEnded, lastOnes, type WatchedEnd } from './how-it-ended.ts';
import { type WatchOutput, watchAsDocuments, watchOnScreen } from './watch-output.ts';

export interface WatchData {
	/** In the order in which they ended, without those that others of them continue. */
	ended: readonly WatchedEnd[];
	/** How a printed command calls this program. */
	ownName: string;
}

/** The front end hears of signals; what is drawn is the command's own. */
const NOTHING_RUNS = { stopHard: () => undefined, close: async () => undefined };
const OWN_VIEW = { event: () => undefined, close: () => undefined };

export const watch: Body<WatchOptions, WatchData> = {
	run: async (context, options) => {
		refuseOddOptions(options);
		const cursors = readCursors(options.since);
		const store = await context.store();
		const before = begunSessions(store.location);
		const { roots, shown } = chooseSessions(options, cursors, { ...context, store });
		// Throws for one whose record or log cannot be read.
		for (const id of roots) recordPieces(logFile(store.folderOf(id)));
		const isParallel = roots.map((id) => store.read(id)).some(isRace) || options.all;
		const ends = new Map<SessionId, WatchedEnd>();
		return context.live.conversation(
			NOTHING_RUNS,
			async ({ signal, stoppedBy }) => {
				const output = await openOutput(context, store, { isParallel, isJson: options.json });
				const plan = {
					...planOf(context, store, { roots, before }, options),
					roots,
					shown,
					cursors,
					isParallel,
					signal,
				};
				const onBegin = (id: SessionId) => {
					ends.delete(id);
					output.onBegin(id);
				};
				const onEnd = (id: SessionId) => {
					output.onEnd(id);
					ends.set(id, howItEnded(id, store));
				};
				try {
					await followSessions(plan, { ...output, onBegin, onEnd });
				} finally {
					output.close();
				}
				const ended = lastOnes(ends.values());
				const data = { ended: signal.aborted ? [] : ended, ownName: context.ownName };
				return { exitCode: stoppedBy() ?? exitCodeOf(ended, options), data };
			},
			OWN_VIEW,
		);
	},
	toJson: () => undefined,
};

const isRace = ({ kind, parent }: SessionMeta) => kind === 'race' && parent === null;

/** What was only read back is no failure of the reader. */
function exitCodeOf(ended: readonly WatchedEnd[], { noFollow }: WatchOptions): number {
	const codes = ended.filter(({ status }) => !noFollow || status === null).map(({ exitCode }) => exitCode);
	return codes.length === 0 ? EXIT.done : worstExitCode(codes);
}

async function openOutput(
	context: CommandContext,
	store: SessionStore,
	{ isParallel, isJson }: { isParallel: boolean; isJson: boolean },
): Promise<WatchOutput> {
	const { live, commandLine, paths } = context;
	if (isJson || commandLine === null) return watchAsDocuments(live, store);
	const screen = await commandLine.openWatchScreen({ isMarked: isParallel });
	return watchOnScreen(live, store, screen, async (worktree) => {
		const { createStoredDiffs } = await import('../../git/snapshots/stored-diffs.ts');
		const repo = { ...(await context.repo()), worktree };
		return createStoredDiffs(repo, await context.git(), join(paths.stateHome, 'snapshots'));
	});
}

function planOf(
	{ clock, processes }: CommandContext,
	store: SessionStore,
	{ roots, before }: { roots: readonly SessionId[]; before: ReadonlySet<SessionId> },
	options: WatchOptions,
): Pick<FollowOptions, 'roster' | 'until' | 'atWork' | 'folderOf' | 'lifeOf' | 'foldersIn' | 'clock'> {
	const { location, folderOf, read } = store;
	const context = { clock, processes };
	const { followNew, noFollow } = options;
	return {
		roster: new SessionRoster(roots, {
			location,
			before,
			read,
			now: () => clock.now(),
			takesNew: (id) => followNew && meantAmong([id], options, store).length > 0,
		}),
		until: noFollow ? 'end' : followNew ? 'forever' : 'sessions',
		atWork: () => meantAmong(liveSessions(location, context), options, store),
		folderOf,
		lifeOf: (id) => new SessionLife(() => folderOf(id), context),
		foldersIn: (folder) => [folder, join(folder, TURNS_FOLDER)],
		clock,
	};
}
