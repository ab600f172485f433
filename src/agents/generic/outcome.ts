/** How a turn of an agent from config ended: the relay's own stop first, then its exit code, then what it said. */
import type { AgentExit, AgentId } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import {
	CANCELLED,
	completed,
	failed,
	type Judgement,
	limited,
	TIMED_OUT,
	UNKNOWN,
} from '../reading/judgement.ts';
import { isHard } from './limits.ts';

export interface Seen {
	/** Whether it said anything but white space. */
	hasAnswer: boolean;
	/** A sign on a channel that is surely the CLI's own, with no answer after it. */
	certain: Limit | null;
	/** The newest sign among the last lines of stderr. */
	onStderr: Limit | null;
	/** The limit that the exit code stands for, by the user's list. */
	byExit: Limit | null;
	/** The last error that a field reported, with no answer after it. */
	error: string | null;
	/** What the provider's words called it, if not a limit. */
	failure: StopReason | null;
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
			return sign === null ? UNKNOWN : limited(sign);
		case 'failed':
			return failed('crashed', `${name} was stopped by the relay`);
		case 'linger':
		case 'background':
		case null:
			return judgeOwnEnd(name, exit, seen);
	}
}

function judgeOwnEnd(name: AgentId, exit: AgentExit, seen: Seen): Judgement {
	const { certain, onStderr, byExit, error, failure, hasAnswer, lastWords } = seen;
	if (certain !== null && isHard(certain)) return limited(certain);
	if (exit.exitCode === null || exit.signal !== null) return UNKNOWN;
	const sign = certain ?? (byExit === null ? onStderr : withKindOf(byExit, onStderr));
	if (exit.exitCode !== 0) {
		if (sign !== null) return limited(sign);
		const said = error ?? lastWords;
		return failed(
			failure ?? 'crashed',
			`${name} ended with exit code ${exit.exitCode}${said === '' ? '' : `: ${said}`}`,
		);
	}
	if (certain !== null) return limited(certain);
	if (error !== null) return failed(failure ?? 'api_error', error);
	if (hasAnswer) return completed();
	if (sign !== null) return limited(sign);
	return failed(
		'empty_answer',
		lastWords === '' ? `${name} gave no answer` : `${name} gave no answer: ${lastWords}`,
	);
}

/** A line of stderr says more than the code if both mean the same. */
function withKindOf(byExit: Limit, onStderr: Limit | null): Limit {
	return onStderr?.kind === byExit.kind ? onStderr : byExit;
}

/** The events that end a stream, in their order. */
export function closingEvents(judgement: Judgement, isLimitReported: boolean) {
	const { limit, error, outcome, stopReason } = judgement;
	return [
		...(limit === null || isLimitReported ? [] : [{ type: 'limit' as const, limit }]),
		...(error === null ? [] : [{ type: 'error' as const, ...error }]),
		{ type: 'turn_ended' as const, outcome, stopReason },
	];
}
