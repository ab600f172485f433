/** The JSON lines of a CLI, read by the paths that the user named. Anything that no path names is recorded and ignored. */
import type { AgentSettings } from '../../config/schema.ts';
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentId, AgentParser, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import { type AgentEvent, type Limit, NO_TOKENS, type StopReason, type TokenCounts } from '../events.ts';
import {
	countOrNull,
	type JsonObject,
	numberOrNull,
	parseEventLine,
	textOrNull,
	writtenJson,
} from '../reading/json-fields.ts';
import { isSessionId, namesSession } from './command-line.ts';
import { isHard, retryOf, StderrWatch, signInFields, signOfExit } from './limits.ts';
import { closingEvents, judge } from './outcome.ts';
import { firstField, readField } from './read-field.ts';
import { ToolCalls } from './tool-calls.ts';

export class JsonLinesParser implements AgentParser {
	readonly #name: AgentId;
	readonly #settings: AgentSettings;
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #stderr: StderrWatch;
	readonly #tools: ToolCalls;
	#sessionId: string | null = null;
	#model: string | null = null;
	#tokens: TokenCounts = NO_TOKENS;
	#costUsd: number | null = null;
	#messages = 0;
	#hasAnswer = false;
	#hasLines = false;
	#certain: Limit | null = null;
	#isLimitReported = false;
	#error: string | null = null;
	#failure: StopReason | null = null;
	#lastWords = '';

	constructor(name: AgentId, settings: AgentSettings, context: ParserContext) {
		this.#name = name;
		this.#settings = settings;
		this.#context = context;
		this.#stderr = new StderrWatch(name, settings.limit_stderr, context.now);
		this.#tools = new ToolCalls(settings.fields);
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#readLine(line));
	}

	stderr(chunk: Buffer): AgentEvent[] {
		return this.#stderr.push(chunk, this.#tools.hasOpen).flatMap((sign) => this.#stderrSign(sign));
	}

	end(exit: AgentExit): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const read = last === null ? [] : this.#readLine(last);
		const signs = this.#stderr.end(this.#tools.hasOpen).flatMap((sign) => this.#stderrSign(sign));
		const judgement = judge(this.#name, exit, {
			hasAnswer: this.#hasAnswer,
			certain: this.#certain,
			onStderr: this.#stderr.lastSign(),
			byExit: signOfExit(this.#name, this.#settings.limit_exit, exit.exitCode),
			error: this.#error,
			failure: this.#failure,
			lastWords: this.#stderr.lastLine() || this.#lastWords,
		});
		return {
			events: [...read, ...signs, ...closingEvents(judgement, this.#isLimitReported)],
			turn: {
				...judgement,
				nativeSessionId: this.#sessionId,
				model: this.#model ?? (this.#hasLines ? this.#context.requestedModel : null),
				tokens: this.#tokens,
				cumulative: null,
				costUsd: this.#costUsd,
				toolResults: [],
				utilization: [],
			},
		};
	}

	#readLine(line: Line): AgentEvent[] {
		const value = line.kind === 'line' ? parseEventLine(line.text) : null;
		if (value !== null) return this.#readObject(value);
		if (line.kind === 'line' && line.text.trim() !== '') this.#lastWords = line.text;
		return [];
	}

	#readObject(line: JsonObject): AgentEvent[] {
		this.#hasLines = true;
		const started = this.#start(line);
		const results = this.#tools.results(line);
		const words = results.length > 0 ? [] : this.#words(line);
		const calls = this.#tools.calls(line);
		if (results.length + words.length + calls.length > 0) this.#settle();
		return [...started, ...results, ...words, ...calls, ...this.#usage(line), ...this.#trouble(line)];
	}

	/** Once: the conversation's id and the model. An agent that cannot resume has no conversation to resume. */
	#start(line: JsonObject): AgentEvent[] {
		const { fields, resume, command } = this.#settings;
		this.#model ??= textOrNull(firstField(line, fields.model));
		if (this.#sessionId !== null || resume.length === 0) return [];
		const { requestedSessionId, requestedModel, resume: isResumed } = this.#context;
		const reported = textOrNull(firstField(line, fields.session));
		const id =
			reported ?? (namesSession(command) && fields.session === undefined ? requestedSessionId : null);
		if (id === null || !isSessionId(id)) return [];
		this.#sessionId = id;
		const started: AgentEvent = {
			type: 'session_started',
			nativeSessionId: id,
			model: this.#model ?? requestedModel,
		};
		if (!isResumed || id === requestedSessionId) return [started];
		const message = `${this.#name} did not resume ${requestedSessionId} but began the new conversation ${id}`;
		return [started, { type: 'error', code: 'session_mismatch', message }];
	}

