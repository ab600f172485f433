import { ALLOW, type Answer, type AnsweredBy, DENY, type Question } from '../../agents/asking/question.ts';
import { safeLine } from '../../core/text.ts';
import { describeAnswer } from '../../turns/questions/describe-answer.ts';
import type { Theme } from '../../ui/theme.ts';
import { formatSeconds } from '../live/describe-retry.ts';

const WORDS_CHARS = 200;
const NAME_CHARS = 40;

/** `⊘ you said no after 18 s: "use the staging tag"`: what came of a question. null: the question itself has said it. */
export function answerRow(
	settled: { answer: Answer | null; by: AnsweredBy },
	{ question, waitedMs, theme }: { question: Question | undefined; waitedMs: number; theme: Theme },
): string | null {
	const { answer, by } = settled;
	if (by === 'rule') return null;
	const isPermission = answer?.option === ALLOW || answer?.option === DENY;
	if (!isPermission) {
		const mark = answer !== null ? theme.good('✓') : by === 'timeout' ? theme.warn('⊘') : theme.dim('○');
		return `${mark} ${theme.dim(describeAnswer(settled, question))}`;
	}
	const isAllowed = answer.option === ALLOW;
	const words = answer.text === null ? '' : `"${safeLine(answer.text, WORDS_CHARS)}"`;
	if (by !== 'user') {
		const said = [isAllowed ? 'yes' : 'no', words].filter((part) => part !== '').join(', ');
		const mark = isAllowed ? theme.good('✓') : theme.dim('○');
		return `${mark} ${theme.dim(`answered in ${safeLine(by, NAME_CHARS)}: ${said}`)}`;
	}
	const seconds = Math.floor(waitedMs / 1000);
	const after = seconds < 1 ? '' : ` after ${formatSeconds(seconds)}`;
	const because = words === '' ? '' : `: ${words}`;
	return isAllowed
		? `${theme.good('✓')} ${theme.dim(`you allowed it${after}${because}`)}`
		: `${theme.warn('⊘')} ${theme.dim(`you said no${after}${because}`)}`;
}
