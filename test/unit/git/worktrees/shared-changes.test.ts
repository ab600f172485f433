import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedChanges } from '../../../../src/git/worktrees/shared-changes.ts';
import type { SharedParts } from '../../../../src/git/worktrees/worktree-types.ts';

const parts = (over: Partial<SharedParts> = {}): SharedParts => ({
	refs: {},
	files: {},
	mainTree: 't',
	mainFiles: {},
	...over,
});
const ID = 'a'.repeat(40);

describe('changes of the shared parts', () => {
	it('are reported by kind, with the old value', () => {
		const before = parts({
			refs: { HEAD: 'ref: refs/heads/main', 'refs/heads/x/y': ID, 'refs/remotes/o/m': ID },
		});
		const after = parts({
			refs: { HEAD: ID, 'refs/notes/commits': ID, 'refs/remotes/o/m': 'ref: refs/heads/x' },
		});
		expect(sharedChanges(before, after)).toEqual([
			'HEAD of the main checkout moved from main to aaaaaaaaaa',
			'branch x/y was deleted (it was at aaaaaaaaaa)',
			'notes commits was created at aaaaaaaaaa',
			'remote branch o/m moved from aaaaaaaaaa to x',
		]);
	});

	it('report a dropped stash, and one that changed below its top', () => {
		const refs = { 'refs/stash': ID };
		const files = { 'logs/refs/stash': '1' };
		expect(sharedChanges(parts({ refs, files }), parts())).toEqual(['the stash was dropped']);
		const deeper = parts({ refs, files: { 'logs/refs/stash': '2' } });
		expect(sharedChanges(parts({ refs, files }), deeper)).toEqual(['the stash changed']);
	});

	it('name a linked worktree in which the relay was started', () => {
		const before = parts({ refs: { 'worktrees/topic/HEAD': ID }, files: { 'worktrees/topic/index': '1' } });
		const after = parts({
			refs: { 'worktrees/topic/HEAD': 'ref: refs/heads/b' },
			files: { 'worktrees/topic/index': '2' },
		});
		expect(sharedChanges(before, after)).toEqual([
			'HEAD of the worktree topic moved from aaaaaaaaaa to b',
			'the staged files of the worktree topic changed',
		]);
	});

	it('name five files of the main checkout and count the rest', () => {
		const mainFiles = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((path) => [path, '1']));
		expect(sharedChanges(parts(), parts({ mainTree: 'u', mainFiles }))).toEqual([
			'files of the main checkout changed: a, b, c, d, e and 2 more',
		]);
	});

	it('name five refs and five files of the git dir, and count the rest', () => {
		const numbered = (prefix: string, count: number) =>
			Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, ID]));
		const lines = sharedChanges(
			parts(),
			parts({ refs: numbered('refs/heads/', 9), files: numbered('hooks/h', 7) }),
		);
		expect(lines).toHaveLength(12);
		expect(lines[5]).toBe('and 4 more refs changed');
		expect(lines[11]).toBe('and 2 more files of the git dir changed');
		expect(sharedChanges(parts(), parts({ refs: numbered('refs/tags/', 6) })).at(-1)).toMatch(/^tag 5 /);
	});

	it('show nothing of a name that a terminal would obey', () => {
		const name = 'a\x1b[2J\u202eb\x07';
		const lines = sharedChanges(
			parts(),
			parts({
				refs: { [`refs/heads/${name}`]: ID, HEAD: `ref: refs/heads/${name}`, [`refs/${name}`]: ID },
				files: { [`hooks/${name}`]: '1', [`info/${name}`]: '1', [`worktrees/${name}/index`]: '1' },
				mainTree: 'u',
				mainFiles: { [name]: '1' },
			}),
		);
		expect(lines).toHaveLength(7);
		expect(lines.join('')).not.toMatch(/[\x00-\x1f\u202e]/);
	});

	it('say so where the main checkout could not be compared', () => {
		const [line] = sharedChanges(parts(), parts({ mainTree: null }));
		expect(line).toMatch(/git could not compare them/);
	});

	const values = fc.dictionary(
		fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'refs/stash')),
		fc.string(),
	);

	it('are none between equal takes, and as many in both directions', () => {
		fc.assert(
			fc.property(values, values, values, values, (refs, files, otherRefs, otherFiles) => {
				const one = parts({ refs, files });
				const other = parts({ refs: otherRefs, files: otherFiles });
				expect(sharedChanges(one, parts({ refs: { ...refs }, files: { ...files } }))).toEqual([]);
				expect(sharedChanges(one, other)).toHaveLength(sharedChanges(other, one).length);
			}),
		);
	});
});
