/**
 * The sentences in which claude tells a limit where a version tells it in no other way: in the text of its own message
 * (`<synthetic>`) and of its result line. Each stands whole at the start of that text. The caller has made sure that the
 * words are claude's own: the model, tools and the user say the same sentences.
 */
import type { Limit, LimitKind } from '../events.ts';
import { toldReset } from '../told-reset.ts';

export type SpokenLimit = Pick<Limit, 'kind' | 'resetAt' | 'window' | 'scope'> & { rule: string };

interface Rule {
	name: string;
	pattern: RegExp;
	kind: LimitKind;
}

/**
 * From versions 1.0 to 2.1.330 and the issues about them. A sentence about credit or a spend cap comes before the general
 * ones, which it may resemble.
 */
const RULES: readonly Rule[] = [
	{
		name: 'credit',
		pattern: /^(?:API Error: .{0,300})?\b(?:your )?credit balance is too low\b/i,
		kind: 'billing',
	},
	{
		name: 'spend_limit',
		pattern: /^(?:you['’]ve (?:hit|reached) )?(?:your )?(?:[\w'’-]+ ){0,4}spend(?:ing)? (?:limit|cap)\b/i,
		kind: 'billing',
	},
	{ name: 'credits', pattern: /^you['’]re out of (?:extra usage|(?:usage )?credits)\b/i, kind: 'billing' },
	{
		name: 'org_credits',
		pattern: /^your (?:organization|org|team) is out of (?:usage )?credits\b/i,
		kind: 'billing',
	},
	{ name: 'paused', pattern: /^usage is paused for your organization\b/i, kind: 'quota' },
	{
		name: 'hit_limit',
		pattern: /^you['’]ve (?:hit|reached) (?:your|the) (?:[\w'’-]+ ){0,4}limit\b/i,
		kind: 'window',
	},
	{
		name: 'limit_reached',
		pattern:
			/^(?:limit reached|(?:claude )?(?:[\w'’.-]+ ){0,3}(?:usage|[\w-]+hour|session|weekly|monthly|opus|sonnet|haiku|fable) limit (?:reached|resets))\b/i,
		kind: 'window',
	},
	{ name: 'payment_required', pattern: apiError('402'), kind: 'billing' },
	{ name: 'rate', pattern: apiError('429'), kind: 'rate' },
	{ name: 'throttled', pattern: /^API Error: Server is temporarily limiting requests\b/i, kind: 'rate' },
	{ name: 'overloaded', pattern: apiError('529'), kind: 'overloaded' },
	{
		name: 'overloaded',
		pattern: /^(?:API Error: )?(?:Repeated )?(?:529 )?(?:\{.{0,200}"overloaded_error"|Overloaded\b)/i,
		kind: 'overloaded',
	},
];

/** `API Error: 529 {…}`, `API Error (529 …)`, `API Error: Repeated 529 …`, `API Error: Request rejected (429)`. */
function apiError(statuses: string): RegExp {
	return new RegExp(`^API Error:? ?(?:Repeated |Request rejected |[a-z ]{0,40})?\\(?(?:${statuses})\\b`, 'i');
}

/** `Weekly limit reached, now using extra usage`, `Claude Opus limit reached, now using Sonnet`: the work goes on. */
const GOES_ON = /\b(?:now using|continuing with)\b/i;

const WINDOWS: ReadonlyArray<readonly [RegExp, string]> = [
	[/\bopus\b/i, 'seven_day_opus'],
	[/\bsonnet\b/i, 'seven_day_sonnet'],
	[/\bfable\b/i, 'seven_day_overage_included'],
	[/\bweek(?:ly)?\b/i, 'seven_day'],
	[/\bsession\b|\b(?:5|five)[- ]hour\b/i, 'five_hour'],
];

/** The limit that claude's own `words` tell (`now`: epoch ms), or null when no rule knows the sentence. */
export function limitFromWords(words: string, now: number): SpokenLimit | null {
	const text = words.trimStart();
	const [sentence = ''] = text.split('\n', 1);
	const rule = RULES.find(({ pattern }) => pattern.test(text));
	if (rule === undefined || GOES_ON.test(sentence)) return null;
	const resetAt = toldReset(sentence, now);
	// What comes back at a told time is a window, even where it could be bought.
	const kind = rule.kind === 'billing' && resetAt !== null ? 'window' : rule.kind;
	const window = kind === 'window' ? windowIn(sentence) : null;
	const scope = window !== null && /opus|sonnet|overage/.test(window) ? 'model' : 'account';
	return { kind, resetAt, window, scope, rule: rule.name };
}

function windowIn(sentence: string): string | null {
	return WINDOWS.find(([pattern]) => pattern.test(sentence))?.[1] ?? null;
}
