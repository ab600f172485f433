/**
 * One order of evidence for every CLI: what a refused request is, whose, and until when.
 *
 * 1. the provider's machine word (`machine-words.ts`), 2. the CLI's or the provider's own fixed sentence
 * (`own-sentences.ts`, `provider-sentences.ts`), 3. a reported end further away than a rate can be, 4. what only says the HTTP
 * status in other words, and the status itself. So 401 and 403 are a refused login, and 429 a rate, only where nothing above
 * says otherwise; a 400 can be a limit.
 *
 * An adapter extracts the inputs from channels that its CLI alone writes to and passes them on:
 *
 *     const evidence = { words: [errorName], providerText, status, resetAt, delayMs, model };
 *     const verdict = judgeEvidence(evidence, now);
 *     if (verdict?.kind === 'limit') return limited(limitOf(verdict, { channel: 'event', agent: 'claude', excerpt }));
 *     if (verdict !== null) return failed(verdict.stopReason, message);
 *
 * `readEvidence(text, now)` finds words, message, status and end in a JSON error or in a text that holds one.
 */
import type { Limit, LimitKind, LimitSource, StopReason } from '../events.ts';
import { excerptLine } from '../reading/excerpt.ts';
import { reportedDelay, reportedReset } from '../reading/reported-reset.ts';
import { readErrorBody } from './error-body.ts';
import { meaningOfWord } from './machine-words.ts';
import type { LimitMeaning, Meaning } from './meaning.ts';
import { OWN_SENTENCES } from './own-sentences.ts';
import { ownText, PROVIDER_SENTENCES } from './provider-sentences.ts';

export interface Evidence {
	/** `error.code`, `error.type` and their like, the most specific first. */
	words?: readonly string[];
	/** The CLI's own words (`agent`: whose fixed sentences apply); matched from their start. */
	ownSentence?: { agent: string; text: string } | null;
	/** The provider's error text, as the CLI passes it on; matched anywhere. */
	providerText?: string | null;
	status?: number | null;
	/** An end reported as a time, in a field or a header (epoch ms). */
	resetAt?: number | null;
	/** An end reported as a wait, in a field or a header. */
	delayMs?: number | null;
	/** The model of the refused request: a limit that names it holds only for it. */
	model?: string | null;
}

export interface LimitVerdict {
	kind: 'limit';
	limitKind: LimitKind;
	scope: NonNullable<Limit['scope']>;
	window: string | null;
	/** Epoch ms. */
	resetAt: number | null;
	/** `estimated` if no end was reported. */
	confidence: Limit['confidence'];
	/** `word.insufficient_quota`, `sentence.per_day`, `reset`, `status.429`. */
	rule: string;
}

interface FailureVerdict {
	kind: 'failure';
	stopReason: StopReason;
	rule: string;
}

export type Verdict = LimitVerdict | FailureVerdict;

/** The longest wait for a rate; a longer one belongs to another kind of limit. */
const LONGEST_RATE_MS = 300_000;
/** A rate that ends sooner is over before anyone could use the news; the ledger's own first step is as long. */
const SHORTEST_RATE_MS = 60_000;
/** An end further away is ignored. */
const FURTHEST_MS = 400 * 24 * 3600_000;

/** What the evidence says (`now`: epoch ms), or null: a failure of an unknown kind. */
export function judgeEvidence(evidence: Evidence, now: number): Verdict | null {
	const found = findMeaning(evidence, now);
	if (found === null) return null;
	const { meaning, rule } = found;
	if ('failure' in meaning) return { kind: 'failure', stopReason: meaning.failure, rule };
	return limitVerdict(meaning, rule, evidence, now);
}

/** Words, text, status and end of an error body, or of a text that holds one; other text is the provider's own. */
export function readEvidence(text: string, now: number): Evidence {
	const body = readErrorBody(text, now);
	if (body === null) return { providerText: text };
	const { words, status, resetAt, delayMs } = body;
	return { words, providerText: body.text, status, resetAt, delayMs };
}

/** The verdict as a limit, with what was matched. */
export function limitOf(
	verdict: LimitVerdict,
	source: { agent: string; channel: LimitSource['channel']; at: string; matched: string },
): Limit {
	const { limitKind: kind, scope, window, resetAt, confidence } = verdict;
	const rule = `${source.agent}:${source.at}.${verdict.rule}`;
	return {
		kind,
		resetAt,
		window,
		scope,
		source: { channel: source.channel, rule, excerpt: excerptLine(source.matched) },
		confidence,
	};
}

interface Found {
	meaning: Meaning;
	rule: string;
}

function findMeaning(evidence: Evidence, now: number): Found | null {
	const words = (evidence.words ?? []).flatMap((word) => meaningOfWord(word) ?? []).map(asFound('word'));
	const said = sentencesIn(evidence);
	const status = statusMeaning(evidence.status ?? null);
	// 402 says more than a word that only repeats a status.
	const strong = [...words, ...said, ...(status === null ? [] : [status])].find(
		({ meaning }) => !meaning.isWeak,
	);
	if (strong !== undefined) return strong;
	// claude 2.1.112 calls a 529 `rate_limit`: a status of its own comes before a general name.
	const named = status?.isSpecific ? [status, ...words] : [...words, ...(status === null ? [] : [status])];
	const weak = [...said, ...named][0] ?? null;
	return weak === null || !isLonger(weak.meaning, evidence, now)
		? weak
		: { meaning: { limit: 'window' }, rule: `reset.${weak.rule}` };
}

