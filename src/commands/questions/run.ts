import { EXIT } from '../../relay/exit-codes.ts';
import { type OpenQuestion, openQuestions } from '../../relay/questions/answer-client.ts';
import { socketFolders } from '../../turns/process/private-files.ts';
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

/** Oldest first. */
export async function questionsNow({
	paths,
	env,
}: Pick<CommandContext, 'paths' | 'env'>): Promise<OpenQuestion[]> {
	const found = await Promise.all(socketFolders(paths.stateHome, env).map(openQuestions));
	return found.flat().sort((a, b) => a.asked_at - b.asked_at);
}
