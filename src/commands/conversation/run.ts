/** The messages of a conversation, those of all its sessions together. */
import { toIso, toIsoOrNull } from '../../core/clock.ts';
import type { ConversationRow } from '../../history/index/find-conversations.ts';
import type { IndexDatabase } from '../../history/index/open-index.ts';
import { type ConversationMessage, readConversation } from '../../history/query/read-conversation.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { findMessage, splitMessage } from '../conversations/named-message.ts';
import type { Moment } from '../options/moment.ts';
import { type NumberRanges, numbersIn } from '../options/session-numbers.ts';

interface ConversationOptions {
	ref: string;
	/** null: all of them. */
	session: NumberRanges | null;
	limit: number;
	around: Moment | null;
}

export interface ReadSession extends ConversationRow {
	/** Among those of its line of work, from 1 on. */
	number: number;
}

export interface ConversationData {
	/** Those that are shown, in time. */
	sessions: readonly ReadSession[];
	/** How many its line of work has. */
	sessionCount: number;
	messages: readonly ConversationMessage[];
	/** All messages of these sessions, and how many come before the first shown. */
	count: number;
	before: number;
	/** The message that was named. */
	named: number | null;
	home: string;
	/** Epoch ms. */
	now: number;
}

export const conversation: Body<ConversationOptions, ConversationData> = {
	async run(context, options) {
		const { clock, home } = context;
		const now = clock.now();
		const data = await context.history((db) => readFrom(db, options, now));
		return { exitCode: EXIT.done, data: { ...data, home, now } };
	},
	toJson: ({ sessions, sessionCount, messages, count, before }) => {
		const byId = new Map(sessions.map((one) => [one.id, one]));
		return {
			sessions: sessions.map(sessionToJson),
			session_count: sessionCount,
			messages: messages.map((message) => messageToJson(message, byId.get(message.conversation))),
			total: count,
			before,
			after: count - before - messages.length,
		};
	},
};

/** `now`: epoch ms. Throws like `findMessage`, and `usage` for numbers of sessions that are not there. */
export function readFrom(
	db: IndexDatabase,
	{ ref, session, limit, around }: ConversationOptions,
	now: number,
): Omit<ConversationData, 'home' | 'now'> {
	const { members, message } = findMessage(db, splitMessage(ref));
	const numbers = session === null ? members.map((_, at) => at + 1) : numbersIn(session, members.length);
	const sessions = numbers.flatMap((number) => {
		const member = members[number - 1];
		return member === undefined ? [] : [{ ...member, number }];
	});
	const near = message === null ? null : { message };
	const read = readConversation(db, {
		conversations: sessions.map(({ id }) => id),
		limit,
		around: around === null ? near : { at: around.at(now) },
	});
	return { sessions, sessionCount: members.length, ...read, named: message };
}

function messageToJson(
	message: ConversationMessage,
	session: ReadSession | undefined,
): Record<string, unknown> {
	return {
		conversation: session?.ref ?? null,
		session_number: session?.number ?? null,
		message: message.number,
		role: message.role,
		said_by: message.said_by,
		agent: message.agent,
		at: message.at === null ? null : toIso(message.at),
		turn: message.turn,
		sub_agent: message.is_side === 1,
		tags: message.tags,
		text: message.text,
	};
}

function sessionToJson(row: ReadSession): Record<string, unknown> {
	return {
		session_number: row.number,
		conversation: row.ref,
		session: row.native_id,
		agent: row.agent,
		slug: row.slug,
		title: row.title,
		project: row.project,
		started_at: toIsoOrNull(row.started_at),
		ended_at: toIsoOrNull(row.ended_at),
		messages: row.messages,
		path: row.path,
		gone: row.is_gone === 1,
	};
}
