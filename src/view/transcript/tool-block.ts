import type { AgentEvent } from '../../agents/events.ts';
import { type FactRow, layoutFactRow } from '../../ui/fact-row.ts';
import type { Theme } from '../../ui/theme.ts';
import type { SinkSize } from '../transcript-sink.ts';

export type ToolCall = Extract<AgentEvent, { type: 'tool_call' }>;
export type ToolResult = Extract<AgentEvent, { type: 'tool_result' }>;

/** A tool that has ended: a row of facts, and below it what it did, in rows that fit already. */
export interface ToolBlock {
	row: FactRow;
	body: readonly string[];
}

/** What the rows of a tool depend on beside the tool. */
export interface ToolContext {
	theme: Theme;
	/** Cut from the front of paths. */
	worktree: string;
	/** What shows all that the turn changed (`/diff 2`); null: nothing to name. */
	diffHint: string | null;
	size: SinkSize;
	tookMs: number;
	/** What shows all that the command of that call printed: `/output 4`; absent: nothing does. */
	outputHint?: ((id: string) => string | null) | undefined;
	/** The user has interrupted the turn, which ends now. */
	isStopping: boolean;
	/** False: it still waited for the calls before it. */
	hasBegun: boolean;
	/** The line that allows a command. */
	allowHint: (command: string) => string;
}

export function blockRows({ row, body }: ToolBlock, { size, theme }: ToolContext): string[] {
	return [layoutFactRow(row, size.columns, theme), ...body];
}
