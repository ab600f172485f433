/** How a codex turn ended: by its own last line, else by the relay's stop, else by what it left behind. */
import { unknownOption } from '../checked-versions.ts';
import type { AgentExit, NativeFacts } from '../contract.ts';
import type { Limit } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { CANCELLED, failed, type Judgement, limited, TIMED_OUT, UNKNOWN } from '../judgement.ts';
import {
	judgeFailedTurn,
	judgeRecordCode,
	judgeStartup,
	limitFrom,
	limitFromRetry,
	type Retry,
} from './rules.ts';

export interface SeenSoFar {
	isStarted: boolean;
	/** The newest retry that nothing of the model followed. */
	lastRetry: Retry | null;
	stderr: string;
}

/** The judgement of `turn.failed` from its sentence alone (`now`: epoch ms). */
export function judgeTurnFailed(message: string, now: number): Judgement {
	const verdict = judgeFailedTurn(message);
	if (verdict?.kind === 'limit') return limited(limitFrom(verdict, message, now));
	return failed(verdict?.stopReason ?? 'api_error', message);
}

/**
 * What the thread's own record adds: the exact reset and window of a spent window, and the meaning of a sentence no rule
 * knows. A sentence that was understood keeps its meaning.
 */
export function refineByRecord(
	judgement: Judgement,
	message: string,
	native: NativeFacts | null,
	now: number,
): Judgement {
	if (native === null) return judgement;
	if (judgement.limit?.kind === 'window') {
		const spent = native.limit;
		return spent === undefined ? judgement : limited(withWindow(judgement.limit, spent));
	}
	if (judgement.outcome !== 'failed' || native.errorCode === undefined) return judgement;
	if (judgeFailedTurn(message) !== null) return judgement;
	return judgeByCode(native.errorCode, message, native, now) ?? judgement;
}

/** The judgement of a turn that has no last line of its own. */
export function judgeWithoutEnd(exit: AgentExit, seen: SeenSoFar): Judgement {
	switch (exit.stopRequested) {
		case 'cancelled':
			// The first cause wins: without a network there was no turn to cancel.
			if (seen.lastRetry?.reason === 'network') return failed('api_error', seen.lastRetry.source.excerpt);
			return CANCELLED;
		case 'timed_out':
			return TIMED_OUT;
		case 'limited':
			return limited(seen.lastRetry === null ? null : limitFromRetry(seen.lastRetry));
		case 'failed':
			return failed(
				seen.lastRetry?.reason === 'auth' ? 'auth' : 'api_error',
				seen.lastRetry?.source.excerpt ?? 'codex was stopped by the relay',
			);
		case 'linger':
		case null:
			return judgeOwnDeath(exit, seen);
	}
}

/** A turn that had begun may have done anything. One that printed nothing and exited by itself never began. */
function judgeOwnDeath(exit: AgentExit, seen: SeenSoFar): Judgement {
	const isRefusedStart = !seen.isStarted && exit.signal === null && (exit.exitCode ?? 0) !== 0;
	if (!isRefusedStart) return UNKNOWN;
	const reason = judgeStartup(seen.stderr, exit.exitCode);
	const words = firstOwnLine(seen.stderr) ?? `codex ended with exit code ${exit.exitCode}`;
	const isOption = /^error: (?:unexpected argument|unrecognized subcommand|invalid value)\b/.test(words);
	return isOption ? unknownOption('codex', words) : failed(reason, words);
}

function judgeByCode(code: string, message: string, native: NativeFacts, now: number): Judgement | null {
	if (code === 'usage_limit_exceeded' && native.limit !== undefined) {
		const source = {
			channel: 'native',
			rule: 'codex:rollout.spent_window',
			excerpt: excerptLine(message),
		} as const;
		return limited({ kind: 'window', scope: 'account', source, confidence: 'exact', ...native.limit });
	}
	const verdict = judgeRecordCode(code);
	if (verdict === null) return null;
	if (verdict.kind === 'failure') return failed(verdict.stopReason, message);
	const limit = limitFrom(verdict, message, now);
	return limited({ ...limit, source: { ...limit.source, channel: 'native' } });
}

function withWindow(limit: Limit, spent: NonNullable<NativeFacts['limit']>): Limit {
	if (spent.resetAt === null) return { ...limit, window: spent.window };
	return { ...limit, window: spent.window, resetAt: spent.resetAt, confidence: 'exact' };
}

/** The first line that is no log line (`2026-… ERROR …`) and no warning of its start. */
function firstOwnLine(stderr: string): string | null {
	const lines = stderr.split('\n').map((line) => line.trim());
	return (
		lines.find((line) => line !== '' && !/^\d{4}-\d\d-\d\dT/.test(line) && !/^warning\b/i.test(line)) ?? null
	);
}
