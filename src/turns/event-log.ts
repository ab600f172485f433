/** The disk form of events: `NNN-events.jsonl`, one object a line with `ts`, `seq`, `type` and snake_case keys. */
import * as v from 'valibot';
import type { AgentEvent, FileEdit, Limit } from '../agents/events.ts';
import { fromIso, toIso, toIsoOrNull } from '../core/clock.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { type DiskEvent, type DiskFileEdit, eventSchema } from './record/event-schema.ts';
import { tokensFromDisk, tokensToDisk } from './record/token-counts.ts';

export interface LoggedEvent {
	/** Epoch ms. */
	ts: number;
	seq: number;
	event: AgentEvent;
}

type Json = Record<string, unknown>;

/** A limit in the form that state, events and ledger share on disk. */
export function limitToDisk(value: Limit): NonNullable<TurnState['limit']> {
	const { resetAt, source, ...rest } = value;
	return { ...rest, source: { ...source }, reset_at: toIsoOrNull(resetAt) };
}

export function limitFromDisk(value: NonNullable<TurnState['limit']>): Limit {
	const { kind, window, scope, confidence } = value;
	const { channel, rule, excerpt } = value.source;
	return {
		kind,
		resetAt: fromIso(value.reset_at),
		window,
		scope,
		source: { channel, rule, excerpt },
		confidence,
	};
}

/** One line with its newline. */
export function serializeEvent({ ts, seq, event }: LoggedEvent): string {
	return `${JSON.stringify({ ts: toIso(ts), seq, ...eventToDisk(event) })}\n`;
}

/** The event with the keys it has on disk, for `--json` and the log. */
export function eventToDisk(event: AgentEvent): Json {
	switch (event.type) {
		case 'session_started':
			return {
				type: event.type,
				native_session_id: event.nativeSessionId,
				model: event.model,
				...(event.lacksStory ? { lacks_story: true } : {}),
				...(event.mcpServers && { mcp_servers: event.mcpServers }),
			};
		case 'agent_message_chunk':
		case 'agent_thought_chunk':
			return { type: event.type, message_id: event.messageId, text: event.text };
		case 'tool_result': {
			const { exitCode, outputBytes, edits, ...rest } = event;
			const toDisk = edits && { edits: edits.map(editToDisk) };
			return { ...rest, exit_code: exitCode, output_bytes: outputBytes, ...toDisk };
		}
		case 'usage': {
			const { type, scope, costUsd } = event;
			return { type, scope, tokens: tokensToDisk(event.tokens), cost_usd: costUsd };
		}
		case 'retry': {
			const { maxAttempts, delayMs, source, ...rest } = event;
			return { ...rest, max_attempts: maxAttempts, delay_ms: delayMs, source };
		}
		case 'limit':
			return { ...event, limit: limitToDisk(event.limit) };
		case 'utilization':
			return {
				type: event.type,
				windows: event.windows.map(({ window, ratio, resetAt }) => ({
					window,
					ratio,
					reset_at: toIsoOrNull(resetAt),
				})),
			};
		case 'turn_ended':
			return { type: event.type, outcome: event.outcome, stop_reason: event.stopReason };
		case 'tool_call':
		case 'plan':
		case 'error':
		case 'background_tasks':
		case 'interim_answer':
		case 'compacting':
		case 'continued':
			return { ...event };
		default:
			return assertNever(event);
	}
}

/** The event of one line, or null when it is not one (a torn line, a type of a newer version). */
export function parseEventLine(line: string): LoggedEvent | null {
	let json: unknown;
	try {
		json = JSON.parse(line);
	} catch {
		return null;
	}
	if (isChunk(json)) {
		const { ts, seq, type, message_id, text } = json;
		return { ts: fromIso(ts) ?? 0, seq, event: { type, messageId: message_id, text } };
	}
	const parsed = v.safeParse(eventSchema, json);
	if (!parsed.success) return null;
	const { ts, seq } = parsed.output;
	return { ts: fromIso(ts) ?? 0, seq, event: eventFromDisk(parsed.output) };
}

interface LoggedChunk {
	ts: string;
	seq: number;
	type: 'agent_message_chunk' | 'agent_thought_chunk';
	message_id: string;
	text: string;
}

