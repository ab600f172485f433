import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { type OpenQuestion, sendAnswer } from '../../relay/questions/answer-client.ts';
import { DECISIONS, type Decision } from '../../relay/questions/decisions.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { oneQuestion } from '../questions/lines.ts';
import { questionsNow } from '../questions/run.ts';

interface AnswerOptions {
	id: string | null;
	decision: string | null;
	message: string | null;
}

export interface AnswerData {
	id: string;
	decision: Decision;
	message: string | null;
}

export const answer: Body<AnswerOptions, AnswerData> = {
	async run(context, options) {
		const { id, decision: typed } = readWords(options);
		const message = options.message;
		if (message !== null && typed !== null && typed !== 'no')
			throw usage('-m goes with a no: an agent is told nothing along with a yes.');
		const question = pickQuestion(await questionsNow(context), id, context);
		context.show((look) => oneQuestion(question, context.clock.now(), look));
		const decision = typed ?? (message === null ? await askDecision(question, context) : 'no');
		if (decision === 'always' && question.rule.length === 0)
			throw usage('Only commands can be allowed always; `session` allows this for the session.');
		const code = await askCode(context);
		const { result, why } = await sendAnswer(question, { code, decision, message });
		if (result === 'taken') return { exitCode: EXIT.done, data: { id: question.id, decision, message } };
		throw refusal(result, why);
	},
	toJson: (data) => data,
};

function readWords({ id, decision }: AnswerOptions): { id: string | null; decision: Decision | null } {
	if (decision === null && id !== null && isDecision(id)) return { id: null, decision: id };
	if (decision !== null && !isDecision(decision))
		throw usage(`${JSON.stringify(safeLine(decision, 40))} is no answer.`, `Use ${DECISIONS.join(', ')}.`);
	return { id, decision };
}

const isDecision = (word: string): word is Decision => DECISIONS.some((one) => one === word);

function pickQuestion(
	open: readonly OpenQuestion[],
	id: string | null,
	{ ownName }: Pick<CommandContext, 'ownName'>,
): OpenQuestion {
	const found = id === null ? open : open.filter((one) => one.id.startsWith(id.toLowerCase()));
	const [first, second] = found;
	if (first !== undefined && second === undefined) return first;
	const hint = open.length === 0 ? undefined : `List them: ${ownName} questions`;
	const what =
		first === undefined
			? open.length === 0
				? 'No agent asks anything now.'
				: `No open question has the id ${JSON.stringify(safeLine(id ?? '', 40))}.`
			: `${found.length} questions are open: name one by its id.`;
	throw new RelayError('not_found', what, hint === undefined ? {} : { hint });
}

async function askDecision({ rule }: OpenQuestion, { ask, ownName }: CommandContext): Promise<Decision> {
	if (ask === null)
		throw usage(
			'An answer is missing.',
			`For example: ${ownName} answer yes; one of ${DECISIONS.join(', ')}`,
		);
	const choices = [
		{ value: 'yes', label: 'yes, once' },
		{ value: 'session', label: 'yes, in this session' },
		...(rule.length === 0 ? [] : [{ value: 'always', label: `always: ${safeLine(rule.join('; '), 80)}` }]),
		{ value: 'no', label: 'no' },
	];
	const chosen = await ask('Allow it', choices);
	if (chosen !== null && isDecision(chosen)) return chosen;
	throw new RelayError('refused', 'Nothing was answered.');
}

/** Never an argument, a variable or a file: an agent could read these. */
async function askCode({ askText, readTask }: CommandContext): Promise<string> {
	const question = 'The code shown where the agent works';
	const code =
		askText === null
			? await readTask({
					argument: null,
					file: '-',
					encoding: null,
					isOptional: true,
					called: { word: 'task', example: 'answer yes', question },
				})
			: await askText(question, { isHidden: true });
	if (code === null || code.trim() === '')
		throw new RelayError('refused', 'Nothing was answered: a code is needed.');
	return code.trim();
}

function refusal(result: string | undefined, why: string | undefined): RelayError {
	switch (result) {
		case 'wrong_code':
			return new RelayError('refused', 'Nothing was answered: this is not the code shown there.', {
				hint: 'After three wrong codes only that terminal can answer.',
			});
		case 'closed':
			return new RelayError(
				'refused',
				'Nothing was answered: after three wrong codes only the other terminal can.',
			);
		case 'refused':
			return new RelayError('refused', `Nothing was answered: ${safeLine(why ?? 'it was refused', 300)}.`);
		default:
			return new RelayError('not_found', 'The question has gone: it was answered, denied or withdrawn.');
	}
}

const usage = (text: string, hint?: string) =>
	new RelayError('usage', text, hint === undefined ? {} : { hint });
