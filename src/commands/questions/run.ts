import { join } from 'node:path';
import { EXIT } from '../../relay/exit-codes.ts';
import { type OpenQuestion, openQuestions } from '../../relay/questions/answer-client.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';

export interface QuestionsData {
	questions: readonly OpenQuestion[];
	now: number;
}

export const questions: Body<object, QuestionsData> = {
	async run(context) {
		const found = await questionsNow(context);
		return {
			exitCode: found.length === 0 ? EXIT.notFound : EXIT.done,
			data: { questions: found, now: context.clock.now() },
		};
	},
	toJson: ({ questions }) => ({ questions: questions.map(({ address: _, ...question }) => question) }),
};

export const questionsNow = ({ paths }: Pick<CommandContext, 'paths'>) =>
	openQuestions(join(paths.stateHome, 'private'));
