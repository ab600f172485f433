import { describe, expect, it } from 'vitest';
import { KeySource } from '../../../../src/shell/editor/key-source.ts';
import type { Key } from '../../../../src/shell/editor/keys.ts';

/** A clock that only the test moves. */
function bench() {
	let now = 0;
	let sleepers: Array<{ at: number; wake: () => void }> = [];
	const clock = {
		now: () => now,
		monotonic: () => now,
		sleep: (ms: number) =>
			new Promise<void>((wake) => {
				sleepers.push({ at: now + ms, wake });
			}),
	};
	const keys: Key[] = [];
	const source = new KeySource(clock, (more) => keys.push(...more));
	return {
		keys,
		begin: () => source.begin(),
		read: (bytes: string) => source.read(Buffer.from(bytes)),
		async pass(ms: number): Promise<void> {
			now += ms;
			const due = sleepers.filter(({ at }) => at <= now);
			sleepers = sleepers.filter(({ at }) => at > now);
			for (const { wake } of due) wake();
			await new Promise(setImmediate);
		},
	};
}

describe('keys as they come', () => {
	it('takes Enter for Enter, which was pressed before the terminal was ours', async () => {
		const { keys, begin, read, pass } = bench();
		begin();
		await pass(1_000);
		read('go on\n');
		expect(keys).toMatchObject([{ text: 'go on' }, { name: 'enter' }]);
	});

	it('takes Ctrl+J for what it is, once the terminal is ours', async () => {
		const { keys, begin, read, pass } = bench();
		begin();
		for (let round = 0; round < 5; round++) await pass(0);
		read('\n');
		expect(keys).toMatchObject([{ ctrl: true, character: 'j' }]);
	});

	it('gives Escape when nothing follows it for a moment', async () => {
		const { keys, read, pass } = bench();
		read('\x1b');
		await pass(30);
		expect(keys).toEqual([]);
		await pass(20);
		expect(keys).toMatchObject([{ name: 'escape' }]);
	});

	it('ends a paste 2 s after its last piece, however often a key is pressed meanwhile', async () => {
		const { keys, read, pass } = bench();
		read('\x1b[200~half of it');
		for (let i = 0; i < 3; i++) {
			await pass(500);
			read('\x03');
		}
		expect(keys).toEqual([]);
		await pass(500);
		expect(keys).toEqual([{ kind: 'paste', text: 'half of it' }]);
		read('\x03');
		expect(keys[1]).toMatchObject({ character: 'c', ctrl: true });
	});

	it('lets a long paste over a slow line take its time', async () => {
		const { keys, read, pass } = bench();
		read('\x1b[200~');
		for (let i = 0; i < 5; i++) {
			await pass(1500);
			read(`a piece of a long paste, ${i}\r`);
		}
		read('\x1b[201~');
		expect(keys).toHaveLength(1);
		await pass(5000);
		expect(keys).toHaveLength(1);
	});

	it('joins the pieces of a paste without brackets, and takes a later Enter for Enter', async () => {
		const { keys, read, pass } = bench();
		read('one line of a text\ranother li');
		read('ne of it\r');
		expect(keys.map(({ kind }) => kind)).toEqual(['paste', 'paste']);
		await pass(200);
		read('and\r');
		expect(keys.slice(2).map(({ kind }) => kind)).toEqual(['text', 'press']);
	});
});
