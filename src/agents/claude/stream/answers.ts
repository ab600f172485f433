/** How a claude turn that has answered ended: by its last result line, checked by how its process then ended. */
import type { AgentExit } from '../../agent-adapter.ts';
import type { AgentEvent, BackgroundTask } from '../../events.ts';
import { countOrNull, type JsonObject, textOrNull } from '../../reading/json-fields.ts';
import {
	failed,
	failedAfterAnswer,
	type Judgement,
	limited,
	saysFailed,
	TIMED_OUT,
} from '../../reading/judgement.ts';
import { failureReason, isAborted, judgeEnd, limitBehind, type Seen, standingLimit } from '../outcome.ts';
import { knownRefusal } from '../stderr-rules.ts';

/** The last result line that counts, and how it was judged. */
interface Answered {
	result: JsonObject;
	judgement: Judgement;
	/** Background tasks were listed with it, or right after it: the agent continues when they have ended. */
	isInterim: boolean;
	/** Whether an empty result line followed it: the exit code is then about that line. */
	isEmptyAfter: boolean;
}

/** The answers of one turn: after each the main conversation may continue by itself, and the last one counts. */
export class Answers {
	readonly #seen: Seen;
	#last: Answered | null = null;
	/** The main conversation has begun again after the last answer, */
	#isContinued = false;
	/** and said something: from then on that answer is not the turn's last. */
	#hasContinued = false;
	/** The judgement of the newest `turn_ended`; null while the turn runs. */
	#ended: Judgement | null = null;

	constructor(seen: Seen) {
		this.#seen = seen;
	}

	get hasEnded(): boolean {
		return this.#ended !== null;
	}

	/** The main conversation begins. Gives `continued` if it had answered before and this is the first sign of more. */
	begin(): AgentEvent[] {
		const isNews = this.#last !== null && !this.#isContinued;
		this.#isContinued = true;
		return this.#continue(isNews);
	}

	/** The main conversation speaks; as `begin`. */
	speak(): AgentEvent[] {
		this.#hasContinued = this.#last !== null;
		return this.begin();
	}

	/** True for a result line that reports no work after an answer; it is then only remembered. */
	isEmpty(result: JsonObject): boolean {
		if (this.#last === null || !isEmptyResult(result, this.#hasContinued)) return false;
		this.#last.isEmptyAfter = true;
		return true;
	}

	/** An answer: the turn's end, unless background tasks are listed. */
	take(result: JsonObject, judgement: Judgement, listed: BackgroundTask[]): AgentEvent[] {
		const isRepeated = this.#last !== null && isSameEnd(this.#ended, judgement);
		const continued = isRepeated ? [] : this.begin();
		const tasks = judgement.outcome === 'limited' ? [] : listed;
		const isInterim = tasks.length > 0;
		this.#last = { result, judgement, isInterim, isEmptyAfter: false };
		this.#hasContinued = false;
		this.#isContinued = false;
		if (isInterim) return [...continued, { type: 'interim_answer', tasks }];
		return isRepeated ? [] : [...continued, ...this.#end(judgement)];
	}

	/** Background tasks that are listed only after the answer make it an interim one. */
	holdOpen(tasks: BackgroundTask[]): AgentEvent[] {
		if (this.#ended?.outcome !== 'completed' || tasks.length === 0) return [];
		if (this.#last !== null) this.#last.isInterim = true;
		return [...this.#continue(true), { type: 'interim_answer', tasks }];
	}

	/** The end of the process. `isAborted`: a result line said that the turn was interrupted. */
	judge(exit: AgentExit, isAborted: boolean): { events: AgentEvent[]; judgement: Judgement } {
		const judgement =
			this.#last === null || this.#hasContinued
				? judgeEnd(exit, isAborted, this.#seen)
				: judgeAnswered(exit, this.#last, this.#seen);
		return { judgement, events: isSameEnd(this.#ended, judgement) ? [] : this.#end(judgement) };
	}

	/** The turn has not ended after all if the main conversation continues by itself. */
	#continue(isNews: boolean): AgentEvent[] {
		this.#ended = null;
		return isNews ? [{ type: 'continued' }] : [];
	}

	#end(judgement: Judgement): AgentEvent[] {
		this.#ended = judgement;
		const { limit, error, outcome, stopReason } = judgement;
		const isNewLimit = limit !== null && limit !== this.#seen.limit;
		return [
			...(isNewLimit ? [{ type: 'limit' as const, limit }] : []),
			...(error === null ? [] : [{ type: 'error' as const, ...error }]),
			{ type: 'turn_ended', outcome, stopReason },
		];
	}
}

function isSameEnd(one: Judgement | null, other: Judgement): boolean {
	return one?.outcome === other.outcome && one.stopReason === other.stopReason;
}

/**
 * True for a result line after an answer that reports no work: 2.1.1 and others add an `error_during_execution` without
 * a single turn when the stream of prompts ends (anthropics/claude-code#16768). `hasContinued`: the main conversation did
 * something since that answer.
 */
function isEmptyResult(result: JsonObject, hasContinued: boolean): boolean {
	if (hasContinued || result.subtype !== 'error_during_execution' || isAborted(result)) return false;
	const hasRequest =
		countOrNull(result.api_error_status) !== null || (countOrNull(result.num_turns) ?? 0) > 0;
	return !hasRequest && !textOrNull(result.result);
}

/** The judgement of a turn that has answered and did not continue, by how its process then ended. */
function judgeAnswered(exit: AgentExit, answered: Answered, seen: Seen): Judgement {
	const { judgement, isInterim } = answered;
	switch (exit.stopRequested) {
		case 'cancelled':
		case 'background':
			return isInterim ? withoutTasks(judgement) : judgement;
		case 'timed_out':
			return isInterim ? TIMED_OUT : judgement;
		case 'limited':
		case 'failed':
			return isInterim ? judgeEnd(exit, false, seen) : judgement;
		case 'linger':
			return judgement;
	}
	if (saysFailed(exit)) return answered.isEmptyAfter ? judgement : judgeAgain(exit.exitCode, answered, seen);
	// A killed process loses the result of its tasks, but not a last answer.
	return isInterim && exit.exitCode !== 0 ? judgeEnd(exit, false, seen) : judgement;
}

function withoutTasks(judgement: Judgement): Judgement {
	return judgement.outcome === 'completed' ? { ...judgement, stopReason: 'background_stopped' } : judgement;
}

/** A good result line whose process says that it failed: what came after the line, or stderr, says why. */
function judgeAgain(exitCode: number | null, { result, judgement }: Answered, seen: Seen): Judgement {
	if (judgement.outcome !== 'completed') return judgement;
	const standing = standingLimit(seen) ?? seen.lateLimit;
	if (standing !== null) return limited(standing);
	if (seen.lastSpeaker === 'cli') {
		const limit = limitBehind(result, seen);
		return limit === null ? failed(failureReason(result, seen), seen.ownWords) : limited(limit);
	}
	const refusal = knownRefusal(seen.stderr);
	if (refusal !== null) return failed(refusal.reason, refusal.sentence);
	return failedAfterAnswer('claude', exitCode);
}
