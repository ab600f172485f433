/** Every recorded turn of a repo, as far as a look at who wrote what needs it. */
import { join } from 'node:path';
import * as v from 'valibot';
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { workedIn } from '../../relay/packet/placed-turns.ts';
import { parseRecord, readMeta, readRecord } from '../../sessions/files/json-record.ts';
import { META_FILE, turnFile, turnNumbers } from '../../sessions/files/session-paths.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import { TURN_STATE_VERSION, turnStateSchema } from '../../sessions/turns/turn-state.ts';

/** What is asked of every turn of the repo: to check the rest as well takes as long as to read it. */
const factsSchema = v.looseObject({
	...v.pick(turnStateSchema, ['schema_version', 'turn', 'started_at', 'ended_at', 'worktree', 'tree'])
		.entries,
	files: v.array(v.looseObject({ path: v.string(), from: v.optional(v.string()) })),
	tools: v.array(v.looseObject({ kind: v.string() })),
});
type TurnFacts = v.InferOutput<typeof factsSchema>;

export interface RecordedTurn {
	session: SessionId;
	/** The session's. */
	folder: string;
	turn: number;
	/** Absolute; where it worked. */
	worktree: string;
	/** Epoch ms; `endedAt` null: not known, or it still runs. */
	startedAt: number;
	endedAt: number | null;
	/** Trees; null: no snapshot. */
	before: string | null;
	after: string | null;
	/** Each path that it changed, old names of renames too. */
	paths: readonly string[];
	/** False: it reported tools, and none of them can write. */
	mayWrite: boolean;
}

/** Oldest first. A session or turn whose record cannot be read is named in `problems`. */
export function recordedTurns(places: ReadonlyMap<SessionId, string>): {
	turns: RecordedTurn[];
	problems: string[];
} {
	const turns: RecordedTurn[] = [];
	const problems: string[] = [];
	const reading = <T>(read: () => T): T | null => {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			problems.push(error.message);
			return null;
		}
	};
	for (const [session, sessions] of places) {
		const folder = join(sessions, session);
		const numbers = turnNumbers(folder);
		const meta = numbers.length === 0 ? null : reading(() => readMeta(join(folder, META_FILE)));
		if (meta === null) continue;
		for (const turn of numbers) {
			const state = reading(() => readFacts(turnFile(folder, turn, 'state.json')));
			const recorded = state === null ? null : asRecorded(session, folder, state, meta);
			if (recorded !== null) turns.push(recorded);
		}
	}
	return {
		turns: turns.sort((a, b) => a.startedAt - b.startedAt || (a.session < b.session ? -1 : 1)),
		problems,
	};
}

/** null: there is none. Throws as `readTurnState` does, for what it looks at. */
function readFacts(path: string): TurnFacts | null {
	const bytes = readRecord(path);
	return bytes === null ? null : parseRecord(factsSchema, TURN_STATE_VERSION, bytes.toString(), path);
}

function asRecorded(
	session: SessionId,
	folder: string,
	state: TurnFacts,
	{ repo }: SessionMeta,
): RecordedTurn | null {
	const startedAt = fromIso(state.started_at);
	if (startedAt === null) return null;
	const { turn, tools, files, tree } = state;
	return {
		session,
		folder,
		turn,
		worktree: workedIn(state, repo),
		startedAt,
		endedAt: fromIso(state.ended_at),
		before: tree.before,
		after: tree.after,
		paths: files.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from])),
		mayWrite: tools.length === 0 || tools.some(({ kind }) => MAY_WRITE.has(kind)),
	};
}

const MAY_WRITE: ReadonlySet<string> = new Set(['edit', 'execute', 'other']);
