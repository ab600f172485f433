/** opencode has plug-ins in place of hooks: ours calls with the input that is read here (checked against 1.18.33). */
import { join } from 'node:path';
import { numberOrNull, objectOrEmpty, textOrNull } from '../reading/json-fields.ts';
import type { HookDialect } from './hook-dialect.ts';

export const opencodeHooks: HookDialect = {
	events: [],
	read: (input, { env, home }) => {
		const session = textOrNull(input.session_id);
		if (session === null || !/^ses_[0-9A-Za-z]{1,64}$/.test(session)) return null;
		const data = join(env.XDG_DATA_HOME || join(home, '.local/share'), 'opencode/opencode.db');
		return {
			session,
			cwd: textOrNull(input.cwd),
			transcript: `${data}#${session}`,
			isSide: false,
			isCompacted: false,
		};
	},
	say: (_event, _input, text) => JSON.stringify({ text }),
	limitOf: async ({ status, error }, now) => {
		const { judgeError, limitFromStatus } = await import('../opencode/limits.ts');
		const asked = { model: null, now };
		const waiting = objectOrEmpty(status);
		if (waiting.type === 'retry')
			return limitFromStatus(
				{
					attempt: numberOrNull(waiting.attempt),
					message: textOrNull(waiting.message) ?? '',
					nextAt: numberOrNull(waiting.next),
					actionReason: textOrNull(objectOrEmpty(waiting.action).reason),
				},
				asked,
			);
		const judged = judgeError(objectOrEmpty(error), asked);
		return 'limit' in judged ? judged.limit : null;
	},
};
