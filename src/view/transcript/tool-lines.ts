import type { AgentEvent } from '../../agents/events.ts';
import type { Clock } from '../../core/clock.ts';
import type { Theme } from '../../ui/theme.ts';
import { type AllowHint, describeTool, describeToolResult } from '../describe-tool.ts';

type ToolCall = Extract<AgentEvent, { type: 'tool_call' }>;
type ToolResult = Extract<AgentEvent, { type: 'tool_result' }>;

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
	show(lines: readonly string[]): void;
}

/** The tools of a turn: what runs now, and a line for each that has ended. */
export class ToolLines {
	readonly #options: ToolLinesOptions;
	readonly #running = new Map<string, RunningTool>();
	/** A tool that may only have changed the plan: its line is dropped when the plan itself follows. */
	#held: (() => void) | null = null;
	/** Commands that the user did not allow when asked. */
	readonly #refused = new Set<string>();

	constructor(options: ToolLinesOptions) {
		this.#options = options;
	}

	/** Described, oldest first. */
	get running(): string[] {
		return [...this.#running.values()].map(({ call }) => describeTool(call, this.#options.worktree));
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

	#show({ call, startedAt }: RunningTool, result: ToolResult | null): void {
		const { theme, worktree, clock, allowHint, show } = this.#options;
		const tookMs = clock.monotonic() - startedAt;
		const isRefused = call.command !== null && this.#refused.has(call.command);
		const hint = isRefused ? null : allowHint;
		show(describeToolResult(call, result, { theme, worktree, tookMs, allowHint: hint }));
	}
}
