/** How a turn ended and what it took, in one or two lines. */
import { safeLine } from '../core/text.ts';
import { isDone } from '../sessions/turns/is-done.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { readOf, writtenOf } from '../sessions/turns/turn-tokens.ts';
import { describeCost, formatCount, formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';
import { describeFiles } from './describe-files.ts';

/** Characters of an error that are worth a line. */
const ERROR_CHARS = 400;

/** `claude opus · 12.3 s · 1.2k in 340 out · $0.013 · 3 files +40 -2`, led by how it ended when it did not go well. */
export function describeFooter(
	state: TurnState,
	theme: Theme,
	{ isSaid = false }: { /** Its error was shown when it came. */ isSaid?: boolean } = {},
): string[] {
	const parts = [
		state.model === null ? state.agent : `${state.agent} ${safeLine(state.model, 40)}`,
		describeVerdict(state),
		state.status === 'limited' ? 'limited' : '',
		state.duration_ms === null ? '' : formatDuration(state.duration_ms),
		describeTokens(state),
		state.cost_usd === 0 ? '' : describeCost(state),
		describeFiles(state.files),
	].filter((part) => part !== '');
	const footer = theme.dim(parts.join(' · '));
	const ending = describeEnding(isSaid ? { ...state, error: null } : state);
	return ending === null ? [footer] : [theme[ending.tone](ending.text), footer];
}

/** The verdict of a message in a chat; one that was cut off has none. */
function describeVerdict({ verdict, status }: TurnState): string {
	if (verdict === undefined || status !== 'completed') return '';
	return verdict === null ? 'no verdict' : `says ${verdict.toUpperCase()}`;
}

function describeEnding(state: TurnState): { text: string; tone: 'bad' | 'warn' } | null {
	const reason = state.stop_reason === null ? '' : ` (${safeLine(state.stop_reason, 40)})`;
	const said = state.error === null ? '' : `: ${safeLine(state.error.message, ERROR_CHARS)}`;
	switch (state.status) {
		case 'completed':
			if (!isDone(state)) return { text: '■ answered · its background tasks were stopped', tone: 'warn' };
			return ORDINARY_ENDS.has(state.stop_reason) ? null : { text: `■ stopped${reason}`, tone: 'warn' };
		case 'running':
			return null;
		case 'limited':
			// The hand-over, or that nobody is left, follows and says why.
			return null;
		case 'cancelled':
			return { text: '■ interrupted', tone: 'warn' };
		case 'timed_out':
			return { text: '■ timed out', tone: 'bad' };
		case 'failed':
			return { text: `■ failed${reason}${said}`, tone: 'bad' };
		case 'outcome_unknown':
			return { text: `■ outcome unknown${said}`, tone: 'bad' };
	}
}

const ORDINARY_ENDS: ReadonlySet<string | null> = new Set([null, 'end_turn']);

function describeTokens({ tokens }: TurnState): string {
	const [read, written] = [readOf(tokens), writtenOf(tokens)];
	return read + written === 0 ? '' : `${formatCount(read)} in ${formatCount(written)} out`;
}
