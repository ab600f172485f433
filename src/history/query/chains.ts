/** Conversations that are one line of work, numbered in time: a chain, see `index/index-tables`. */
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { type ConversationRow, findConversations } from '../index/find-conversations.ts';
import type { IndexDatabase } from '../index/open-index.ts';

/** The place of a conversation among those of its chain, from 1 on; of a sub-agent's null. */
export interface ChainPlace {
	number: number | null;
	count: number;
}

/** Sub-agents are no sessions of their own, and what says nothing is none, either. Oldest first. */
function membersOf(db: IndexDatabase, chain: string): ConversationRow[] {
	const rows = db
		.prepare(
			`select * from conversations where chain = ? and is_subagent = 0 and messages > 0
			order by coalesce(started_at, 0), id`,
		)
		.all(chain);
	return rows as ConversationRow[];
}

/** Looks each chain up once. */
export function placesIn(db: IndexDatabase): (of: { conversation: number; chain: string }) => ChainPlace {
	const known = new Map<string, readonly number[]>();
	return ({ conversation, chain }) => {
		const ids = known.get(chain) ?? membersOf(db, chain).map(({ id }) => id);
		known.set(chain, ids);
		const at = ids.indexOf(conversation);
		return { number: at < 0 ? null : at + 1, count: ids.length };
	};
}

export interface NamedChain {
	/** The one that was named; of a slug the newest. */
	conversation: ConversationRow;
	/** All of its chain, in time; a sub-agent alone. */
	members: readonly ConversationRow[];
}

/** Throws `no_such_session` where `typed` names none, `ambiguous_session` where it names several that do not belong together. */
export function findChain(db: IndexDatabase, typed: string): NamedChain {
	const found = findConversations(db, typed);
	const conversation = found.at(-1);
	if (conversation === undefined)
		throw new RelayError(
			'no_such_session',
			`No conversation is called ${JSON.stringify(safeLine(typed, 80))}.`,
			{
				hint: 'A REF is the id of a session or of a conversation, or a slug. List them: agent-relay conversations',
			},
		);
	if (found.some(({ chain }) => chain !== conversation.chain))
		throw new RelayError(
			'ambiguous_session',
			`${JSON.stringify(safeLine(typed, 80))} names ${found.length} conversations.`,
			{
				hint: `Give more of the id: ${found
					.slice(0, 5)
					.map(({ ref }) => safeLine(ref, 80))
					.join(', ')}`,
			},
		);
	const members = conversation.is_subagent === 1 ? [] : membersOf(db, conversation.chain);
	return { conversation, members: members.length === 0 ? [conversation] : members };
}
