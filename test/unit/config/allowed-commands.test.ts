import { describe, expect, it } from 'vitest';
import { withAllowed } from '../../../src/config/allowed-commands.ts';

const NONE = { allow_commands: [], repo_commands: {}, repo_unsandboxed: {}, repo_edits: {} };
const REPO = '/home/me/app';

describe('commands that are allowed, as they are in force', () => {
	it('are added once, in the place where they hold', () => {
		const everywhere = withAllowed(NONE, { command: 'make', repo: null }, true);
		const here = withAllowed(everywhere, { command: 'npm test', repo: REPO }, true);
		const outside = withAllowed(here, { command: 'npm ci', repo: REPO, action: 'leave' }, true);
		const edited = withAllowed(outside, { command: '/etc/hosts', repo: REPO, action: 'edit' }, true);
		expect(edited).toEqual({
			allow_commands: ['make'],
			repo_commands: { [REPO]: ['npm test'] },
			repo_unsandboxed: { [REPO]: ['npm ci'] },
			repo_edits: { [REPO]: ['/etc/hosts'] },
		});
		for (const rule of [
			{ command: 'make', repo: null },
			{ command: 'npm test', repo: REPO },
			{ command: 'npm ci', repo: REPO, action: 'leave' as const },
			{ command: '/etc/hosts', repo: REPO, action: 'edit' as const },
		])
			expect(withAllowed(edited, rule, true)).toBe(edited);
	});

	it('keep their order, and leave nothing behind when they are taken back', () => {
		const both = { ...NONE, repo_commands: { [REPO]: ['one', 'two'], '/other': ['one'] } };
		expect(withAllowed(both, { command: 'one', repo: REPO }, true).repo_commands[REPO]).toEqual([
			'one',
			'two',
		]);
		const one = withAllowed(both, { command: 'two', repo: REPO }, false);
		expect(one.repo_commands).toEqual({ [REPO]: ['one'], '/other': ['one'] });
		const left = withAllowed(one, { command: 'one', repo: REPO }, false);
		expect(left.repo_commands).toEqual({ '/other': ['one'] });
		expect(withAllowed(left, { command: 'one', repo: REPO }, false)).toBe(left);
	});

	it('change nothing of what was read: the defaults are shared', () => {
		const read = Object.freeze({ ...NONE, repo_commands: Object.freeze({}) });
		withAllowed(read, { command: 'make', repo: REPO }, true);
		expect(read.repo_commands).toEqual({});
	});
});
