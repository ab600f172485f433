/**
 * Events of a conversation -> text and lines for a sink, the same for the live terminal and for a pipe. Keeps what one event
 * alone cannot say (which tool a result belongs to, what the plan was) and puts one blank line between blocks of a kind.
 */
import type { AgentEvent, BackgroundTask, PlanItem } from '../agents/events.ts';
import type { Clock } from '../core/clock.ts';
import { createTextFilter, safeLine, type TextFilter } from '../core/text.ts';
import { describeTime } from '../limits/describe-limit.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { describeTasks } from '../turns/describe-tasks.ts';
import { describeAnswer } from '../turns/questions/describe-answer.ts';
import { formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';
import {
	describeError,
	describeHandOver,
	describeLeft,
	describeNobodyLeft,
	describeQuestion,
	describeReceiver,
	describeRetry,
	describeSpeaker,
	describeTerminalAsked,
} from './describe-event.ts';
import {
	type AllowHint,
	describePlan,
	describeTool,
	describeToolResult,
	slashAllowHint,
} from './describe-tool.ts';
import { describeFooter } from './describe-turn-end.ts';

/** `output`: what a shell command printed. */
export type StreamKind = 'message' | 'thought' | 'output';

/** Where a transcript goes. Text is safe already; lines are styled and may be longer than the terminal is wide. */
export interface TranscriptSink {
	/** Part of a growing text. */
	text(kind: StreamKind, text: string): void;
	/** The growing text is over; what follows starts on a new line. */
	endText(): void;
	line(text: string): void;
	/** A line that belongs to what is said; where it is missing, a line like any other. */
	heading?(text: string): void;
	/** What is going on now; null: nothing. */
	status(status: TurnStatus | null): void;
}

export interface TurnStatus {
	agent: string;
	startedAt: number;
	/** Tools that run now, described, oldest first. */
	tools: readonly string[];
	/** Replaces the agent and its time while it does not work itself (`waiting for claude until 14:30`); null otherwise. */
	waiting: string | null;
	/** What Ctrl+C does now, where that is more than to stop the agent. */
	stops?: string;
}

export interface TranscriptOptions {
	sink: TranscriptSink;
	theme: Theme;
	clock: Clock;
	/** Cut from the front of paths. */
	worktree: string;
	allowHint?: AllowHint;
	/** What the user types to send a prompt again; without it nothing is said of that. */
	retry?: string;
	/** What answers a question on the agent's terminal, in words of whoever reads keys. */
	answer?: string;
	/** `ui.thinking`: reasoning is shown dim (default) or not at all. */
	thinking?: 'dim' | 'hide' | undefined;
	/** True where no prompt names who gets the words: a line does. */
	namesReceiver?: boolean;
}

const STOPS_TASKS = 'Ctrl+C stops them';

type ToolCall = Extract<AgentEvent, { type: 'tool_call' }>;
type Block = 'none' | StreamKind | 'tool' | 'line' | 'shell';

interface OpenStream {
	kind: StreamKind;
	messageId: string;
	filter: TextFilter;
	/** Line breaks that are shown only when more text follows. */
	heldBreaks: string;
	isBlank: boolean;
}

const DETOUR_CHARS = 400;

export class Transcript {
	readonly #options: TranscriptOptions;
	readonly #tools = new Map<string, { call: ToolCall; startedAt: number }>();
	#stream: OpenStream | null = null;
	#block: Block = 'none';
	#plan: readonly PlanItem[] = [];
	/** A tool that may only have changed the plan: its line is dropped when the plan itself follows. */
	#heldTool: (() => void) | null = null;
	/** Of this turn. */
	#lastError: string | null = null;
	#agent = '';
	#detour: string | null = null;
	#startedAt = 0;
	/** The background tasks that hold an answered turn open. */
	#awaited: readonly BackgroundTask[] | null = null;

	constructor(options: TranscriptOptions) {
		this.#options = options;
	}

	event(event: RelayEvent): void {
		const { theme, clock, sink } = this.#options;
		switch (event.type) {
			case 'session_opened':
				break;
			case 'agent_chosen':
				this.detour(event.why);
				break;
			case 'turn_started':
				if (event.speaker) this.#heading(describeSpeaker(event.speaker, theme));
				else if (this.#options.namesReceiver && event.trigger !== 'failover')
					this.#lines('line', [describeReceiver(event, theme)]);
				this.#startTurn(event.speaker?.participant ?? event.agent);
				break;
			case 'agent_event':
				this.#agentEvent(event.event);
				break;
			case 'turn_idle':
				this.#lines('line', [
					theme.warn(`! nothing from ${this.#agent} for ${formatDuration(event.idleMs)}; Ctrl+C stops it`),
				]);
				break;
			case 'terminal_asked':
				this.#lines('line', describeTerminalAsked(event, theme, this.#options.answer ?? ''));
				break;
			case 'terminal_settled':
				break;
			case 'question_asked':
				this.#lines('line', describeQuestion(event, theme));
				break;
			case 'question_settled':
				this.#lines('line', [theme.dim(`  ${describeAnswer(event)}`)]);
				break;
			case 'turn_finished':
				this.#endTurn();
				this.#lines('line', describeFooter(event.state, theme, { isSaid: this.#isSaid(event.state) }), true);
				break;
			case 'handed_over':
				this.#lines('line', describeHandOver(event, clock.now(), theme));
				break;
			case 'nobody_left':
				sink.status(null);
				this.#lines(
					'line',
					describeNobodyLeft(event, { now: clock.now(), theme, retry: this.#options.retry ?? null }),
				);
				break;
			case 'waiting':
				this.#showStatus(`waiting for ${event.agent} until ${describeTime(event.until, { now: event.now })}`);
				break;
			case 'participant_left':
				this.#lines('line', [describeLeft(event, theme)]);
				break;
			case 'utilization_warning':
				this.#lines('line', [theme.warn(describeUtilization(event, clock.now()))]);
				break;
			case 'notice':
				this.#lines('line', [describeNotice(event, theme)]);
				break;
			default:
				event satisfies never;
		}
	}

	/** Lines of the shell itself (an answer of a command, an echo), kept apart from what stands above. */
	lines(lines: readonly string[]): void {
		this.#lines('shell', lines, true);
	}

	/** Why the prompt does not go to the first choice; said once until it changes. */
	detour(why: string | null): void {
		if (why !== null && why !== this.#detour)
			this.#lines('line', [this.#options.theme.warn(safeLine(why, DETOUR_CHARS))]);
		this.#detour = why;
	}

	/** What a shell command prints; `finish` ends it. */
	shellOutput(text: string): void {
		this.#text('output', 'shell', text);
	}

	/** Shows what is still held back of a growing text. */
	finish(): void {
		this.#endStream();
	}

	#agentEvent(event: AgentEvent): void {
		const { theme } = this.#options;
		if (event.type === 'plan') this.#heldTool = null;
		this.#showHeldTool();
		switch (event.type) {
			case 'agent_message_chunk':
				this.#text('message', event.messageId, event.text);
				break;
			case 'agent_thought_chunk':
				if (this.#options.thinking !== 'hide') this.#text('thought', event.messageId, event.text);
				break;
			case 'tool_call':
				this.#tools.set(event.id, { call: event, startedAt: this.#options.clock.monotonic() });
				this.#showStatus(null);
				break;
			case 'tool_result':
				this.#toolResult(event);
				break;
			case 'plan':
				this.#lines('tool', describePlan(this.#plan, event.items, theme));
				this.#plan = event.items;
				break;
			case 'retry':
				this.#lines('line', [describeRetry(event, this.#agent, theme)]);
				break;
			case 'error':
				this.#lines('line', [describeError(event, theme)]);
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
			case 'session_started':
			case 'usage':
			case 'limit':
			case 'utilization':
			case 'turn_ended':
				// Told by the footer, by the hand-over line or by a warning.
				break;
			default:
				event satisfies never;
		}
	}

	#startTurn(agent: string): void {
		this.#agent = agent;
		this.#startedAt = this.#options.clock.monotonic();
		this.#plan = [];
		this.#lastError = null;
		this.#await(null);
	}

	/** The answer so far is not the last one: said once as a line, then by the status as long as it lasts. */
	#waitForTasks(tasks: readonly BackgroundTask[]): void {
		const { theme } = this.#options;
		this.#lines('line', [
			theme.dim(`… ${this.#agent} has answered; waiting for ${describeTasks(tasks)} · ${STOPS_TASKS}`),
		]);
		this.#await(tasks);
	}

	#await(tasks: readonly BackgroundTask[] | null): void {
		this.#awaited = tasks;
		this.#showStatus(null);
	}

	#endTurn(): void {
		this.#endTools();
		this.#endStream();
		this.#agent = '';
		this.#options.sink.status(null);
	}

	/** The turn ended with the error that was shown last. */
	#isSaid({ error }: TurnState): boolean {
		return error !== null && error.message === this.#lastError;
	}

	#text(kind: StreamKind, messageId: string, text: string): void {
		if (this.#stream?.kind !== kind || this.#stream.messageId !== messageId) {
			this.#endStream();
			this.#stream = { kind, messageId, filter: createTextFilter(), heldBreaks: '', isBlank: true };
		}
		this.#showText(this.#stream, this.#stream.filter.push(text));
	}

	#showText(stream: OpenStream, safe: string): void {
		// What is held already is not looked at again: a flood of blank lines would take the square of its length.
		const text = stream.isBlank ? safe.replace(/^\s*\n/, '') : safe;
		const length = text.trimEnd().length;
		if (length === 0) {
			if (!stream.isBlank) stream.heldBreaks += text;
			return;
		}
		if (stream.isBlank) this.#startBlock(stream.kind, true);
		stream.isBlank = false;
		const end = text.indexOf('\n', length);
		const shown = stream.heldBreaks + (end < 0 ? text : text.slice(0, end));
		stream.heldBreaks = end < 0 ? '' : text.slice(end);
		this.#options.sink.text(stream.kind, shown);
	}

	#endStream(): void {
		const stream = this.#stream;
		if (stream === null) return;
		this.#showText(stream, stream.filter.end());
		this.#stream = null;
		if (!stream.isBlank) this.#options.sink.endText();
	}

	#toolResult(result: Extract<AgentEvent, { type: 'tool_result' }>): void {
		const tool = this.#tools.get(result.id);
		if (!tool) return;
		this.#tools.delete(result.id);
		if (tool.call.kind === 'other' && result.ok === true) this.#heldTool = () => this.#showTool(tool, result);
		else this.#showTool(tool, result);
		this.#showStatus(null);
	}

	#showHeldTool(): void {
		const show = this.#heldTool;
		this.#heldTool = null;
		show?.();
	}

	#endTools(): void {
		this.#showHeldTool();
		for (const tool of this.#tools.values()) this.#showTool(tool, null);
		this.#tools.clear();
	}

	#showTool(
		{ call, startedAt }: { call: ToolCall; startedAt: number },
		result: Extract<AgentEvent, { type: 'tool_result' }> | null,
	): void {
		const { theme, worktree, clock, allowHint = slashAllowHint } = this.#options;
		const tookMs = clock.monotonic() - startedAt;
		this.#lines('tool', describeToolResult(call, result, { theme, worktree, tookMs, allowHint }));
	}

	#lines(block: Block, lines: readonly string[], isApart = false): void {
		if (lines.length === 0) return;
		this.#endStream();
		this.#startBlock(block, isApart);
		for (const line of lines) this.#options.sink.line(line);
	}

	#heading(text: string): void {
		const { sink } = this.#options;
		this.#endStream();
		this.#startBlock('line', true);
		if (sink.heading) sink.heading(text);
		else sink.line(text);
	}

	#startBlock(block: Block, isApart: boolean): void {
		if (this.#block !== 'none' && (isApart || this.#block !== block)) this.#options.sink.line('');
		this.#block = block;
	}

	#showStatus(waiting: string | null): void {
		const { sink, worktree } = this.#options;
		const tools = [...this.#tools.values()].map(({ call }) => describeTool(call, worktree));
		const awaited = this.#awaited && `waiting for ${describeTasks(this.#awaited)}`;
		sink.status({
			agent: this.#agent,
			startedAt: this.#startedAt,
			tools,
			waiting: waiting ?? awaited,
			...(this.#awaited && { stops: STOPS_TASKS }),
		});
	}
}

function describeNotice(event: Extract<RelayEvent, { type: 'notice' }>, theme: Theme): string {
	const text = safeLine(event.text, 500);
	return event.level === 'warning' ? theme.warn(`! ${text}`) : theme.dim(text);
}

function describeUtilization(
	event: Extract<RelayEvent, { type: 'utilization_warning' }>,
	now: number,
): string {
	const reset = event.resetAt === null ? '' : `, resets ${describeTime(event.resetAt, { now })}`;
	return `! ${event.agent}: ${Math.round(event.ratio * 100)}% of ${safeLine(event.window, 40)} used${reset}`;
}
