import type { Piece } from '../pieces/budget.ts';
import type { RecordCleaner } from '../pieces/clean-record.ts';
import { cutText } from '../pieces/cut-text.ts';
import type { TurnStory } from '../pieces/turn-story.ts';
import { type Statement, WORTH_A_SPARE_PLACE, WORTH_KEEPING } from './statements.ts';

const QUESTION = 110;
const PROGRESS = 120;
const STATEMENT = 40;
/** Pieces below this are only taken into room that is left over. */
export const SPARE_PRIORITY = 10;

const MAX_CHARS = [2000, 500, 240] as const;

/**
 * Turns the words of agents into quoted pieces: `progress` (the turn that was cut off), `questions`, and `statements` (the rest).
 * `openStories` are the turns at the end that did not finish.
 */
export function statementPieces(
	statements: readonly Statement[],
	openStories: ReadonlySet<TurnStory>,
	newest: TurnStory | undefined,
	label: (story: TurnStory) => string,
	quote: (text: string) => string,
	clean: RecordCleaner['part'],
): Piece[] {
	return statements.flatMap((statement, order): Piece[] => {
		const { story, kind, score } = statement;
		const isOpen = openStories.has(story);
		const isQuestion = kind === 'question';
		const isKept = score >= WORTH_KEEPING || (isOpen && statement.isLastWords) || isQuestion;
		if (!isKept && score < WORTH_A_SPARE_PLACE) return [];
		const text = clean(statement.text, statement.before);
		const section = isOpen ? 'progress' : isQuestion ? 'questions' : 'statements';
		const base =
			isOpen && score >= 2 ? PROGRESS : isQuestion ? questionPriority(statement, newest) : STATEMENT;
		const group = { key: `${section}/${story.sessionId}/${story.turn}`, text: `${label(story)}:\n` };
		const data = { session_id: story.sessionId, turn: story.turn, agent: story.agent, kind, text };
		const variants = [text, ...MAX_CHARS.map((max) => shorten(text, max))];
		return [
			{
				section,
				priority: isKept ? base + Math.min(score, 14) * (isOpen || isQuestion ? 1 : 4) : score,
				order,
				variants: [...new Set(variants)].map(quote),
				group,
				data,
			},
		];
	});
}

/** Questions in a turn's last words wait for the user; newer ones more likely still do. */
function questionPriority({ story, isLastWords, score }: Statement, newest: TurnStory | undefined): number {
	if (!isLastWords || score < 1.5) return STATEMENT;
	const age = newest && newest.sessionId === story.sessionId ? newest.turn - story.turn : 20;
	return QUESTION - Math.min(age, 20);
}

const shorten = (text: string, maxChars: number) =>
	text.length <= maxChars ? text : `${cutText(text, maxChars)} [… ${text.length - maxChars} characters more]`;
