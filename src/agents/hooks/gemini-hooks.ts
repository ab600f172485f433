/**
 * Gemini CLI's hooks, as 0.61.0 calls them. PreCompress comes before every request, whether or not anything is compressed, so only
 * the one that the user asked for counts.
 */
import type { HookDialect } from './hook-dialect.ts';
import { additionalContext, readSnakeInput } from './snake-input.ts';

export const geminiHooks: HookDialect = {
	events: [
		{ name: 'SessionStart', event: 'start' },
		{ name: 'AfterTool', event: 'tool' },
		{ name: 'PreCompress', event: 'compact', matcher: 'manual' },
		{ name: 'SessionEnd', event: 'end' },
	],
	read: readSnakeInput,
	say: additionalContext,
};
