import { describe, expect, it } from 'vitest';
import type { SharedParts } from '../../../src/git/worktree-contract.ts';
import { describeSharedChanges } from '../../../src/race/shared-changes.ts';

const PARTS: SharedParts = {
	refs: { HEAD: 'ref: refs/heads/main', 'refs/heads/main': 'a', 'refs/stash': 's' },
	files: { config: '1', 'hooks/pre-commit': '2', index: '3' },
	mainTree: 't1',
	mainFiles: { 'mine.txt': 'x' },
};

describe('what changed in the shared parts', () => {
	it('is nothing when nothing did', () => {
		expect(describeSharedChanges(PARTS, structuredClone(PARTS))).toEqual([]);
	});

	it('is told by name, with who may have done it', () => {
		const after: SharedParts = {
			refs: { HEAD: 'ref: refs/heads/main', 'refs/heads/main': 'b', 'refs/heads/new': 'c' },
			files: { config: '1', index: '4' },
			mainTree: 't2',
			mainFiles: { 'mine.txt': 'x', 'src/a\x1b[2J.ts': 'y' },
		};
		expect(describeSharedChanges(PARTS, after)).toEqual([
			'refs changed: refs/heads/main (changed), refs/heads/new (new), refs/stash (gone) (an entrant or you)',
			'shared files of .git changed: hooks/pre-commit (gone), index (changed) (an entrant or you)',
			expect.stringMatching(/^files of your checkout changed: src\/a[^\x1b]*\.ts \(an entrant or you\)$/),
		]);
	});

	it('is told without names where they are not known, and not at all where the files were not seen', () => {
		const { mainFiles: _before, ...before } = PARTS;
		expect(describeSharedChanges(before, { ...before, mainTree: 't2' })).toEqual([
			'files of your checkout changed (an entrant or you)',
		]);
		expect(describeSharedChanges(before, { ...before, mainTree: null })).toEqual([]);
	});

	it('is cut after a few names', () => {
		const refs = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`refs/heads/${at}`, 'x']));
		const [line] = describeSharedChanges(PARTS, { ...PARTS, refs: { ...PARTS.refs, ...refs } });
		expect(line).toMatch(/refs\/heads\/4 \(new\) and 4 more/);
	});
});
