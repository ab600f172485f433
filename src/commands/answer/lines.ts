import type { AnswerData } from './run.ts';

const WORDS: Readonly<Record<AnswerData['decision'], string>> = {
	yes: 'Allowed, once.',
	session: 'Allowed in this session.',
	always: 'Allowed always in this repo.',
	no: 'Denied.',
};

export const answerLines = ({ decision }: AnswerData) => [WORDS[decision]];
