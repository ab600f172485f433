/**
 * The agent's questions on a terminal: one at a time is shown, and answered by one key on an empty line. What is typed for a prompt
 * never answers: a question takes no key in its first moment, no paste, and none while the line holds text.
 */
import { ALLOW, type Answer, type AnsweredBy, DENY, type Question } from '../../agents/asking/question.ts';
import type { Clock } from '../../core/clock.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { Decision } from '../../relay/questions/decisions.ts';
import type { Waiting } from '../../view/live/status-rows.ts';
import type { Key } from '../editor/keys.ts';
import { alwaysRules, giveAlways, giveInSession, giveTyped, type RuleParts, ruleLine } from './give-rules.ts';
import { answersTo, describeWait, isCtrlY, keyRows, letterOf, type Shown } from './key-answers.ts';

/** What was pressed before the question was read is no answer to it. */
const FIRST_MOMENT_MS = 500;

export type Asked = Extract<RelayEvent, { type: 'question_asked' }>;

export interface DeskParts extends RuleParts {
	clock: Pick<Clock, 'monotonic'>;
	/** Shows the question itself, in full. */
	show(event: Asked): void;
	/** Sends the answer; false: the question has gone. Throws RelayError. */
	answer(id: string, answer: Answer, by: AnsweredBy): boolean;
	/** Where other terminals answer. */
	elsewhere: Elsewhere;
	/** Lets the user write a line of its own, which begins with `text`; `restoreLine` gives back what was typed before. */
	borrowLine(text: string): void;
	restoreLine(): void;
	stopTurn(): void;
	showError(error: unknown): void;
}

export interface Elsewhere {
	/** What they need to know; null: they cannot answer. */
	readonly code: string | null;
	offer(event: Asked): void;
	withdraw(id: string): void;
	close(): void;
}

interface Open {
	event: Asked;
	/** Monotonic ms. */
	askedAt: number;
	shownAt: number;
}

/** `keys`: one key answers. `rule`, `words`: the edit line is the rule that is added, or what the agent is told. */
type Mode = 'keys' | 'rule' | 'words';

export class QuestionDesk {
	readonly #parts: DeskParts;
	readonly #waiting: Open[] = [];
	#mode: Mode = 'keys';
	/** The line was put aside (Ctrl+Y), so that a key answers. */
	#isLineAside = false;

	constructor(parts: DeskParts) {
		this.#parts = parts;
	}

	/** The question that keys answer now; null: none is open. */
	get current(): Question | null {
		return this.#waiting[0]?.event.question ?? null;
	}

