/**
 * The evidence in the CLI's own words about a failed request: its stderr lines, the error of its result line, the error
 * object it prints at its end, its telemetry. Never what the model or a tool says. What the evidence means is one table for
 * all CLIs (`evidence/`).
 */
import type { AgentEvent, Limit, LimitSource } from '../events.ts';
import {
	type Evidence,
	judgeEvidence,
	type LimitVerdict,
	limitOf,
	readEvidence,
	type Verdict,
} from '../evidence/judge-evidence.ts';
import { excerptLine } from '../reading/excerpt.ts';
import type { Sign } from './stream/stderr-signs.ts';
import type { ApiError } from './stream/telemetry.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** The model that was asked, and when the request is judged (epoch ms). */
export interface Asked {
	model: string | null;
	now: number;
}

/** Names that Google writes in capitals (`QUOTA_EXHAUSTED`), errors by their class, and quotas by their id. */
const MACHINE_WORDS = /\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z][A-Za-z]+Error|\w+Per(?:Day|Minute)\w*)\b/g;
const MOST_SEARCHED = 16 * 1024;

/** A limit that stderr shows while the CLI keeps waiting; null when the sign is only a retry. */
export function limitFromSign(sign: Sign, asked: Asked): Limit | null {
	if (sign.kind === 'dump') return null;
	const verdict = judge(evidenceOfSign(sign, asked.now), asked);
	return isHard(verdict) ? geminiLimit(verdict, 'stderr', 'stderr', sign.text) : null;
}

/** A sign as a retry; null for the dump that ends the turn. */
export function retryFromSign(sign: Sign, asked: Asked): Retry | null {
	if (sign.kind === 'dump') return null;
	const verdict = judge(evidenceOfSign(sign, asked.now), asked);
	const reason = retryReason(verdict, sign.kind === 'backoff' ? sign.status : 429);
	return {
		type: 'retry',
		reason,
		attempt: sign.attempt,
		maxAttempts: null,
		delayMs: sign.kind === 'delay' ? sign.delayMs : null,
		source: source('stderr', `stderr.retry_${reason}`, sign.text),
	};
}

/** A delay is announced only if the backend refused for a rate or a quota. */
function evidenceOfSign(sign: Exclude<Sign, { kind: 'dump' }>, now: number): Evidence {
	const reported = sign.text.replace(/^Attempt \d+ failed/, '');
	const evidence = withMachineWords(readEvidence(reported, now), reported);
	if (sign.kind === 'backoff') return { ...evidence, status: sign.status };
	return { ...evidence, status: 429, delayMs: sign.delayMs };
}

function retryReason(verdict: Verdict | null, status: number | null): Retry['reason'] {
	if (verdict?.kind === 'limit' && verdict.limitKind === 'overloaded') return 'overloaded';
	if (verdict?.kind === 'limit') return 'rate';
	return status === null ? 'network' : 'server';
}

/**
 * A refusal in the telemetry, which counts as the CLI's own record: a limit that no short wait ends, a retry, or null for one
 * that is not tried again.
 */
export function signFromTelemetry(error: ApiError, asked: Asked): { limit: Limit } | { retry: Retry } | null {
	const evidence = { ...readEvidence(error.body, asked.now), status: error.status };
	const verdict = judge(evidence, { ...asked, model: error.model ?? asked.model });
	if (isHard(verdict)) return { limit: geminiLimit(verdict, 'native', 'telemetry', error.body) };
	if (error.status !== null && error.status < 500 && error.status !== 429) return null;
	const reason = retryReason(verdict, error.status);
	const reported = source(
		'native',
		`telemetry.retry_${reason}`,
		`${error.status ?? ''} ${error.body}`.trim(),
	);
	return {
		retry: { type: 'retry', reason, attempt: null, maxAttempts: null, delayMs: null, source: reported },
	};
}

/** What the CLI said about the failure: its result line or last words, and the error object it printed. */
export interface Words {
	said: string;
	dump: string;
	/** The backend's answer to the last request, from the telemetry; '' if there is none. */
	body: string;
}

/** Why a turn failed. `status` is the HTTP status if it is known. */
export function judgeFailure(
	status: number | null,
	{ said, dump, body }: Words,
	asked: Asked,
): Verdict | null {
	const text = withoutFrame(said);
	const answered = readEvidence(body, asked.now);
	const evidence = withMachineWords(readEvidence(text, asked.now), `${text}\n${dump}`);
	const retryDelay = /^ {2}retryDelayMs: (\d{1,15}(?:\.\d+)?)\b/m.exec(dump)?.[1];
	return judge(
		{
			words: [...(answered.words ?? []), ...(evidence.words ?? [])],
			providerText: providerText([evidence.providerText, printedMessage(dump), answered.providerText], asked),
			status: status ?? evidence.status ?? answered.status ?? null,
			resetAt: evidence.resetAt ?? answered.resetAt ?? null,
			delayMs: retryDelay === undefined ? (evidence.delayMs ?? answered.delayMs ?? null) : Number(retryDelay),
		},
		asked,
	);
}

/** The CLI has read the backend's answer: if its own sentence alone says what it is, the backend's words do not count. */
function providerText(texts: ReadonlyArray<string | null | undefined>, asked: Asked): string {
	const said = texts[0] ?? '';
	const verdict = judge({ providerText: said }, asked);
	if (isHard(verdict) || verdict?.kind === 'failure') return said;
	return texts.filter((text) => text).join('\n');
}

/** `[API Error: …]` and the advice that the CLI puts below it. */
function withoutFrame(said: string): string {
	return said
		.slice(0, MOST_SEARCHED)
		.replace(/^\[API Error: /, '')
		.replace(/\]?\nPlease wait and try again later\. [^\n]*$/, '')
		.replace(/\]$/, '');
}

/** The message of a printed error object, and that of its cause, without the stack. */
function printedMessage(dump: string): string {
	const head = dump.split(/\n {4}at /, 1)[0] ?? '';
	const own = /\b[A-Z]\w*Error: ([\s\S]*)$/.exec(head)?.[1] ?? '';
	const cause = /^ {4}message: ([\s\S]*?)(?:,\n {4}\w+: |\n {2}\})/m.exec(dump)?.[1] ?? '';
	const literal = [...cause.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, part = '']) => part).join('');
	return `${own}\n${literal.replaceAll('\\n', '\n')}`.trim();
}

function withMachineWords(evidence: Evidence, text: string): Evidence {
	const named = text.slice(0, MOST_SEARCHED).match(MACHINE_WORDS) ?? [];
	return { ...evidence, words: [...new Set([...(evidence.words ?? []), ...named])] };
}

function judge(evidence: Evidence, { model, now }: Asked): Verdict | null {
	return judgeEvidence({ ...evidence, model }, now);
}

/** Refusals that no short wait ends. */
function isHard(verdict: Verdict | null): verdict is LimitVerdict {
	return verdict?.kind === 'limit' && verdict.limitKind !== 'rate' && verdict.limitKind !== 'overloaded';
}

/** Google counts everything by model, except credits, which are the account's. */
export function geminiLimit(
	verdict: LimitVerdict,
	channel: LimitSource['channel'],
	at: string,
	matched: string,
): Limit {
	const limit = limitOf(verdict, { agent: 'gemini', channel, at, matched });
	return { ...limit, scope: limit.kind === 'billing' ? 'account' : 'model' };
}

function source(channel: LimitSource['channel'], rule: string, matched: string): LimitSource {
	return { channel, rule: `gemini:${rule}`, excerpt: excerptLine(matched) };
}
