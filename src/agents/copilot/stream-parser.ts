/** The JSON lines of `copilot --output-format json` as events, and the judgement of the turn they describe. */
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import { type AgentEvent, NO_TOKENS } from '../events.ts';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	parseEventLine,
	textOrNull,
} from '../reading/json-fields.ts';
import type { Judgement } from '../reading/judgement.ts';
import { judgeTurn } from './outcome.ts';
import { readOversized } from './oversized.ts';
import { StreamedTexts } from './stream/answer-texts.ts';
import { BackgroundWork } from './stream/background.ts';
import { ToolCalls } from './stream/call-tracker.ts';
import { RefusedRequests } from './stream/refused-requests.ts';
import { StderrHead } from './stream/stderr-head.ts';

export function createCopilotParser(context: ParserContext): AgentParser {
	return new CopilotParser(context);
}

class CopilotParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #answers = new StreamedTexts('agent_message_chunk', 'messageId');
	readonly #thoughts = new StreamedTexts('agent_thought_chunk', 'reasoningId');
	readonly #work = new BackgroundWork();
	readonly #tools: ToolCalls;
	readonly #refused = new RefusedRequests();
	#nativeSessionId: string | null = null;
	#model: string | null = null;
	/** The agent has answered and waits for its background work. */
	#isWaiting = false;
	#hasEnded = false;
	readonly #stderr = new StderrHead();
	#resultCode: number | null = null;
	#isAborted = false;
	#isWorking = false;

	constructor(context: ParserContext) {
		this.#context = context;
		const { planBefore, resume } = context;
		this.#tools = new ToolCalls(this.#work, planBefore ?? (resume ? null : []));
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#readLine(line));
	}

	stderr(chunk: Buffer): AgentEvent[] {
		this.#stderr.push(chunk);
		return [];
	}

	end(exit: AgentExit, record: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readLine(last);
		// If a turn asked nothing, the record's last turn is an earlier one.
		const native = this.#isWorking ? record : null;
		const stderr = this.#stderr.text;
		const { error, limit, retry } = this.#refused;
		const [resultCode, isAborted, isWorking] = [this.#resultCode, this.#isAborted, this.#isWorking];
		const seen = { error, limit, retry, resultCode, isAborted, isWorking, stderr };
		const judgement = judgeTurn(exit, seen, native);
		const isCorrected = error === null && judgement.outcome !== 'completed';
		if (!this.#hasEnded || isCorrected) events.push(...this.#conclude(judgement));
		if (native?.tokens !== undefined)
			events.push({ type: 'usage', scope: 'turn', tokens: native.tokens, costUsd: null });
		return { events, turn: this.#parsedTurn(judgement, native) };
	}

	#parsedTurn(judgement: Judgement, native: NativeFacts | null): ParsedTurn {
		const isSessionUsedUp = judgement.limit?.source.rule.endsWith('.session_quota_exceeded') === true;
		return {
			...judgement,
			nativeSessionId: this.#nativeSessionId,
			model: this.#model,
			tokens: native?.tokens ?? NO_TOKENS,
			cumulative: null,
			costUsd: null,
			toolResults: [],
			utilization: this.#refused.utilization,
			...(this.#refused.models.length === 0 ? {} : { refusedModels: this.#refused.models }),
			...(native?.plan === undefined ? {} : { plan: native.plan }),
			...(isSessionUsedUp ? { unresumable: 'has used up what it may use' } : {}),
		};
	}

	#readLine(line: Line): AgentEvent[] {
		const value = line.kind === 'line' ? parseEventLine(line.text) : readOversized(line);
		const type = textOrNull(value?.type);
		if (value === null || type === null || this.#resultCode !== null) return [];
		if (type === 'result') return this.#result(value);
		const events = this.#started(this.#context.requestedSessionId);
		// After its `session.error` only housekeeping follows.
		if (this.#refused.error !== null) return events;
		const agentId = textOrNull(value.agentId);
		const data = objectOrEmpty(value.data);
		const read =
			agentId === null ? this.#readOwn(type, data, value) : this.#readSubAgents(type, agentId, data, value);
		return [...events, ...read];
	}

	/** No line but the last has the id: it is the one that was given. */
	#started(id: string | null): AgentEvent[] {
		if (id === null || this.#nativeSessionId !== null) return [];
		this.#nativeSessionId = id;
		return [{ type: 'session_started', nativeSessionId: id, model: null }];
	}

	#readOwn(type: string, data: JsonObject, line: JsonObject): AgentEvent[] {
		switch (type) {
			case 'model.call_start':
				this.#isWorking = true;
				this.#model = textOrNull(data.model) ?? this.#model;
				return [];
			case 'assistant.message_delta':
				return this.#served(this.#answers.piece(data));
			case 'assistant.message':
				return this.#message(data);
			case 'assistant.reasoning_delta':
				return this.#served(this.#thoughts.piece(data));
			case 'assistant.reasoning':
				return this.#served(this.#thoughts.whole(data));
			case 'assistant.tool_call_delta':
				this.#tools.named(data);
				return [];
			case 'tool.execution_start':
				return this.#served(this.#tools.started(data, true));
			case 'tool.execution_complete':
				return this.#tools.ended(data, true);
			case 'system.notification':
				return this.#continued(this.#work.notified(objectOrEmpty(data.kind)));
			case 'model.call_failure':
				this.#isWorking = true;
				return this.#refused.refused(data, timeOf(line, this.#context));
			case 'session.warning':
				this.#refused.warned(data);
				return [];
			// The end of the turn, whatever the CLI does next: it may wait for an answer to a question that it shows nowhere.
			case 'session.error':
				return this.#conclude(this.#refused.sessionError(data, timeOf(line, this.#context)));
			case 'abort':
				this.#isAborted = true;
				return [];
			case 'assistant.idle':
				return this.#idle(data);
			default:
				return [];
		}
	}

	/** What sub-agents say is the agent's business; what they do is shown. */
	#readSubAgents(type: string, agentId: string, data: JsonObject, line: JsonObject): AgentEvent[] {
		switch (type) {
			case 'assistant.message':
				this.#tools.requested(data);
				return [];
			case 'tool.execution_start':
				return this.#tools.started(data, false);
			case 'tool.execution_complete':
				return this.#tools.ended(data, false);
			case 'model.call_failure':
				return this.#refused.subAgentRefused(data, timeOf(line, this.#context));
			default:
				return this.#work.subAgent(type, agentId, data);
		}
	}

	#message(data: JsonObject): AgentEvent[] {
		this.#tools.requested(data);
		this.#model = textOrNull(data.model) ?? this.#model;
		return this.#served(this.#answers.whole(data));
	}

	/** Something of the model: whatever was refused before is over. */
	#served(events: AgentEvent[]): AgentEvent[] {
		if (events.length === 0) return events;
		this.#isWorking = true;
		this.#refused.served();
		return this.#continued(events);
	}

	#continued(events: AgentEvent[]): AgentEvent[] {
		if (!this.#isWaiting) return events;
		this.#isWaiting = false;
		return [{ type: 'continued' }, ...events];
	}

	/** Not the end: with work in the background the agent waits for it and answers again. */
	#idle(data: JsonObject): AgentEvent[] {
		if (data.aborted === true) this.#isAborted = true;
		const { tasks } = this.#work;
		if (data.aborted === true || tasks.length === 0) return [];
		this.#isWaiting = true;
		return [{ type: 'interim_answer', tasks }];
	}

	#result(line: JsonObject): AgentEvent[] {
		const id = textOrNull(line.sessionId);
		const events = this.#started(id ?? this.#context.requestedSessionId);
		this.#nativeSessionId = id ?? this.#nativeSessionId;
		this.#resultCode = numberOrNull(line.exitCode);
		const isGood = this.#resultCode === 0 && !this.#isAborted && this.#refused.error === null;
		if (isGood) {
			this.#hasEnded = true;
			events.push({ type: 'turn_ended', outcome: 'completed', stopReason: 'end_turn' });
		}
		return events;
	}

	#conclude({ outcome, stopReason, limit, error }: Judgement): AgentEvent[] {
		this.#hasEnded = true;
		return [
			...(limit === null || limit === this.#refused.limit ? [] : [{ type: 'limit', limit } as const]),
			...(error === null ? [] : [{ type: 'error', ...error } as const]),
			{ type: 'turn_ended', outcome, stopReason },
		];
	}
}

/** When a line was written; epoch ms. */
function timeOf(line: JsonObject, { now }: ParserContext): number {
	const at = Date.parse(textOrNull(line.timestamp) ?? '');
	return Number.isNaN(at) ? now() : at;
}
