/** How a codex turn ended: by its own last line, else by the relay's stop, else by what it left behind. */

import type { AgentExit, NativeFacts } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { judgeEvidence } from '../evidence/judge-evidence.ts';
import { excerptLine } from '../reading/excerpt.ts';
import {
	CANCELLED,
	failed,
	type Judgement,
	limited,
	TIMED_OUT,
	UNKNOWN,
	unknownOption,
} from '../reading/judgement.ts';
import { limitFromRetry } from '../reading/retry-limit.ts';
import { judgeFailedTurn, limitFrom, type Retry } from './limits.ts';

/** The oldest and the newest version that the tests with the real CLI ran against (docs/agents.md says what was seen). */
const CHECKED_VERSIONS = 'Codex CLI 0.135.0 to 0.171.0';

interface StartupRule {
	pattern: RegExp;
	stopReason: StopReason;
}

/** Only for a run that printed nothing on stdout: codex refused to start the turn. */
const STARTUP_RULES: readonly StartupRule[] = [
	// Whatever the reason: gone, or (0.169.0, killed while it began) `rollout at ... is empty`.
	{
		pattern: /^(?:Error: )?thread\/resume(?: failed)?:|^(?:Error: )?.*\bno rollout found for thread id\b/m,
		stopReason: 'unknown_session',
	},
	{ pattern: /^error: /m, stopReason: 'bad_usage' },
	{ pattern: /^No prompt provided/m, stopReason: 'bad_usage' },
	{
		pattern: /^(?:Error: )?(?:Error|Failed) (?:to load|loading) (?:config|configuration)/im,
		stopReason: 'bad_config',
	},
	{ pattern: /^Not inside a trusted directory/m, stopReason: 'bad_environment' },
];

export interface Seen {
	isStarted: boolean;
	/** The newest retry that no output of the model followed, */
	lastRetry: Retry | null;
	/** and the limit that no retry ends, if it reported one. */
	limit: Limit | null;
	stderr: string;
	/** Epoch ms. */
	now: number;
}

/** The judgement of `turn.failed` (`now`: epoch ms); `code`: the record's own error code, null while it is unknown. */
export function judgeTurnFailed(message: string, now: number, code: string | null = null): Judgement {
	const verdict = judgeFailedTurn(message, code, now);
	if (verdict?.kind === 'limit') return limited(limitFrom(verdict, message));
	return failed(verdict?.stopReason ?? 'api_error', message);
}

/**
 * Adds what the thread's own record knows: its error code, and the exact reset of a spent window. The reset counts even if
 * the sentence is about credit: codex asks for credit because the window is full.
 */
export function refineByRecord(
	judgement: Judgement,
	message: string,
	native: NativeFacts | null,
	now: number,
): Judgement {
	if (native === null || judgement.outcome === 'completed') return judgement;
	const { errorCode = null, limit: spent } = native;
	const known = errorCode === null ? judgement : judgeTurnFailed(message, now, errorCode);
	const { limit } = known;
	if (spent === undefined) return known;
	if (limit?.kind === 'window') return limited(withWindow(limit, spent));
	const isAhead = spent.resetAt !== null && spent.resetAt > now;
	if (limit?.kind === 'billing' && isAhead) return limited(withWindow({ ...limit, kind: 'window' }, spent));
	// The code means several things; the spent window says which.
	if (limit === null && known.stopReason === 'api_error' && errorCode === 'usage_limit_exceeded')
		return limited(spentWindow(message, spent));
	return known;
}

/** The judgement of a turn that has no last line of its own. */
export function judgeWithoutEnd(exit: AgentExit, seen: Seen): Judgement {
	switch (exit.stopRequested) {
		case 'cancelled':
			// The first cause wins: without a network there was no turn to cancel.
			if (seen.lastRetry?.reason === 'network') return failed('api_error', seen.lastRetry.source.excerpt);
			return CANCELLED;
		case 'timed_out':
			return TIMED_OUT;
		case 'limited':
			return limited(seen.limit ?? limitFromRetry(seen.lastRetry, 'account'));
		case 'failed':
			return failed(
				seen.lastRetry?.reason === 'auth' ? 'auth' : 'api_error',
				seen.lastRetry?.source.excerpt ?? 'codex was stopped by the relay',
			);
		case 'linger':
		case 'background':
		case null:
			return judgeOwnDeath(exit, seen);
	}
}

/** A turn that had begun may have done anything. One that printed nothing and exited by itself never began. */
function judgeOwnDeath(exit: AgentExit, seen: Seen): Judgement {
	const isRefusedStart = !seen.isStarted && exit.signal === null && (exit.exitCode ?? 0) !== 0;
	if (!isRefusedStart) return UNKNOWN;
	const words = firstOwnLine(seen.stderr) ?? `codex ended with exit code ${exit.exitCode}`;
	const reason = judgeStartup(seen.stderr, words, exit.exitCode, seen.now);
	const isOption = /^error: (?:unexpected argument|unrecognized subcommand|invalid value)\b/.test(words);
	return isOption ? unknownOption(words, CHECKED_VERSIONS) : failed(reason, words);
}

/** Why codex refused to start, from stderr; exit code 2 alone is a usage error of its argument parser. */
function judgeStartup(stderr: string, words: string, exitCode: number | null, now: number): StopReason {
	if (exitCode === 2) return 'bad_usage';
	const known = STARTUP_RULES.find(({ pattern }) => pattern.test(stderr));
	if (known !== undefined) return known.stopReason;
	const verdict = judgeEvidence(
		{ ownSentence: { agent: 'codex', text: words.replace(/^Error: /, '') } },
		now,
	);
	return verdict?.kind === 'failure' ? verdict.stopReason : 'crashed';
}

function spentWindow(message: string, spent: NonNullable<NativeFacts['limit']>): Limit {
	const excerpt = excerptLine(message);
	const source = { channel: 'native', rule: 'codex:rollout.spent_window', excerpt } as const;
	const confidence = spent.resetAt === null ? 'estimated' : 'exact';
	return { kind: 'window', scope: 'account', source, confidence, ...spent };
}

function withWindow(limit: Limit, spent: NonNullable<NativeFacts['limit']>): Limit {
	if (spent.resetAt === null) return { ...limit, window: spent.window };
	return { ...limit, window: spent.window, resetAt: spent.resetAt, confidence: 'exact' };
}

/** The first line that is neither a log line (`2026-… ERROR …`) nor a warning printed at the start. */
function firstOwnLine(stderr: string): string | null {
	const lines = stderr.split('\n').map((line) => line.trim());
	return (
		lines.find((line) => line !== '' && !/^\d{4}-\d\d-\d\dT/.test(line) && !/^warning\b/i.test(line)) ?? null
	);
}
