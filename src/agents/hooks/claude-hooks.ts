/** Claude Code's hooks, as 2.1.332 calls them. */
import type { Limit } from '../events.ts';
import { listOrEmpty, objectOrEmpty, parseObject, textOrNull } from '../reading/json-fields.ts';
import type { HookDialect } from './hook-dialect.ts';
import { additionalContext, readSnakeInput } from './snake-input.ts';

export const claudeHooks: HookDialect = {
	events: [
		{ name: 'SessionStart', event: 'start' },
		{ name: 'PostToolUse', event: 'tool' },
		{ name: 'PostToolUseFailure', event: 'tool' },
		{ name: 'PreCompact', event: 'compact' },
		{ name: 'StopFailure', event: 'failed' },
		{ name: 'SessionEnd', event: 'end' },
	],
	read: readSnakeInput,
	// What a PreCompact hook prints is added to the instructions of the summary.
	say: (event, input, text) => (event === 'compact' ? text : additionalContext(event, input, text)),
	limitOf: async ({ error, last_assistant_message: words }, now) =>
		limitOf(textOrNull(error), textOrNull(words), now),
	// `claude -p` ends its StopFailure hook with itself, but waits for that of SessionEnd.
	limitIn: async (tail, now) => {
		let refused: { error: string | null; words: string | null } | null = null;
		for (const text of tail.split('\n')) {
			const line = /"type":"(?:user|assistant)"/.test(text) ? parseObject(text) : null;
			if (line === null || line.isSidechain === true) continue;
			const [block] = listOrEmpty(objectOrEmpty(line.message).content);
			refused =
				line.type === 'assistant' && line.isApiErrorMessage === true
					? { error: textOrNull(line.error), words: textOrNull(objectOrEmpty(block).text) }
					: null;
		}
		return refused === null ? null : limitOf(refused.error, refused.words, now);
	},
};

/** What claude's own message says of a refused request: the name of the error, and its words. */
async function limitOf(errorName: string | null, words: string | null, now: number): Promise<Limit | null> {
	const { judgeRefused } = await import('../claude/limits.ts');
	const judged = judgeRefused({ result: { result: words }, errorName, words, retry: null, now });
	return judged !== null && 'limit' in judged ? judged.limit : null;
}
