import type { StopReason } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import type { Verdict } from './outcome.ts';

/**
 * The CLI's own one-line refusals (2.1.197), each whole from the start of its line. They are read only when the CLI gave
 * no answer at all, so that nothing a tool or hook prints can be taken for one in mid-turn.
 */
const SENTENCES: ReadonlyArray<readonly [RegExp, StopReason]> = [
	[/^(?:Error: )?Session ID \S+ is already in use/m, 'session_in_use'],
	[/^(?:Error: )?No conversation found with session ID/m, 'unknown_session'],
	[/^(?:Error: )?--resume requires a valid session/m, 'unknown_session'],
	[/^error: (?:unknown (?:option|command)|option '|too many arguments|missing required)/m, 'bad_usage'],
	[/^Error: Input must be provided /m, 'bad_usage'],
	[/^Error: Invalid session ID/m, 'bad_usage'],
	[/^Error: When using --print, --output-format=stream-json requires/m, 'bad_usage'],
	[/^(?:Error: )?--dangerously-skip-permissions cannot be used with root/m, 'bad_environment'],
	[/^(?:Error: )?Not logged in(?: ·|\.|$)/m, 'auth'],
	[/^(?:Error: )?Invalid API key(?: ·|\.|$)/m, 'auth'],
];

/** The failure a refusal names, or null for a sentence nobody knows. */
export function judgeStderr(text: string): Verdict | null {
	for (const [sentence, reason] of SENTENCES) {
		const found = sentence.exec(text);
		if (found === null) continue;
		const line = text.slice(found.index).split('\n', 1)[0] ?? '';
		return {
			outcome: 'failed',
			stopReason: reason,
			error: { code: reason, message: excerptLine(line) },
			limit: null,
		};
	}
	return null;
}
