import { describe, expect, it } from 'vitest';
import { NO_MARK } from '../../../src/agents/tui/agent-tui.ts';
import { TuiFiles } from '../../../src/attach/tui-files.ts';
import type { FileChange, Snapshot, Snapshots } from '../../../src/git/repo-facts.ts';

const snapshot = (over: Partial<Snapshot>): Snapshot => ({
	tree: null,
	skipped: [],
	tookMs: 1,
	unavailable: null,
	...over,
});
const edit = (path: string, source: FileChange['source']): FileChange => ({
	path,
	change: 'modified',
	added: 1,
	removed: 0,
	source,
});
const mark = { ...NO_MARK, endsTurn: true };
const byTools = { isCancelled: false, reported: () => [{ ...edit('told.txt', 'tool') }] };

/** `after`: what is taken, in order. Each pair of trees differs in a file named after both. */
function openTurn(...after: Snapshot[]) {
	const asked: Parameters<Snapshots['take']>[0][] = [];
	const snapshots: Snapshots = {
		take: async (options) => {
			asked.push(options);
			return after.shift() ?? snapshot({ unavailable: 'asked too often' });
		},
		changes: async (before, end) => [edit(`${before}-${end}`, 'git')],
		diff: async () => '',
		settled: async () => undefined,
		release: () => undefined,
	};
	return { asked, files: new TuiFiles(snapshots) };
}

describe('the files of a turn in a TUI', () => {
	it('lie between the newest snapshot of the turn before and one that may take its time', async () => {
		const { files, asked } = openTurn(snapshot({ tree: 'b' }));
		expect(await files.begin(snapshot({ tree: 'a' }))).toEqual({
			files: [],
			tree: { before: 'a', after: null },
		});
		expect(await files.look(mark, byTools)).toEqual({
			files: [edit('a-b', 'git')],
			tree: { before: 'a', after: 'b' },
		});
		expect(files.newest?.tree).toBe('b');
		expect(asked).toMatchObject([{ isPatient: true }]);
	});

	it('are looked at again only once the agent has gone on, and then from the start of the turn', async () => {
		const { files, asked } = openTurn(snapshot({ tree: 'b' }), snapshot({ tree: 'c' }));
		await files.begin(snapshot({ tree: 'a' }));
		const first = await files.look(mark, byTools);
		expect(await files.look(mark, byTools)).toEqual(first);
		expect(asked).toHaveLength(1);
		expect(await files.look({ ...mark }, byTools)).toMatchObject({ files: [edit('a-c', 'git')] });
		expect(files.newest?.tree).toBe('c');
	});

	it('name what is in no snapshot, and say so', async () => {
		const { files } = openTurn(snapshot({ tree: 'b', skipped: ['late'] }));
		const { tree } = await files.begin(snapshot({ tree: 'a', skipped: ['inner'] }));
		expect(tree).toEqual({ before: 'a', after: null, skipped: ['inner'] });
		expect((await files.look(null, byTools)).tree.skipped).toEqual(['inner', 'late']);
		expect(files.warnings).toEqual(['Not in the snapshot: inner', 'Not in the snapshot: late']);
	});

	it('are those of its tools where no snapshot could be taken, and the turn says why', async () => {
		const { files } = openTurn(snapshot({ unavailable: 'it takes too long' }));
		await files.begin(snapshot({ tree: 'a' }));
		expect(await files.look(mark, byTools)).toEqual({
			files: [edit('told.txt', 'tool')],
			tree: { before: 'a', after: null },
		});
		expect(files.warnings).toEqual([
			"Files touched are taken from the agent's tool calls: it takes too long",
		]);
		const next = openTurn(snapshot({ tree: 'c' }));
		await next.files.begin(files.newest);
		expect(await next.files.look(mark, byTools)).toMatchObject({ files: [edit('told.txt', 'tool')] });
		expect(next.files.warnings).toEqual(files.warnings);
	});

	it('wait for no slow snapshot once the user has come back', async () => {
		const { files, asked } = openTurn(snapshot({ tree: 'b' }));
		await files.begin(snapshot({ tree: 'a' }));
		await files.look(null, { ...byTools, isCancelled: true });
		expect(asked).toMatchObject([{ isPatient: false }]);
	});
});
