/** A command that has ended: its line, and below it what of its output is worth the place. */
import type { Fact } from '../../ui/fact-row.ts';
import { formatSpan } from '../../ui/quantities.ts';
import { outputBlock } from './output-lines.ts';
import type { ToolBlock, ToolCall, ToolContext, ToolResult } from './tool-block.ts';

/** Not for one that was denied. */
export function commandBlock(
	call: ToolCall,
	result: ToolResult,
	about: Pick<ToolBlock['row'], 'verb' | 'target'>,
	context: ToolContext,
): ToolBlock {
	const { theme, size, outputHint, isStopping } = context;
	const { ok, exitCode } = result;
	// What fails while the user's interrupt ends the turn was stopped by it.
	const isStopped = isStopping && ok !== true;
	const hasFailed = ok === false && !isStopped;
	const { rows, left } = outputBlock(
		{ text: result.output, bytes: result.outputBytes, exitCode },
		{ hasFailed, theme, size },
	);
	const number = left === null ? null : (outputHint?.(call.id) ?? null);
	const facts: Array<Fact | false> = [
		!isStopped &&
			exitCode !== null &&
			exitCode !== 0 && { text: `exit ${exitCode}`, rank: 0, isNeeded: true },
		hasFailed && exitCode === null && { text: 'failed', rank: 0, isNeeded: true },
		ok === null && !isStopped && { text: 'outcome unknown', rank: 0, isNeeded: true },
		timeFact(context, isStopped),
		left !== null && { text: left, rank: 8 },
		number !== null && { text: number, rank: 1, isNeeded: true, joint: ', ' },
	];
	const mark = isStopped
		? theme.warn('■')
		: ok === null
			? theme.dim('○')
			: ok
				? theme.good('✓')
				: theme.bad('✗');
	return { row: { mark, ...about, facts: facts.filter((fact) => fact !== false) }, body: rows };
}

/** What took no time that a person would notice needs no word. */
const SHORTEST_MS = 100;

function timeFact({ tookMs }: ToolContext, isStopped: boolean): Fact | false {
	if (isStopped) return { text: `stopped after ${formatSpan(tookMs)}`, rank: 9 };
	return tookMs >= SHORTEST_MS && { text: formatSpan(tookMs), rank: 9 };
}
