/** What can be read of a session's turns, to show it. Pure, except that diffs are read on demand. */
import { relative } from 'node:path';
import type { AgentId } from '../agents/agent-adapter.ts';
import { RelayError } from '../core/errors.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { namedFolder } from '../git/repo/start-folder.ts';
import type { FileChange, Snapshots } from '../git/repo-facts.ts';
import { sumOfUsage } from '../sessions/lineage/lineage-usage.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { newestChanges } from '../sessions/turns/newest-changes.ts';
import { reportedPlan } from '../sessions/turns/standing-plan.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { type TurnPlace, undoHistory, undoneTurns } from '../sessions/undo/undo-history.ts';
import { agentStanding, placedTurns, startedIn } from './packet/placed-turns.ts';
import type { Ports } from './ports.ts';

/** Reads the current session; before the first prompt there is nothing to read. */
export interface SessionView {
	turns(): TurnState[];
	/** The session with those it continues. */
	usage(): SessionMeta['usage'];
	/** The newest plan that an agent reported in the session or its parents; empty if there is none. */
	plan(): TurnState['plan'];
	/** The newest change of each path, by path, in the session and those it continues. */
	files(): FileChange[];
	/** The turns of these that are undone. */
	undone(): TurnPlace[];
	/** Unified diff of a turn, or of the whole session. Throws `not_found`. */
	diff(turn: number | null): Promise<string>;
	/** `cd … && claude --resume …`: how to continue in the program of `agent`; null without a conversation that it would take. */
	nativeResumeCommand(agent: AgentId): string | null;
}

export interface Viewed {
	/** null: there is none yet. */
	session: OpenSession | null;
	/** The snapshots of the worktree where the session works. */
	ports: Ports;
}

/** `viewed` is called each time, so that one view serves a conversation that moves from session to session. */
export function viewOf(viewed: () => Viewed): SessionView {
	const turns = () => viewed().session?.turns() ?? [];
	const lineage = () => {
		const { session, ports } = viewed();
		return session === null ? [] : ports.store.lineage(session.id);
	};
	return {
		turns,
		usage: () => sumOfUsage(lineage().map(({ meta }) => meta.usage)),
		plan: () => {
			const { session, ports } = viewed();
			const story = session === null ? [] : ports.store.story(session.id);
			return reportedPlan(placedTurns(story).map(({ state }) => state)) ?? [];
		},
		files: () => newestChanges(lineage().flatMap((entry) => entry.turns)),
		undone: () => undoneTurns(undoHistory(lineage())),
		diff: (turn) => diffOf(turns(), turn, viewed().ports.snapshots),
		nativeResumeCommand: (agent) => {
			const { session, ports } = viewed();
			return session === null ? null : resumeCommandOf(session, agent, ports);
		},
	};
}

export function noSessionYet(): RelayError {
	return new RelayError('no_such_session', 'No prompt was sent yet, so there is no session.', {
		hint: 'Type a task first.',
	});
}

function resumeCommandOf(
	session: OpenSession,
	agent: AgentId,
	{ settings, store, repo }: Ports,
): string | null {
	const native = session.meta.agents[agent]?.native_session_id;
	const adapter = settings().registry.adapters.find(({ id }) => id === agent);
	if (!native || !adapter?.isNativeId(native)) return null;
	const turns = placedTurns(store.lineage(session.id));
	// The agent would refuse on the user's own command line what it has just refused here.
	const { left, lastTurn } = agentStanding(turns, agent, native, { hasPacket: true });
	if (left !== null) return null;
	const folder = lastTurn === null ? repo.worktree : startedIn(lastTurn);
	// A record may name any folder, and an agent started there obeys the files in it.
	if (folder !== repo.worktree && namedFolder(relative(repo.worktree, folder), repo) !== folder) return null;
	return `cd ${quoteForShell(folder)} && ${adapter.resumeHint(native)}`;
}

const MAX_DIFF_BYTES = 4 * 1024 * 1024;

/**
 * Unified diff of one turn, or from the first turn's start to the last one's end; empty if nothing has run yet. Throws
 * `not_found` for a missing turn, and if no snapshots were taken: then it is not known that nothing changed.
 */
async function diffOf(
	turns: readonly TurnState[],
	turn: number | null,
	snapshots: Snapshots | null,
): Promise<string> {
	const chosen = turn === null ? turns : turns.filter((state) => state.turn === turn);
	if (chosen.length === 0) {
		if (turn === null) return '';
		throw new RelayError('not_found', `This session has no turn ${turn}.`, {
			hint: turnsThereAre(turns.length),
		});
	}
	const before = chosen.find(({ tree }) => tree.before !== null)?.tree.before;
	const after = chosen.findLast(({ tree }) => tree.after !== null)?.tree.after;
	if (!before || !after || !snapshots) {
		throw new RelayError('not_found', 'There is no snapshot to compare.', {
			hint: 'Outside git, and while the first turn runs, there is none; what agents named: /files',
		});
	}
	return snapshots.diff(before, after, { maxBytes: MAX_DIFF_BYTES });
}

function turnsThereAre(count: number): string {
	return count === 0 ? 'It has none yet.' : `Its turns are 1 to ${count}.`;
}
