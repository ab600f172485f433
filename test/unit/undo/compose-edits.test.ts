import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreeEdit, TreeEntry } from '../../../src/git/commits/tree-edits.ts';
import { composeEdits } from '../../../src/undo/compose-edits.ts';

const file = (id: string, mode = '100644'): TreeEntry => ({ mode, id });
const edit = (path: string, before: TreeEntry | null, after: TreeEntry | null): TreeEdit => ({
	path,
	before,
	after,
});

describe('the edits of several turns', () => {
	it('go from what the last of them left to what was there before the first', () => {
		const { edits, broken } = composeEdits([
			{ turn: 2, edits: [edit('a', file('1'), file('2')), edit('b', null, file('1'))] },
			{ turn: 3, edits: [edit('a', file('2'), null), edit('c', file('9'), file('8'))] },
		]);
		expect(edits).toEqual([
			{ path: 'a', before: null, after: file('1') },
			{ path: 'b', before: file('1'), after: null },
			{ path: 'c', before: file('8'), after: file('9') },
		]);
		expect(broken.size).toBe(0);
	});

	it('leave out a path that they changed and changed back, a mode included', () => {
		const program = file('1', '100755');
		const { edits } = composeEdits([
			{ turn: 1, edits: [edit('a', file('1'), program), edit('new', null, file('2'))] },
			{ turn: 2, edits: [edit('a', program, file('1')), edit('new', file('2'), null)] },
		]);
		expect(edits).toEqual([]);
	});

	it('name a path that somebody changed between two of them, even if the ends are the same', () => {
		const { edits, broken } = composeEdits([
			{ turn: 1, edits: [edit('a', file('1'), file('2'))] },
			{ turn: 4, edits: [edit('a', file('3'), file('1'))] },
		]);
		expect(edits.map(({ path }) => path)).toEqual(['a']);
		expect([...broken]).toEqual([['a', { earlier: 1, later: 4 }]]);
	});

	it('take any run of turns back to its beginning when nobody else wrote', () => {
		const state = fc.option(
			fc.record({ mode: fc.constantFrom('100644', '100755'), id: fc.constantFrom('1', '2', '3') }),
			{
				nil: null,
			},
		);
		const turn = fc.dictionary(fc.constantFrom('a', 'b', 'c'), state);
		fc.assert(
			fc.property(fc.array(turn, { maxLength: 6 }), (turns) => {
				const now = new Map<string, TreeEntry | null>();
				const made = turns.map((changes, at) => ({
					turn: at + 1,
					edits: Object.entries(changes).map(([path, after]) => {
						const one = edit(path, now.get(path) ?? null, after);
						now.set(path, after);
						return one;
					}),
				}));
				const { edits, broken } = composeEdits(made);
				expect(broken.size).toBe(0);
				for (const { path, before, after } of edits) {
					expect(now.get(path) ?? null).toEqual(before);
					now.set(path, after);
				}
				expect([...now.values()].every((left) => left === null)).toBe(true);
			}),
		);
	});
});
