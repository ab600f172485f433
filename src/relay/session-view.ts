/** What can be read of a session's turns, to show it. */
import { relative } from 'node:path';
import type { AgentId } from '../agents/agent-adapter.ts';
import { RelayError } from '../core/errors.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { namedFolder } from '../git/repo/start-folder.ts';
import type { FileChange } from '../git/repo-facts.ts';
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
