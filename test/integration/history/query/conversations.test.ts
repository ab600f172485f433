import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChain, placesIn } from '../../../../src/history/query/chains.ts';
import { listConversations } from '../../../../src/history/query/list-conversations.ts';
import { messageAt, readConversation } from '../../../../src/history/query/read-conversation.ts';
import { changeUserTags, countTags, userTagsOf } from '../../../../src/history/query/user-tags.ts';
import { type FilledIndex, fillIndex, START } from '../../../helpers/filled-index.ts';

let index: FilledIndex;
beforeEach(() => {
	index = fillIndex();
});
afterEach(() => index.close());

const HOUR = 3_600_000;

/** Two conversations of one slug, the later one written first, and a sub-agent. */
function brave() {
	const later = index.add({
		ref: 'claude:later-0002',
		slug: 'brave-fox',
		started_at: START + HOUR,
		messages: [
			{ text: 'c', role: 'user', at: START + HOUR },
			{ text: 'd', at: START + 3 * HOUR },
		],
	});
	const first = index.add({
		ref: 'claude:first-0001',
		slug: 'brave-fox',
		started_at: START,
		messages: [
			{ text: 'a', role: 'user', at: START },
			{ text: 'b', at: START + 2 * HOUR },
			{ text: 'x', at: null },
		],
	});
	const side = index.add({
		ref: 'claude:agent-9',
		slug: 'brave-fox',
		is_subagent: 1,
		messages: [{ text: 's' }],
	});
	return { later, first, side };
}

describe('findChain', () => {
	it.each(['brave-fox', 'claude:first-0001', 'first-0001', 'first', '0001', '0002'])(
		'finds all of a line of work by %s, in time',
		(typed) => {
			brave();
			const { members } = findChain(index.db, typed);
			expect(members.map(({ ref }) => ref)).toEqual(['claude:first-0001', 'claude:later-0002']);
		},
	);

	it("finds a sub-agent's alone", () => {
		brave();
		expect(findChain(index.db, 'agent-9').members.map(({ ref }) => ref)).toEqual(['claude:agent-9']);
	});

	it('refuses what names nothing, and what names several', () => {
		index.add({ ref: 'codex:abcd-1', messages: [{ text: 'a' }] });
		index.add({ ref: 'codex:abcd-2', messages: [{ text: 'b' }] });
		expect(() => findChain(index.db, 'none')).toThrow(expect.objectContaining({ code: 'no_such_session' }));
		expect(() => findChain(index.db, 'abcd')).toThrow(expect.objectContaining({ code: 'ambiguous_session' }));
	});

	it('numbers the sessions of a line of work, without sub-agents', () => {
		const { later, first, side } = brave();
		const placeOf = placesIn(index.db);
		const at = ({ id }: { id: number }) => placeOf({ conversation: id, chain: 'slug:brave-fox' });
		expect([at(first), at(later), at(side)]).toEqual([
			{ number: 1, count: 2 },
			{ number: 2, count: 2 },
			{ number: null, count: 2 },
		]);
	});
});

describe('readConversation', () => {
	const read = (
		conversations: number[],
		more: { limit?: number; around?: { at: number } | { message: number } } = {},
	) => {
		const found = readConversation(index.db, { conversations, limit: 200, around: null, ...more });
		return {
			texts: found.messages.map(({ text }) => text).join(''),
			count: found.count,
			before: found.before,
		};
	};

	it('puts conversations together in time; what has no time stands where its conversation begins', () => {
		const { later, first } = brave();
		expect(read([later.id, first.id])).toEqual({ texts: 'axcbd', count: 5, before: 0 });
		expect(read([first.id])).toEqual({ texts: 'axb', count: 3, before: 0 });
	});

	it('takes the last ones, or those around a moment or a message', () => {
		const { later, first } = brave();
		const both = [later.id, first.id];
		expect(read(both, { limit: 2 })).toEqual({ texts: 'bd', count: 5, before: 3 });
		expect(read(both, { limit: 3, around: { at: START + HOUR } })).toEqual({
			texts: 'xcb',
			count: 5,
			before: 1,
		});
		expect(read(both, { limit: 2, around: { at: START - 1 } }).texts).toBe('ax');
		expect(read(both, { limit: 2, around: { at: START + 9 * HOUR } }).texts).toBe('bd');
		expect(read(both, { limit: 3, around: { message: first.messages[1] ?? 0 } }).texts).toBe('cbd');
	});

	it('numbers messages in their own conversation, and shows their tags', () => {
		const { id, messages } = index.add({
			ref: 'codex:t',
			messages: [{ text: 'a' }, { text: 'b', tags: ['plan', 'decision'] }],
		});
		const tagged = { ref: 'codex:t', message: messages[1] ?? null };
		changeUserTags(index.db, tagged, { add: ['mine'], remove: [], most: 9, now: START });
		const found = readConversation(index.db, { conversations: [id], limit: 9, around: null });
		expect(found.messages).toMatchObject([
			{ number: 1, tags: [] },
			{ number: 2, tags: ['decision', 'mine', 'plan'] },
		]);
		expect([messageAt(index.db, id, 2), messageAt(index.db, id, 3)]).toEqual([messages[1], null]);
	});
});

