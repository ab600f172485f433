/** Questions that `bin/ask.js` carries: the hook of a CLI as it is, and back a decision with words for the model. */

import {
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../reading/json-fields.ts';
import { ALLOW, type Answer, type AskedQuestion, type QuestionDialect, type Wanted } from './question.ts';

/** Longer than any turn, for a hook's `timeout`; how long a question waits is the relay's to say. */
export const HOOK_TIMEOUT_S = 30 * 24 * 3600;

/** Where the asker finds the relay's socket. */
export const ASK_VARIABLE = 'AGENT_RELAY_ASK';

const UNANSWERED = 'Nobody answered in time, so this is not allowed. Go on without it.';
const REFUSED = 'The user did not allow this.';

/** `read`: what the CLI's hook asks for; null: nothing that can be asked. */
export function askerDialect(
	name: string,
	read: (hook: JsonObject) => AskedQuestion | null,
): QuestionDialect {
	return {
		transport: 'socket',
		read(line) {
			const message = parseObject(line);
			const hook = objectOrNull(message?.hook);
			if (message?.v !== 1 || message.dialect !== name || hook === null) return null;
			const question = read(hook);
			return question === null ? null : { type: 'asked', key: null, question };
		},
		write: (_, answer) => JSON.stringify(decisionOf(answer)),
	};
}

function decisionOf(answer: Answer | null) {
	if (answer === null) return { decision: 'deny', message: UNANSWERED };
	if (answer.option === ALLOW) return { decision: 'allow' };
	return { decision: 'deny', message: answer.text ?? REFUSED };
}

const TITLES: Readonly<Record<Wanted['action'], string>> = {
	run: 'run a command',
	leave: 'run a command outside its sandbox',
	edit: 'edit a file',
	read: 'read a file',
	fetch: 'fetch a page',
	use: 'use a tool',
};

/** `detail`: where it differs from what is wanted, such as the lines of an edit. */
export function permission(wants: Wanted, detail = wants.what): AskedQuestion {
	return { kind: 'permission', title: TITLES[wants.action], detail, options: [], wants };
}

/** What a `PermissionRequest` hook says of a tool, in claude and in codex alike; null: it names none. */
export function readPermissionRequest(hook: JsonObject) {
	const tool = textOrNull(hook.tool_name);
	if (tool === null) return null;
	const input = objectOrEmpty(hook.tool_input);
	return {
		tool,
		input,
		folder: textOrNull(hook.cwd),
		command: textOrNull(input.command),
		reason: textOrNull(input.description),
	};
}
