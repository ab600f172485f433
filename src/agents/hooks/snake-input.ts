/** The input and the answer that claude, codex and gemini share. */
import { type JsonObject, textOrNull } from '../reading/json-fields.ts';
import type { HookEvent, HookInput } from './hook-dialect.ts';

export function readSnakeInput(input: JsonObject): HookInput | null {
	const session = textOrNull(input.session_id);
	if (session === null) return null;
	return {
		session,
		cwd: textOrNull(input.cwd),
		transcript: textOrNull(input.transcript_path),
		isSide: textOrNull(input.agent_id) !== null,
		isCompacted: input.source === 'compact',
	};
}

/** Words beside what the model gets anyway. */
export function additionalContext(event: HookEvent, input: JsonObject, text: string): string | null {
	if (event !== 'start' && event !== 'tool') return null;
	const hookEventName = textOrNull(input.hook_event_name);
	if (hookEventName === null) return null;
	return JSON.stringify({ hookSpecificOutput: { hookEventName, additionalContext: text } });
}
