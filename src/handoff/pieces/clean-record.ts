import { safeText } from '../../core/text.ts';
import type { Redactor } from '../redact.ts';

/**
 * Makes recorded text plain and free of secrets. Cleaning a megabyte takes longer than all the rest, so parts are chosen
 * first and cleaned after; nothing is shortened before it is clean, so that no half of a secret is left.
 */
export interface RecordCleaner {
	/** For text that is used as it is. */
	whole(text: string): string;
	/** Before parts are chosen from `text`: cleans it where a secret may go over the ends of parts, else leaves it. */
	prepare(text: string): string;
	/** One part (a line, a sentence) of prepared text. `before` stands right before it: a name whose value comes here. */
	part(text: string, before: string): string;
}

/** The end of a line that the next one may complete: `password:`, `"token" =`, `Authorization: Bearer`. */
const LEADS_ON = /(?:[:=>]|bearer|basic|digest|token)\s*["'`]?\s*$/i;

export function recordCleaner(redactor: Redactor): RecordCleaner {
	const whole = (text: string) => redactor.record(safeText(text));
	return {
		whole,
		prepare: (text) => (redactor.spansLines(text) ? whole(text) : text),
		part(text, before) {
			if (!LEADS_ON.test(before.slice(-80))) return whole(text);
			const lead = before.slice(-80).replaceAll('\n', ' ');
			const cleaned = whole(`${lead}\n${text}`);
			return cleaned.slice(cleaned.indexOf('\n') + 1);
		},
	};
}
