import { safeLine } from '../../core/text.ts';
import { type Fact, layoutFactRow } from '../../ui/fact-row.ts';
import { formatCount } from '../../ui/quantities.ts';
import { spinnerFrame } from '../../ui/spinner.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { LOW_ROWS } from '../transcript/output-lines.ts';
import { currentStep, planRows } from '../transcript/plan-lines.ts';
import type { LiveTool, TurnStatus } from '../transcript-sink.ts';
import { describeRetry, formatSeconds } from './describe-retry.ts';

const TOOL_ROWS = 3;
const PLAN_ROWS = 6;
/** A tool that takes longer says for how long. */
const TIMED_MS = 2000;
/** An agent that is silent for longer is said to be. */
const SILENT_MS = 30_000;
/** Below this a fact has its short form. */
export const NARROW_COLUMNS = 60;

/** What is waited for in place of the agent's own work, in the last row. */
export interface Waiting {
	text: string;
	/** In its place where there is little room: the one fact that then still counts. */
	short?: string;
	facts?: readonly Fact[];
	/** In place of what Ctrl+C does, unless the turn is being stopped; empty: nothing. */
	stops?: string;
}

export interface StatusContext {
	theme: Theme;
	columns: number;
	/** The whole terminal's. */
	rows: number;
	/** That the status may take; the last one is always drawn. */
	maxRows: number;
	/** Monotonic, ms. */
	now: number;
	/** The spinner turns. */
	motion: boolean;
	/** null: for the agent alone. */
	waiting: Waiting | null;
	/** Prompts that wait, oldest first. */
	queued: readonly string[];
	/** Between what runs and the last row: what keys answer. */
	keys: readonly string[];
	/** What keys do now; `stops`: what Ctrl+C does. */
	keyHint: ((stops: string) => string) | undefined;
}

/** What is happening now: the tools that run, the plan, what waits, and a row with who works and for how long. */
export function statusRows(status: TurnStatus, context: StatusContext): string[] {
	const { theme, columns, rows, maxRows, queued, keys } = context;
	let left = maxRows - 1;
	const take = (made: readonly string[]) => {
		const taken = made.slice(0, Math.max(0, left));
		left -= taken.length;
		return taken;
	};
	const settled = take(status.settled ?? []);
	// The plan keeps a row, however many tools run.
	const forTools = left - ((status.plan ?? []).length > 0 ? 1 : 0);
	const shown = status.isQuestionAbove?.() ? status.tools.filter(({ isAsked }) => !isAsked) : status.tools;
	const tools = take(toolRows(shown, Math.min(TOOL_ROWS + 1, forTools), context));
	const newest = queued.at(-1);
	const isLow = rows < LOW_ROWS;
	const newestRow =
		newest === undefined || isLow
			? []
			: take([theme.dim(cutToColumns(`  queued: ${safeLine(newest, columns)}`, columns))]);
	const planMost = Math.min(isLow ? 1 : PLAN_ROWS, left);
	const plan = take(planRows(status.plan ?? [], { theme, columns, maxRows: planMost }));
	return [...settled, ...tools, ...plan, ...newestRow, ...keys, lastRow(status, context)];
}

/** `waiting for claude · 2 h 9 min 58 s`: what is waited for, and for how long still; null: nothing. `now`: epoch ms. */
export function waitingOf({ waiting, waitsUntil, outcome }: TurnStatus, now: number): Waiting | null {
	if (waiting === null) return null;
	if (waitsUntil === undefined) return { text: waiting };
	const left = formatCountDown(waitsUntil - now);
	if (outcome === undefined) return { text: `${waiting} · ${left}` };
	const text = `${outcome} ${left}`;
	return { text: waiting, short: text, facts: [{ text, rank: 0, isNeeded: true }] };
}

/** `2 h 9 min 58 s`, rounded up. */
function formatCountDown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	const units = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60] as const;
	const [hours, minutes, rest] = units;
	if (hours > 0) return `${hours} h ${minutes} min ${rest} s`;
	return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

