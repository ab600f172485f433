import type { Question } from '../../agents/asking/question.ts';
import {
	type AgentEvent,
	type BackgroundTask,
	type FileEdit,
	type PlanItem,
	type TokenCounts,
	writtenTokens,
} from '../../agents/events.ts';
import type { Clock } from '../../core/clock.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { describeTasks } from '../../turns/describe-tasks.ts';
import type { QuestionEvent } from '../../turns/questions/question-log.ts';
import type { Theme } from '../../ui/theme.ts';
import { describeError } from '../describe-event.ts';
import { type AllowHint, slashAllowHint } from '../describe-tool.ts';
import { describeFooter } from '../describe-turn-end.ts';
import { describeRetry } from '../live/describe-retry.ts';
import {
	PLAIN_SIZE,
	type SinkSize,
	type TranscriptSink,
	type TurnFigures,
	type TurnStatus,
} from '../transcript-sink.ts';
import { OpenQuestions } from './open-questions.ts';
import { begunSteps } from './plan-lines.ts';
import type { TextStream } from './text-stream.ts';
import { ToolLines } from './tool-lines.ts';

export interface TurnLinesOptions {
	sink: TranscriptSink;
	theme: Theme;
	clock: Clock;
	/** Cut from the front of paths. */
	worktree: string;
	allowHint?: AllowHint;
	/** What shows all that a turn changed; null: nothing to name. Default: `/diff 2`. */
	diffHint?: ((turn: number) => string) | null;
	/** `ui.thinking`: reasoning is shown dim (default) or not at all. */
	thinking?: 'dim' | 'hide' | undefined;
	/** What shows all that a command printed, by its number in the session: `/output 4`; absent: nothing is named. */
	outputHint?: ((number: number) => string) | undefined;
	/** The user has interrupted the turn, which has not ended yet. */
	isStopping?: (() => boolean) | undefined;
	/** Shown where no key reaches the relay. */
	onlyWatches?: boolean;
}

const slashDiffHint = (turn: number) => `/diff ${turn}`;

type Retry = Extract<AgentEvent, { type: 'retry' }>;

const STOPS_TASKS = 'Ctrl+C stops them';

/** What the agent does in a turn: its words, its tools, its plan, what it waits for, and how it ended. */
export class TurnLines {
	readonly #options: TurnLinesOptions;
	readonly #stream: TextStream;
	readonly #tools: ToolLines;
	readonly #size: () => SinkSize;
	#agent = '';
	#startedAt = 0;
	#plan: readonly PlanItem[] = [];
	#tokens: TurnFigures['tokens'] = null;
	#heardAt = 0;
	#retry: TurnStatus['retry'] | null = null;
	/** Shown in this turn. */
	#lastError: string | null = null;
	readonly #questions: OpenQuestions;
	/** The background tasks that hold an answered turn open. */
	#awaited: readonly BackgroundTask[] | null = null;

