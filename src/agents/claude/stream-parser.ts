import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import { safeLine } from '../../core/text.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import type { AgentEvent, Limit, Utilization } from '../events.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	objectOrNull,
	parseEventLine,
	textOrNull,
} from '../reading/json-fields.ts';
import type { Judgement } from '../reading/judgement.ts';
import { limitFromEvent, retryFromLine, utilizationFromEvent } from './limits.ts';
import { judgeResult, type Seen, standingLimit } from './outcome.ts';
import { readOversized } from './oversized.ts';
import { AnswerText } from './stream/answer-text.ts';
import { Answers } from './stream/answered.ts';
import { BackgroundTasks } from './stream/background-tasks.ts';
import { whyUnresumable } from './stream/lost-writes.ts';
import { SubAgents } from './stream/sub-agents.ts';
import { ToolTracker } from './stream/tool-tracker.ts';
import { TurnMeter } from './stream/turn-usage.ts';

/** Start of stderr that is kept for the judgement: the CLI's own refusals are one line. */
const MAX_STDERR_CHARS = 64 * 1024;
/** The CLI's own messages are a sentence or two. */
const MAX_OWN_CHARS = 4000;
/** Control sequences a terminal may put before a line. */
const LEADING_SEQUENCES = /^(?:\x1b\[[0-9;?<=>]*[A-Za-z])+/;

const NOTHING_SEEN: Omit<Seen, 'now'> = {
	limit: null,
	lateLimit: null,
	isServedSinceLimit: false,
	retry: null,
	hasAuthRetry: false,
	errorName: null,
	lastSpeaker: null,
	ownWords: '',
	hasCompactionFailed: false,
	hasStarted: false,
	stderr: '',
};

/** Reads one turn of `claude -p --output-format stream-json --verbose`, with or without partial messages. */
export class ClaudeParser implements AgentParser {
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #stderrText = new TextDecoder();
	readonly #answer = new AnswerText();
	readonly #tools: ToolTracker;
	readonly #background = new BackgroundTasks();
	readonly #subAgents = new SubAgents();
	readonly #refusedModels = new Map<string, Limit>();
	/** A refusal while sub-agents were at work: theirs, or the main conversation's. */
	#unclaimed: Limit | null = null;
	readonly #meter: TurnMeter;
	readonly #utilization = new Map<string, Utilization>();
	readonly #seen: Seen;
	#nativeSessionId: string | null = null;
	#unresumable: string | null = null;
	#model: string | null = null;
	#isAborted = false;
	readonly #answers = new Answers();
	/** Of the newest `turn_ended`; null while the turn goes on. */
	#judgement: Judgement | null = null;
	/** By call id: each result line tells those since the one before. */
	readonly #corrections = new Map<string, ParsedTurn['toolResults'][number]>();

	constructor(context: ParserContext) {
		this.#context = context;
		this.#seen = { ...NOTHING_SEEN, now: context.now };
		this.#meter = new TurnMeter({ isResumed: context.resume, before: context.cumulativeBefore });
		this.#tools = new ToolTracker(context.planBefore ?? (context.resume ? null : []));
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#line(line));
	}

	stderr(chunk: Buffer): AgentEvent[] {
		this.#keepStderr(this.#stderrText.decode(chunk, { stream: true }));
		return [];
	}

	end(exit: AgentExit, _native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#line(last);
		this.#keepStderr(this.#stderrText.decode());
		const judgement = this.#answers.judge(exit, this.#isAborted, this.#seen);
		if (!isSameEnd(this.#judgement, judgement)) events.push(...this.#conclude(judgement));
		return { events, turn: this.#turn(judgement) };
	}

	#keepStderr(text: string): void {
		if (this.#seen.stderr.length >= MAX_STDERR_CHARS) return;
		this.#seen.stderr = (this.#seen.stderr + text).slice(0, MAX_STDERR_CHARS);
	}

	#line(line: Line): AgentEvent[] {
		if (line.kind === 'line') {
			const message = parseEventLine(line.text.replace(LEADING_SEQUENCES, ''));
			return message === null ? [] : this.#message(message);
		}
		const notice: AgentEvent = {
			type: 'error',
			code: 'oversized_line',
			message: `a line of ${line.bytes} bytes was recorded; only its start and end were read`,
		};
		const read = readOversized(line);
		return read === null ? [notice] : [notice, ...this.#message(read.message, read.isWhole)];
	}

	#message(message: JsonObject, isWhole = true): AgentEvent[] {
		const events = this.#dispatch(message, isWhole);
		if (events !== null) this.#seen.hasStarted = true;
		return events ?? [];
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
			case 'rate_limit_event':
				return this.#rateLimit(objectOrEmpty(message.rate_limit_info));
			case 'result':
				return this.#result(message);
			default:
				return null;
		}
	}

	#system(message: JsonObject): AgentEvent[] {
		switch (message.subtype) {
			case 'init':
				return [...this.#continue(this.#answers.goOn()), ...this.#init(message)];
			case 'background_tasks_changed':
				return this.#tasksChanged(message);
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
				this.#unresumable = whyUnresumable(message, this.#nativeSessionId) ?? this.#unresumable;
				return [];
			case 'api_retry':
				return this.#retry(message);
			case 'status':
				if (message.compact_result === 'failed') this.#seen.hasCompactionFailed = true;
				if (message.compact_result === 'success') this.#seen.hasCompactionFailed = false;
				return [];
			default:
				return [];
		}
	}

	/** Tasks that are listed only after the answer make an interim one of it. */
	#tasksChanged(message: JsonObject): AgentEvent[] {
		const events = this.#background.changed(message);
		const tasks = this.#background.listed;
		if (this.#judgement?.outcome !== 'completed' || tasks.length === 0) return events;
		this.#answers.holdOpen();
		return [...events, ...this.#continue(true), { type: 'interim_answer', tasks }];
	}

	#init(message: JsonObject): AgentEvent[] {
		const started = this.#started(textOrNull(message.session_id), textOrNull(message.model));
		const servers = serverNames(message.mcp_servers);
		if (servers === null) return started;
		return started.map((event) =>
			event.type === 'session_started' ? { ...event, mcpServers: servers } : event,
		);
	}

	#started(id: string | null, model: string | null): AgentEvent[] {
		const isRepeated = id === this.#nativeSessionId && model === this.#model;
		if (id === null || isRepeated) return [];
		this.#nativeSessionId = id;
		this.#model = model ?? this.#model;
		const events: AgentEvent[] = [{ type: 'session_started', nativeSessionId: id, model: this.#model }];
		const asked = this.#context.requestedSessionId;
		if (asked !== null && asked !== id)
			events.push({
				type: 'error',
				code: 'other_session',
				message: `claude opened session ${id} instead of ${asked}`,
			});
		return events;
	}

	#retry(message: JsonObject): AgentEvent[] {
		const retry = retryFromLine(message);
		this.#seen.retry = retry;
		if (retry.reason !== 'auth' || this.#seen.hasAuthRetry) return [retry];
		this.#seen.hasAuthRetry = true;
		return [retry, { type: 'error', code: 'auth', message: 'the login was refused; claude goes on trying' }];
	}

	#rateLimit(info: JsonObject): AgentEvent[] {
		const windows = utilizationFromEvent(info);
		for (const window of windows)
			if (this.#utilization.size < 20 || this.#utilization.has(window.window))
				this.#utilization.set(window.window, window);
		const events: AgentEvent[] = windows.length === 0 ? [] : [{ type: 'utilization', windows }];
		const limit = limitFromEvent(info, this.#model);
		if (this.#judgement !== null) this.#seen.lateLimit = limit;
		if (limit === null || this.#judgement !== null) return events;
		const model = this.#subAgents.refusedModel(limit, this.#model);
		if (model !== null) {
			this.#refusedModels.set(model, limit);
			return [...events, { type: 'limit', limit, speaker: 'sub_agent', model }];
		}
		if (!this.#subAgents.areAtWork) return [...events, this.#refuse(limit)];
		this.#unclaimed = limit;
		return events;
	}

	/** The main conversation was refused. */
	#refuse(limit: Limit): AgentEvent {
		this.#seen.limit = limit;
		this.#seen.isServedSinceLimit = false;
		return { type: 'limit', limit };
	}

	/** claude's own message in the main conversation claims a limit of which nothing said whose it was. */
	#claimLimit(line: JsonObject): AgentEvent[] {
		if (line.error !== 'rate_limit' && line.api_error !== 'usage_limit_reached') return [];
		if (standingLimit(this.#seen) !== null) return [];
		const told = objectOrNull(objectOrEmpty(line.api_error_params).rate_limit_info);
		const limit = (told === null ? null : limitFromEvent(told, this.#model)) ?? this.#unclaimed;
		this.#unclaimed = null;
		return limit === null ? [] : [this.#refuse(limit)];
	}

	#assistant(line: JsonObject): AgentEvent[] {
		const message = objectOrEmpty(line.message);
		const isOwn = isMainThread(line);
		const errorName = textOrNull(line.error);
		const isOfCli = errorName !== null || message.model === '<synthetic>';
		if (!isOwn) this.#subAgents.spoke();
		const continued = isOwn ? this.#continue(this.#answers.speak()) : [];
		if (isOwn) this.#noteSpeaker(message, errorName, isOfCli);
		const claimed = isOwn && isOfCli ? this.#claimLimit(line) : [];
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

	/** Whatever ended the turn did not where the main conversation goes on by itself. */
	#continue(isNews: boolean): AgentEvent[] {
		this.#judgement = null;
		return isNews ? [{ type: 'continued' }] : [];
	}

	/** A message that carries `error`, or names no model, is the CLI's own word about a failed request, not an answer. */
	#noteSpeaker(message: JsonObject, errorName: string | null, isOfCli: boolean): void {
		this.#seen.errorName = errorName;
		if (!isOfCli) {
			this.#isServed();
			return;
		}
		this.#seen.lastSpeaker = 'cli';
		this.#seen.ownWords = listOrEmpty(message.content)
			.map((block) => textOrNull(objectOrEmpty(block).text) ?? '')
			.join('\n')
			.slice(0, MAX_OWN_CHARS);
	}

	/** The model answers: what was refused or retried before is over. */
	#isServed(): void {
		this.#seen.retry = null;
		this.#seen.isServedSinceLimit = true;
		this.#seen.lastSpeaker = 'model';
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
				const continued = isOwn ? this.#continue(this.#answers.speak()) : [];
				if (isOwn) this.#isServed();
				return continued;
			}
			case 'content_block_delta':
				return isOwn ? this.#answer.partial(countOrNull(event.index) ?? 0, objectOrEmpty(event.delta)) : [];
			case 'message_delta': {
				const usage = objectOrNull(event.usage);
				if (usage === null || this.#judgement !== null) return [];
				this.#meter.messageGrows(speaker, usage);
				return [{ type: 'usage', scope: 'turn', tokens: this.#meter.tokens, costUsd: null }];
			}
			default:
				return [];
		}
	}

	/**
	 * An answer: the turn's end, unless background tasks are listed. Without an `init` the line's own session id is all that
	 * is known.
	 */
	#result(result: JsonObject): AgentEvent[] {
		this.#nativeSessionId ??= textOrNull(result.session_id);
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
		return [...this.#answerInResult(result, judgement), usage, ...this.#answered(result, judgement)];
	}

	#answered(result: JsonObject, judgement: Judgement): AgentEvent[] {
		const isRepeated = this.#answers.areAny && isSameEnd(this.#judgement, judgement);
		const continued = isRepeated ? [] : this.#continue(this.#answers.goOn());
		const tasks = judgement.outcome === 'limited' ? [] : this.#background.listed;
		const isInterim = tasks.length > 0;
		this.#answers.take(result, judgement, isInterim);
		if (judgement.outcome === 'completed') this.#seen.isServedSinceLimit = true;
		if (isInterim) return [...continued, { type: 'interim_answer', tasks }];
		return isRepeated ? [] : [...continued, ...this.#conclude(judgement)];
	}

	/** Local commands answer in the result line alone. */
	#answerInResult(result: JsonObject, judgement: Judgement): AgentEvent[] {
		const text = textOrNull(result.result);
		if (judgement.outcome !== 'completed' || this.#answer.hasText || !text) return [];
		return [{ type: 'agent_message_chunk', messageId: 'result', text }];
	}

	#conclude(judgement: Judgement): AgentEvent[] {
		this.#judgement = judgement;
		const events: AgentEvent[] = [];
		if (judgement.limit !== null && judgement.limit !== this.#seen.limit)
			events.push({ type: 'limit', limit: judgement.limit });
		if (judgement.error !== null) events.push({ type: 'error', ...judgement.error });
		events.push({ type: 'turn_ended', outcome: judgement.outcome, stopReason: judgement.stopReason });
		return events;
	}

	#turn(judgement: Judgement): ParsedTurn {
		return {
			...judgement,
			nativeSessionId: this.#nativeSessionId,
			model: this.#model,
			tokens: this.#meter.tokens,
			cumulative: this.#meter.totals,
			costUsd: this.#meter.costUsd,
			toolResults: [...this.#corrections.values()],
			utilization: [...this.#utilization.values()],
			...(this.#unresumable === null ? {} : { unresumable: this.#unresumable }),
			...(this.#refusedModels.size === 0
				? {}
				: { refusedModels: [...this.#refusedModels].map(([model, limit]) => ({ model, limit })) }),
		};
	}
}

function isSameEnd(one: Judgement | null, other: Judgement): boolean {
	return one?.outcome === other.outcome && one.stopReason === other.stopReason;
}

/** False for the lines of a sub-agent. */
function isMainThread(line: JsonObject): boolean {
	return line.parent_tool_use_id === null || line.parent_tool_use_id === undefined;
}

/** A config may list any number; nobody reads more. */
const MAX_SERVERS = 100;

function serverNames(list: unknown): string[] | null {
	if (!Array.isArray(list)) return null;
	const names = list.slice(0, MAX_SERVERS).map((server) => textOrNull(objectOrEmpty(server).name));
	return names.flatMap((name) => (name === null ? [] : [safeLine(name, 80)]));
}
