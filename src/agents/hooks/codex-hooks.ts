/** Codex's hooks, as 0.171.0 calls them. None is called when a request is refused: the record says it when the thread ends. */
import { objectOrEmpty, parseObject, textOrNull } from '../reading/json-fields.ts';
import type { HookDialect } from './hook-dialect.ts';
import { additionalContext, readSnakeInput } from './snake-input.ts';

export const codexHooks: HookDialect = {
	events: [
		{ name: 'SessionStart', event: 'start' },
		{ name: 'PostToolUse', event: 'tool' },
		{ name: 'PreCompact', event: 'compact' },
		{ name: 'SessionEnd', event: 'end' },
	],
	read: readSnakeInput,
	say: additionalContext,
	limitIn: async (tail, now) => {
		let failed: { message: string; code: string | null } | null = null;
		for (const text of tail.split('\n')) {
			const line = /"(?:task_started|task_complete|error)"/.test(text) ? parseObject(text) : null;
			const payload = objectOrEmpty(line?.payload);
			if (line?.type !== 'event_msg') continue;
			if (payload.type === 'task_started') failed = null;
			const error = payload.type === 'error' ? payload : objectOrEmpty(payload.error);
			const message = textOrNull(error.message);
			if (message !== null) failed = { message, code: textOrNull(error.codex_error_info) };
		}
		if (failed === null) return null;
		const { judgeFailedTurn, limitFrom } = await import('../codex/limits.ts');
		const verdict = judgeFailedTurn(failed.message, failed.code, now);
		return verdict?.kind === 'limit' ? limitFrom(verdict, failed.message, 'rollout') : null;
	},
};
