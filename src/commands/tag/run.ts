/** Tags of a session: words of the user's own, by which lists are filtered. */
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { tag as changeTags } from '../../sessions/transitions.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { changeSession, readSession } from '../sessions/change-session.ts';

interface TagOptions {
	/** null in the shell: the open session. */
	ref: string | null;
	tag: string | null;
	remove: boolean;
}

export interface TagData {
	id: string;
	/** After the change. */
	tags: readonly string[];
	added: readonly string[];
	removed: readonly string[];
	/** Nothing was asked but to show them. */
	isShown: boolean;
}

/** A tag is typed in filters: without blanks, quotes or what a shell would read. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/+-]{0,199}$/u;
const MAX_AT_ONCE = 50;
const MAX_IN_ALL = 200;

export const tag: Body<TagOptions, TagData> = {
	async run(context, { ref, tag: typed, remove: isRemoval }) {
		const asked = readTags(typed);
		if (asked.length === 0 && isRemoval) throw new RelayError('usage', 'Which tags are to be removed?');
		if (asked.length === 0) return { exitCode: EXIT.done, data: await shownTags(context, ref) };
		const facts = isRemoval ? { remove: asked } : { add: asked };
		const { id, before, after } = await changeSession(context, ref, changeWithinBounds, facts);
		const [had, has] = [before.tags ?? [], after.tags ?? []];
		const data = {
			id,
			tags: has,
			added: has.filter((one) => !had.includes(one)),
			removed: had.filter((one) => !has.includes(one)),
			isShown: false,
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ id, tags, added, removed }) => ({ id, tags, added, removed }),
};

/** Also those of a session that is in use elsewhere. */
async function shownTags(context: CommandContext, ref: string | null): Promise<TagData> {
	const { id, meta } = await readSession(context, ref);
	return { id, tags: meta.tags ?? [], added: [], removed: [], isShown: true };
}

const changeWithinBounds: typeof changeTags = (meta, facts) => {
	const changed = changeTags(meta, facts);
	if ((changed.tags?.length ?? 0) <= MAX_IN_ALL || facts.add === undefined) return changed;
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
