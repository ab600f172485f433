import type { FileEdit } from '../../agents/events.ts';
import type { Clock } from '../../core/clock.ts';
import { type FactRow, MAX_NAMES } from '../../ui/fact-row.ts';
import type { Theme } from '../../ui/theme.ts';
import { type AllowHint, describeTool, describeToolResult } from '../describe-tool.ts';
import type { SinkSize } from '../transcript-sink.ts';
import { editBlocks } from './edit-blocks.ts';
import type { TextStream } from './text-stream.ts';
import { blockRows, type ToolBlock, type ToolCall, type ToolContext, type ToolResult } from './tool-block.ts';

interface RunningTool {
	call: ToolCall;
	/** Monotonic, ms. */
	startedAt: number;
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
}

/** The tools of a turn: what runs now, and a line for each that has ended, with what it did below it. */
export class ToolLines {
	readonly #options: ToolLinesOptions;
	readonly #running = new Map<string, RunningTool>();
	/** Of neighbouring calls of a kind that share a line, which is held back as long as another may follow. */
	#shared: ToolBlock | null = null;
	/** A tool that may only have changed the plan: its line is dropped when the plan itself follows. */
	#held: (() => void) | null = null;
	/** Commands that the user did not allow when asked. */
	readonly #refused = new Set<string>();
	#turn = 0;

	constructor(options: ToolLinesOptions) {
		this.#options = options;
	}

	/** A turn begins: its number, for what shows more of it. */
	start(turn: number): void {
		this.#turn = turn;
	}

	/** Described, oldest first. */
	get running(): string[] {
		return [...this.#running.values()].map(({ call }) => describeTool(call, this.#options.worktree));
	}

	/** Rows of what has ended, and may grow. */
	get settled(): string[] {
		return this.#shared === null ? [] : blockRows(this.#shared, this.#context());
	}

	/** The user was asked for this command, and did not allow it. */
	refused(command: string): void {
		this.#refused.add(command);
	}

	called(call: ToolCall): void {
		this.#running.set(call.id, { call, startedAt: this.#options.clock.monotonic() });
	}

	/** False for the result of an unknown call. */
	ended(result: ToolResult): boolean {
		const tool = this.#running.get(result.id);
		if (!tool) return false;
		this.#running.delete(result.id);
		if (tool.call.kind === 'other' && result.ok === true) this.#held = () => this.#show(tool, result);
		else this.#show(tool, result);
		return true;
	}

	/** The newest tool only changed the plan, which is shown in its place. */
	dropHeld(): void {
		this.#held = null;
	}

	showHeld(): void {
		const show = this.#held;
		this.#held = null;
		show?.();
	}

	/** The turn is over: what runs has no outcome. */
	endAll(): void {
		this.showHeld();
		for (const tool of this.#running.values()) this.#show(tool, null);
		this.#running.clear();
	}

	/** What changed in the turn beside what its tools have shown. */
	unshown(edits: readonly FileEdit[]): void {
		const context = this.#context();
		const { theme } = this.#options;
		for (const block of editBlocks(edits, { ...context, mark: theme.dim('•') })) this.#put(block, context);
	}

	#show({ call, startedAt }: RunningTool, result: ToolResult | null): void {
		const context = this.#context(call, this.#options.clock.monotonic() - startedAt);
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

	#context(call?: ToolCall, tookMs = 0): ToolContext {
		const { theme, worktree, allowHint, diffHint, size } = this.#options;
		const isRefused = call?.command != null && this.#refused.has(call.command);
		const hint = isRefused ? null : allowHint;
		const more = diffHint?.(this.#turn) ?? null;
		return { theme, worktree, diffHint: more, size: size(), tookMs, allowHint: hint };
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
