import type { AgentExit, ParsedTurn, ParserContext } from '../../agent-adapter.ts';
import type { AgentEvent } from '../../events.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
} from '../../reading/json-fields.ts';
import type { Judgement } from '../../reading/judgement.ts';
import { judgeResult } from '../outcome.ts';
import { AnswerText } from './answer-text.ts';
import { Answers } from './answers.ts';
import { OpenedSession } from './opened-session.ts';
import { RefusedRequests } from './refused-requests.ts';
import { TurnEvidence } from './turn-evidence.ts';
import { TurnMeter } from './turn-usage.ts';
import { BackgroundTasks } from './work/background-tasks.ts';
import { SubAgents } from './work/sub-agents.ts';
import { ToolTracker } from './work/tool-tracker.ts';

/** The messages of one turn as events: passes each to the part that it concerns, and says when the turn has ended. */
export class TurnReader {
	readonly #seen: TurnEvidence;
	readonly #session: OpenedSession;
	readonly #meter: TurnMeter;
	readonly #tools: ToolTracker;
	readonly #answer = new AnswerText();
	readonly #answers: Answers;
	readonly #background = new BackgroundTasks();
	readonly #subAgents = new SubAgents();
	readonly #refused: RefusedRequests;
	#isAborted = false;
	/** By call id: each result line reports those since the one before. */
	readonly #corrections = new Map<string, ParsedTurn['toolResults'][number]>();

	constructor(context: ParserContext) {
		this.#seen = new TurnEvidence(context.now);
		this.#answers = new Answers(this.#seen);
		this.#session = new OpenedSession(context.requestedSessionId);
		this.#meter = new TurnMeter({ isResumed: context.resume, before: context.cumulativeBefore });
		this.#tools = new ToolTracker(context.planBefore ?? (context.resume ? null : []));
		this.#refused = new RefusedRequests(this.#seen, this.#subAgents);
	}

	/** `isWhole` false: only the start of a line that was too long. */
	message(message: JsonObject, isWhole = true): AgentEvent[] {
		const events = this.#dispatch(message, isWhole);
		if (events !== null) this.#seen.hasStarted = true;
		return events ?? [];
	}

	stderr(text: string): void {
		this.#seen.keepStderr(text);
	}

	end(exit: AgentExit): { events: AgentEvent[]; turn: ParsedTurn } {
		const { events, judgement } = this.#answers.judge(exit, this.#isAborted);
		return { events, turn: this.#turn(judgement) };
	}

	/** null for a line of an unknown type. */
	#dispatch(message: JsonObject, isWhole: boolean): AgentEvent[] | null {
		switch (message.type) {
			case 'system':
				return this.#system(message);
			case 'assistant':
				return this.#assistant(message);
			case 'user': {
				const results = this.#tools.results(message, isWhole);
				for (const event of results) if (event.type === 'tool_result') this.#subAgents.answered(event.id);
				return results;
			}
			case 'stream_event':
				return this.#partial(message);
			case 'rate_limit_event': {
				const info = objectOrEmpty(message.rate_limit_info);
				return this.#refused.rateLimit(info, this.#session.model, this.#answers.hasEnded);
			}
			case 'result':
				return this.#result(message);
			default:
				return null;
		}
	}

