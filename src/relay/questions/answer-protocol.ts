/**
 * How another process of the user answers what an agent asks: one line of JSON each way, on a socket of the relay that works. A
 * question is named by its id and by a digest of what was shown, and an answer needs the code that only the terminal of that relay
 * shows: whatever an agent can connect to, it cannot allow itself anything.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Question } from '../../agents/asking/question.ts';
import { DECISIONS } from './decisions.ts';

/** The end of the names of these sockets. */
export const ANSWER_SOCKET = 'answer';
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

const text = v.string();

const offeredSchema = v.looseObject({
	id: text,
	digest: text,
	session_id: text,
	turn: v.number(),
	agent: text,
	title: text,
	detail: text,
	folder: v.nullable(text),
	reason: v.nullable(text),
	/** What `always` would allow; empty: it cannot be. */
	rule: v.array(text),
	/** Epoch ms. */
	asked_at: v.number(),
	denied_at: v.number(),
});
/** A question as another process sees it. */
export type OfferedQuestion = v.InferOutput<typeof offeredSchema>;

export const requestSchema = v.variant('type', [
	v.looseObject({ v: v.literal(1), type: v.literal('list') }),
	v.looseObject({
		v: v.literal(1),
		type: v.literal('answer'),
		id: text,
		digest: text,
		code: text,
		decision: v.picklist(DECISIONS),
		/** What the agent is told along with a no. */
		message: v.nullable(text),
	}),
]);
export type AnswerRequest = v.InferOutput<typeof requestSchema>;

export const replySchema = v.looseObject({
	questions: v.optional(v.array(offeredSchema)),
	/** `closed`: too many wrong codes. */
	result: v.optional(v.picklist(['taken', 'too_late', 'wrong_code', 'closed', 'refused'])),
	/** Why it was refused, for people. */
	why: v.optional(text),
});
export type AnswerReply = v.InferOutput<typeof replySchema>;

/** A digest of all that a person reads before answering. */
export function digestOf({ title, detail, wants }: Question): string {
	const read = JSON.stringify([
		title,
		detail,
		wants?.what ?? null,
		wants?.folder ?? null,
		wants?.reason ?? null,
	]);
	return createHash('sha256').update(read).digest('hex').slice(0, 16);
}

/** The line as that shape; null: something else. */
export function parseLine<const T extends v.GenericSchema>(schema: T, line: string): v.InferOutput<T> | null {
	try {
		const parsed = v.safeParse(schema, JSON.parse(line));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}