/** Checked by hand: a turn may have hundreds of thousands of chunks, and the schema takes 6 us for each. */
function isChunk(json: unknown): json is LoggedChunk {
	if (typeof json !== 'object' || json === null || !('type' in json)) return false;
	if (json.type !== 'agent_message_chunk' && json.type !== 'agent_thought_chunk') return false;
	return (
		'ts' in json &&
		typeof json.ts === 'string' &&
		'seq' in json &&
		typeof json.seq === 'number' &&
		'message_id' in json &&
		typeof json.message_id === 'string' &&
		'text' in json &&
		typeof json.text === 'string'
	);
}

function eventFromDisk(logged: DiskEvent): AgentEvent {
	switch (logged.type) {
		case 'session_started':
			return {
				type: logged.type,
				nativeSessionId: logged.native_session_id,
				model: logged.model,
				...(logged.lacks_story ? { lacksStory: true } : {}),
				...(logged.mcp_servers && { mcpServers: logged.mcp_servers }),
			};
		case 'agent_message_chunk':
		case 'agent_thought_chunk':
			return { type: logged.type, messageId: logged.message_id, text: logged.text };
		case 'tool_call': {
			const { type, id, name, kind, title, command, paths, speaker, queued } = logged;
			return {
				...{ type, id, name, kind, title, command, paths },
				...(speaker && { speaker }),
				...(queued && { queued }),
			};
		}
		case 'tool_result': {
			const { type, id, ok, denied, output } = logged;
			const [exitCode, outputBytes] = [logged.exit_code, logged.output_bytes];
			const edits = logged.edits && { edits: logged.edits.map(editFromDisk) };
			return { type, id, ok, denied, exitCode, output, outputBytes, ...edits };
		}
		case 'plan':
			return { type: logged.type, items: logged.items };
		case 'usage': {
			const { type, scope, cost_usd } = logged;
			return { type, scope, tokens: tokensFromDisk(logged.tokens), costUsd: cost_usd };
		}
		case 'retry': {
			const { type, reason, attempt } = logged;
			const { channel, rule, excerpt } = logged.source;
			const source = { channel, rule, excerpt };
			return { type, reason, attempt, maxAttempts: logged.max_attempts, delayMs: logged.delay_ms, source };
		}
		case 'limit':
			return {
				type: logged.type,
				limit: limitFromDisk(logged.limit),
				...(logged.speaker && { speaker: logged.speaker }),
				...(logged.model !== undefined && { model: logged.model }),
			};
		case 'utilization':
			return {
				type: logged.type,
				windows: logged.windows.map(({ window, ratio, reset_at }) => ({
					window,
					ratio,
					resetAt: fromIso(reset_at),
				})),
			};
		case 'error':
			return { type: logged.type, code: logged.code, message: logged.message };
		case 'background_tasks':
		case 'interim_answer':
			return { type: logged.type, tasks: logged.tasks };
		case 'compacting':
		case 'continued':
			return { type: logged.type };
		case 'turn_ended':
			return { type: logged.type, outcome: logged.outcome, stopReason: stopReasonFrom(logged.stop_reason) };
		default:
			return assertNever(logged);
	}
}

function editToDisk({ movedTo, hunks, ...rest }: FileEdit): DiskFileEdit {
	const lines = hunks.map((hunk) => ({
		old_start: hunk.oldStart,
		new_start: hunk.newStart,
		lines: hunk.lines,
	}));
	return { ...rest, ...(movedTo === undefined ? {} : { moved_to: movedTo }), hunks: lines };
}

function editFromDisk({ moved_to, hunks, path, kind, added, removed }: DiskFileEdit): FileEdit {
	const lines = hunks.map((hunk) => ({
		oldStart: hunk.old_start,
		newStart: hunk.new_start,
		lines: hunk.lines,
	}));
	const moved = moved_to === undefined ? {} : { movedTo: moved_to };
	return { path, kind, ...moved, added, removed, hunks: lines };
}

const STOP_REASONS = [
	'end_turn',
	'max_tokens',
	'max_turns',
	'max_budget',
	'refusal',
	'limit',
	'cancelled',
	'timed_out',
	'background_stopped',
	'auth',
	'context_too_long',
	'model_not_found',
	'unknown_session',
	'session_in_use',
	'permission_rejected',
	'loop_detected',
	'empty_answer',
	'bad_usage',
	'bad_config',
	'bad_environment',
	'api_error',
	'crashed',
] as const;

/** An unknown word of a newer version reads as null: ended, for an unknown reason. */
function stopReasonFrom(word: string | null): (typeof STOP_REASONS)[number] | null {
	return STOP_REASONS.find((known) => known === word) ?? null;
}

function assertNever(value: never): never {
	throw new Error(`unknown event ${JSON.stringify(value)}`);
}
