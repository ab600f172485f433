import { safeText } from '../../core/text.ts';
import type { Redactor } from '../redact.ts';

/**
 * Makes recorded text plain and free of secrets. Cleaning a megabyte takes longer than everything else, so parts are chosen first
 * and cleaned afterwards; nothing is shortened before it is clean, so that no half of a secret is left.
 */
export interface RecordCleaner {
	/** For text that is used as a whole. */
	whole(text: string): string;
	/**
	 * Call it before parts are chosen from `text`: cleans it if a secret may cross the ends of parts, otherwise returns it
	 * unchanged.
	 */
	prepare(text: string): string;
	/**
	 * One part (a line, a sentence) of prepared text. `before` is the text right before it: a name there may have its value here.
	 */
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
