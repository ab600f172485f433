/** How a turn ended and what it took: one row of facts, what went wrong above it, and the steps that are left below it. */
import { safeLine } from '../core/text.ts';
import { describeMoment } from '../limits/describe-limit.ts';
import { isDone } from '../sessions/turns/is-done.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { readOf, writtenOf } from '../sessions/turns/turn-tokens.ts';
import { type Fact, layoutFactRow } from '../ui/fact-row.ts';
import { formatCount, formatSpan, shortCost } from '../ui/quantities.ts';
import { shortModel } from '../ui/short-model.ts';
import type { Theme } from '../ui/theme.ts';
import { describeFiles } from './describe-files.ts';
import { doneSteps, leftSteps } from './transcript/plan-lines.ts';

/** Characters of an error that are worth a line. */
const ERROR_CHARS = 400;

interface FooterLook {
	theme: Theme;
	/** The row's, which never wraps. */
	columns: number;
	/** Its error was shown when it came. */
	isSaid?: boolean;
}

/**
 * `  claude sonnet-5.5 · 1.6 s · 43k in, 760 out · $0.06 · 1 file +4 -3 · plan 4 of 5 · 14:33`; where it did not go well its mark
 * and how it ended are in the row too. What is not known is left out.
 */
export function describeFooter(state: TurnState, { theme, columns, isSaid = false }: FooterLook): string[] {
	const ending = describeEnding(state);
	const paint = ending === null ? theme.dim : theme[ending.tone];
	const facts = footerFacts(state, ending === null ? null : { text: ending.text, paint });
	const row = layoutFactRow(
		{
			mark: ending === null ? ' ' : paint(ending.mark),
			verb: '',
			target: { text: safeLine(state.agent, 40), shape: 'text' },
			facts,
		},
		columns,
		theme,
	);
	const left = state.plan_told === true && state.status !== 'limited' ? leftSteps(state.plan) : null;
	const isWorthSaying = state.status === 'failed' || state.status === 'outcome_unknown';
	const error =
		state.error === null || isSaid || !isWorthSaying ? [] : [safeLine(state.error.message, ERROR_CHARS)];
	return [
		...error.map((message) => theme.bad(`! ${message}`)),
		ending === null ? theme.dim(row) : row,
		...(left === null ? [] : [left]),
	];
}

/** The most needed has the lowest rank. */
function footerFacts(state: TurnState, ending: Pick<Fact, 'text' | 'paint'> | null): Fact[] {
	const { model, agent, duration_ms: tookMs, files, plan, plan_told: isPlanTold, ended_at: endedAt } = state;
	const spent = tookMs === null ? '' : formatSpan(tookMs);
	const plans = isPlanTold === true && plan.length > 0 ? `plan ${doneSteps(plan)} of ${plan.length}` : '';
	const facts: Fact[] = [
		{ text: model === null ? '' : safeLine(shortModel(model, agent), 40), rank: 9, joint: ' ' },
		{ text: describeVerdict(state), rank: 0, isNeeded: true },
		{ ...(ending ?? { text: '' }), rank: 0, isNeeded: true },
		{ text: ending === null ? spent : '', rank: 2, isNeeded: true },
		{ text: describeTokens(state), rank: 8 },
		{ text: state.cost_usd === 0 ? '' : shortCost(state), rank: 3 },
		{ text: describeFiles(files), rank: 4 },
		{ text: plans, rank: 5 },
		{ text: endedAt === null ? '' : clockOf(Date.parse(endedAt)), rank: 6 },
	];
	return facts.filter(({ text }) => text !== '');
}

const clockOf = (at: number) => (Number.isNaN(at) ? '' : describeMoment(at, { now: at }));

/** The verdict of a message in a chat; one that was cut off has none. */
function describeVerdict({ verdict, status }: TurnState): string {
	if (verdict === undefined || status !== 'completed') return '';
	return verdict === null ? 'no verdict' : `says ${verdict.toUpperCase()}`;
}

interface Ending {
	mark: string;
	text: string;
	tone: 'bad' | 'warn';
}

/** null: as it should. */
function describeEnding(state: TurnState): Ending | null {
	const reason = state.stop_reason === null ? '' : ` (${safeLine(state.stop_reason, 40)})`;
	const after = state.duration_ms === null ? '' : ` after ${formatSpan(state.duration_ms)}`;
	switch (state.status) {
		case 'completed':
			if (!isDone(state))
				return { mark: '■', text: `answered${after}, its background tasks were stopped`, tone: 'warn' };
			return ORDINARY_ENDS.has(state.stop_reason)
				? null
				: { mark: '■', text: `stopped${after}${reason}`, tone: 'warn' };
		case 'running':
			return null;
		case 'limited':
			// The hand-over, or that nobody is left, follows and says why.
			return { mark: ' ', text: `limited${after}`, tone: 'warn' };
		case 'cancelled':
			return { mark: '■', text: `interrupted${after}`, tone: 'warn' };
		case 'timed_out':
			return { mark: '■', text: `timed out${after}`, tone: 'bad' };
		case 'failed':
			return { mark: '✗', text: `failed${after}${reason}`, tone: 'bad' };
		case 'outcome_unknown':
			return { mark: '○', text: `outcome unknown${after}`, tone: 'bad' };
	}
}

const ORDINARY_ENDS: ReadonlySet<string | null> = new Set([null, 'end_turn']);

function describeTokens({ tokens }: TurnState): string {
	const [read, written] = [readOf(tokens), writtenOf(tokens)];
	return read + written === 0 ? '' : `${formatCount(read)} in, ${formatCount(written)} out`;
}
