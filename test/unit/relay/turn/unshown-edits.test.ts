import { describe, expect, it } from 'vitest';
import type { FileEdit } from '../../../../src/agents/events.ts';
import { RelayError } from '../../../../src/core/errors.ts';
import type { Snapshots } from '../../../../src/git/repo-facts.ts';
import { ReportedEdits, unshownEdits } from '../../../../src/relay/turn/unshown-edits.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const file = (path: string, change: 'added' | 'modified' | 'deleted' = 'modified') => ({
	path,
	change,
	added: 1,
	removed: 1,
	source: 'git' as const,
});
const state = (files: ReturnType<typeof file>[]) =>
	fakeTurnState({ files, tree: { before: 'a', after: 'b' } });

/** Answers with a diff of what it is asked for. */
function snapshots(asked: string[][], diff?: () => Promise<string>): Snapshots {
	const read = async (paths: readonly string[]) => {
		asked.push([...paths]);
		return paths
			.map((path) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`)
			.join('');
	};
	return {
		take: () => Promise.reject(new Error('not here')),
		changes: () => Promise.reject(new Error('not here')),
		diff: (_before, _after, { paths = [] }) => (diff ? diff() : read(paths)),
		settled: () => Promise.resolve(),
		release: () => undefined,
	};
}

function reported(...edits: Partial<FileEdit>[]): ReportedEdits {
	const known = new ReportedEdits();
	const hunks = [{ oldStart: 1, newStart: 1, lines: ['-a', '+b'] }];
	const all = edits.map((edit) => ({
		path: 'x',
		kind: 'edit' as const,
		added: 1,
		removed: 1,
		hunks,
		...edit,
	}));
	const result = {
		type: 'tool_result',
		id: '1',
		ok: true,
		denied: false,
		exitCode: null,
		output: '',
		outputBytes: 0,
	} as const;
	known.event({ ...result, edits: all });
	return known;
}

describe('what a turn changed and no tool has shown', () => {
	it('is read from the snapshots, for the files without lines of their own', async () => {
		const asked: string[][] = [];
		const known = reported({ path: '/repo/src/shown.js' }, { path: '/repo/src/named.js', hunks: [] });
		const edits = await unshownEdits(
			state([file('src/shown.js'), file('src/named.js'), file('by-shell.js')]),
			known,
			snapshots(asked),
		);
		expect(asked).toEqual([['src/named.js', 'by-shell.js']]);
		const hunks = [{ oldStart: 1, newStart: 1, lines: ['-a', '+b'] }];
		expect(edits).toEqual(
			['src/named.js', 'by-shell.js'].map((path) => ({ path, kind: 'edit', added: 1, removed: 1, hunks })),
		);
	});

	it('asks git for nothing where all is shown, or nothing is known', async () => {
		const asked: string[][] = [];
		const git = snapshots(asked);
		expect(await unshownEdits(state([file('x')]), reported({ path: 'x' }), git)).toEqual([]);
		expect(await unshownEdits(state([]), reported(), git)).toEqual([]);
		expect(await unshownEdits(state([file('x')]), reported(), null)).toEqual([]);
		expect(asked).toEqual([]);
	});

	it('reads the lines of a few files only, names the rest, and ends the turn also where git cannot tell', async () => {
		const asked: string[][] = [];
		const many = Array.from({ length: 500 }, (_, i) => file(`f${i}`, 'added'));
		const edits = await unshownEdits(state(many), reported(), snapshots(asked));
		expect(asked[0]).toHaveLength(12);
		expect(edits).toHaveLength(500);
		expect(edits[400]).toEqual({ path: 'f400', kind: 'create', added: 1, removed: 1, hunks: [] });
		const damaged = () => Promise.reject(new RelayError('git_failed', 'no such tree'));
		expect(await unshownEdits(state([file('x')]), reported(), snapshots([], damaged))).toEqual([
			{ path: 'x', kind: 'edit', added: 1, removed: 1, hunks: [] },
		]);
	});
});
