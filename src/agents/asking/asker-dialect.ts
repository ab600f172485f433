/** Questions that `bin/ask.js` carries: the hook of a CLI as it is, and back a decision with words for the model. */

import { type JsonObject, objectOrNull, parseObject } from '../reading/json-fields.ts';
import { ALLOW, type Answer, type AskedQuestion, type QuestionDialect, type Wanted } from './question.ts';

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
