/** Tool calls and plans of an agent, in one line each. */
import { allowableIn } from '../agents/asking/allow-rules.ts';
import type { AgentEvent, PlanItem, PlanStatus, ToolKind } from '../agents/events.ts';
import { safeLine } from '../core/text.ts';
import { formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';

type AgentOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** Characters of a title that are worth a line. */
const TITLE_CHARS = 160;

const VERBS: Readonly<Record<ToolKind, string>> = {
	read: 'read',
	edit: 'edit',
	execute: 'run',
	search: 'search',
	fetch: 'fetch',
	other: '',
};

export function describeTool(call: AgentOf<'tool_call'>, worktree: string): string {
	const verb = VERBS[call.kind] || safeLine(call.name, 40);
	const title = safeLine(call.title.replaceAll(`${worktree}/`, ''), TITLE_CHARS);
	return title === '' || title === verb ? verb : `${verb} ${title}`;
}

/**
 * `result` null: the turn ended without one. Lines: the call, and for a refused command what would allow it; `allowHint` null: the
 * user has refused it.
 */
export function describeToolResult(
	call: AgentOf<'tool_call'>,
	result: AgentOf<'tool_result'> | null,
	{
		theme,
		worktree,
		tookMs,
		allowHint,
	}: { theme: Theme; worktree: string; tookMs: number; allowHint: AllowHint | null },
): string[] {
	const what = describeTool(call, worktree);
	if (result === null) return [`${theme.dim('?')} ${what}${theme.dim(' · outcome unknown')}`];
	if (result.denied) {
		const commands = call.command === null || allowHint === null ? [] : allowableIn(call.command);
		const hints = commands.map((command) => theme.dim(`  to allow it: ${allowHint?.(command)}`));
		return [`${theme.warn('⊘')} ${what}${theme.warn(' · denied')}`, ...hints];
	}
	const facts = [
		result.exitCode !== null && (result.exitCode !== 0 || call.kind === 'execute')
			? `exit ${result.exitCode}`
			: '',
		result.ok === false && result.exitCode === null ? 'failed' : '',
		tookMs >= 1000 ? formatDuration(tookMs) : '',
	].filter((fact) => fact !== '');
	const mark = result.ok === false ? theme.bad('✗') : result.ok === null ? theme.dim('·') : theme.good('✓');
	return [`${mark} ${what}${theme.dim(facts.map((fact) => ` · ${fact}`).join(''))}`];
}

/** The line that allows a simple command. */
export type AllowHint = (command: string) => string;

export const slashAllowHint: AllowHint = (command) => `/permissions allow "${command}"`;

const PLAN_MARKS: Readonly<Record<PlanStatus, string>> = { pending: '☐', in_progress: '▸', completed: '☑' };

export function describePlanItem(item: PlanItem, theme: Theme): string {
	const text = `${PLAN_MARKS[item.status]} ${safeLine(item.text, TITLE_CHARS)}`;
	return item.status === 'completed'
		? theme.dim(text)
		: item.status === 'in_progress'
			? theme.bold(text)
			: text;
}

/** The whole plan at first, then only what changed. */
export function describePlan(
	before: readonly PlanItem[],
	after: readonly PlanItem[],
	theme: Theme,
): string[] {
	const known = new Map(before.map((item) => [item.text, item.status]));
	const changed = after.filter((item) => known.get(item.text) !== item.status);
	return changed.map((item) => describePlanItem(item, theme));
}
