import type { LogEntry, LogEvent } from './log-entry.ts';

type Asked = Extract<LogEvent, { type: 'question_asked' }>;
type Answered = Extract<LogEvent, { type: 'question_answered' }>;

/** What an agent asked in a turn, and what came of it. */
export interface AskedInTurn extends Pick<Asked, 'turn' | 'agent' | 'question'> {
	/** null: the log has no end of it, as the relay was gone or the agent still waits. */
	answered: Pick<Answered, 'answer' | 'by'> | null;
}

/** In the order in which they were asked. An answer to what nobody asked is left out. */
export function askedQuestions(entries: readonly LogEntry[]): AskedInTurn[] {
	const asked: AskedInTurn[] = [];
	for (const { event } of entries) {
		if (event?.type === 'question_asked') {
			const { turn, agent, question } = event;
			asked.push({ turn, agent, question, answered: null });
		}
		if (event?.type !== 'question_answered') continue;
		const { turn, id, answer, by } = event;
		const open = asked.findLast((one) => one.turn === turn && one.question.id === id);
		if (open !== undefined) open.answered = { answer, by };
	}
	return asked;
}