	#system(message: JsonObject): AgentEvent[] {
		switch (message.subtype) {
			case 'init':
				return [...this.#answers.begin(), ...this.#session.init(message)];
			case 'background_tasks_changed':
				return [...this.#background.changed(message), ...this.#answers.holdOpen(this.#background.listed)];
			case 'task_started':
				this.#background.started(message, (id) => this.#tools.titleOf(id));
				this.#subAgents.task(message);
				return [];
			case 'task_updated':
			case 'task_notification':
				this.#subAgents.task(message);
				return [];
			case 'permission_denied':
				this.#tools.refused(message);
				return [];
			case 'session_writes_lost':
				this.#session.writesLost(message);
				return [];
			case 'api_retry':
				return this.#refused.retry(message);
			case 'status':
				return this.#seen.status(message);
			default:
				return [];
		}
	}

	/** A message that carries `error`, or names no model, is the CLI's own. */
	#assistant(line: JsonObject): AgentEvent[] {
		const message = objectOrEmpty(line.message);
		const isOwn = isMainThread(line);
		const errorName = textOrNull(line.error);
		const isOfCli = errorName !== null || message.model === '<synthetic>';
		if (!isOwn) this.#subAgents.spoke();
		const continued = isOwn ? this.#answers.speak() : [];
		if (isOwn) this.#seen.spoke(message, errorName, isOfCli);
		const claimed = isOwn && isOfCli ? this.#refused.claim(line, this.#session.model) : [];
		const blocks = listOrEmpty(message.content).flatMap((item) => {
			const block = objectOrEmpty(item);
			if (block.type === 'tool_use') {
				this.#subAgents.called(block);
				return this.#tools.call(block, isOwn);
			}
			return isOwn && !isOfCli ? this.#answer.block(textOrNull(message.id), block) : [];
		});
		return [...continued, ...claimed, ...blocks];
	}

	#partial(line: JsonObject): AgentEvent[] {
		const event = objectOrEmpty(line.event);
		const isOwn = isMainThread(line);
		const speaker = textOrNull(line.parent_tool_use_id) ?? '';
		switch (event.type) {
			case 'message_start': {
				const message = objectOrEmpty(event.message);
				this.#meter.messageStarts(speaker, objectOrEmpty(message.usage));
				if (isOwn) this.#answer.messageStarts(textOrNull(message.id));
				const continued = isOwn ? this.#answers.speak() : [];
				if (isOwn) this.#seen.served();
				return continued;
			}
			case 'content_block_delta':
				return isOwn ? this.#answer.partial(countOrNull(event.index) ?? 0, objectOrEmpty(event.delta)) : [];
			case 'message_delta': {
				const usage = objectOrNull(event.usage);
				if (usage === null || this.#answers.hasEnded) return [];
				this.#meter.messageGrows(speaker, usage);
				return [{ type: 'usage', scope: 'turn', tokens: this.#meter.tokens, costUsd: null }];
			}
			default:
				return [];
		}
	}

	#result(result: JsonObject): AgentEvent[] {
		this.#session.result(result);
		if (this.#answers.isEmpty(result)) return [];
		const judgement = judgeResult(result, this.#seen);
		this.#meter.result(result, judgement === null);
		for (const one of this.#tools.corrections(result)) this.#corrections.set(one.id, one);
		const { tokens, costUsd } = this.#meter;
		const usage: AgentEvent = { type: 'usage', scope: 'turn', tokens, costUsd };
		if (judgement === null) {
			this.#isAborted = true;
			return [usage];
		}
		const text = this.#answerInResult(result, judgement);
		if (judgement.outcome === 'completed') this.#seen.isServedSinceLimit = true;
		return [...text, usage, ...this.#answers.take(result, judgement, this.#background.listed)];
	}

	/** Local commands answer only in the result line. */
	#answerInResult(result: JsonObject, judgement: Judgement): AgentEvent[] {
		const text = textOrNull(result.result);
		if (judgement.outcome !== 'completed' || this.#answer.hasText || !text) return [];
		return [{ type: 'agent_message_chunk', messageId: 'result', text }];
	}

	#turn(judgement: Judgement): ParsedTurn {
		const { refusedModels, utilization } = this.#refused;
		const { unresumable } = this.#session;
		return {
			...judgement,
			nativeSessionId: this.#session.id,
			model: this.#session.model,
			tokens: this.#meter.tokens,
			cumulative: this.#meter.totals,
			costUsd: this.#meter.costUsd,
			toolResults: [...this.#corrections.values()],
			utilization,
			...(unresumable === null ? {} : { unresumable }),
			...(refusedModels.length === 0 ? {} : { refusedModels }),
		};
	}
}

/** False for the lines of a sub-agent. */
function isMainThread(line: JsonObject): boolean {
	return line.parent_tool_use_id === null || line.parent_tool_use_id === undefined;
}
