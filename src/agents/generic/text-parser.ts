/** The output of a CLI that writes plain text: every line is part of the answer, as soon as it is whole. */
import stripAnsi from 'strip-ansi';
import type { AgentSettings } from '../../config/schema.ts';
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentId, AgentParser, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import { type AgentEvent, type Limit, NO_TOKENS } from '../events.ts';
import { namesSession } from './command-line.ts';
import { retryOf, StderrWatch, signOfExit } from './limits.ts';
import { closingEvents, judge } from './outcome.ts';

const MESSAGE = 'text';

export class TextParser implements AgentParser {
	readonly #name: AgentId;
	readonly #settings: AgentSettings;
	readonly #context: ParserContext;
	readonly #lines = new LineSplitter();
	readonly #stderr: StderrWatch;
	#hasStarted = false;
	#hasAnswer = false;

	constructor(name: AgentId, settings: AgentSettings, context: ParserContext) {
		this.#name = name;
		this.#settings = settings;
		this.#context = context;
		this.#stderr = new StderrWatch(name, settings.limit_stderr, context.now);
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#say(line, '\n'));
	}

	/**
	 * Tool calls are not reported, and tools may write to the same stderr. So a sign there only starts the patience, which
	 * any further words of the answer end; a program that ends because of its limit is judged by its last lines.
	 */
	stderr(chunk: Buffer): AgentEvent[] {
		return this.#stderr.push(chunk, false).map((sign) => this.#retry(sign));
	}

	end(exit: AgentExit): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const spoken = last === null ? [] : this.#say(last, '');
		const signs = this.#stderr.end(false).map((sign) => this.#retry(sign));
		const judgement = judge(this.#name, exit, {
			hasAnswer: this.#hasAnswer,
			certain: null,
			onStderr: this.#stderr.lastSign(),
			byExit: signOfExit(this.#name, this.#settings.limit_exit, exit.exitCode),
			error: null,
			failure: null,
			lastWords: this.#stderr.lastLine(),
		});
		return {
			events: [...spoken, ...signs, ...closingEvents(judgement, false)],
			turn: {
				...judgement,
				nativeSessionId: this.#hasStarted ? this.#sessionId() : null,
				model: this.#hasStarted ? this.#context.requestedModel : null,
				tokens: NO_TOKENS,
				cumulative: null,
				costUsd: null,
				toolResults: [],
				utilization: [],
			},
		};
	}

	#say(line: Line, end: '\n' | ''): AgentEvent[] {
		const text = shownText(line);
		this.#hasAnswer ||= text.trim() !== '';
		return [...this.#start(), { type: 'agent_message_chunk', messageId: MESSAGE, text: text + end }];
	}

	#start(): AgentEvent[] {
		const id = this.#sessionId();
		if (this.#hasStarted) return [];
		this.#hasStarted = true;
		return id === null
			? []
			: [{ type: 'session_started', nativeSessionId: id, model: this.#context.requestedModel }];
	}

	/** The id that the relay chose, where the command takes one. */
	#sessionId(): string | null {
		return namesSession(this.#settings.command) ? this.#context.requestedSessionId : null;
	}

	#retry(sign: Limit): AgentEvent {
		return retryOf(sign, this.#context.now());
	}
}

/** Without colours; a line that was redrawn (`12 %\r13 %\rdone`) is shown in its last state. */
function shownText(line: Line): string {
	if (line.kind === 'oversized') {
		const left = line.bytes - Buffer.byteLength(line.head) - Buffer.byteLength(line.tail);
		return stripAnsi(`${line.head}[… ${left} bytes left out …]${line.tail}`);
	}
	const text = line.text.replace(/\r+$/, '');
	return stripAnsi(text.slice(text.lastIndexOf('\r') + 1));
}
