import { titleOfQuestion } from '../../agents/asking/question.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { safeLine } from '../../core/text.ts';
import { type LoggedQuestion, parseQuestionLine, type QuestionEvent } from './question-log.ts';

const TITLE_CHARS = 200;

/** Collects questions and answers from the events that a dead relay left; skips torn lines and other events. */
export class RecordedQuestions {
	readonly found: LoggedQuestion[] = [];
	readonly #lines = new LineSplitter();

	push(chunk: Buffer): void {
		for (const line of this.#lines.push(chunk)) {
			const logged = line.kind === 'line' ? parseQuestionLine(line.text) : null;
			if (logged !== null) this.found.push(logged);
		}
	}
}

/**
 * Writes them, with their times, into the events that recovery writes again. Questions still open were denied when the relay died;
 * that is recorded, and reported in the returned lines.
 */
export function repeatQuestions(
	asked: readonly LoggedQuestion[],
	recorder: { repeatQuestion(logged: LoggedQuestion): void; question(event: QuestionEvent): void },
): string[] {
	const open = new Map<string, string>();
	for (const logged of asked) {
		recorder.repeatQuestion(logged);
		if (logged.event.type === 'question_asked')
			open.set(logged.event.question.id, titleOfQuestion(logged.event.question));
		else open.delete(logged.event.id);
	}
	for (const id of open.keys())
		recorder.question({ type: 'question_answered', id, answer: null, by: 'relay_gone' });
	return [...open.values()].map((title) => `Asked, but not answered: ${safeLine(title, TITLE_CHARS)}`);
}
