/** Disk forms: questions and answers among a turn's events, and the bytes of their channel in `NNN-questions.jsonl`. */
import * as v from 'valibot';
import { type Answer, type AnsweredBy, type Question, WANTED_ACTIONS } from '../../agents/asking/question.ts';
import { fromIso, toIso } from '../../core/clock.ts';
import type { ChannelBytes } from './question-channel.ts';

export type QuestionEvent =
	| { type: 'question_asked'; question: Question }
	/** `answer` null: denied, or withdrawn. */
	| { type: 'question_answered'; id: string; answer: Answer | null; by: AnsweredBy };

export interface LoggedQuestion {
	/** Epoch ms. */
	ts: number;
	event: QuestionEvent;
}

const text = v.string();
const textOrNull = v.nullable(text);
const schema = v.variant('type', [
	v.looseObject({
		ts: text,
		type: v.literal('question_asked'),
		id: text,
		kind: v.picklist(['permission', 'choice', 'text']),
		title: text,
		detail: text,
		options: v.array(v.looseObject({ id: text, label: text })),
		wants: v.optional(
			v.looseObject({
				action: v.picklist(WANTED_ACTIONS),
				what: text,
				folder: textOrNull,
				reason: textOrNull,
			}),
		),
	}),
	v.looseObject({
		ts: text,
		type: v.literal('question_answered'),
		id: text,
		answer: v.nullable(v.looseObject({ option: textOrNull, text: textOrNull })),
		by: text,
	}),
]);

/** One line of the event log, with its newline. */
export function serializeQuestion({ ts, event }: LoggedQuestion, seq: number): string {
	const { type, ...facts } =
		event.type === 'question_asked' ? { type: event.type, ...event.question } : event;
	return `${JSON.stringify({ ts: toIso(ts), seq, type, ...facts })}\n`;
}

/** null for any other line. */
export function parseQuestionLine(line: string): LoggedQuestion | null {
	// Most lines of a long turn are chunks of text.
	if (!line.includes('"question_')) return null;
	const parsed = v.safeParse(schema, parseJson(line));
	if (!parsed.success) return null;
	const ts = fromIso(parsed.output.ts) ?? 0;
	if (parsed.output.type === 'question_asked') {
		const { type, id, kind, title, detail, options, wants } = parsed.output;
		const question = {
			...{ id, kind, title, detail },
			options: options.map(({ id, label }) => ({ id, label })),
			...(wants === undefined ? {} : { wants }),
		};
		return { ts, event: { type, question } };
	}
	const { type, id, by, answer } = parsed.output;
	const given = answer && { option: answer.option, text: answer.text };
	return { ts, event: { type, id, answer: given, by } };
}

/** One line with its newline: as text if that is lossless, else as base64. */
export function serializeBytes(ts: number, { direction, connection, bytes }: ChannelBytes): string {
	const text = bytes.toString('utf8');
	const isText = Buffer.from(text).equals(bytes);
	const content = isText ? { text } : { base64: bytes.toString('base64') };
	return `${JSON.stringify({ ts: toIso(ts), direction, connection, ...content })}\n`;
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}
