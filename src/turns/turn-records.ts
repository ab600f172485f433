/** The recorded turns of a session as packets and listings read them: state, prompt, the user's own words, events. */
import { createHash } from 'node:crypto';
import type { AgentEvent } from '../agents/events.ts';
import { readIfThere } from '../core/files.ts';
import { turnFile } from '../sessions/session-paths.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { parseEventLine } from './event-log.ts';

/** Above this an event log is read from its start and its end only; what lies between stays on disk. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

export interface TurnRecord {
	state: TurnState;
	/** Exactly what was sent. */
	prompt: string;
	/** What the user typed for this turn; null when the turn repeats an earlier prompt or the record is gone. */
	userPrompt: string | null;
	events: AgentEvent[];
	/** What does not fit what the relay once wrote (edited, missing), in words. */
	issues: string[];
}

/** Reads one turn. Missing or damaged files become issues, never errors. */
export function readTurnRecord(folder: string, state: TurnState): TurnRecord {
	const issues: string[] = [];
	const promptBytes = readChecked(folder, state, 'prompt.md', state.hashes.prompt, issues);
	const log = readChecked(folder, state, 'events.jsonl', state.hashes.events, issues);
	return {
		state,
		prompt: promptBytes.toString(),
		userPrompt: ownWords(state, promptBytes),
		events: parseLog(log),
		issues,
	};
}

/** The user's own words that a turn worked on, also when they were first sent with an earlier turn. */
export function promptInQuestion(records: readonly TurnRecord[], state: TurnState): string | null {
	const turn = state.user_prompt?.turn;
	return records.find((record) => record.state.turn === turn)?.userPrompt ?? null;
}

function ownWords(state: TurnState, prompt: Buffer): string | null {
	const range = state.user_prompt;
	if (range === null || range.turn !== state.turn) return null;
	return prompt.subarray(range.start, range.end).toString();
}

function readChecked(
	folder: string,
	state: TurnState,
	name: 'prompt.md' | 'events.jsonl',
	hash: string | null,
	issues: string[],
): Buffer {
	const path = turnFile(folder, state.turn, name);
	const label = path.slice(folder.length + 1);
	const bytes = readIfThere(path);
	if (bytes === null) {
		issues.push(`${label} is missing`);
		return Buffer.alloc(0);
	}
	const isWhole = hash === null || createHash('sha256').update(bytes).digest('hex') === hash;
	if (!isWhole) issues.push(`${label} was changed after the relay wrote it`);
	return bytes;
}

function parseLog(bytes: Buffer): AgentEvent[] {
	const kept =
		bytes.length <= MAX_LOG_BYTES
			? bytes
			: Buffer.concat([bytes.subarray(0, MAX_LOG_BYTES / 2), bytes.subarray(-MAX_LOG_BYTES / 2)]);
	return kept
		.toString()
		.split('\n')
		.flatMap((line) => (line === '' ? [] : (parseEventLine(line)?.event ?? [])));
}
