import {
	ALLOW,
	type Answer,
	type AnsweredBy,
	answerProblem,
	type Question,
	type QuestionDialect,
} from '../../agents/asking/question.ts';
import type { AgentEvent } from '../../agents/events.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { TurnControl } from '../turn-spec.ts';
import { PausableTime } from './pausable-time.ts';
import type { ChannelBytes, QuestionChannel } from './question-channel.ts';
import type { QuestionEvent } from './question-log.ts';

export interface TurnQuestionsOptions {
	/** null: this agent asks nothing. */
	channel: QuestionChannel | null;
	/** Why it cannot ask in this turn, although it otherwise could. */
	problem: string | null;
	/** What a denied question leaves on record, where the agent's own stream does not mention it. */
	traceOfDenied?: QuestionDialect['traceOfDenied'];
	/** How long until an unanswered question is denied. */
	questionMs: number;
	control: Pick<TurnControl, 'onQuestionAsked' | 'onQuestionSettled'>;
	now: () => number;
	warn: (text: string) => void;
	/** Runs code whose exceptions must not reach a channel. */
	guard: (action: () => void) => void;
}

/** Records questions and answers: on disk when it returns. */
export interface QuestionRecord {
	question(event: QuestionEvent): void;
	questionBytes(bytes: ChannelBytes): void;
	events(events: readonly AgentEvent[]): void;
}

/** The questions of one turn: each is reported and recorded, then answered by whoever comes first, or denied. */
export class TurnQuestions {
	readonly #options: TurnQuestionsOptions;
	readonly #open = new Map<string, { question: Question; denyAt: number }>();
	readonly #time = new PausableTime();
	#record: QuestionRecord | null = null;
	#closing: Promise<void> | null = null;

	constructor(options: TurnQuestionsOptions) {
		this.#options = options;
	}

	/** A channel that cannot be opened does not stop the turn: the agent's side then denies whatever is asked. */
	async open(record: QuestionRecord): Promise<void> {
		const { channel, problem, warn, guard } = this.#options;
		this.#record = record;
		if (problem !== null) warn(cannotAsk(problem));
		try {
			await channel?.open({
				onQuestion: (question) => guard(() => this.#ask(question)),
				onWithdrawn: (id) => guard(() => this.#settle(id, null, 'withdrawn')),
				onBytes: (bytes) => guard(() => record.questionBytes(bytes)),
				onRefused: (why) => guard(() => warn(`A question of this turn was turned down: ${why}.`)),
			});
			if (this.#closing !== null) await channel?.close();
		} catch (error) {
			warn(cannotAsk(error instanceof Error ? error.message : String(error)));
		}
	}

	/** Epoch ms minus the time that questions were open: an agent that waits for an answer is not slow. */
	timeAt(at: number): number {
		return this.#time.at(at);
	}

	/** Call it a few times a second. */
	tick(): void {
		const now = this.#options.now();
		for (const [id, { denyAt }] of this.#open) if (now >= denyAt) this.#send(id, null, 'timeout');
	}

	/** Ends with the turn, or before it is stopped: allows nothing any more. Never rejects. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		const { channel, guard } = this.#options;
		for (const id of [...this.#open.keys()]) guard(() => this.#settle(id, null, 'turn_ended'));
		// A socket that cannot be removed leads nowhere, and the next start tries again.
		await channel?.close().catch(() => undefined);
	}

	#ask(question: Question): void {
		const { control, now, questionMs } = this.#options;
		const at = now();
		this.#record?.question({ type: 'question_asked', question });
		this.#open.set(question.id, { question, denyAt: at + questionMs });
		this.#time.stop(at);
		control.onQuestionAsked?.({
			question,
			deniedInMs: questionMs,
			answer: (id, answer, by) => this.#answer(id, answer, by),
		});
	}

	/** Throws RelayError `usage` for an answer that the question does not accept; it stays open. */
	#answer(id: string, answer: Answer, by: AnsweredBy): 'taken' | 'too_late' {
		const open = this.#open.get(id);
		if (open === undefined) return 'too_late';
		const problem = answerProblem(open.question, answer);
		if (problem !== null) throw new RelayError('usage', problem);
		return this.#send(id, answer, by);
	}

	/** Records the answer before it is sent: whatever dies in between, it is known what was allowed. */
	#send(id: string, answer: Answer | null, by: AnsweredBy): 'taken' | 'too_late' {
		const { channel, guard } = this.#options;
		let taken: 'taken' | 'too_late' = 'too_late';
		guard(() => {
			this.#settle(id, answer, by);
			taken = channel?.answer(id, answer) ?? 'too_late';
		});
		return taken;
	}

	#settle(id: string, answer: Answer | null, by: AnsweredBy): void {
		const open = this.#open.get(id);
		if (open === undefined) return;
		this.#open.delete(id);
		const { control, now, traceOfDenied } = this.#options;
		if (this.#open.size === 0) this.#time.go(now());
		this.#record?.question({ type: 'question_answered', id, answer, by });
		control.onQuestionSettled?.({ id, answer, by });
		const isDenied = answer === null ? by !== 'withdrawn' : answer.option !== ALLOW;
		if (isDenied) this.#record?.events(traceOfDenied?.(open.question, id) ?? []);
	}
}

const cannotAsk = (why: string) =>
	`The agent cannot ask in this turn (${safeLine(why, 200)}); whatever it would ask for is denied.`;
