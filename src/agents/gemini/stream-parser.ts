/** The JSON lines of `gemini -o stream-json` as events, with the signs on stderr, and the judgement of the turn. */
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import { type AgentEvent, type Limit, NO_TOKENS, type TokenCounts } from '../events.ts';
import {
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	parseEventLine,
	textOrNull,
} from '../reading/json-fields.ts';
import type { Judgement } from '../reading/judgement.ts';
import { type Asked, limitFromSign, type Retry, retryFromSign, signFromTelemetry } from './limits.ts';
import { judgeSuccess, judgeTurn, resultMessage } from './outcome.ts';
import { readOversized } from './oversized.ts';
import { type Sign, StderrSigns } from './stream/stderr-signs.ts';
import { type ApiError, TelemetryErrors } from './stream/telemetry.ts';
import { planOf, toolCall, toolResult } from './stream/tools.ts';
import { readStats } from './stream/usage.ts';

/** A refusal to start is a few lines; what a long turn writes is not kept. */
const KEPT_STDERR_CHARS = 16 * 1024;
/** A stderr line over this is none of the CLI's signs. */
const MAX_STDERR_LINE_BYTES = 256 * 1024;
const MAX_ERRORS = 100;

export function createGeminiParser(context: ParserContext): AgentParser {
	return new GeminiParser(context);
}

class GeminiParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #stderrLines = new LineSplitter(MAX_STDERR_LINE_BYTES);
	readonly #signs = new StderrSigns();
	readonly #telemetry = new TelemetryErrors();
	/** Names of open calls by id. */
	readonly #toolNames = new Map<string, string>();
	readonly #errors: string[] = [];
	#stderr = '';
	#dump = '';
	#nativeSessionId: string | null = null;
	#model: string | null = null;
	#tokens: TokenCounts = NO_TOKENS;
	#messages = 0;
	#isInAnswer = false;
	#limit: Limit | null = null;
	#retry: Retry | null = null;
	/** When the model last answered, by the CLI's own clock (epoch ms). */
	#servedAt = 0;
	#apiError: ApiError | null = null;
	/** Refusals since then, by each channel: one that both tell is told once. */
	#refusals = { stderr: 0, telemetry: 0 };
	#result: JsonObject | null = null;
	#judgement: Judgement | null = null;

	constructor(context: ParserContext) {
		this.#context = context;
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => [...this.#readLine(line), ...this.#takeSigns()]);
	}

	stderr(chunk: Buffer): AgentEvent[] {
		return this.#stderrLines.push(chunk).flatMap((line) => this.#readStderr(line));
	}

	telemetry(chunk: Buffer): AgentEvent[] {
		const id = this.#nativeSessionId ?? this.#context.requestedSessionId;
		return this.#telemetry.push(chunk, id).flatMap((error) => this.#refused(error));
	}

	end(exit: AgentExit, native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readLine(last);
		const lastStderr = this.#stderrLines.end();
		if (lastStderr !== null) events.push(...this.#readStderr(lastStderr));
		this.#signs.end();
		events.push(...this.#takeSigns());
		const judgement = judgeTurn(exit, this.#judgement, this.#seen());
		if (judgement !== this.#judgement) events.push(...conclusion(judgement, this.#limit));
		return { events, turn: this.#parsedTurn(judgement, native) };
	}

	#asked(): Asked {
		return { model: this.#model ?? this.#context.requestedModel, now: this.#context.now() };
	}

	#seen() {
		return {
			hasStarted: this.#nativeSessionId !== null,
			result: this.#result,
			errors: this.#errors,
			limit: this.#limit,
			retry: this.#retry,
			dump: this.#dump,
			apiError: this.#apiError,
			stderr: this.#stderr,
			asked: this.#asked(),
		};
	}

	#parsedTurn(judgement: Judgement, native: NativeFacts | null): ParsedTurn {
		return {
			...judgement,
			nativeSessionId: this.#nativeSessionId,
			model: this.#model,
			tokens: this.#tokens === NO_TOKENS ? (native?.tokens ?? NO_TOKENS) : this.#tokens,
			cumulative: null,
			costUsd: null,
			toolResults: native?.toolResults ?? [],
			utilization: [],
		};
	}

	#readStderr(line: Line): AgentEvent[] {
		if (line.kind === 'oversized') {
			this.#signs.blind();
			return [];
		}
		if (this.#stderr.length < KEPT_STDERR_CHARS)
			this.#stderr = `${this.#stderr}${line.text}\n`.slice(0, KEPT_STDERR_CHARS);
		this.#signs.line(line.text);
		return this.#takeSigns();
	}

	/** Telemetry comes late: what the model has answered since is over. */
	#refused(error: ApiError): AgentEvent[] {
		if ((error.at ?? this.#context.now()) <= this.#servedAt) return [];
		this.#apiError = error;
		this.#refusals.telemetry++;
		if (this.#result !== null || this.#limit !== null) return [];
		const sign = signFromTelemetry(error, this.#asked());
		if (sign === null) return [];
		if ('limit' in sign) {
			this.#limit = sign.limit;
			return [{ type: 'limit', limit: sign.limit }];
		}
		if (this.#refusals.telemetry <= this.#refusals.stderr) return [];
		this.#retry = sign.retry;
		return [sign.retry];
	}

	#takeSigns(): AgentEvent[] {
		return this.#signs.take().flatMap((sign) => this.#sign(sign));
	}

	/** After the result line a sign only explains it. */
	#sign(sign: Sign): AgentEvent[] {
		if (sign.kind === 'dump') {
			this.#dump = sign.text;
			return [];
		}
		if (this.#result !== null) return [];
		this.#refusals.stderr++;
		const limit = limitFromSign(sign, this.#asked());
		if (limit !== null) {
			this.#limit = limit;
			return [{ type: 'limit', limit }];
		}
		this.#retry = retryFromSign(sign, this.#asked());
		return this.#retry === null ? [] : [this.#retry];
	}

	#readLine(line: Line): AgentEvent[] {
		if (this.#result !== null) return [];
		if (line.kind === 'line') return this.#readEvent(parseEventLine(line.text));
		const value = readOversized(line);
		if (value.type === 'tool_use' || value.type === 'tool_result') this.#signs.blind();
		return this.#readEvent(value);
	}

	#readEvent(value: JsonObject | null): AgentEvent[] {
		switch (value?.type) {
			case 'init':
				return this.#started(textOrNull(value.session_id), textOrNull(value.model));
			case 'message':
				return value.role === 'assistant' ? this.#message(value) : [];
			case 'tool_use':
				return this.#toolUse(value);
			case 'tool_result':
				return this.#toolResult(value);
			case 'error':
				return this.#error(textOrNull(value.message) ?? '');
			case 'result':
				return this.#ended(value);
			default:
				return [];
		}
	}

	#started(id: string | null, model: string | null): AgentEvent[] {
		if (id === null || this.#nativeSessionId !== null) return [];
		this.#nativeSessionId = id;
		this.#model = model;
		const started: AgentEvent = { type: 'session_started', nativeSessionId: id, model };
		const asked = this.#context.requestedSessionId;
		if (asked === null || asked === id) return [started];
		const message = `gemini opened session ${id} instead of ${asked}`;
		return [started, { type: 'error', code: 'session_mismatch', message }];
	}

	#message(line: JsonObject): AgentEvent[] {
		const text = textOrNull(line.content);
		if (text === null || text === '') return [];
		if (!this.#isInAnswer) this.#messages++;
		this.#isInAnswer = true;
		this.#isServed(line);
		return [{ type: 'agent_message_chunk', messageId: `message-${this.#messages}`, text }];
	}

	/** The model answers: what was refused or retried before is over. */
	#isServed(line: JsonObject): void {
		const at = Date.parse(textOrNull(line.timestamp) ?? '');
		this.#servedAt = Number.isNaN(at) ? this.#context.now() : at;
		this.#apiError = null;
		this.#refusals = { stderr: 0, telemetry: 0 };
		this.#limit = null;
		this.#retry = null;
	}

	#toolUse(line: JsonObject): AgentEvent[] {
		const call = toolCall(line);
		if (call === null) return [];
		this.#isInAnswer = false;
		this.#isServed(line);
		this.#toolNames.set(call.id, call.name);
		this.#signs.toolCalled(call.id, line);
		const plan = planOf(line);
		return plan === null ? [call] : [call, plan];
	}

	#toolResult(line: JsonObject): AgentEvent[] {
		const id = textOrNull(line.tool_id) ?? '';
		const result = toolResult(line, this.#toolNames.get(id) ?? null);
		if (result === null) return [];
		this.#toolNames.delete(id);
		this.#signs.toolEnded(id, line);
		return [result];
	}

	#error(message: string): AgentEvent[] {
		if (this.#errors.length < MAX_ERRORS) this.#errors.push(message);
		return [{ type: 'error', code: null, message }];
	}

	/** A success is final; what an error means is known with the exit code, a moment later. */
	#ended(result: JsonObject): AgentEvent[] {
		this.#result = result;
		const events: AgentEvent[] = [];
		const stats = objectOrNull(result.stats);
		if (stats !== null) {
			this.#tokens = readStats(stats);
			events.push({ type: 'usage', scope: 'turn', tokens: this.#tokens, costUsd: null });
		}
		this.#judgement = judgeSuccess(objectOrEmpty(result), this.#errors);
		if (this.#judgement !== null) return [...events, ...conclusion(this.#judgement, null)];
		const message = resultMessage(result);
		return message === null ? events : [...events, { type: 'error', code: null, message }];
	}
}

function conclusion({ outcome, stopReason, limit }: Judgement, told: Limit | null): AgentEvent[] {
	const end: AgentEvent = { type: 'turn_ended', outcome, stopReason };
	return limit === null || limit === told ? [end] : [{ type: 'limit', limit }, end];
}
