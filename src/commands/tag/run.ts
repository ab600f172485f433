/** Tags: words of the user's own, by which lists and searches are filtered. */
import { existsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import { tag as changeTags } from '../../sessions/transitions.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { findMessage, type MessageRef, splitMessage } from '../conversations/named-message.ts';
import { changeSession, readSession } from '../sessions/change-session.ts';
import type { TagChange, TagData } from './tag-data.ts';

interface TagOptions {
	/** null in the shell: the open session. */
	ref: string | null;
	tag: string | null;
	remove: boolean;
}

/** A tag is typed in filters: without blanks, quotes or what a shell would read. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/+-]{0,199}$/u;
const MAX_AT_ONCE = 50;
const MAX_IN_ALL = 200;

export const tag: Body<TagOptions, TagData> = {
	async run(context, { ref: given, tag, remove: isRemoval }) {
		const { ref, typed } = given === null ? withMessage(tag, context) : { ref: given, typed: tag };
		const asked = readTags(typed);
		if (asked.length === 0 && isRemoval) throw new RelayError('usage', 'Which tags are to be removed?');
		const change = isRemoval ? { add: [], remove: asked } : { add: asked, remove: [] };
		const data = await tagWhatIsNamed(context, ref, asked.length === 0 ? null : change);
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ id, message, tags, added, removed }) => ({
		id,
		...(message === null ? {} : { message }),
		tags,
		added,
		removed,
	}),
};

/** In the shell the first word may name a message: `REF#12`, or `#12` of the open session. No tag looks like one. */
function withMessage(
	typed: string | null,
	{ conversation }: Pick<CommandContext, 'conversation'>,
): { ref: string | null; typed: string | null } {
	const [, of = '', number, rest = ''] = /^\s*(\S*)#(\d{1,9})(?:\s+(.*))?$/s.exec(typed ?? '') ?? [];
	if (number === undefined) return { ref: null, typed };
	const ref = of === '' ? conversation?.session()?.id : of;
	if (ref === undefined) throw noSessionYet();
	return { ref: `${ref}#${number}`, typed: rest === '' ? null : rest };
}

/** Sessions keep their own tags; all else has them in the index. `change` null: they are shown. */
async function tagWhatIsNamed(
	context: CommandContext,
	ref: string | null,
	change: TagChange | null,
): Promise<TagData> {
	const { ref: named, number } = splitMessage(ref ?? '');
	const session = await sessionOf(context, ref === null ? null : named);
	if (session !== null && number === null) return tagSession(context, ref, change);
	const target = { ref: session === null ? named : `relay:${session}`, number };
	return (await tagElsewhere(context, target, change)) ?? tagInIndex(context, target, change);
}

async function tagInIndex(
	context: CommandContext,
	target: MessageRef,
	change: TagChange | null,
): Promise<TagData> {
	const { tagConversation } = await import('./tag-conversation.ts');
	return tagConversation(context, target, { change, most: MAX_IN_ALL });
}

/** A whole session of another repo, whose records have its tags; null: it is none, or its records are gone. */
async function tagElsewhere(
	context: CommandContext,
	{ ref, number }: MessageRef,
	change: TagChange | null,
): Promise<TagData | null> {
	if (number !== null || ref.startsWith('relay:')) return null;
	const { conversation } = await context.history((db) => findMessage(db, { ref, number }));
	const id = conversation.ref.startsWith('relay:') ? parseSessionId(conversation.native_id) : null;
	if (id === null) return null;
	const known = (await context.otherStores()).find(({ store }) => existsSync(store.folderOf(id)));
	return known === undefined
		? null
		: tagSession({ conversation: null, store: async () => known.store }, id, change);
}

/** null: no session of this repo is called so. */
async function sessionOf(context: CommandContext, ref: string | null): Promise<string | null> {
	try {
		return (await readSession(context, ref)).id;
	} catch (error) {
		if (ref !== null && error instanceof RelayError && error.code === 'no_such_session') return null;
		throw error;
	}
}

async function tagSession(
	context: Pick<CommandContext, 'conversation' | 'store'>,
	ref: string | null,
	change: TagChange | null,
): Promise<TagData> {
	if (change === null) {
		const { id, meta } = await readSession(context, ref);
		return { ...ofSession(id), tags: meta.tags ?? [], added: [], removed: [], isShown: true };
	}
	const { id, before, after } = await changeSession(context, ref, changeWithinBounds, change);
	const [had, has] = [before.tags ?? [], after.tags ?? []];
	return {
		...ofSession(id),
		tags: has,
		added: has.filter((one) => !had.includes(one)),
		removed: had.filter((one) => !has.includes(one)),
		isShown: false,
	};
}

const ofSession = (id: string) => ({ id, message: null, called: `Session ${shortRef(id)}` });

const changeWithinBounds: typeof changeTags = (meta, facts) => {
	const changed = changeTags(meta, facts);
	if ((changed.tags?.length ?? 0) <= MAX_IN_ALL || (facts.add ?? []).length === 0) return changed;
	throw new RelayError('usage', `A session has at most ${MAX_IN_ALL} tags.`, {
		hint: `Take some away: agent-relay tag ${meta.id.slice(-6)} TAG --remove`,
	});
};

/** Throws RelayError `usage`. */
function readTags(typed: string | null): string[] {
	const tags = (typed ?? '')
		.normalize()
		.split(/\s+/)
		.filter((one) => one !== '');
	const odd = tags.find((one) => !TAG.test(one));
	if (odd !== undefined)
		throw new RelayError('usage', `${JSON.stringify(odd.slice(0, 80))} cannot be a tag.`, {
			hint: 'A tag begins with a letter or a digit, and has letters, digits and . _ : / + - (200 at most).',
		});
	if (tags.length > MAX_AT_ONCE)
		throw new RelayError('usage', `At most ${MAX_AT_ONCE} tags at once, not ${tags.length}.`);
	return tags;
}