const asFound =
	(where: string) =>
	({ meaning, name }: { meaning: Meaning; name: string }): Found => ({ meaning, rule: `${where}.${name}` });

/** At most one of the CLI's own sentences and one of the provider's; a sentence that is known not to be a limit ends the search. */
function sentencesIn({ ownSentence, providerText }: Evidence): Found[] {
	const found: Found[] = [];
	const own = (ownSentence?.text ?? '').trimStart();
	const [first = ''] = own.split('\n', 1);
	const text = providerText ? ownText(providerText) : '';
	for (const [words, rules] of [
		[
			own,
			/\b(?:now using|continuing with)\b/i.test(first)
				? []
				: (OWN_SENTENCES.get(ownSentence?.agent ?? '') ?? []),
		],
		[text, PROVIDER_SENTENCES],
	] as const) {
		if (words === '') continue;
		const rule = rules.find(([, pattern]) => pattern.test(words));
		if (rule?.[2] != null) found.push({ meaning: rule[2], rule: `sentence.${rule[0]}` });
	}
	return found;
}

/** A rate whose reported end is too far away for one. */
function isLonger(meaning: Meaning, evidence: Evidence, now: number): boolean {
	if (!('limit' in meaning) || meaning.limit !== 'rate') return false;
	const end = reportedEnd(evidence, now);
	return end !== null && end.at - now > LONGEST_RATE_MS;
}

function statusMeaning(status: number | null): (Found & { isSpecific: boolean }) | null {
	const meaning = BY_STATUS.get(status ?? 0);
	if (meaning === undefined) return null;
	return { meaning, rule: `status.${status}`, isSpecific: SPECIFIC_STATUSES.has(status ?? 0) };
}

/** Statuses that mean only one thing. */
const SPECIFIC_STATUSES: ReadonlySet<number> = new Set([402, 503, 529]);

const BY_STATUS: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
	[402, { limit: 'billing', ignoresShortDelay: true }],
	[429, { limit: 'rate', isWeak: true }],
	[503, { limit: 'overloaded', isWeak: true }],
	[529, { limit: 'overloaded', isWeak: true }],
	[401, { failure: 'auth', isWeak: true }],
	[403, { failure: 'auth', isWeak: true }],
	[404, { failure: 'model_not_found', isWeak: true }],
	[413, { failure: 'context_too_long', isWeak: true }],
]);

function limitVerdict(meaning: LimitMeaning, rule: string, evidence: Evidence, now: number): LimitVerdict {
	const end = usableEnd(meaning, reportedEnd(evidence, now), now);
	const isSoon = end !== null && end.at - now <= LONGEST_RATE_MS;
	let limitKind = meaning.limit;
	if (meaning.isRateWhenSoon && isSoon) limitKind = 'rate';
	// Whatever comes back at a reported time is a window, even if more could be bought.
	if (limitKind === 'billing' && end !== null && !meaning.staysBilling) limitKind = 'window';
	const usable = limitKind === 'rate' || limitKind === 'overloaded' ? notTooSoon(end, now) : end;
	return {
		kind: 'limit',
		limitKind,
		scope: meaning.scope ?? (namesModel(evidence) ? 'model' : 'account'),
		window: limitKind === 'rate' ? null : (meaning.window ?? null),
		resetAt: usable?.at ?? null,
		confidence: usable === null ? 'estimated' : usable.isExact ? 'exact' : 'derived',
		rule,
	};
}

interface ReportedEnd {
	at: number;
	/** Reported as a time in a field. */
	isExact: boolean;
	isDelay: boolean;
}

function reportedEnd(evidence: Evidence, now: number): ReportedEnd | null {
	const { resetAt = null, delayMs = null, ownSentence, providerText } = evidence;
	const ends: ReportedEnd[] = [];
	if (resetAt !== null) ends.push({ at: resetAt, isExact: true, isDelay: false });
	for (const text of [ownSentence?.text, providerText]) {
		const at = text ? reportedReset(text, now) : null;
		if (at !== null && text) ends.push({ at, isExact: false, isDelay: reportedDelay(text) !== null });
	}
	if (delayMs !== null) ends.push({ at: Math.round(now + delayMs), isExact: false, isDelay: true });
	return ends.find(({ at }) => Number.isFinite(at) && at < now + FURTHEST_MS) ?? null;
}

function usableEnd(meaning: LimitMeaning, end: ReportedEnd | null, now: number): ReportedEnd | null {
	if (end === null) return null;
	const isShortDelay = (end.isDelay || end.isExact) && end.at - now <= LONGEST_RATE_MS;
	return meaning.ignoresShortDelay && isShortDelay ? null : end;
}

function notTooSoon(end: ReportedEnd | null, now: number): ReportedEnd | null {
	return end !== null && end.at - now > SHORTEST_RATE_MS ? end : null;
}

/** Whether the provider's text names the model. */
function namesModel({ providerText, model }: Evidence): boolean {
	return (
		!!model && model.length > 2 && !!providerText && providerText.toLowerCase().includes(model.toLowerCase())
	);
}