const ASKED: Fact = { text: 'waits for an answer', rank: 0, isNeeded: true };

function toolRows(
	tools: readonly LiveTool[],
	most: number,
	{ theme, columns, now }: StatusContext,
): string[] {
	const count = tools.length > Math.min(TOOL_ROWS, most) ? Math.min(TOOL_ROWS, most - 1) : tools.length;
	const more = tools.length - count;
	const rows = tools.slice(0, Math.max(0, count)).map(({ text, startedAt, isAsked }) => {
		const target = { text, shape: 'text' as const };
		if (isAsked)
			return layoutFactRow({ mark: theme.warn('?'), verb: '', target, facts: [ASKED] }, columns, theme);
		const took = now - startedAt;
		const time =
			took < TIMED_MS ? [] : [{ text: formatSeconds(Math.floor(took / 1000)), rank: 0, isNeeded: true }];
		const row = { mark: theme.accent('▸'), verb: '', target, facts: time };
		return layoutFactRow(row, columns, theme);
	});
	return more > 0 ? [...rows, theme.dim(`  ${more} more`)] : rows;
}

/** `⠹ claude 9 s · step 3 of 5 · 21k in, 380 out · 1 queued, Up takes it back · Ctrl+C stops`. */
function lastRow(status: TurnStatus, context: StatusContext): string {
	const { theme, columns, now, motion, keyHint, waiting } = context;
	const { retry, agent, startedAt } = status;
	const stops = waiting?.stops ?? status.stops ?? 'Ctrl+C stops';
	const hint: Fact = { text: keyHint?.(stops) ?? stops, rank: 1 };
	if (waiting === null && retry !== undefined) {
		const text = describeRetry(retry.event, agent, retry.at === null ? null : retry.at - now);
		const target = { text, shape: 'text' as const };
		return theme.warn(layoutFactRow({ mark: '!', verb: '', target, facts: [hint] }, columns, theme));
	}
	const elapsed = formatSeconds(Math.floor(Math.max(0, now - startedAt) / 1000));
	const { text, facts } =
		waiting === null
			? { text: `${agent} ${elapsed}`, facts: workFacts(status, context) }
			: waitingIn(waiting, columns);
	const target = { text, shape: 'text' as const };
	const hints = hint.text === '' ? [] : [{ ...hint, isNeeded: true }];
	const mark = theme.accent(motion ? spinnerFrame(now - startedAt) : '▸');
	const row = { mark, verb: '', target, facts: [...facts, ...queueFact(context), ...hints] };
	return theme.dim(layoutFactRow(row, columns, theme));
}

function waitingIn({ text, short, facts = [] }: Waiting, columns: number): { text: string; facts: Fact[] } {
	if (short === undefined || columns >= NARROW_COLUMNS) return { text, facts: [...facts] };
	return { text: short, facts: facts.filter((fact) => fact.text !== short) };
}

/** What the agent is at, as far as it reports that. */
function workFacts({ plan, figures }: TurnStatus, { columns, now }: StatusContext): Fact[] {
	const { tokens, heardAt } = figures?.() ?? { tokens: null, heardAt: now };
	const step = currentStep(plan ?? []);
	const silent = now - heardAt;
	const facts: Array<Fact | false> = [
		silent >= SILENT_MS && { text: `no output for ${formatSeconds(Math.floor(silent / 1000))}`, rank: 3 },
		step !== null && {
			text: `${columns < NARROW_COLUMNS ? '' : 'step '}${step.number} of ${step.of}`,
			rank: 4,
		},
		tokens !== null && {
			text: `${formatCount(tokens.read)} in, ${formatCount(tokens.written)} out`,
			rank: 8,
		},
	];
	return facts.filter((fact) => fact !== false);
}

function queueFact({ columns, queued: { length } }: StatusContext): Fact[] {
	if (length === 0) return [];
	const how = length === 1 ? 'Up takes it back' : 'Up takes the newest back';
	return [{ text: columns < NARROW_COLUMNS ? `${length} queued` : `${length} queued, ${how}`, rank: 2 }];
}
