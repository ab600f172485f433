import { ALLOW, type Answer, type AnsweredBy, DENY, type Question } from '../../agents/asking/question.ts';
import { safeLine } from '../../core/text.ts';

const CHARS = 200;

/** The outcome of a question in one line, safe to show: `allowed`, `denied: not now (another terminal)`. `question`: if known. */
export function describeAnswer(
	{ answer, by }: { answer: Answer | null; by: AnsweredBy },
	question?: Pick<Question, 'options'>,
): string {
	if (answer === null) return DENIED[by] ?? `denied (${safeLine(by, 40)})`;
	const { option, text } = answer;
	const label = question?.options.find(({ id }) => id === option)?.label ?? option;
	const chosen = option === ALLOW ? 'allowed' : option === DENY ? 'denied' : label;
	const said = [chosen, text].filter((part) => part !== null).map((part) => safeLine(part, CHARS));
	return `${said.join(': ')}${by === 'user' ? '' : ` (${BY[by] ?? safeLine(by, 40)})`}`;
}

const BY: Readonly<Record<string, string>> = { rule: 'you allowed it before' };

const DENIED: Readonly<Record<string, string>> = {
	timeout: 'denied: nobody answered in time',
	withdrawn: 'withdrawn: the agent no longer waits for an answer',
	turn_ended: 'denied: the turn has ended',
	relay_gone: 'denied: the relay ended before it was answered',
};
