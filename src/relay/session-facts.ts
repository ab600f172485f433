/** What the shell shows of a session's turns. Pure but for the transcript, which is a file. */
import type { AgentId } from '../agents/contract.ts';
import type { Utilization } from '../agents/events.ts';
import { fromIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { readOrNull } from '../core/files.ts';
import type { FileChange, Snapshots } from '../git/contract.ts';
import { turnFile } from '../sessions/session-paths.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import type { TurnState } from '../sessions/turn-state.ts';

const MAX_DIFF_BYTES = 4 * 1024 * 1024;

/** The newest change of each path, by path. */
export function filesOf(turns: readonly TurnState[]): FileChange[] {
	const byPath = new Map<string, FileChange>();
	for (const { files } of turns) {
		for (const { path, change, from, added, removed, source } of files) {
			byPath.set(path, { path, change, added, removed, source, ...(from === undefined ? {} : { from }) });
		}
	}
	return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Unified diff of one turn, or from the first turn's start to the last one's end; empty where nothing ran yet. Throws
 * `not_found` for a turn that is not there, and where no snapshots were taken: that nothing changed is not known then.
 */
export async function diffOf(
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

/** What each agent last reported of its windows. */
export function utilizationOf(turns: readonly TurnState[]): Array<Utilization & { agent: AgentId }> {
	const newest = new Map<AgentId, TurnState['utilization']>();
	for (const { agent, utilization } of turns) if (utilization.length > 0) newest.set(agent, utilization);
	return [...newest].flatMap(([agent, windows]) =>
		windows.map(({ window, ratio, reset_at }) => ({ agent, window, ratio, resetAt: fromIso(reset_at) })),
	);
}

/** The readable transcript of a turn, as recorded; empty where nothing ran yet. Throws `not_found` with the turns there are. */
export function transcriptOf(session: OpenSession, turn: number | null): string {
	const { turn_count } = session.meta;
	const number = turn ?? turn_count;
	if (number === 0) return '';
	const bytes = number < 1 ? null : readOrNull(turnFile(session.folder, number, 'output.md'));
	if (bytes !== null) return bytes.toString();
	throw new RelayError('not_found', `Session ${session.id} has no turn ${number}.`, {
		hint: turnsThereAre(turn_count),
	});
}

function turnsThereAre(count: number): string {
	return count === 0 ? 'It has none yet.' : `Its turns are 1 to ${count}.`;
}
