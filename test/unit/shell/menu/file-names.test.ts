import { describe, expect, it } from 'vitest';
import { FileNames, withFolders } from '../../../../src/shell/menu/file-names.ts';

function bench(lists: ReadonlyArray<readonly string[] | Error>) {
	let now = 0;
	let changes = 0;
	let listed = 0;
	const files = new FileNames({
		list: async () => {
			const list = lists[Math.min(listed++, lists.length - 1)] ?? [];
			if (list instanceof Error) throw list;
			return list;
		},
		clock: { monotonic: () => now },
		onChange: () => changes++,
	});
	const look = async (ms: number) => {
		now += ms;
		files.look();
		files.look();
		await new Promise(setImmediate);
		return files.look().names;
	};
	return { look, changes: () => changes, listed: () => listed };
}

describe('the names of files', () => {
	it('come with the folders that hold them', () => {
		expect(withFolders(['a/b/c', 'a/d', 'e'])).toEqual(['a/', 'a/b/', 'a/b/c', 'a/d', 'e']);
	});

	it('are listed once at a time, and again when they are old', async () => {
		const { look, listed, changes } = bench([['a'], ['a', 'b'], ['a', 'b']]);
		expect(await look(0)).toEqual(['a']);
		expect(await look(1000)).toEqual(['a']);
		expect(listed()).toBe(1);
		expect(await look(1001)).toEqual(['a', 'b']);
		expect(await look(2001)).toEqual(['a', 'b']);
		expect([listed(), changes()]).toEqual([3, 2]);
	});

	it('stay as they were when they cannot be listed', async () => {
		const { look } = bench([['a'], new Error('git failed')]);
		await look(0);
		expect(await look(3000)).toEqual(['a']);
	});

	it('are those alone that can be typed and shown as they are', async () => {
		const odd = ['a b', 'x\u001b[2J', 'new\nline', 'bidi\u202e', 'x'.repeat(500)];
		const { look } = bench([[...odd, 'naïve.md', '日本.md', '-rf', '$(id)']]);
		expect(await look(0)).toEqual(['naïve.md', '日本.md', '-rf', '$(id)']);
	});
});
