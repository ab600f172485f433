import type { FileEdit } from '../../agents/events.ts';
import type { Clock } from '../../core/clock.ts';
import type { QuestionEvent } from '../../turns/questions/question-log.ts';
import { isFor, ToolWaits, type WaitingTool } from '../../turns/questions/tool-waits.ts';
import { type FactRow, MAX_NAMES } from '../../ui/fact-row.ts';
import type { Theme } from '../../ui/theme.ts';
import { type AllowHint, describeTool, describeToolResult } from '../describe-tool.ts';
import type { LiveTool, SinkSize } from '../transcript-sink.ts';
import { editBlocks } from './edit-blocks.ts';
import type { TextStream } from './text-stream.ts';
import { blockRows, type ToolBlock, type ToolCall, type ToolContext, type ToolResult } from './tool-block.ts';

interface RunningTool extends WaitingTool {
	call: ToolCall;
	/** False: the CLI named it, and runs it after those before it. */
	hasBegun: boolean;
	/** It changes the plan, which is shown in its place. */
	isPlan?: true;
}

export interface ToolLinesOptions {
	theme: Theme;
	clock: Pick<Clock, 'monotonic'>;
	/** Cut from the front of paths. */
	worktree: string;
	allowHint: AllowHint;
	diffHint: ((turn: number) => string) | null;
	stream: Pick<TextStream, 'lines' | 'hold'>;
	size(): SinkSize;
	/** What was held back is on the screen. */
	changed(): void;
	/** What shows all that a command printed, by its number: `/output 4`; absent: nothing does. */
	outputHint?: ((number: number) => string) | undefined;
	/** The user has interrupted the turn, which has not ended yet. */
	isStopping?: (() => boolean) | undefined;
}

/** The tools of a turn: what runs now, and a line for each that has ended, with what it did below it. */
export class ToolLines {
	readonly #options: ToolLinesOptions;
	readonly #running = new Map<string, RunningTool>();
	/** Neighbouring calls of a kind that share a line, which is held back as long as another may follow. */
	#shared: ToolBlock | null = null;
	/** A tool that may only have changed the plan: its line is dropped when the plan itself follows. */
	#held: (() => void) | null = null;
	/** The call that was the last event. */
	#justCalled: RunningTool | null = null;
	/** What was asked for and not allowed, whose tools have not ended yet: the answer to the question has said so. */
	readonly #refused: string[] = [];
	readonly #waits = new ToolWaits();
	#turn = 0;
	/** Commands of the session so far. */
	#commands = 0;
	/** By call. */
	readonly #numbers = new Map<string, number>();

	constructor(options: ToolLinesOptions) {
		this.#options = options;
	}

	/** A turn begins: its number, and how many commands the session had before it; null: as many as were seen. */
	start(turn: number, commandsBefore: number | null): void {
		this.#turn = turn;
		this.#commands = commandsBefore ?? this.#commands;
		this.#numbers.clear();
		this.#refused.length = 0;
	}

	/** Oldest first. */
	get running(): LiveTool[] {
		const { worktree } = this.#options;
		const begun = [...this.#running.values()].filter(({ hasBegun }) => hasBegun);
		const waiting = this.#waits.waiting(begun);
		return begun.map((tool) => ({
			text: describeTool(tool.call, worktree),
			startedAt: tool.startedAt,
			...(waiting.has(tool) && { isAsked: true }),
		}));
	}

	/** Rows of what has ended, and may grow. */
	get settled(): string[] {
		return this.#shared === null ? [] : blockRows(this.#shared, this.#context());
	}

	/** The user was asked, or the question was answered. */
	question(event: QuestionEvent): void {
		this.#waits.question(event, this.#options.clock.monotonic(), [...this.#running.values()]);
		if (event.type === 'question_asked') this.#markBegun(event.question.wants?.what ?? null, true);
	}

	/** The user was asked for this, as in `Wanted`, and did not allow it. */
	refused(what: string): void {
		this.#refused.push(what);
		this.#markBegun(what, false);
	}

	/** The answer to a question has said so already; true once for each. */
	#isSaid(call: ToolCall): boolean {
		const at = this.#refused.findIndex((what) => isFor(call, what));
		if (at >= 0) this.#refused.splice(at, 1);
		return at >= 0;
	}

	#markBegun(what: string | null, hasBegun: boolean): void {
		for (const tool of this.#running.values()) if (isFor(tool, what)) tool.hasBegun = hasBegun;
	}

