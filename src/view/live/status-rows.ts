import { formatDuration } from '../../ui/quantities.ts';
import { spinnerFrame } from '../../ui/spinner.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { TurnStatus } from '../transcript-sink.ts';

const TOOL_ROWS = 3;

export interface StatusContext {
	theme: Theme;
	columns: number;
	/** How long the turn has lasted, ms. */
	elapsedMs: number;
	/** Prompts that wait. */
	queued: number;
	/** What keys do now; `stops`: what Ctrl+C does. */
	keyHint: ((stops: string) => string) | undefined;
}

/** What is happening now: the tools that run, and a row with who works and for how long. */
export function statusRows(status: TurnStatus, context: StatusContext): string[] {
	const { theme, columns, elapsedMs, queued, keyHint } = context;
	const stops = status.stops ?? 'Ctrl+C stops';
	const parts = [
		status.waiting ??
			`${status.agent} ${formatDuration(Math.floor(elapsedMs / 1000) * 1000)
				.replace(/^0 ms$/, '0 s')
				.replace('.0 s', ' s')}`,
		queued > 0 ? `${queued} queued` : '',
		keyHint?.(stops) ?? stops,
	];
	const row = `${spinnerFrame(elapsedMs)} ${parts.filter((part) => part !== '').join(' · ')}`;
	return [
		...(status.settled ?? []),
		...toolRows(status.tools, context),
		theme.dim(cutToColumns(row, columns)),
	];
}

/** `waiting for claude · 2 h 9 min 58 s`: what is waited for, and for how long still. */
export function countDown({ waiting, waitsUntil }: TurnStatus, now: number): string | null {
	if (waiting === null || waitsUntil === undefined) return waiting;
	return `${waiting} · ${formatCountDown(waitsUntil - now)}`;
}

/** `2 h 9 min 58 s`, rounded up. */
function formatCountDown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	const units = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60] as const;
	const [hours, minutes, rest] = units;
	if (hours > 0) return `${hours} h ${minutes} min ${rest} s`;
	return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

function toolRows(tools: readonly string[], { theme, columns }: StatusContext): string[] {
	const shown = tools.length > TOOL_ROWS ? tools.slice(-TOOL_ROWS + 1) : tools;
	const more =
		tools.length > shown.length ? [theme.dim(`  … ${tools.length - shown.length} more running`)] : [];
	return [...more, ...shown.map((tool) => `${theme.accent('▸')} ${cutToColumns(tool, columns - 2)}`)];
}
