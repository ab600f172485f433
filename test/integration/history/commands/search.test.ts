import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../../src/commands/context.ts';
import { COMMANDS } from '../../../../src/commands/registry.ts';
import { relayPaths } from '../../../../src/config/xdg-paths.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { fakeCommandContext } from '../../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../../helpers/fake-relay.ts';
import { type FilledIndex, fillIndex, START } from '../../../helpers/filled-index.ts';

const DAY = 24 * 3600 * 1000;
const clock = { now: () => START + 3 * DAY, monotonic: () => 0, sleep: () => Promise.resolve() };

let index: FilledIndex;
let folder: string;
let context: CommandContext;
beforeEach(() => {
	index = fillIndex();
	folder = mkdtempSync(join(tmpdir(), 'relay-search-'));
	context = fakeCommandContext(
		{ relay: createFakeRelay({ clock }), clock },
		{
			home: '/home/me',
			paths: relayPaths({ HOME: folder }),
			history: async (act) => act(index.db),
			called: (path) => `agent-relay ${path}`,
		},
	);
});
afterEach(() => {
	index.close();
	rmSync(folder, { recursive: true, force: true });
});

async function call(name: keyof typeof COMMANDS, given: Record<string, unknown>) {
	const called = await COMMANDS[name].call(context, given);
	const rows = (columns = 100) => called.lines({ theme: PLAIN_THEME, columns });
	return { json: called.toJson() as Record<string, unknown>, rows, text: rows().join('\n') };
}

const search = (query: string | undefined, more: Record<string, unknown> = {}) =>
	call('search', { ...(query === undefined ? {} : { query: [query] }), ...more });

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

describe('search', () => {
	it('names who said it, when, where, in which session of its line of work, and what opens it', async () => {
		index.add({ ref: 'claude:11111111-aaaa', slug: 'brave-fox', messages: [{ text: 'first' }] });
		index.add({
			ref: 'claude:22222222-bbbb',
			slug: 'brave-fox',
			project: '/home/me/shop',
			tags: ['has:tests'],
			messages: [{ text: 'hello' }, { text: 'why does the login fail?', role: 'user', tags: ['plan'] }],
		});
		const { rows, json } = await search('login');
		expect(rows()).toEqual([
			'1 claude · you · 2 d ago · ~/shop · brave-fox, session 2 of 2 · #plan #has:tests',
			'  why does the [login] fail?',
			"  agent-relay conversation '22222222#2'",
			'',
		]);
		expect(json).toMatchObject({
			query: 'login',
			more: false,
			suggestion: null,
			results: [
				{
					number: 1,
					conversation: 'claude:22222222-bbbb',
					session: '22222222-bbbb',
					message: 2,
					target: '22222222#2',
					slug: 'brave-fox',
					session_number: 2,
					session_count: 2,
					agent: 'claude',
					role: 'user',
					said_by: 'person',
					project: '/home/me/shop',
					tags: ['plan', 'has:tests'],
					excerpt: 'why does the login fail?',
					highlights: [[13, 18]],
					open: "agent-relay conversation '22222222#2'",
				},
			],
		});
	});

	it('opens what it names', async () => {
		index.add({ ref: 'codex:22222222-bbbb', messages: [{ text: 'hello' }, { text: 'login' }] });
		const { json } = await search('login');
		const [{ target }] = json.results as [{ target: string }];
		const { text } = await call('conversation', { ref: target, limit: '1' });
		expect(text).toContain('#2');
		expect(text).toContain('login');
	});

	it('obeys nothing that a transcript says, on any width', async () => {
		const evil = 'login \u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b31m\u202e end\r\n'.repeat(4);
		index.add({
			ref: 'claude:x\u001b[31m',
			title: evil,
			slug: evil,
			project: evil,
			messages: [{ text: evil }],
		});
		for (const columns of [20, 40, 100]) {
			const { rows, json } = await search('login');
			const drawn = rows(columns);
			expect(drawn.join('\n')).not.toMatch(CONTROL);
			for (const row of drawn) expect(columnsOf(row), row).toBeLessThan(columns);
			expect((json.results as Array<{ excerpt: string }>)[0]?.excerpt).not.toMatch(CONTROL);
		}
		const { text } = await call('conversation', { ref: 'claude:x\u001b[31m' });
		expect(text).not.toMatch(CONTROL);
		expect((await call('conversations', {})).text).not.toMatch(CONTROL);
	});

	it('suggests a query where nothing is found, if that finds something', async () => {
		index.add({ messages: [{ text: 'the login session' }] });
		expect((await search('lgoin')).text).toBe(
			'Nothing is found for lgoin.\nDid you mean: agent-relay search login',
		);
		expect((await search('lgoin', { agent: 'codex' })).text).not.toContain('Did you mean');
		expect((await search('🎉')).text).toBe(
			'There is no letter and no digit in 🎉, and nothing else can be found.',
		);
		expect((await search(undefined, { tag: ['none'] })).text).toContain('Nothing passes these filters.');
	});

	it('says that there are more, and that the query was cut', async () => {
		index.add({ messages: ['a', 'b', 'c'].map((text) => ({ text: `login ${text}` })) });
		expect((await search('login', { limit: '2' })).text).toContain(
			'These are the best 2; more of them: -n 10',
		);
		expect((await search('login OR '.repeat(200))).text).toContain('The end of the query was left out');
	});

	it('refuses a search for nothing, and numbers that are none', async () => {
		await expect(search(undefined)).rejects.toMatchObject({ code: 'usage', message: 'What is to be found?' });
		await expect(search('a', { limit: '0' })).rejects.toMatchObject({ code: 'usage' });
		await expect(search('a', { since: 'soon' })).rejects.toMatchObject({ code: 'usage' });
		await expect(search('a', { session: 'none' })).rejects.toMatchObject({ code: 'no_such_session' });
		await expect(search(undefined, { continue: '1' })).rejects.toMatchObject({
			code: 'usage',
			message: 'There is no earlier search to go on from.',
		});
	});

	it('goes on with a row of the last search, and refuses what cannot be gone on with', async () => {
		index.add({
			ref: 'codex:gone-1111',
			path: join(folder, 'gone.jsonl'),
			messages: [{ text: 'login one' }],
		});
		index.add({ ref: 'claude:agent-2', is_subagent: 1, messages: [{ text: 'login two' }] });
		await search('login');
		await expect(search(undefined, { continue: '3' })).rejects.toMatchObject({
			message: 'That search has 2 rows, not 3.',
		});
		await expect(search(undefined, { continue: '1' })).rejects.toMatchObject({ code: 'not_found' });
		await expect(search('two', { continue: '1' })).rejects.toMatchObject({
			code: 'refused',
			message: 'claude:agent-2 is the work of a sub-agent, which nobody can go on with.',
		});
	});
});

