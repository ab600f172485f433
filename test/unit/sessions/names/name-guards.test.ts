import { describe, expect, it } from 'vitest';
import {
	type LaunchFacts,
	whyNoLaunch,
	whyNotChanged,
	whyNotDefault,
} from '../../../../src/sessions/names/name-guards.ts';
import { DEFAULT_NAME, requireNameId } from '../../../../src/sessions/names/name-id.ts';

const REVIEW = requireNameId('review');
const OTHER = requireNameId('other');
const facts = (over: Partial<LaunchFacts> = {}): LaunchFacts => ({
	id: REVIEW,
	entry: { lifecycle: 'inactive', worktree: '/repo' },
	isAllowed: true,
	folder: '/repo',
	bound: '/repo',
	rivals: [],
	...over,
});

describe('a launch', () => {
	it('under default is asked about nothing', () => {
		const worst = facts({ id: DEFAULT_NAME, isAllowed: false, bound: null, rivals: [OTHER], entry: null });
		expect(whyNoLaunch(worst)).toBeNull();
	});

	it('is allowed in the bound folder and below, and creates a name that is unknown', () => {
		expect(whyNoLaunch(facts())).toBeNull();
		expect(whyNoLaunch(facts({ folder: '/repo/src/deep' }))).toBeNull();
		expect(whyNoLaunch(facts({ entry: null }))).toBeNull();
		expect(whyNoLaunch(facts({ entry: { lifecycle: 'active', worktree: '/repo' } }))).toBeNull();
	});

	it.each([
		[
			'not allowed',
			{ isAllowed: false },
			['AGENT_RELAY_ALLOW_NAMED_SESSIONS=1', 'names.allow = true'],
			'config set names.allow true',
		],
		[
			'not allowed, whatever else stands against it',
			{ isAllowed: false, bound: null, rivals: [OTHER] },
			['names.allow'],
			'config set',
		],
		[
			'archived',
			{ entry: { lifecycle: 'archived', worktree: '/repo' } },
			['archived'],
			'name unarchive review',
		],
		['bound to a folder that is gone', { bound: null }, ['/repo', 'not there'], 'name rebind review'],
		['outside its folder', { folder: '/elsewhere' }, ['/repo', '/elsewhere'], 'name rebind review'],
		['above its folder', { folder: '/' }, ['/repo'], 'name rebind review'],
		['beside its folder', { folder: '/repo-b' }, ['/repo', '/repo-b'], 'name rebind review'],
		['beside a live name', { rivals: [OTHER] }, ['other', '/repo'], 'name kill other'],
		['new, beside a live name', { entry: null, rivals: [OTHER] }, ['other'], 'name rebind review --worktree'],
	] as const)('that is %s is refused, with the reason and a way out', (_, over, words, hint) => {
		const why = whyNoLaunch(facts(over));
		expect(why?.code).toBe('refused');
		for (const word of words) expect(why?.message).toContain(word);
		expect(why?.hint).toContain(hint);
	});

	it('shows paths without what a terminal would obey', () => {
		const why = whyNoLaunch(facts({ folder: '/x\u001b[2J', bound: '/repo\u202e' }));
		expect(why?.message).not.toMatch(/[\u001b\u202e]/);
	});
});

describe('a change of a name', () => {
	const quiet = { id: REVIEW, lifecycle: 'inactive', isLive: false, isSelected: false } as const;

	it('is allowed where nothing stands against it', () => {
		for (const change of ['kill', 'archive', 'rebind', 'select'] as const)
			expect(whyNotChanged(change, quiet)).toBeNull();
		for (const change of ['kill', 'select'] as const)
			expect(whyNotChanged(change, { ...quiet, isLive: true })).toBeNull();
	});

	it.each([
		['archive', { isLive: true }, 'live', 'name kill review'],
		['archive', { isSelected: true }, 'selected', 'name select default'],
		['rebind', { isLive: true }, 'live', 'name kill review'],
		['rebind', { lifecycle: 'archived' }, 'archived', 'name unarchive review'],
		['kill', { lifecycle: 'archived' }, 'archived', 'name unarchive review'],
		['select', { lifecycle: 'archived' }, 'archived', 'name unarchive review'],
	] as const)('%s is refused of a name that is %o', (change, over, word, hint) => {
		const why = whyNotChanged(change, { ...quiet, ...over });
		expect(why).toMatchObject({ code: 'refused', hint: expect.stringContaining(hint) });
		expect(why?.message).toContain(word);
	});

	it('is refused of default, which may only be selected', () => {
		for (const change of ['kill', 'archive', 'unarchive', 'rebind'] as const) {
			expect(whyNotDefault(change, DEFAULT_NAME)).toMatchObject({ code: 'refused' });
			expect(whyNotDefault(change, REVIEW)).toBeNull();
		}
		expect(whyNotDefault('select', DEFAULT_NAME)).toBeNull();
	});
});

describe('a folder', () => {
	it.each([
		['/a/b', '/a', true],
		['/a', '/a', true],
		['/a/..b', '/a', true],
		['/ab', '/a', false],
		['/', '/a', false],
		['/b', '/', true],
	])('%s within %s: %s', (folder, bound, is) =>
		expect(whyNoLaunch(facts({ folder, bound })) === null).toBe(is),
	);
});
