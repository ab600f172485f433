import { describe, expect, it } from 'vitest';
import type { AgentEvent, FileEdit } from '../../../../src/agents/events.ts';
import { RelayError } from '../../../../src/core/errors.ts';
import type { Snapshots } from '../../../../src/git/repo-facts.ts';
import { NamedEdits } from '../../../../src/relay/turn/named-edits.ts';

const named = (path: string, more: Partial<FileEdit> = {}): FileEdit => ({
	...{ path, kind: 'edit', added: null, removed: null, hunks: [] },
	...more,
});
const result = (id: string, more: object = {}): AgentEvent => ({
	...{ type: 'tool_result', id, ok: true, denied: false, exitCode: null, output: '', outputBytes: 0 },
	...more,
});
const call = (id: string, ...paths: string[]): AgentEvent => ({
	...{ type: 'tool_call', id, name: 'write_file', kind: 'edit', title: '', command: null, paths },
});

/** Trees are numbered; between any two, each path that is asked for has changed. */
function bench({
	take,
	sleep,
	same = [],
}: {
	take?: () => Promise<string | null>;
	sleep?: () => Promise<void>;
	/** Between these, as `before after`, nothing has changed. */
	same?: readonly string[];
} = {}) {
	const asked: string[] = [];
	let trees = 0;
	const snapshots: Snapshots = {
		take: async () => {
			const tree = take === undefined ? `tree-${++trees}` : await take();
			return { tree, skipped: [], tookMs: 1, unavailable: null };
		},
		changes: () => Promise.reject(new Error('not here')),
		diff: async (before, after, { paths = [] }) => {
			asked.push(`${before} ${after} ${paths.join(' ')}`);
			return (same.includes(`${before} ${after}`) ? [] : paths)
				.map((path) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`)
				.join('');
		},
		settled: () => Promise.resolve(),
		release: () => undefined,
	};
	const never = () => new Promise<void>(() => undefined);
	const lines = new NamedEdits({
		...{ snapshots, clock: { sleep: sleep ?? never }, worktree: '/repo', folder: '/repo/api' },
		before: () => 'tree-0',
	});
	return { lines, asked };
}

const editsOf = (event: AgentEvent) =>
	event.type === 'tool_result' ? (event.edits ?? []).map(({ path, hunks }) => [path, hunks.length]) : [];

describe('lines of edits whose CLI names only the files', () => {
	it('are those between the snapshots right before and right after each edit', async () => {
		const { lines, asked } = bench();
		const first = await lines.complete(result('1', { edits: [named('/repo/a.js')] }));
		const second = await lines.complete(result('2', { edits: [named('b.js')] }));
		expect([editsOf(first), editsOf(second)]).toEqual([[['a.js', 1]], [['api/b.js', 1]]]);
		expect(asked).toEqual(['tree-0 tree-1 a.js', 'tree-1 tree-2 api/b.js']);
	});

	it('are found for a call that names files and whose result says nothing', async () => {
		const { lines } = bench();
		expect(lines.complete(call('1', '/repo/a.js'))).toMatchObject({ type: 'tool_call' });
		expect(editsOf(await lines.complete(result('1')))).toEqual([['a.js', 1]]);
	});

	it('are found too where the CLI does not say where in the file they are', async () => {
		const { lines, asked } = bench();
		const hunks = [{ oldStart: null, newStart: null, lines: ['-a', '+b'] }];
		const found = await lines.complete(result('1', { edits: [named('/repo/a.js', { hunks })] }));
		expect(found).toMatchObject({ edits: [{ path: 'a.js', hunks: [{ newStart: 1 }] }] });
		expect(asked).toHaveLength(1);
	});

	it('are found too where the agent had made the edit before the snapshot of the one before it was taken', async () => {
		const { lines, asked } = bench({ same: ['tree-1 tree-2', 'tree-2 tree-3', 'tree-2 tree-4'] });
		await lines.complete(result('1', { edits: [named('/repo/a.js')] }));
		const second = await lines.complete(result('2', { edits: [named('/repo/b.js')] }));
		expect(editsOf(second)).toEqual([['b.js', 1]]);
		expect(asked.slice(1)).toEqual(['tree-1 tree-2 b.js', 'tree-0 tree-2 b.js']);
		// What was shown once is not shown again.
		const third = await lines.complete(result('3', { edits: [named('/repo/b.js')] }));
		expect(asked.at(-1)).toBe('tree-2 tree-3 b.js');
		expect(editsOf(third)).toEqual([['/repo/b.js', 0]]);
	});

	it('are not looked for where they are known, nothing was edited, or the file is elsewhere', () => {
		const { lines, asked } = bench();
		const hunks = [{ oldStart: 1, newStart: 1, lines: ['+b'] }];
		for (const event of [
			result('1', { edits: [named('/repo/a.js', { hunks })] }),
			result('2', { edits: [named('/repo/a.js', { kind: 'delete' })] }),
			result('3', { ok: false, edits: [named('/repo/a.js')] }),
			result('4', { edits: [named('/elsewhere/a.js')] }),
			result('5'),
		])
			expect(lines.complete(event)).toBe(event);
		expect(asked).toEqual([]);
	});

	it('are left to the end of the turn once a snapshot takes too long, fails, or there is none', async () => {
		const edit = result('1', { edits: [named('/repo/a.js')] });
		for (const slow of [
			bench({ take: () => new Promise(() => undefined), sleep: () => Promise.resolve() }),
			bench({ take: () => Promise.reject(new RelayError('git_failed', 'damaged')) }),
			bench({ take: () => Promise.resolve(null) }),
		]) {
			expect(await slow.lines.complete(edit)).toBe(edit);
			expect(slow.lines.complete(edit)).toBe(edit);
			expect(slow.asked).toEqual([]);
		}
	});

	it('are looked for a bounded number of times a turn', async () => {
		const { lines, asked } = bench();
		const edit = result('1', { edits: [named('/repo/a.js')] });
		for (let at = 0; at < 60; at++) await lines.complete(edit);
		expect(asked).toHaveLength(40);
	});
});
