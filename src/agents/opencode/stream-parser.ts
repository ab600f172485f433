/** The JSON lines of `opencode run --format json` as events, with the plugin's lines, and the judgement of the turn. */
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import type { AgentEvent, Limit } from '../events.ts';
import { type JsonObject, objectOrEmpty, parseEventLine, textOrNull } from '../reading/json-fields.ts';
import { failed, type Judgement } from '../reading/judgement.ts';
import { type Asked, limitFromStatus, type Retry, retryFromStatus } from './limits.ts';
import { errorMessage, judgeEnd } from './outcome.ts';
import { readOversized } from './oversized.ts';
import { type RetryStatus, StatusLines } from './stream/status-lines.ts';
import { readTool } from './stream/tools.ts';
import { StepUsage } from './stream/usage.ts';

/** A refusal to start is a few lines; the output of a long turn is not kept. */
const KEPT_STDERR_CHARS = 16 * 1024;
const MAX_STDERR_LINE_BYTES = 256 * 1024;
/** The second overflow in one turn means that compacting does not help: the CLI would continue forever. */
const MAX_OVERFLOWS = 2;

export function createOpencodeParser(context: ParserContext): AgentParser {
	return new OpencodeParser(context);
}

class OpencodeParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #stderrLines = new LineSplitter(MAX_STDERR_LINE_BYTES);
	readonly #status = new StatusLines();
	readonly #usage = new StepUsage();
	#stderr = '';
	#sessionId: string | null = null;
	#error: JsonObject | null = null;
	#hasFailed = false;
	#finish: string | null = null;
	#isRejected = false;
	#limit: Limit | null = null;
	#retry: Retry | null = null;
	#overflows = 0;
	/** The step right after an overflow is the CLI's own summary, not an answer. */
	#isSummary = false;
	#judgement: Judgement | null = null;

	constructor(context: ParserContext) {
		this.#context = context;
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#readLine(line));
	}

	stderr(chunk: Buffer): AgentEvent[] {
		return this.#stderrLines.push(chunk).flatMap((line) => this.#readStderr(line));
	}

	end(exit: AgentExit, _native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readLine(last);
		const lastStderr = this.#stderrLines.end();
		if (lastStderr !== null) events.push(...this.#readStderr(lastStderr));
		const judgement = this.#judgement ?? judgeEnd(exit, this.#seen());
		if (this.#judgement === null) events.push(...this.#conclusion(judgement));
		return { events, turn: this.#parsedTurn(judgement) };
	}

	#asked(): Asked {
		return { model: this.#context.requestedModel, now: this.#context.now() };
	}

	#seen() {
		return {
			hasStarted: this.#sessionId !== null,
			error: this.#error,
			hasFailed: this.#hasFailed,
			finish: this.#finish,
			isRejected: this.#isRejected,
			limit: this.#limit,
			retry: this.#retry,
			stderr: this.#stderr,
			asked: this.#asked(),
		};
	}

	#parsedTurn(judgement: Judgement): ParsedTurn {
		return {
			...judgement,
			nativeSessionId: this.#sessionId,
			model: null,
			tokens: this.#usage.tokens,
			cumulative: null,
			costUsd: this.#usage.costUsd,
			toolResults: [],
			utilization: [],
		};
	}

	#conclusion({ outcome, stopReason, limit }: Judgement): AgentEvent[] {
		const end: AgentEvent = { type: 'turn_ended', outcome, stopReason };
		return limit === null || limit === this.#limit ? [end] : [{ type: 'limit', limit }, end];
	}

	#readStderr(line: Line): AgentEvent[] {
		if (line.kind === 'oversized') return [];
		if (this.#stderr.length < KEPT_STDERR_CHARS)
			this.#stderr = `${this.#stderr}${line.text}\n`.slice(0, KEPT_STDERR_CHARS);
		const status = this.#status.read(line.text);
		if (status === null) return [];
		if (!this.#isOwnSession(status.sessionId)) return this.#ofSubAgent(status.retry);
		const events = this.#started(status.sessionId);
		if (status.retry === null || this.#judgement !== null) return events;
		const asked = this.#asked();
		const limit = limitFromStatus(status.retry, asked);
		if (limit !== null) {
			this.#limit = limit;
			return [...events, { type: 'limit', limit }];
		}
		this.#retry = retryFromStatus(status.retry, asked);
		return [...events, this.#retry];
	}

	/** The model that a sub-agent asked is not reported; its limit is shown but never acted on. */
	#ofSubAgent(retry: RetryStatus | null): AgentEvent[] {
		const limit = retry === null ? null : limitFromStatus(retry, this.#asked());
		return limit === null ? [] : [{ type: 'limit', limit, speaker: 'sub_agent' }];
	}

	/** A sub-agent's session has its own id; the first one reported, when none is known yet, is the turn's. */
	#isOwnSession(id: string): boolean {
		const { resume, requestedSessionId } = this.#context;
		const known = this.#sessionId ?? (resume ? requestedSessionId : null);
		return known === null || known === id;
	}

	#started(id: string | null): AgentEvent[] {
		if (id === null || this.#sessionId !== null) return [];
		this.#sessionId = id;
		const started: AgentEvent = { type: 'session_started', nativeSessionId: id, model: null };
		const { resume, requestedSessionId } = this.#context;
		if (!resume || requestedSessionId === null || requestedSessionId === id) return [started];
		const message = `opencode opened session ${id} instead of ${requestedSessionId}`;
		return [started, { type: 'error', code: 'session_mismatch', message }];
	}

	#readLine(line: Line): AgentEvent[] {
		const value = line.kind === 'line' ? parseEventLine(line.text) : readOversized(line);
		const type = textOrNull(value?.type);
		if (value === null || type === null) return [];
		if (this.#judgement !== null)
			return type === 'step_finish' ? this.#stepFinish(objectOrEmpty(value.part)) : [];
		const read = this.#readEvent(type, value);
		return read === null ? [] : [...this.#started(textOrNull(value.sessionID)), ...read];
	}

	/** null for a line of an unknown type. */
	#readEvent(type: string, value: JsonObject): AgentEvent[] | null {
		const part = objectOrEmpty(value.part);
		switch (type) {
			case 'step_start':
				return this.#stepStart();
			case 'text':
				return this.#text('agent_message_chunk', part);
			case 'reasoning':
				return this.#text('agent_thought_chunk', part);
			case 'tool_use':
				return this.#toolUse(part);
			case 'step_finish':
				return this.#stepFinish(part);
			case 'error':
				return this.#failure(objectOrEmpty(value.error));
			default:
				return null;
		}
	}

	/** The model is asked again: an error before it was not the end. */
	#stepStart(): AgentEvent[] {
		this.#isSummary = this.#isOverflow(this.#error);
		this.#error = null;
		this.#finish = null;
		this.#isRejected = false;
		this.#limit = null;
		this.#retry = null;
		return [];
	}

	#text(type: 'agent_message_chunk' | 'agent_thought_chunk', part: JsonObject): AgentEvent[] {
		const text = textOrNull(part.text) ?? '';
		if (text === '' || this.#isSummary || part.synthetic === true) return [];
		return [{ type, messageId: textOrNull(part.id) ?? 'part', text }];
	}

	#toolUse(part: JsonObject): AgentEvent[] {
		const { events, isRejected } = readTool(part);
		this.#isRejected ||= isRejected;
		return events;
	}

	#stepFinish(part: JsonObject): AgentEvent[] {
		this.#usage.add(part);
		this.#finish = this.#isSummary ? null : textOrNull(part.reason);
		this.#isSummary = false;
		return [{ type: 'usage', scope: 'turn', tokens: this.#usage.tokens, costUsd: this.#usage.costUsd }];
	}

	#failure(error: JsonObject): AgentEvent[] {
		this.#error = error;
		this.#hasFailed = true;
		this.#finish = null;
		const message = errorMessage(error);
		if (!this.#isOverflow(error)) return [{ type: 'error', code: null, message }];
		this.#overflows++;
		const event: AgentEvent = { type: 'error', code: 'context_too_long', message };
		if (this.#overflows < MAX_OVERFLOWS) return [event, { type: 'compacting' }];
		this.#judgement = failed('context_too_long', message);
		return [event, ...this.#conclusion(this.#judgement)];
	}

	#isOverflow(error: JsonObject | null): boolean {
		return error?.name === 'ContextOverflowError';
	}
}
