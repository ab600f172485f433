import { excerptLine } from '../../reading/excerpt.ts';
import { type JsonObject, listOrEmpty, textOrNull } from '../../reading/json-fields.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
	['ENOSPC', 'no space left on the device'],
	['EDQUOT', 'the disk quota is used up'],
]);

/**
 * Of `session_writes_lost` (2.1.332, on a full disk): claude goes on, and its own record of the session has a hole. Why that
 * session must not be resumed, for `ParsedTurn.unresumable`; null where the line is about something else.
 */
export function whyUnresumable(message: JsonObject, sessionId: string | null): string | null {
	const ids = listOrEmpty(message.transcript_session_ids);
	const isOfThis = ids.length === 0 || ids.includes(sessionId);
	if (!listOrEmpty(message.lost).includes('transcript') || !isOfThis) return null;
	const code = textOrNull(message.error_code) ?? 'unknown error';
	return `could not be saved: ${REASONS.get(code) ?? excerptLine(code, 40)}`;
}
