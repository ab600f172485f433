/** How a turn of an agent from config ended: the relay's own stop first, then its exit code, then what it said. */
import type { AgentExit, AgentId } from '../contract.ts';
import { CANCELLED, completed, failed, type Judgement, limited, TIMED_OUT, UNKNOWN } from '../judgement.ts';
import { isHard, type LimitSign, limitOf } from './limit-signs.ts';

export interface Seen {
	/** Whether it said anything that is no white space. */
	hasAnswer: boolean;
	/** A sign on a channel that is surely the CLI's own, with no answer after it. */
	certain: LimitSign | null;
	/** The newest sign among the last lines of stderr. */
	onStderr: LimitSign | null;
	/** What the exit code is, by the user's list. */
	byExit: LimitSign | null;
	/** The last error that a field told, with no answer after it. */
	error: string | null;
	/** The last words on stderr or outside the JSON lines; '' when there are none. */
	lastWords: string;
}

export function judge(name: AgentId, exit: AgentExit, seen: Seen): Judgement {
	const sign = seen.certain ?? seen.onStderr;
	switch (exit.stopRequested) {
		case 'cancelled':
			return CANCELLED;
		case 'timed_out':
			return TIMED_OUT;
		case 'limited':
			return sign === null ? UNKNOWN : limited(limitOf(sign));
		case 'failed':
			return failed('crashed', `${name} was stopped by the relay`);
		case 'linger':
		case 'background':
		case null:
			return judgeOwnEnd(name, exit, seen);
	}
}

function judgeOwnEnd(name: AgentId, exit: AgentExit, seen: Seen): Judgement {
	const { certain, onStderr, byExit, error, hasAnswer, lastWords } = seen;
	if (certain !== null && isHard(certain)) return limited(limitOf(certain));
	if (exit.exitCode === null || exit.signal !== null) return UNKNOWN;
	const sign = certain ?? (byExit === null ? onStderr : withKindOf(byExit, onStderr));
	if (exit.exitCode !== 0) {
		if (sign !== null) return limited(limitOf(sign));
		const said = error ?? lastWords;
		return failed(
			'crashed',
			`${name} ended with exit code ${exit.exitCode}${said === '' ? '' : `: ${said}`}`,
		);
	}
	if (certain !== null) return limited(limitOf(certain));
	if (error !== null) return failed('api_error', error);
	if (hasAnswer) return completed();
	if (sign !== null) return limited(limitOf(sign));
	return failed(
		'empty_answer',
		lastWords === '' ? `${name} gave no answer` : `${name} gave no answer: ${lastWords}`,
	);
}

/** A line of stderr says more than the code where both mean the same. */
function withKindOf(byExit: LimitSign, onStderr: LimitSign | null): LimitSign {
	return onStderr?.kind === byExit.kind ? onStderr : byExit;
}

/** The events that end a stream, in their order. */
export function closingEvents(judgement: Judgement, isLimitTold: boolean) {
	const { limit, error, outcome, stopReason } = judgement;
	return [
		...(limit === null || isLimitTold ? [] : [{ type: 'limit' as const, limit }]),
		...(error === null ? [] : [{ type: 'error' as const, ...error }]),
		{ type: 'turn_ended' as const, outcome, stopReason },
	];
}
