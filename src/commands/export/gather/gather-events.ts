/** What the log of a session says between its turns, and what was asked within them. */
import { titleOfQuestion } from '../../../agents/asking/question.ts';
import { toIso } from '../../../core/clock.ts';
import type { LogEntry, LogEvent } from '../../../sessions/log/log-entry.ts';
import type { SessionMeta } from '../../../sessions/session-meta.ts';
import { describeAnswer } from '../../../turns/questions/describe-answer.ts';
import { describeLogEvent } from '../../../view/describe-log.ts';
import type { ExportEvent, ExportQuestion } from '../document.ts';
import type { Cleaner } from './clean-text.ts';

/** Keyed by the turn that they followed; 0: before the first. */
type EventsByTurn = Map<number, ExportEvent[]>;

/** Said by the turns themselves, or of no interest to whoever reads the story. */
const UNTOLD: ReadonlySet<LogEvent['type']> = new Set([
	'session_opened',
	'session_closed',
	'turn_started',
	'turn_finished',
	'turn_idle',
	'terminal_asked',
	'terminal_settled',
	'question_asked',
	'question_answered',
	'prompt_finished',
	'settled',
	'noted',
	'tagged',
	'archived',
	'unarchived',
	'entrant',
] as const);

export function eventsByTurn(
	entries: readonly LogEntry[],
	{ id, notes, created_at }: Pick<SessionMeta, 'id' | 'notes' | 'created_at'>,
	cleaner: Cleaner,
): EventsByTurn {
	const groups = new Map<number, ExportEvent[]>();
	const add = (turn: number, event: ExportEvent) => {
		const group = groups.get(turn) ?? [];
		groups.set(turn, [...(isRepeated(group.at(-1), event) ? group.slice(0, -1) : group), event]);
	};
	let turn = 0;
	for (const { ts, event, raw } of entries) {
		if (event === null) continue;
		if (event.type === 'turn_started' || event.type === 'turn_finished') turn = event.turn;
		const { line, below } = describeLogEvent(event, ts);
		if (UNTOLD.has(event.type) || (event.type === 'session_reopened' && below.length === 0)) continue;
		add(turn, {
			type: 'event',
			session_id: id,
			at: toIso(ts),
			event: event.type,
			text: cleaner.text(ofTheUser(line)),
			details: below.map((text) => cleaner.text(text)),
			data: cleaner.data(raw),
		});
	}
	// A session begins with the notes of the one that it continues.
	for (const note of notes.filter(({ at }) => at >= created_at))
		add(note.after_turn, noteEvent(note, id, cleaner));
	for (const events of groups.values()) events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
	return groups;
}

/** A hand-over makes a checkpoint first without its packet, then with it. */
const isRepeated = (last: ExportEvent | undefined, { event }: ExportEvent): boolean =>
	event === 'checkpointed' && last?.event === event;

function noteEvent(note: SessionMeta['notes'][number], id: string, cleaner: Cleaner): ExportEvent {
	const exit = typeof note.exit_code === 'number' ? `, exit ${note.exit_code}` : '';
	return {
		type: 'event',
		session_id: id,
		at: note.at,
		event: note.kind === 'shell' ? 'command' : 'note',
		text: note.kind === 'shell' ? `the user ran a command${exit}` : 'the user left a note',
		details: cleaner.text(note.text).split('\n').slice(0, NOTE_LINES),
		data: null,
	};
}

const NOTE_LINES = 200;

/** The words of the log are for the user; an export is read by others. */
const ofTheUser = (line: string): string =>
	line
		.replace(/^you /, 'the user ')
		.replace(/: you switched$/, ': the user switched')
		.replace(/\byour prompt waits\b/, 'a prompt waits');

/** Keyed by turn. */
export function questionsByTurn(
	entries: readonly LogEntry[],
	cleaner: Cleaner,
): ReadonlyMap<number, ExportQuestion[]> {
	const answers = new Map<string, Extract<LogEvent, { type: 'question_answered' }>>();
	for (const { event } of entries)
		if (event?.type === 'question_answered') answers.set(`${event.turn} ${event.id}`, event);
	const questions = new Map<number, ExportQuestion[]>();
	for (const { event } of entries) {
		if (event?.type !== 'question_asked') continue;
		const { turn, question } = event;
		const answer = answers.get(`${turn} ${question.id}`);
		const asked: ExportQuestion = {
			kind: question.kind,
			title: cleaner.text(titleOfQuestion(question)),
			detail: cleaner.text(question.detail),
			options: question.options.map(({ label }) => cleaner.text(label)),
			answer: answer === undefined ? null : cleaner.text(describeAnswer(answer, question)),
		};
		questions.set(turn, [...(questions.get(turn) ?? []), asked]);
	}
	return questions;
}
