/** A message that was found, as the user sees it. */
import { toIso } from '../../core/clock.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import type { IndexDatabase } from '../../history/index/open-index.ts';
import { type ChainPlace, placesIn } from '../../history/query/chains.ts';
import { type ExcerptPiece, excerptOf } from '../../history/query/found-excerpt.ts';
import { tagsOfConversation } from '../../history/query/list-conversations.ts';
import { tagsOfMessages } from '../../history/query/read-conversation.ts';
import type { Query } from '../../history/query/read-query.ts';
import type { FoundMessage } from '../../history/query/search-messages.ts';
import { shortConversation } from '../conversations/short-conversation.ts';

export interface Hit extends Omit<FoundMessage, 'text'> {
	place: ChainPlace;
	/** Those of the message and of its conversation. */
	tags: readonly string[];
	excerpt: readonly ExcerptPiece[];
	/** `7F3K2Q#12`: what commands take. */
	target: string;
}

/** Three rows on most terminals. */
const EXCERPT_CHARS = 220;

export function hitsOf(db: IndexDatabase, messages: readonly FoundMessage[], query: Query | null): Hit[] {
	const placeOf = placesIn(db);
	const tags = tagsOfMessages(
		db,
		messages.map(({ id }) => id),
	);
	return messages.map(({ text, ...message }) => ({
		...message,
		place: placeOf(message),
		tags: [
			...(tags.get(message.id) ?? []),
			...tagsOfConversation(db, { ...message, id: message.conversation }),
		],
		excerpt: excerptOf(text, query, EXCERPT_CHARS),
		target: `${shortConversation(db, message)}#${message.number}`,
	}));
}

export function openCommand({ target }: Hit, called: (path: string) => string): string {
	return `${called('conversation')} ${safeLine(quoteForShell(target), 200)}`;
}

export function hitToJson(hit: Hit, number: number): Record<string, unknown> {
	const text = hit.excerpt.map((piece) => piece.text).join('');
	let at = 0;
	const highlights = hit.excerpt.flatMap((piece) => {
		const from = at;
		at += piece.text.length;
		return piece.isHit ? [[from, at]] : [];
	});
	return {
		number,
		conversation: hit.ref,
		session: hit.native_id,
		message: hit.number,
		target: hit.target,
		slug: hit.slug,
		title: hit.title,
		session_number: hit.place.number,
		session_count: hit.place.count,
		agent: hit.agent,
		role: hit.role,
		said_by: hit.said_by,
		turn: hit.turn,
		project: hit.project,
		at: hit.at === null ? null : toIso(hit.at),
		tags: hit.tags,
		sub_agent: hit.is_side === 1 || hit.is_subagent === 1,
		gone: hit.is_gone === 1,
		excerpt: text,
		highlights,
	};
}