	constructor(options: TurnLinesOptions, stream: TextStream) {
		const { theme, clock, worktree, allowHint = slashAllowHint, outputHint, isStopping } = options;
		const diffHint = options.diffHint === undefined ? slashDiffHint : options.diffHint;
		this.#options = options;
		this.#stream = stream;
		this.#questions = new OpenQuestions(clock);
		const size = () => options.sink.size?.() ?? PLAIN_SIZE;
		const changed = () => this.showStatus(null);
		this.#size = size;
		this.#tools = new ToolLines({
			...{ theme, clock, worktree, allowHint, diffHint, stream, size, changed, outputHint, isStopping },
		});
	}

	/** Whose turn it is; empty between turns. */
	get agent(): string {
		return this.#agent;
	}

	asked(question: Question, deniedInMs: number): void {
		this.#questions.asked(question, deniedInMs);
		this.#tools.question({ type: 'question_asked', question });
		this.showStatus(null);
	}

	answered(answered: Extract<QuestionEvent, { type: 'question_answered' }>): void {
		this.#questions.answered(answered.id);
		this.#tools.question(answered);
		this.showStatus(null);
	}

	/** The user was asked for this, as in `Wanted`, and did not allow it. */
	refused(what: string): void {
		this.#tools.refused(what);
	}

	event(event: AgentEvent): void {
		const { theme, clock } = this.#options;
		this.#heardAt = clock.monotonic();
		if (event.type !== 'retry') this.#endRetry();
		if (event.type === 'plan') this.#tools.planChanged();
		this.#tools.showHeld();
		switch (event.type) {
			case 'agent_message_chunk':
				this.#stream.text('message', event.messageId, event.text);
				break;
			case 'agent_thought_chunk':
				if (this.#options.thinking !== 'hide') this.#stream.text('thought', event.messageId, event.text);
				break;
			case 'tool_call':
				this.#tools.called(event);
				this.showStatus(null);
				break;
			case 'tool_result':
				if (this.#tools.ended(event)) this.showStatus(null);
				break;
			case 'plan':
				this.#stream.lines('tool', begunSteps(this.#plan, event.items, theme, this.#size().columns));
				this.#plan = event.items;
				this.showStatus(null);
				break;
			case 'retry':
				this.#retries(event);
				break;
			case 'error':
				this.#say(describeError(event, theme));
				this.#lastError = event.message;
				break;
			case 'interim_answer':
				this.#waitForTasks(event.tasks);
				break;
			case 'background_tasks':
				if (this.#awaited !== null && event.tasks.length > 0) this.#await(event.tasks);
				break;
			case 'continued':
				this.#await(null);
				break;
			case 'usage':
				if (event.scope === 'turn') this.#tokens = countsOf(event.tokens);
				break;
			case 'session_started':
			case 'compacting':
			case 'limit':
			case 'utilization':
			case 'turn_ended':
				// Shown by the footer, the hand-over line or a warning.
				break;
			default:
				event satisfies never;
		}
	}

	/** `commandsBefore`: of the session before this turn; null: as many as were seen. */
	start(agent: string, turn: number, commandsBefore: number | null): void {
		this.#agent = agent;
		this.#tools.start(turn, commandsBefore);
		this.#startedAt = this.#options.clock.monotonic();
		this.#heardAt = this.#startedAt;
		this.#plan = [];
		this.#tokens = null;
		this.#retry = null;
		this.#lastError = null;
		this.#questions.clear();
		this.#await(null);
	}

	/** Ends with what changed and no tool has shown, and the footer, which leaves out an error that was shown last. */
	end(state: TurnState, edits: readonly FileEdit[] = []): void {
		const { sink, theme } = this.#options;
		this.#tools.endAll({ isStopped: state.status === 'cancelled' || state.status === 'timed_out' });
		this.#tools.unshown(edits);
		this.#stream.end();
		this.#agent = '';
		sink.status(null);
		const isSaid = state.error !== null && state.error.message === this.#lastError;
		const { columns } = this.#size();
		this.#stream.lines('line', describeFooter(state, { theme, columns, isSaid }));
	}

	/** `waiting`: what the turn waits for outside of it (`waiting for claude until 14:30`); null: nothing. */
	showStatus(waiting: string | null): void {
		const awaited = this.#awaited && `waiting for ${describeTasks(this.#awaited)}`;
		this.#options.sink.status({
			agent: this.#agent,
			startedAt: this.#startedAt,
			settled: this.#tools.settled,
			tools: this.#tools.running,
			isQuestionAbove: () => this.#stream.lastBlock === 'question',
			plan: this.#plan,
			...(this.#retry && { retry: this.#retry }),
			figures: () => ({ tokens: this.#tokens, heardAt: this.#heardAt }),
			...this.#questions.waitsFor(waiting ?? awaited),
			...(this.#awaited && { stops: STOPS_TASKS }),
		});
	}

	/** Nobody works until then (epoch ms). */
	waitsFor(agent: string, until: number): void {
		this.#options.sink.status({
			agent: this.#agent,
			startedAt: this.#startedAt,
			tools: [],
			waiting: `waiting for ${agent}`,
			waitsUntil: until,
			stops: 'Ctrl+C ends the wait, the work is kept',
		});
	}

	/** Shown as long as it lasts; where nothing is live, once. */
	#retries(event: Retry): void {
		const { sink, theme, clock } = this.#options;
		const { delayMs } = event;
		this.#retry = { event, at: delayMs === null ? null : clock.monotonic() + delayMs };
		if (sink.size === undefined) this.#say(theme.warn(`! ${describeRetry(event, this.#agent, delayMs)}`));
		this.showStatus(null);
	}

	#endRetry(): void {
		if (this.#retry === null) return;
		this.#retry = null;
		this.showStatus(null);
	}

	/** The answer so far is not the last one: said once as a line, then by the status as long as it lasts. */
	#waitForTasks(tasks: readonly BackgroundTask[]): void {
		const { theme } = this.#options;
		const stops = this.#options.onlyWatches ? '' : ` · ${STOPS_TASKS}`;
		this.#say(theme.dim(`… ${this.#agent} has answered; waiting for ${describeTasks(tasks)}${stops}`));
		this.#await(tasks);
	}

	#await(tasks: readonly BackgroundTask[] | null): void {
		this.#awaited = tasks;
		this.showStatus(null);
	}

	#say(line: string): void {
		this.#stream.lines('line', [line]);
	}
}

function countsOf(tokens: TokenCounts): TurnFigures['tokens'] {
	const read = (tokens.input ?? 0) + (tokens.cacheRead ?? 0) + (tokens.cacheWrite ?? 0);
	const written = writtenTokens(tokens);
	return read + written === 0 ? null : { read, written };
}
