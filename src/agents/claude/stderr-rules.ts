import type { StopReason } from '../events.ts';
import { excerptLine } from '../reading/excerpt.ts';

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

/** The reason and the sentence of a refusal, or null for unknown text. */
export function knownRefusal(text: string): { reason: StopReason; sentence: string } | null {
	for (const [pattern, reason] of SENTENCES) {
		const found = pattern.exec(text);
		if (found !== null)
			return { reason, sentence: excerptLine(text.slice(found.index).split('\n', 1)[0] ?? '') };
	}
	return null;
}
