/** GitHub Copilot CLI's hooks, as 1.0.102 calls them. Their input does not name the event. */
import { join } from 'node:path';
import { objectOrEmpty, parseObject, textOrNull } from '../reading/json-fields.ts';
import type { HookDialect } from './hook-dialect.ts';

export const copilotHooks: HookDialect = {
	events: [
		{ name: 'sessionStart', event: 'start' },
		{ name: 'postToolUse', event: 'tool' },
		{ name: 'preCompact', event: 'compact' },
		{ name: 'errorOccurred', event: 'failed' },
		{ name: 'sessionEnd', event: 'end' },
	],
	read: (input, { env, home }) => {
		const session = textOrNull(input.sessionId);
		if (session === null || !/^[0-9a-f-]{36}$/i.test(session)) return null;
		const folder = env.COPILOT_HOME || join(home, '.copilot');
		return {
			session,
			cwd: textOrNull(input.cwd),
			transcript: join(folder, 'session-state', session, 'events.jsonl'),
			isSide: false,
			isCompacted: false,
		};
	},
	say: (event, _input, text) =>
		event === 'start' || event === 'tool' ? JSON.stringify({ additionalContext: text }) : null,
	limitOf: async ({ error, errorContext }, now) => {
		const message = textOrNull(objectOrEmpty(error).message);
		if (errorContext !== 'model_call' || message === null) return null;
		const { copilotLimit, judgeRefusal, readFailure } = await import('../copilot/limits.ts');
		const errorCode = textOrNull(parseObject(message)?.code);
		const failure = readFailure({ errorCode, errorMessage: message }, now);
		const verdict = judgeRefusal(failure);
		return verdict?.kind === 'limit' ? copilotLimit(verdict, 'session.error', message) : null;
	},
};
