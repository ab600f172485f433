/** A session with its ancestors: who did what, and who knows what. */
import { join } from 'node:path';
import type { ThreadTotals } from '../../agents/agent-adapter.ts';
import { safeLine } from '../../core/text.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { type RecordedPlan, standingPlan } from '../../sessions/turns/standing-plan.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import type { Witness } from '../../sessions/witness/witness.ts';
import { totalsFromDisk } from '../../turns/record/token-counts.ts';
import { wasHeard, whyLeft } from '../turn/resumable.ts';

export interface PlacedTurn {
	sessionId: string;
	folder: string;
	state: TurnState;
	/** What the agent worked on. */
	worktree: string;
	/** The id of the turn's session. */
	witness: Witness;
}

/** All turns of the chain, oldest first. */
export function placedTurns(lineage: readonly LineageEntry[]): PlacedTurn[] {
	const now = lineage.at(-1)?.meta.repo;
	return lineage.flatMap(({ meta, folder, turns, witness }) =>
		turns.map((state) => ({
			sessionId: meta.id,
			folder,
			state,
			witness,
			worktree: now === undefined ? meta.repo.worktree : workedIn(state, meta.repo, now),
		})),
	);
}

/** Where a turn's files are found today: `now` is the repo as the newest session of the chain names it. */
export function workedIn(
	{ worktree }: Pick<TurnState, 'worktree'>,
	own: SessionMeta['repo'],
	now = own,
): string {
	const then = worktree ?? own.worktree;
	return now.moved_from?.includes(then) ? now.worktree : then;
}

export interface AgentStanding {
	/** The conversation to resume; null when there is none that the CLI still has and accepts. */
	nativeSessionId: string | null;
	/** Why an earlier conversation is not resumed, as the end of the sentence "its conversation …"; null: none is left. */
	left: string | null;
	/** The agent's own newest turn in the chain. */
	lastTurn: PlacedTurn | null;
	/** The plan of that conversation; null if it is new or nothing is known of it. */
	plan: RecordedPlan | null;
	/** What that conversation has used so far, if its CLI reports totals. */
	totals: ThreadTotals | null;
	/** True when others have worked since the agent's last turn, or its conversation is new. */
	needsPacket: boolean;
}

/**
 * What one agent, or participant of a chat, knows of the chain. `nativeSessionId`: its id in the session's meta. `hasPacket`: the
 * next prompt goes with a packet, whatever the agent knows. `folder`: where the agent starts now, as records name it; CLIs keep
 * conversations by folder, and one of another folder is not found, or nobody sees it.
 */
export function agentStanding(
	turns: readonly PlacedTurn[],
	who: string,
	nativeSessionId: string | null,
	{ hasPacket = false, folder }: { hasPacket?: boolean; folder?: string } = {},
): AgentStanding {
	const known = knowledge(turns, who, nativeSessionId);
	const own = turns.map(({ state }) => state).filter((state) => participantOf(state) === who);
	const left =
		whyLeft(own, nativeSessionId, hasPacket || known.needsPacket) ?? whyElsewhere(known.lastTurn, folder);
	if (left !== null) return standingWithout(left);
	const inIt = own.filter(({ native_session_id }) => native_session_id === known.nativeSessionId);
	const totals = inIt.findLast(({ cumulative_tokens }) => cumulative_tokens !== null)?.cumulative_tokens;
	return {
		...known,
		left,
		plan: known.nativeSessionId === null ? null : standingPlan(inIt),
		totals: known.nativeSessionId !== null && totals ? totalsFromDisk(totals) : null,
	};
}

const UNKNOWN_HERE = { nativeSessionId: null, lastTurn: null, plan: null, totals: null };

/** The standing of an agent whose conversation cannot be resumed now: `why` is the end of the sentence "its conversation …". */
export const standingWithout = (why: string): AgentStanding => ({
	...UNKNOWN_HERE,
	needsPacket: true,
	left: why,
});

/** The folder in which the agent of a turn was started. */
export const startedIn = ({ worktree, state }: PlacedTurn) => join(worktree, state.folder ?? '');

/** Set if the conversation was held in another folder than the one its agent starts in now. */
function whyElsewhere(last: PlacedTurn | null, folder: string | undefined): string | null {
	if (last === null || folder === undefined || (last.state.folder ?? '') === folder) return null;
	return `was held in ${safeLine(startedIn(last), 200)}`;
}

function knowledge(
	turns: readonly PlacedTurn[],
	who: string,
	nativeSessionId: string | null,
): Pick<AgentStanding, 'nativeSessionId' | 'lastTurn' | 'needsPacket'> {
	const at = turns.findLastIndex(
		({ state }) => participantOf(state) === who && state.native_session_id !== null,
	);
	if (nativeSessionId === null || at < 0)
		return { nativeSessionId: null, lastTurn: null, needsPacket: turns.length > 0 };
	const later = turns.slice(at + 1);
	return {
		nativeSessionId,
		lastTurn: turns[at] ?? null,
		needsPacket: later.some(({ state }) => participantOf(state) !== who),
	};
}

/**
 * The agent's own newest turns if the last one did not complete: that one, and those before it whose prompt may not have been
 * heard. Oldest first; empty after a turn that is done.
 */
export function cutTurns(turns: readonly PlacedTurn[], who: string): PlacedTurn[] {
	const own = turns.filter(({ state }) => participantOf(state) === who);
	const last = own.at(-1);
	if (last === undefined || isDone(last.state)) return [];
	const heardAt = own.findLastIndex(({ state }) => wasHeard(state));
	return own.slice(Math.min(heardAt + 1, own.length - 1));
}

/** The prompt that still waits for an answer: the user's words of the newest turn if that did not complete. */
export function pendingTurn(turns: readonly PlacedTurn[]): PlacedTurn | null {
	const last = turns.at(-1);
	return last && !isDone(last.state) ? last : null;
}