	#words(line: JsonObject): AgentEvent[] {
		const { fields } = this.#settings;
		const thoughts = textsAt(line, fields.thought).map((text) => ({
			type: 'agent_thought_chunk' as const,
			messageId: this.#messageId(line),
			text,
		}));
		const texts = textsAt(line, fields.text).map((text) => {
			this.#hasAnswer ||= text.trim() !== '';
			return { type: 'agent_message_chunk' as const, messageId: this.#messageId(line), text };
		});
		return [...thoughts, ...texts];
	}

	/** Words before and after a tool call are two messages, whatever the stream calls them. */
	#messageId(line: JsonObject): string {
		const reported = firstField(line, this.#settings.fields.message);
		if (typeof reported !== 'string' && typeof reported !== 'number') return `message-${++this.#messages}`;
		return `${reported}-${this.#tools.count}`;
	}

	/** The agent continued, so earlier trouble is over. */
	#settle(): void {
		this.#certain = null;
		this.#isLimitReported = false;
		this.#error = null;
		this.#failure = null;
		this.#stderr.forgetSigns();
	}

	/** Later counts replace earlier ones. */
	#usage(line: JsonObject): AgentEvent[] {
		const { fields } = this.#settings;
		const input = countOrNull(firstField(line, fields.input_tokens));
		const output = countOrNull(firstField(line, fields.output_tokens));
		const cost = numberOrNull(firstField(line, fields.cost_usd));
		if (input === null && output === null && cost === null) return [];
		this.#tokens = {
			...this.#tokens,
			input: input ?? this.#tokens.input,
			output: output ?? this.#tokens.output,
		};
		if (cost !== null && cost >= 0) this.#costUsd = cost;
		return [{ type: 'usage', scope: 'turn', tokens: this.#tokens, costUsd: this.#costUsd }];
	}

	#trouble(line: JsonObject): AgentEvent[] {
		const message = errorIn(firstField(line, this.#settings.fields.error));
		const isNews = message !== null && message !== this.#error;
		if (message !== null) this.#error = message;
		const error: AgentEvent[] = isNews ? [{ type: 'error', code: null, message }] : [];
		const sign = signInFields(this.#name, this.#settings.limit_fields, line, this.#context.now());
		if (sign === null) return error;
		if ('stopReason' in sign) {
			this.#failure = sign.stopReason;
			return error;
		}
		this.#certain = sign;
		return [...error, ...(isHard(sign) ? this.#limit(sign) : [retryOf(sign, this.#context.now())])];
	}

	/**
	 * Only a line before the first tool call, if calls are reported, is surely the CLI's own: a tool's line may be read after
	 * the tool's end, since stdout and stderr are read separately. For any other line patience and the end decide.
	 */
	#stderrSign(sign: Limit): AgentEvent[] {
		const isOwn = this.#tools.areReported && this.#tools.count === 0;
		if (!isOwn || !isHard(sign)) return [retryOf(sign, this.#context.now())];
		this.#certain ??= sign;
		return this.#limit(sign);
	}

	#limit(sign: Limit): AgentEvent[] {
		if (this.#isLimitReported) return [];
		this.#isLimitReported = true;
		return [{ type: 'limit', limit: sign }];
	}
}

function textsAt(line: JsonObject, path: string | undefined): string[] {
	return readField(line, path).flatMap(({ value }) =>
		typeof value === 'string' && value !== '' ? [value] : [],
	);
}

/** The words in an error field; `false`, 0, '' and null are not an error. */
function errorIn(value: unknown): string | null {
	if (!value) return null;
	if (value === true) return 'the agent reported an error';
	if (typeof value !== 'object') return String(value);
	return textOrNull(firstField(value, 'message')) ?? writtenJson(value);
}
