import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { IndexDatabase } from '../../history/index/open-index.ts';
import { findChain, type NamedChain } from '../../history/query/chains.ts';
import { messageAt } from '../../history/query/read-conversation.ts';

export interface MessageRef {
	/** The conversation's. */
	ref: string;
	/** From 1 on; null: no message is named. */
	number: number | null;
}

export interface NamedMessage extends NamedChain {
	/** An id of `messages`; null: none was named. */
	message: number | null;
}

/** Throws like `findChain`, and `not_found` for a message that is not there. */
export function findMessage(db: IndexDatabase, { ref, number }: MessageRef): NamedMessage {
	const chain = findChain(db, ref);
	if (number === null) return { ...chain, message: null };
	const { conversation } = chain;
	const message = number > 0 ? messageAt(db, conversation.id, number) : null;
	if (message !== null) return { ...chain, message };
	throw new RelayError(
		'not_found',
		`${safeLine(ref, 80)} has no message ${number}: its messages are 1 to ${conversation.messages}.`,
	);
}

/** `REF` and `REF#12`. */
export function splitMessage(typed: string): MessageRef {
	const [, ref, number] = /^(.+)#(\d{1,9})$/s.exec(typed) ?? [];
	return ref === undefined ? { ref: typed, number: null } : { ref, number: Number(number) };
}
