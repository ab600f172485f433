/** Tags of conversations that are no sessions of this repo, and of single messages: they are kept in the index. */
import { RelayError } from '../../core/errors.ts';
import { changeUserTags, userTagsOf } from '../../history/query/user-tags.ts';
import type { CommandContext } from '../context.ts';
import { findMessage, type MessageRef } from '../conversations/named-message.ts';
import { shortConversation } from '../conversations/short-conversation.ts';
import type { TagChange, TagData } from './tag-data.ts';

/** `change` null: they are shown. Throws like `findMessage`, and `usage` beyond `most`. */
export function tagConversation(
	context: CommandContext,
	target: MessageRef,
	{ change, most }: { change: TagChange | null; most: number },
): Promise<TagData> {
	return context.history((db) => {
		const { conversation, message } = findMessage(db, target);
		const tagged = { ref: conversation.ref, message };
		const had = userTagsOf(db, tagged);
		const now = context.clock.now();
		const has = change === null ? had : changeUserTags(db, tagged, { ...change, most, now });
		const short = shortConversation(db, conversation);
		const what = target.number === null ? ['Conversation', short] : ['Message', `${short}#${target.number}`];
		if (has === null)
			throw new RelayError('usage', `A ${what[0]?.toLowerCase()} has at most ${most} tags.`, {
				hint: `Take some away: agent-relay tag ${what[1]} TAG --remove`,
			});
		return {
			id: conversation.ref,
			message: target.number,
			called: what.join(' '),
			tags: has,
			added: has.filter((one) => !had.includes(one)),
			removed: had.filter((one) => !has.includes(one)),
			isShown: change === null,
		};
	});
}