describe('listConversations', () => {
	const list = (more: Partial<Parameters<typeof listConversations>[1]> = {}) =>
		listConversations(index.db, { filters: {}, slug: null, hasSubAgents: false, limit: null, ...more });

	it('has the latest first, with their numbers', () => {
		brave();
		index.add({
			ref: 'codex:c',
			project: '/w/api',
			tags: ['has:tests'],
			messages: [{ text: 'a', tags: ['plan'] }],
		});
		const rows = (of: ReturnType<typeof list>) =>
			of.conversations.map(({ ref, place }) => `${ref} ${place.number}/${place.count}`);
		expect(rows(list())).toEqual(['claude:later-0002 2/2', 'codex:c 1/1', 'claude:first-0001 1/2']);
		expect(rows(list({ slug: 'brave-fox' }))).toHaveLength(2);
		expect(rows(list({ hasSubAgents: true }))).toHaveLength(4);
		expect(list({ limit: 1 })).toMatchObject({ conversations: [{ ref: 'claude:later-0002' }], count: 3 });
		expect(rows(list({ filters: { project: '/w' } }))).toEqual(['codex:c 1/1']);
		expect(rows(list({ filters: { tags: ['plan', 'has:tests'] } }))).toEqual(['codex:c 1/1']);
		expect(rows(list({ filters: { since: START + HOUR } }))).toEqual(['claude:later-0002 2/2']);
		expect(list({ filters: { agent: 'codex' } }).conversations).toMatchObject([{ tags: ['has:tests'] }]);
	});
});

describe("the user's tags", () => {
	const change = (message: number | null, facts: { add?: string[]; remove?: string[] }, most = 3) =>
		changeUserTags(
			index.db,
			{ ref: 'claude:one', message },
			{ add: [], remove: [], most, now: START, ...facts },
		);

	it('are given once, taken away, and bounded', () => {
		const { messages } = index.add({ ref: 'claude:one', messages: [{ text: 'a' }, { text: 'b' }] });
		const [first = null] = messages;
		expect(change(null, { add: ['b', 'a', 'b'] })).toEqual(['a', 'b']);
		expect(change(first, { add: ['c'] })).toEqual(['c']);
		expect(change(null, { remove: ['a', 'none'] })).toEqual(['b']);
		expect(change(null, { add: ['x', 'y', 'z'] })).toBeNull();
		expect(userTagsOf(index.db, { ref: 'claude:one', message: null })).toEqual(['b']);
		expect(userTagsOf(index.db, { ref: 'claude:one', message: first })).toEqual(['c']);
	});

	it('are counted beside the automatic ones', () => {
		const { messages } = index.add({
			ref: 'claude:one',
			tags: ['has:tests'],
			messages: [{ text: 'a', tags: ['plan'] }],
		});
		change(messages[0] ?? null, { add: ['plan'] });
		change(null, { add: ['auth'] });
		expect(countTags(index.db)).toEqual([
			{ tag: 'plan', automatic: 1, manual: 1 },
			{ tag: 'auth', automatic: 0, manual: 1 },
			{ tag: 'has:tests', automatic: 1, manual: 0 },
		]);
	});
});
