/**
 * The evidence in claude's own words: in the text of its own message (`<synthetic>`) and of its result line, which begins
 * with a sentence of its own or with `API Error` and the provider's. The caller has made sure that the
 * words are claude's own: the model, tools and the user say the same sentences.
 */
import { type Evidence, readEvidence } from '../evidence/judge-evidence.ts';

/** `API Error: 529 {…}`, `API Error (529 …)`, `API Error: Request rejected (429) · …`, `Failed to authenticate. API Error: 403 …`. */
const API_ERROR =
	/^(?:[^\n:]{0,60}[.·] )?API Error:? ?(?:Repeated |Request rejected )?(?:\(?([45]\d\d)\b\)?)?[\s·:]*/i;

/** The evidence in claude's own `words`; the status is one that they name. */
export function evidenceInWords(words: string, now: number): Evidence {
	const text = words.trimStart();
	const prefix = API_ERROR.exec(text);
	if (prefix === null) return { ownSentence: { agent: 'claude', text } };
	const rest = text.slice(prefix[0].length);
	const read = readEvidence(rest, now);
	const status = prefix[1] === undefined ? read.status : Number(prefix[1]);
	return { ...read, ownSentence: { agent: 'claude', text: rest }, status: status ?? null };
}

const WINDOWS: ReadonlyArray<readonly [RegExp, string]> = [
	[/\bopus\b/i, 'seven_day_opus'],
	[/\bsonnet\b/i, 'seven_day_sonnet'],
	[/\bfable\b/i, 'seven_day_overage_included'],
	[/\bweek(?:ly)?\b/i, 'seven_day'],
	[/\bsession\b|\b(?:5|five)[- ]hour\b/i, 'five_hour'],
];

/** The window that claude's own sentence names, and whether it is a model's; null when it names none. */
export function windowInWords(words: string): { window: string; scope: 'account' | 'model' } | null {
	const [sentence = ''] = words.trimStart().split('\n', 1);
	const window = WINDOWS.find(([pattern]) => pattern.test(sentence))?.[1];
	if (window === undefined) return null;
	return { window, scope: /opus|sonnet|overage/.test(window) ? 'model' : 'account' };
}