	/** What the edit line is for, as its label; null: prompts. */
	get label(): string | null {
		if (this.#mode === 'rule') return 'always';
		return this.#mode === 'words' ? 'tell it' : null;
	}

	/** Hears of all that happens. False: the screen is not to show it, or not yet. */
	event(event: RelayEvent): boolean {
		if (event.type === 'turn_finished') this.clear();
		if (event.type === 'question_settled') return this.settled(event.id);
		if (event.type !== 'question_asked') return true;
		this.asked(event);
		return false;
	}

	asked(event: Asked): void {
		if (event.isAllowed === true) {
			this.#parts.show(event);
			return;
		}
		const now = this.#parts.clock.monotonic();
		this.#waiting.push({ event, askedAt: now, shownAt: now });
		this.#parts.elsewhere.offer(event);
		if (this.#waiting.length === 1) this.#parts.show(event);
	}

	/** An answer from another terminal. Throws RelayError for one that cannot be carried out. */
	decide(id: string, decision: Decision, message: string | null): 'taken' | 'too_late' {
		const question = this.#waiting.find(({ event }) => event.question.id === id)?.event.question;
		if (question === undefined) return 'too_late';
		if (decision === 'session') giveInSession(question, this.#parts);
		if (decision === 'always') giveAlways(question, this.#parts);
		const given = decision === 'no' ? { option: DENY, text: message } : { option: ALLOW, text: null };
		return this.#parts.answer(id, given, 'another terminal') ? 'taken' : 'too_late';
	}

	/** Returns false for a question that was never shown. */
	settled(id: string): boolean {
		const at = this.#waiting.findIndex(({ event }) => event.question.id === id);
		if (at < 0) return true;
		this.#waiting.splice(at, 1);
		this.#parts.elsewhere.withdraw(id);
		if (at > 0) return false;
		this.#endReply();
		const next = this.#waiting[0];
		if (next !== undefined) {
			next.shownAt = this.#parts.clock.monotonic();
			// After the outcome of the one before.
			queueMicrotask(() => this.#waiting[0] === next && this.#parts.show(next.event));
		}
		return true;
	}

	/** The turn is over, and with it whatever it asked. */
	clear(): void {
		this.#waiting.length = 0;
		this.#parts.elsewhere.close();
		this.#endReply();
	}

	/** True: the key was an answer, or part of one. `isEmpty`: nothing is typed. */
	press(key: Key, isEmpty: boolean): boolean {
		const open = this.#waiting[0];
		if (open === undefined) return false;
		if (this.#mode !== 'keys') return this.#pressInReply(key);
		if (isCtrlY(key) && !isEmpty) {
			this.#isLineAside = true;
			this.#parts.borrowLine('');
			return true;
		}
		if (this.#isLineAside) {
			if (!this.#answerBy(letterOf(key), open.event.question)) this.#endReply();
			return true;
		}
		const isTooSoon = this.#parts.clock.monotonic() - open.shownAt < FIRST_MOMENT_MS;
		return isEmpty && !isTooSoon && this.#answerBy(letterOf(key), open.event.question);
	}

	/** The line that was borrowed for a rule or for words. */
	reply(text: string): void {
		const question = this.current;
		const words = text.trim();
		if (question === null) this.#endReply();
		else if (this.#mode === 'rule')
			this.#giveAndAllow(question, () => giveTyped(question, words, this.#parts));
		else
			this.#send(question, {
				option: question.kind === 'text' ? null : DENY,
				text: words === '' ? null : words,
			});
	}

	/** What keys do now, in rows of at most `columns`. */
	keys(columns: number, isEmpty: boolean): string[] {
		const question = this.current;
		if (question === null) return [];
		return keyRows(question, { ...this.#shown(columns, isEmpty), theme: this.#parts.theme });
	}

	/** What the agent waits for, for the status row; null: nothing. */
	waitsFor(columns: number, isEmpty: boolean): Waiting | null {
		const open = this.#waiting[0];
		if (open === undefined) return null;
		const waited = this.#parts.clock.monotonic() - open.askedAt;
		return describeWait({ waited, deniedIn: open.event.deniedInMs }, this.#shown(columns, isEmpty));
	}

	#shown(columns: number, isEmpty: boolean): Shown {
		const line = this.#mode !== 'keys' ? 'borrowed' : isEmpty ? 'empty' : 'typed';
		return { line, code: this.#parts.elsewhere.code, more: this.#waiting.length - 1, columns };
	}

	#pressInReply(key: Key): boolean {
		if (key.kind !== 'press' || key.name !== 'escape') return false;
		this.#endReply();
		return true;
	}

	#answerBy(letter: string | null, question: Question): boolean {
		if (letter === 'escape') {
			this.#parts.stopTurn();
			return true;
		}
		const answer = answersTo(question).find(({ key }) => key === letter);
		if (answer === undefined) return false;
		switch (answer.does) {
			case 'tell':
				this.#borrow('words', '');
				break;
			case 'always':
				this.#borrow('rule', ruleLine(alwaysRules(question)));
				break;
			case 'session':
				this.#giveAndAllow(question, () => {
					giveInSession(question, this.#parts);
					return true;
				});
				break;
			default:
				this.#send(question, { option: answer.option ?? null, text: null });
		}
		return true;
	}

	#borrow(mode: Mode, text: string): void {
		this.#mode = mode;
		this.#parts.borrowLine(text);
	}

	#endReply(): void {
		if (this.#mode !== 'keys' || this.#isLineAside) this.#parts.restoreLine();
		this.#mode = 'keys';
		this.#isLineAside = false;
	}

	/** Allowed once what `give` gives is kept; false: it is not. */
	#giveAndAllow(question: Question, give: () => boolean): void {
		try {
			if (give()) this.#send(question, { option: ALLOW, text: null });
		} catch (error) {
			this.#parts.showError(error);
		}
	}

	#send({ id }: Question, answer: Answer): void {
		const { print, theme, showError } = this.#parts;
		try {
			if (this.#parts.answer(id, answer, 'user')) return;
			print([theme.dim('The question has gone: it was answered elsewhere, denied or withdrawn.')]);
		} catch (error) {
			showError(error);
		}
		this.settled(id);
	}
}
