/** The JSON lines of `codex exec --json` as events, and the judgement of the turn they describe. */
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import type { AgentEvent } from '../events.ts';
import {
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	parseEventLine,
	textOrNull,
} from '../reading/json-fields.ts';
import { completed, failed, failedAfterAnswer, type Judgement, saysFailed } from '../reading/judgement.ts';
import { type Reconnecting, readReconnecting } from './limits.ts';
import { resultsOf } from './native/rollout-commands.ts';
import { judgeTurnFailed, judgeWithoutEnd, refineByRecord } from './outcome.ts';
import { rebuildOversized } from './oversized.ts';
import { type ItemPhase, type OpenTools, readItem } from './stream/items.ts';
import { OpenedSession } from './stream/opened-session.ts';

/** A refusal to start is one or a few lines; log lines of a long turn are not kept. */
const KEPT_STDERR_CHARS = 16 * 1024;

export function createCodexParser(context: ParserContext): AgentParser {
	return new CodexParser(context);
}

class CodexParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #session: OpenedSession;
	readonly #open: OpenTools = new Set();
	/** Commands whose end the stream has not reported, by item id. */
	readonly #unfinished = new Map<string, string>();
	readonly #stderr: Buffer[] = [];
	#stderrBytes = 0;
	#last: Reconnecting | null = null;
	#lastError = '';
	/** A top-level error, as long as nothing of the turn followed it. */
	#standingError: string | null = null;
	#ended: { judgement: Judgement; message: string } | null = null;

	constructor(context: ParserContext) {
		this.#context = context;
		this.#session = new OpenedSession(context);
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#readLine(line));
	}

	/** Only log lines if the turn began; kept to explain a turn that did not. */
	stderr(chunk: Buffer): AgentEvent[] {
		if (this.#stderrBytes < KEPT_STDERR_CHARS) {
			this.#stderr.push(Buffer.from(chunk.subarray(0, KEPT_STDERR_CHARS - this.#stderrBytes)));
			this.#stderrBytes += chunk.length;
		}
		return [];
	}

	end(exit: AgentExit, native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readLine(last);
		const judgement = this.#judge(exit, native);
		const isCorrected = this.#ended?.judgement.outcome === 'completed' && judgement.outcome !== 'completed';
		if (this.#ended === null || isCorrected) {
			if (judgement.limit !== null) events.push({ type: 'limit', limit: judgement.limit });
			if (judgement.error !== null && judgement.error.message !== this.#standingError)
				events.push({ type: 'error', ...judgement.error });
			events.push({
				type: 'turn_ended',
				outcome: judgement.outcome,
				stopReason: judgement.stopReason,
			});
		}
		const utilization = native?.utilization ?? [];
		if (utilization.length > 0) events.push({ type: 'utilization', windows: utilization });
		return { events, turn: this.#parsedTurn(judgement, native) };
	}

	#judge(exit: AgentExit, native: NativeFacts | null): Judgement {
		if (this.#ended !== null) {
			const { judgement, message } = this.#ended;
			if (judgement.outcome === 'completed' && saysFailed(exit))
				return failedAfterAnswer('codex', exit.exitCode);
			return refineByRecord(judgement, message, native, this.#context.now());
		}
		const { mismatch } = this.#session;
		if (mismatch !== null && exit.stopRequested === 'failed') return failed('unknown_session', mismatch);
		return this.#judgeLastError(exit, native) ?? this.#judgeLeft(exit);
	}

	/** Judged by the last error of a codex that died before it could say how the turn ended; null if that is unknown. */
	#judgeLastError(exit: AgentExit, native: NativeFacts | null): Judgement | null {
		const message = this.#standingError;
		if (message === null || exit.stopRequested !== null) return null;
		const now = this.#context.now();
		const judgement = refineByRecord(judgeTurnFailed(message, now), message, native, now);
		const isKnownFailure = saysFailed(exit) && judgement.stopReason !== 'api_error';
		return judgement.outcome === 'limited' || isKnownFailure ? judgement : null;
	}

	#judgeLeft(exit: AgentExit): Judgement {
		const stderr = Buffer.concat(this.#stderr).toString('utf8');
		const isStarted = this.#session.id !== null;
		const { retry: lastRetry = null, limit = null } = this.#last ?? {};
		return judgeWithoutEnd(exit, { isStarted, lastRetry, limit, stderr, now: this.#context.now() });
	}

	#parsedTurn(judgement: Judgement, native: NativeFacts | null): ParsedTurn {
		const { id, totals, mismatch } = this.#session;
		return {
			...judgement,
			nativeSessionId: id,
			model: id === null ? null : (native?.model ?? this.#context.requestedModel),
			tokens: this.#session.turnTokens(native),
			cumulative: totals ?? native?.cumulative ?? null,
			costUsd: null,
			toolResults: resultsOf(this.#unfinished, native?.commandResults ?? []),
			utilization: native?.utilization ?? [],
			...(native?.plan === undefined ? {} : { plan: native.plan }),
			...(mismatch === null ? {} : { unresumable: 'began without the earlier turns' }),
		};
	}

	#readLine(line: Line): AgentEvent[] {
		const value = line.kind === 'line' ? parseEventLine(line.text) : rebuildOversized(line);
		return value === null || this.#ended !== null ? [] : this.#readEvent(value);
	}

	#readEvent(value: JsonObject): AgentEvent[] {
		const type = textOrNull(value.type) ?? '';
		switch (type) {
			case 'thread.started':
				return this.#session.started(textOrNull(value.thread_id));
			case 'item.started':
			case 'item.updated':
			case 'item.completed':
				return this.#item(objectOrEmpty(value.item), type);
			case 'error':
				return this.#topLevelError(textOrNull(value.message) ?? '');
			case 'turn.completed':
				return [...this.#usage(objectOrNull(value.usage)), ...this.#finish(completed(), '')];
			case 'turn.failed':
				return this.#turnFailed(textOrNull(objectOrEmpty(value.error).message) ?? '');
			default:
				return [];
		}
	}

	#item(item: JsonObject, type: 'item.started' | 'item.updated' | 'item.completed'): AgentEvent[] {
		const phases = {
			'item.started': 'started',
			'item.updated': 'updated',
			'item.completed': 'completed',
		} as const;
		const phase: ItemPhase = phases[type];
		this.#last = null;
		this.#standingError = null;
		const events = readItem(item, phase, this.#open);
		for (const event of events) this.#noteTool(event);
		return events;
	}

	#noteTool(event: AgentEvent): void {
		if (event.type === 'tool_call' && event.command !== null) this.#unfinished.set(event.id, event.command);
		if (event.type === 'tool_result') this.#unfinished.delete(event.id);
	}

	#topLevelError(message: string): AgentEvent[] {
		const reconnecting = readReconnecting(message, this.#context.now());
		if (reconnecting === null) {
			this.#standingError = message;
			return this.#error(message);
		}
		const { retry, limit } = reconnecting;
		this.#last = reconnecting;
		this.#standingError = null;
		return limit === null ? [retry] : [retry, { type: 'limit', limit }];
	}

	#usage(usage: JsonObject | null): AgentEvent[] {
		return usage === null ? [] : this.#session.usage(usage);
	}

	/** Usually a top-level error with the same sentence came just before; it is reported once. */
	#turnFailed(message: string): AgentEvent[] {
		const events = message === this.#lastError ? [] : this.#error(message);
		const judgement = judgeTurnFailed(message, this.#context.now());
		if (judgement.limit !== null) events.push({ type: 'limit', limit: judgement.limit });
		return [...events, ...this.#finish(judgement, message)];
	}

	#error(message: string): AgentEvent[] {
		this.#lastError = message;
		return message === '' ? [] : [{ type: 'error', code: null, message }];
	}

	#finish(judgement: Judgement, message: string): AgentEvent[] {
		this.#ended = { judgement, message };
		return [{ type: 'turn_ended', outcome: judgement.outcome, stopReason: judgement.stopReason }];
	}
}