	called(call: ToolCall): void {
		if (call.kind === 'execute' && !this.#numbers.has(call.id)) this.#numbers.set(call.id, ++this.#commands);
		const hasBegun = call.queued !== true || this.#running.size === 0;
		const { command, title, paths } = call;
		const startedAt = this.#options.clock.monotonic();
		const tool = { call, command, title, paths, startedAt, hasBegun };
		this.#running.set(call.id, tool);
		this.#justCalled = tool;
	}

	/** False for the result of an unknown call. */
	ended(result: ToolResult): boolean {
		const tool = this.#running.get(result.id);
		if (!tool) return false;
		this.#running.delete(result.id);
		this.#beginNext();
		// codex reports a patch that was not allowed as one that failed.
		if (result.ok === false && this.#isSaid(tool.call)) return true;
		if (tool.call.kind === 'other' && result.ok === true)
			this.#held = tool.isPlan ? null : () => this.#show(tool, result);
		else this.#show(tool, result);
		return true;
	}

	/** Once those that run have ended it is the turn of the next, unless the turn is being ended. */
	#beginNext(): void {
		const running = [...this.#running.values()];
		if (this.#options.isStopping?.() || running.some(({ hasBegun }) => hasBegun)) return;
		const [next] = running;
		if (next === undefined) return;
		next.hasBegun = true;
		next.startedAt = this.#options.clock.monotonic();
	}

	/** The last tool only changed the plan, which is shown in its place. Some CLIs report the plan before the tool's result. */
	planChanged(): void {
		if (this.#justCalled !== null) this.#justCalled.isPlan = true;
		this.#held = null;
	}

	/** Before every event. */
	showHeld(): void {
		this.#justCalled = null;
		const show = this.#held;
		this.#held = null;
		show?.();
	}

	/** The turn is over: what runs has no outcome, or was stopped. */
	endAll({ isStopped }: { isStopped: boolean }): void {
		this.showHeld();
		for (const tool of this.#running.values()) this.#show(tool, null, isStopped);
		this.#running.clear();
		this.#waits.clear();
	}

	/** What changed in the turn beside what its tools have shown. */
	unshown(edits: readonly FileEdit[]): void {
		const context = this.#context();
		const { theme } = this.#options;
		for (const block of editBlocks(edits, { ...context, mark: theme.dim('•') })) this.#put(block, context);
	}

	#show(tool: RunningTool, result: ToolResult | null, isStopped = false): void {
		const { call, startedAt, hasBegun } = tool;
		const known = this.#context(this.#options.clock.monotonic() - startedAt);
		const context = { ...known, hasBegun, isStopping: known.isStopping || isStopped };
		for (const block of describeToolResult(call, result, context))
			if (isShared(call, block)) this.#share(block);
			else this.#put(block, context);
	}

	#put(block: ToolBlock, context: ToolContext): void {
		const { stream } = this.#options;
		const [row = '', ...body] = blockRows(block, context);
		stream.lines('tool', [row]);
		stream.lines('body', body);
	}

	#share(block: ToolBlock): void {
		const before = this.#shared?.row.verb === block.row.verb ? this.#shared : null;
		const shared = { row: before === null ? block.row : joinRows(before.row, block.row), body: [] };
		const { stream, changed } = this.#options;
		const lines = () => blockRows(shared, this.#context());
		const shown = () => {
			this.#shared = null;
			changed();
		};
		stream.hold({ block: 'tool', lines, shown }, { replaces: before !== null });
		this.#shared = shared;
	}

	#context(tookMs = 0): ToolContext {
		const { theme, worktree, allowHint, diffHint, size, outputHint, isStopping } = this.#options;
		return {
			theme,
			worktree,
			diffHint: diffHint?.(this.#turn) ?? null,
			size: size(),
			tookMs,
			allowHint,
			isStopping: isStopping?.() ?? false,
			hasBegun: true,
			outputHint: (id) => {
				const number = this.#numbers.get(id);
				return number === undefined || outputHint === undefined ? null : outputHint(number);
			},
		};
	}
}

/** Calls that read or search, and did so: only what they looked at is worth a word. */
function isShared({ kind }: ToolCall, { row, body }: ToolBlock): boolean {
	return (
		(kind === 'read' || kind === 'search') &&
		row.target.text !== '' &&
		body.length === 0 &&
		!row.facts.some(({ isNeeded }) => isNeeded)
	);
}

function joinRows(before: FactRow, next: FactRow): FactRow {
	const { text, others = [], more = 0 } = before.target;
	const isKnown = text === next.target.text || others.includes(next.target.text);
	if (isKnown) return { ...before, facts: [] };
	const isFull = others.length + 1 >= MAX_NAMES;
	const target = isFull
		? { ...before.target, more: more + 1 }
		: { ...before.target, others: [...others, next.target.text] };
	return { ...before, target, facts: [] };
}
