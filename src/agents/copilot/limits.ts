/**
 * The evidence in Copilot's own lines about a refused request: `model.call_failure`, and the `session.error` that ends the turn.
 * Neither the model nor a tool writes there. What the evidence means is one table for all CLIs (`evidence/`); the CLI's
 * own quota by the month is known by its code.
 */
import type { AgentEvent, Limit, LimitSource, Utilization } from '../events.ts';
import {
	type Evidence,
	judgeEvidence,
	limitOf,
	readEvidence,
	type Verdict,
} from '../evidence/judge-evidence.ts';
import { excerptLine } from '../reading/excerpt.ts';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	textOrNull,
	writtenJson,
} from '../reading/json-fields.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** A `model.call_failure` line, as long as no answer followed it. */
export interface Failure {
	status: number | null;
	code: string | null;
	type: string | null;
	/** The provider's own error, JSON or plain. */
	body: string;
	model: string | null;
	isTransport: boolean;
	/** A provider of the user's own, not Copilot's backend. */
	isOwnProvider: boolean;
	attempt: number | null;
	quotas: readonly Utilization[];
	/** When the line was written, epoch ms. */
	at: number;
	written: string;
}

/** `at`: when the line was written (epoch ms). */
export function readFailure(data: JsonObject, at: number): Failure {
	const attempt = numberOrNull(data.retryAttempt);
	return {
		status: numberOrNull(data.statusCode),
		code: textOrNull(data.errorCode),
		type: textOrNull(data.errorType),
		body: textOrNull(data.errorMessage) ?? '',
		model: textOrNull(data.model),
		isTransport: data.failureKind === 'transport',
		isOwnProvider: data.isByok === true,
		attempt: attempt === null ? null : attempt + 1,
		quotas: readQuotas(objectOrEmpty(data.quotaSnapshots)),
		at,
		written: writtenJson({ ...data, requestFingerprint: undefined }),
	};
}

/** The windows of the account, where the backend reported them with its refusal. */
function readQuotas(snapshots: JsonObject): Utilization[] {
	return Object.entries(snapshots)
		.slice(0, 20)
		.flatMap(([window, value]) => {
			const { remainingPercentage, resetDate, isUnlimitedEntitlement } = objectOrEmpty(value);
			const remaining = numberOrNull(remainingPercentage);
			if (remaining === null || isUnlimitedEntitlement === true) return [];
			const resetAt = Date.parse(textOrNull(resetDate) ?? '');
			return [{ window, ratio: (100 - remaining) / 100, resetAt: Number.isNaN(resetAt) ? null : resetAt }];
		});
}

/** The account's share of a month, which the table of all CLIs does not know by this code. */
const MONTH = 'premium_interactions';

/** What a refused request means; null: a failure of an unknown kind. */
export function judgeRefusal(
	failure: Failure,
	words: { code?: string | null; message?: string } = {},
): Verdict | null {
	const read = readEvidence(failure.body === '' ? (words.message ?? '') : failure.body, failure.at);
	const code = words.code ?? failure.code;
	const given = [code, failure.code, failure.type].filter((word) => word !== null);
	const evidence: Evidence = {
		...read,
		words: [...given, ...(read.words ?? [])],
		status: failure.status ?? read.status ?? null,
		model: failure.model,
	};
	const verdict = judgeEvidence(evidence, failure.at);
	if (verdict?.kind !== 'limit') return verdict;
	if (code === 'quota_exceeded' && !failure.isOwnProvider)
		return withReset({ ...verdict, limitKind: 'window', window: MONTH }, failure, words.message);
	return verdict.limitKind === 'window' ? withReset(verdict, failure, words.message) : verdict;
}

type LimitVerdict = Extract<Verdict, { kind: 'limit' }>;

/** By the backend's own headers, else by the CLI's sentence (`reset in 2 hours`). */
function withReset(verdict: LimitVerdict, failure: Failure, message = ''): LimitVerdict {
	const exact = failure.quotas.find(({ window }) => window === verdict.window)?.resetAt ?? null;
	if (exact !== null) return { ...verdict, resetAt: exact, confidence: 'exact' };
	if (verdict.resetAt !== null || message === '') return verdict;
	const said = judgeEvidence({ words: ['user_model_rate_limited'], providerText: message }, failure.at);
	return said?.kind === 'limit' && said.resetAt !== null
		? { ...verdict, resetAt: said.resetAt, confidence: said.confidence }
		: verdict;
}

/** `at`: the type of the line. */
export function copilotLimit(
	verdict: LimitVerdict,
	at: 'model.call_failure' | 'session.error',
	matched: string,
): Limit {
	return limitOf(verdict, { agent: 'copilot', channel: 'event', at, matched });
}

/** A limit that the CLI's own retries do not end, at its first sign; null for one that may pass. */
export function certainLimit(failure: Failure): Limit | null {
	const verdict = judgeRefusal(failure);
	if (verdict?.kind !== 'limit' || verdict.limitKind === 'rate' || verdict.limitKind === 'overloaded')
		return null;
	return copilotLimit(verdict, 'model.call_failure', failure.written);
}

/**
 * A refusal after which the CLI may try again; it announces neither that nor its wait. A refused login is tried three times
 * within 4 s, with a new token, and is no sign to stop at.
 */
export function retryOf(failure: Failure): Retry {
	const verdict = judgeRefusal(failure);
	const source: LimitSource = {
		channel: 'event',
		rule: `copilot:model.call_failure.${verdict?.rule ?? 'unknown'}`,
		excerpt: excerptLine(failure.written),
	};
	return {
		type: 'retry',
		reason: reasonOf(verdict, failure),
		attempt: failure.attempt,
		maxAttempts: null,
		delayMs: null,
		source,
	};
}

function reasonOf(verdict: Verdict | null, { isTransport }: Failure): Retry['reason'] {
	if (verdict?.kind === 'limit') return verdict.limitKind === 'overloaded' ? 'overloaded' : 'rate';
	return isTransport ? 'network' : 'server';
}
