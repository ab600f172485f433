/**
 * The lines of the status plugin on stderr: U+001E and a JSON object. They count only for the session of this turn. A
 * refused permission repeats the model's own command there, line breaks included, so nothing is believed after one; the
 * turn ends with it anyway.
 */
import stripAnsi from 'strip-ansi';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';

const MARK = '\u001e';

/** What the CLI is waiting for. `nextAt`: epoch ms of its next try. */
export interface RetryStatus {
	attempt: number | null;
	message: string;
	nextAt: number | null;
	/** `account_rate_limit`, `free_tier_limit` or another word of the CLI's, if it reports one. */
	actionReason: string | null;
}

export class StatusLines {
	#isBlind = false;

	/** The session and, while it is retrying, the status that a line of stderr reports; null for every other line. */
	read(text: string): { sessionId: string; retry: RetryStatus | null } | null {
		if (/^[!\s]*permission requested:/.test(stripAnsi(text))) this.#isBlind = true;
		if (this.#isBlind || !text.startsWith(MARK)) return null;
		const line = parseObject(text.slice(MARK.length));
		const sessionId = textOrNull(line?.sessionID);
		if (line === null || sessionId === null || !/^ses_[0-9A-Za-z]{1,64}$/.test(sessionId)) return null;
		if (line.relay !== 'session.status') return null;
		return { sessionId, retry: readRetry(objectOrEmpty(line.status)) };
	}
}

function readRetry(status: JsonObject): RetryStatus | null {
	if (status.type !== 'retry') return null;
	return {
		attempt: numberOrNull(status.attempt),
		message: textOrNull(status.message) ?? '',
		nextAt: numberOrNull(status.next),
		actionReason: textOrNull(objectOrEmpty(status.action).reason),
	};
}