describe('conversation', () => {
	beforeEach(() => {
		index.add({
			ref: 'claude:11111111',
			slug: 'brave-fox',
			started_at: START,
			messages: [
				{ text: 'what\nis it?', role: 'user' },
				{ text: 'Bash npm test', role: 'tool' },
			],
		});
		index.add({
			ref: 'claude:22222222',
			slug: 'brave-fox',
			started_at: START + DAY,
			messages: [{ text: 'done' }],
		});
	});

	it('puts the sessions of a slug together', async () => {
		const { text, json } = await call('conversation', { ref: 'brave-fox' });
		expect(text.split('\n')).toMatchObject([
			expect.stringMatching(/^── session 1 of 2 · brave-fox · conversation 1 · claude · ~\/shop · 3 d ago/),
			'',
			expect.stringMatching(/^#1 you · /),
			'  what',
			'  is it?',
			'',
			expect.stringMatching(/^#2 tool · /),
			'  Bash npm test',
			'',
			expect.stringMatching(/^── session 2 of 2/),
			'',
			expect.stringMatching(/^#1 claude · /),
			'  done',
		]);
		expect(json).toMatchObject({ session_count: 2, total: 3, before: 0, after: 0 });
	});

	it('takes numbers of sessions, and refuses odd ones', async () => {
		const texts = async (session: string) =>
			((await call('conversation', { ref: 'brave-fox', session })).json.messages as Array<{ text: string }>)
				.length;
		expect([await texts('2'), await texts('1-2'), await texts('1,2')]).toEqual([1, 3, 3]);
		for (const odd of ['3', '0', '2-1', 'two', '1-3', ''])
			await expect(texts(odd)).rejects.toMatchObject({ code: 'usage' });
	});

	it('shows what is around a time or a message, and says what is left out', async () => {
		const around = await call('conversation', { ref: 'brave-fox', around: '2026-01-02', limit: '1' });
		expect(around.json).toMatchObject({ messages: [{ text: 'done' }], before: 2, after: 0 });
		const named = await call('conversation', { ref: '11111111#1', limit: '1' });
		expect(named.text).toContain('2 later messages');
		expect(named.text).toContain('▸ #1 you');
		await expect(call('conversation', { ref: '11111111#3' })).rejects.toMatchObject({
			code: 'not_found',
			message: '11111111 has no message 3: its messages are 1 to 2.',
		});
		await expect(call('conversation', { ref: '11111111#0' })).rejects.toMatchObject({ code: 'not_found' });
		await expect(call('conversation', { ref: 'none' })).rejects.toMatchObject({ code: 'no_such_session' });
	});
});

describe('conversations', () => {
	it('lists them with their place, filtered', async () => {
		index.add({ ref: 'claude:11111111', slug: 'brave-fox', messages: [{ text: 'a' }] });
		index.add({ ref: 'claude:22222222', slug: 'brave-fox', messages: [{ text: 'b' }] });
		index.add({ ref: 'codex:33333333', project: '/w', messages: [{ text: 'c' }] });
		const { text, json } = await call('conversations', {});
		expect(text).toMatch(/33333333 .*\n.*22222222 .* 2 of 2 .*brave-fox.*\n.*11111111 .* 1 of 2/);
		expect(json).toMatchObject({ total: 3 });
		const named = async (given: Record<string, unknown>) =>
			((await call('conversations', given)).json.conversations as Array<{ session: string }>).map(
				({ session }) => session,
			);
		expect(await named({ slug: 'brave-fox' })).toEqual(['22222222', '11111111']);
		expect(await named({ agent: 'codex' })).toEqual(['33333333']);
		expect(await named({ project: '/w' })).toEqual(['33333333']);
		expect((await call('conversations', { tag: ['x'] })).text).toBe('No conversation passes these filters.');
		expect((await call('conversations', { limit: '1' })).text).toContain(
			'The latest 1 of 3; all of them: -n 0',
		);
	});
});

describe('tag', () => {
	const tag = (ref: string, tags: string[] = [], more = {}) => call('tag', { ref, tag: tags, ...more });

	it('tags conversations and messages, and tags counts them', async () => {
		index.add({ ref: 'codex:33333333', messages: [{ text: 'a' }, { text: 'b', tags: ['plan'] }] });
		expect((await tag('33333333', ['auth'])).text).toBe('Conversation 33333333: auth (+auth)');
		expect((await tag('33333333#2', ['plan', 'auth'])).json).toEqual({
			id: 'codex:33333333',
			message: 2,
			tags: ['auth', 'plan'],
			added: ['auth', 'plan'],
			removed: [],
		});
		expect((await tag('33333333#2')).text).toBe('Message 33333333#2: auth plan');
		expect((await tag('33333333#2', ['auth'], { remove: true })).text).toBe(
			'Message 33333333#2: plan (-auth)',
		);
		expect((await call('tags', {})).json).toEqual({
			tags: [
				{ tag: 'plan', automatic: 1, manual: 1 },
				{ tag: 'auth', automatic: 0, manual: 1 },
			],
		});
	});

	it('keeps to its bounds', async () => {
		index.add({ ref: 'codex:33333333', messages: [{ text: 'a' }] });
		const many = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `t${at + from}`);
		await expect(tag('33333333', many(51))).rejects.toMatchObject({ code: 'usage' });
		await expect(tag('33333333', ['x'.repeat(201)])).rejects.toMatchObject({ code: 'usage' });
		await expect(tag('33333333#2', ['a'])).rejects.toMatchObject({ code: 'not_found' });
		await expect(tag('none', ['a'])).rejects.toMatchObject({ code: 'no_such_session' });
		for (const from of [0, 50, 100, 150]) await tag('33333333', many(50, from));
		await expect(tag('33333333', ['more'])).rejects.toMatchObject({
			message: 'A conversation has at most 200 tags.',
		});
		expect((await tag('33333333')).json.tags).toHaveLength(200);
	});
});
