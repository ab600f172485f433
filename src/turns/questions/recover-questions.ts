import { titleOfQuestion } from '../../agents/asking/question.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { safeLine } from '../../core/text.ts';
import type { TurnRecorder } from '../record/recorder.ts';
import type { TurnFacts } from '../turn-facts.ts';
import { type LoggedQuestion, parseQuestionLine } from './question-log.ts';
import { traceOf } from './refusals.ts';

const TITLE_CHARS = 200;
/** Only recovery answers so. */
const GONE = 'relay_gone';

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
 * that is recorded, and reported in the returned lines, again where an earlier recovery died before it had kept them. What was not
 * allowed and the CLI did not mention is among the tools.
 */
export function repeatQuestions(
	asked: readonly LoggedQuestion[],
	recorder: Pick<TurnRecorder, 'repeatQuestion' | 'question' | 'events'> & {
		facts: Pick<TurnFacts, 'unshownRefusals'>;
	},
): string[] {
	const open = new Map<string, string>();
	for (const logged of asked) {
		if (logged.event.type === 'question_answered' && logged.event.by === GONE) continue;
		recorder.repeatQuestion(logged);
		if (logged.event.type === 'question_asked')
			open.set(logged.event.question.id, titleOfQuestion(logged.event.question));
		else open.delete(logged.event.id);
	}
	for (const id of open.keys()) recorder.question({ type: 'question_answered', id, answer: null, by: GONE });
	for (const refused of recorder.facts.unshownRefusals()) recorder.events(traceOf(refused));
	return [...open.values()].map((title) => `Asked, but not answered: ${safeLine(title, TITLE_CHARS)}`);
}
