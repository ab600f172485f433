/** The JSON lines of `gemini -o stream-json` as events, with the signs on stderr, and the judgement of the turn. */
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import { type AgentEvent, type FileEdit, type Limit, NO_TOKENS, type TokenCounts } from '../events.ts';
import {
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	parseEventLine,
	textOrNull,
} from '../reading/json-fields.ts';
import type { Judgement } from '../reading/judgement.ts';
import type { Asked } from './limits.ts';
import { judgeSuccess, judgeTurn, resultMessage } from './outcome.ts';
import { readOversized } from './oversized.ts';
import { RefusedRequests } from './stream/refused-requests.ts';
import { editOf, planOf, readToolCall, toolResult } from './stream/tools.ts';
import { readStats } from './stream/usage.ts';

const MAX_ERRORS = 100;

export function createGeminiParser(context: ParserContext): AgentParser {
	return new GeminiParser(context);
}

class GeminiParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #refused: RefusedRequests;
	/** By the id of a call that has no result yet. */
	readonly #open = new Map<string, { toolName: string; edit: FileEdit | null }>();
	readonly #errors: string[] = [];
	#nativeSessionId: string | null = null;
	#model: string | null = null;
	#tokens: TokenCounts = NO_TOKENS;
	#messages = 0;
	#isInAnswer = false;
	#result: JsonObject | null = null;
	#judgement: Judgement | null = null;

	constructor(context: ParserContext) {
		this.#context = context;
		this.#refused = new RefusedRequests(() => this.#asked());
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => [...this.#readLine(line), ...this.#refused.take()]);
	}

	stderr(chunk: Buffer): AgentEvent[] {
		return this.#refused.stderr(chunk);
	}

	telemetry(chunk: Buffer): AgentEvent[] {
		return this.#refused.telemetry(chunk, this.#nativeSessionId ?? this.#context.requestedSessionId);
	}

	end(exit: AgentExit, native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readLine(last);
		events.push(...this.#refused.end());
		const judgement = judgeTurn(exit, this.#judgement, this.#seen());
		if (judgement !== this.#judgement) events.push(...conclusion(judgement, this.#refused.seen.limit));
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
			...this.#refused.seen,
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

	#readLine(line: Line): AgentEvent[] {
		if (this.#result !== null) return [];
		if (line.kind === 'line') return this.#readEvent(parseEventLine(line.text));
		const value = readOversized(line);
		if (value.type === 'tool_use' || value.type === 'tool_result') this.#refused.blind();
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
		this.#refused.served(line);
		return [{ type: 'agent_message_chunk', messageId: `message-${this.#messages}`, text }];
	}

	#toolUse(line: JsonObject): AgentEvent[] {
		const call = readToolCall(line);
		if (call === null) return [];
		this.#isInAnswer = false;
		this.#refused.served(line);
		this.#open.set(call.id, { toolName: call.name, edit: editOf(line) });
		this.#refused.toolCalled(call.id, line);
		const plan = planOf(line);
		return plan === null ? [call] : [call, plan];
	}

	#toolResult(line: JsonObject): AgentEvent[] {
		const id = textOrNull(line.tool_id) ?? '';
		const result = toolResult(line, this.#open.get(id) ?? { toolName: null, edit: null });
		if (result === null) return [];
		this.#open.delete(id);
		this.#refused.toolEnded(id, line);
		return [result];
	}

	#error(message: string): AgentEvent[] {
		if (this.#errors.length < MAX_ERRORS) this.#errors.push(message);
		return [{ type: 'error', code: null, message }];
	}

	/** A success is final; what an error means is known with the exit code, a moment later. */
	#ended(result: JsonObject): AgentEvent[] {
		this.#result = result;
		this.#refused.resultCame();
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

function conclusion({ outcome, stopReason, limit }: Judgement, reported: Limit | null): AgentEvent[] {
	const end: AgentEvent = { type: 'turn_ended', outcome, stopReason };
	return limit === null || limit === reported ? [end] : [{ type: 'limit', limit }, end];
}
