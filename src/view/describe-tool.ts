/** Tool calls and plans of an agent, in one line each. */
import { allowableIn } from '../agents/asking/allow-rules.ts';
import type { PlanItem, PlanStatus, ToolKind } from '../agents/events.ts';
import { safeLine } from '../core/text.ts';
import type { Fact } from '../ui/fact-row.ts';
import { formatDuration, formatSpan } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';
import { commandBlock } from './transcript/command-block.ts';
import { editBlocks } from './transcript/edit-blocks.ts';
import type { ToolBlock, ToolCall, ToolContext, ToolResult } from './transcript/tool-block.ts';

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

/** What a call is about, in one line of any length: `edit src/slug.js`. */
export function describeTool(call: ToolCall, worktree: string): string {
	const [verb, target] = [verbOf(call), targetOf(call, worktree)];
	return target.text === '' ? verb : `${verb} ${target.text}`;
}

function verbOf({ kind, name }: ToolCall): string {
	return VERBS[kind] || safeLine(name, 40);
}

function targetOf(call: ToolCall, worktree: string): { shape: 'path' | 'text'; text: string } {
	const text = inWorktree(call.title, worktree);
	if (text === verbOf(call)) return { shape: 'text', text: '' };
	const isPath = call.paths.length === 1 && call.title === call.paths[0];
	return { shape: isPath ? 'path' : 'text', text };
}

/** A path or a command, safe, with paths of the worktree relative to it. */
function inWorktree(text: string, worktree: string): string {
	return safeLine(text.replaceAll(`${worktree}/`, ''), TITLE_CHARS);
}

/** `result` null: the turn ended without one. */
export function describeToolResult(
	call: ToolCall,
	result: ToolResult | null,
	context: ToolContext,
): ToolBlock[] {
	const { theme, worktree } = context;
	const about = { verb: verbOf(call), target: targetOf(call, worktree) };
	const { isStopping, hasBegun, tookMs } = context;
	if (isStopping && !hasBegun && result?.ok !== true) {
		const facts = [{ text: 'not started', rank: 0, isNeeded: true }];
		return [{ row: { mark: theme.dim('○'), ...about, facts }, body: [] }];
	}
	// What fails while the user's interrupt ends the turn was stopped by it.
	if (isStopping && (result === null || (result.ok !== true && call.kind !== 'execute'))) {
		const facts = [{ text: `stopped after ${formatSpan(tookMs)}`, rank: 9 }];
		return [{ row: { mark: theme.warn('■'), ...about, facts }, body: [] }];
	}
	if (result === null) {
		const facts = [{ text: 'outcome unknown', rank: 0, isNeeded: true }];
		return [{ row: { mark: theme.dim('○'), ...about, facts }, body: [] }];
	}
	if (result.denied) {
		const facts = [{ text: 'denied', rank: 0, isNeeded: true, paint: theme.warn }];
		return [{ row: { mark: theme.warn('⊘'), ...about, facts }, body: allowLines(call, context) }];
	}
	if (call.kind === 'execute') return [commandBlock(call, result, about, context)];
	const edits = result.ok === true ? (result.edits ?? []) : [];
	if (edits.length > 0) return editBlocks(edits, { ...context, mark: theme.good('✓') });
	const mark = result.ok === false ? theme.bad('✗') : result.ok === null ? theme.dim('·') : theme.good('✓');
	return [{ row: { mark, ...about, facts: outcomeFacts(result, context) }, body: [] }];
}

/** What would allow a refused command. */
function allowLines({ command }: ToolCall, { allowHint, theme }: ToolContext): string[] {
	if (command === null) return [];
	return allowableIn(command).map((simple) => theme.dim(`  to allow it: ${allowHint(simple)}`));
}

function outcomeFacts(result: ToolResult, { tookMs }: ToolContext): Fact[] {
	const { exitCode, ok } = result;
	const facts: Array<Fact | false> = [
		exitCode !== null && exitCode !== 0 && { text: `exit ${exitCode}`, rank: 0, isNeeded: true },
		ok === false && exitCode === null && { text: 'failed', rank: 0, isNeeded: true },
		tookMs >= 1000 && { text: formatDuration(tookMs), rank: 9 },
	];
	return facts.filter((fact) => fact !== false);
}

/** The line that allows a simple command. */
export type AllowHint = (command: string) => string;

export const slashAllowHint: AllowHint = (command) => `/permissions allow "${command}"`;

const PLAN_MARKS: Readonly<Record<PlanStatus, string>> = { pending: '☐', in_progress: '▸', completed: '✓' };

export function describePlanItem(item: PlanItem, theme: Theme): string {
	const text = `${PLAN_MARKS[item.status]} ${safeLine(item.text, TITLE_CHARS)}`;
	return item.status === 'completed'
		? theme.dim(text)
		: item.status === 'in_progress'
			? theme.bold(text)
			: text;
}
