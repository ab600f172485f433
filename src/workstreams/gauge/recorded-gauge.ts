/** What the records of a session say that it has done since a moment, for whoever did not see it. */
import { type TokenCounts, writtenTokens } from '../../agents/events.ts';
import { fromIso } from '../../core/clock.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { isUnreadable } from '../../core/files/read-file.ts';
import { filePieces } from '../../core/files/read-pieces.ts';
import type { SessionId } from '../../core/ids.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { parseEventLine } from '../../turns/event-log.ts';
import type { Gauge } from './gauge.ts';

/** `since`: ISO-8601. A record that cannot be read counts as nothing done. */
export function recordedGauge(
	id: SessionId,
	since: string,
	store: Pick<SessionStore, 'turns' | 'folderOf'>,
): Gauge {
	const from = fromIso(since) ?? 0;
	const turns = store
		.turns(id)
		.filter(({ ended_at }) => ended_at === null || (fromIso(ended_at) ?? 0) > from);
	const parts = turns.map((turn) => gaugeOfTurn(store.folderOf(id), turn, from));
	return {
		calls: parts.reduce((sum, { calls }) => sum + calls, 0),
		tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0),
	};
}

/** Read and written, all of it. */
export const tokensOf = (counts: TokenCounts): number =>
	(counts.input ?? 0) + (counts.cacheRead ?? 0) + (counts.cacheWrite ?? 0) + writtenTokens(counts);

function gaugeOfTurn(folder: string, { turn }: TurnState, from: number): Gauge {
	const calls = new Set<string>();
	let [before, last] = [0, 0];
	for (const line of eventLines(turnFile(folder, turn, 'events.jsonl'))) {
		const logged = parseEventLine(line);
		if (logged === null) continue;
		const { ts, event } = logged;
		if (event.type === 'tool_call' && event.speaker === undefined && ts > from) calls.add(event.id);
		if (event.type !== 'usage' || event.scope !== 'turn') continue;
		last = tokensOf(event.tokens);
		if (ts <= from) before = last;
	}
	return { calls: calls.size, tokens: Math.max(0, last - before) };
}

/** Those that count; the others, which are most of a log, are not parsed. */
function* eventLines(path: string): Generator<string> {
	const splitter = new LineSplitter();
	for (const piece of piecesOf(path))
		for (const line of splitter.push(piece))
			if (line.kind === 'line' && /"type":"(?:tool_call|usage)"/.test(line.text)) yield line.text;
}

function piecesOf(path: string): Iterable<Buffer> {
	try {
		return filePieces(path)?.pieces() ?? [];
	} catch (error) {
		if (isUnreadable(error)) return [];
		throw error;
	}
}
