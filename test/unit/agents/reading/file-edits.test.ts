import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	createdFile,
	editOfInput,
	structuredEdit,
	unifiedEdits,
} from '../../../../src/agents/reading/file-edits.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

describe('a unified diff of a CLI', () => {
	it('is read as opencode writes it', () => {
		const diff =
			'Index: /repo/src/a.txt\n===================================================================\n--- /repo/src/a.txt\n+++ /repo/src/a.txt\n@@ -1,2 +1,2 @@\n-old value\n+new value\n keep\n';
		const hunks = [{ oldStart: 1, newStart: 1, lines: ['-old value', '+new value', ' keep'] }];
		expect(unifiedEdits(diff)).toEqual([
			{ path: '/repo/src/a.txt', kind: 'edit', added: 1, removed: 1, hunks },
		]);
	});

	it('is read as git writes it: new, deleted, renamed, binary, and lines that look like heads', () => {
		const diff = [
			'diff --git a/new.sql b/new.sql',
			'new file mode 100644',
			'index 0000000..e69de29',
			'--- /dev/null',
			'+++ b/new.sql',
			'@@ -0,0 +1,2 @@',
			'+select 1',
			'++++ b/not-a-head',
			'diff --git a/old.sql b/old.sql',
			'deleted file mode 100644',
			'--- a/old.sql',
			'+++ /dev/null',
			'@@ -1,2 +0,0 @@',
			'--- a comment',
			'-select 2',
			'\\ No newline at end of file',
			'diff --git a/one name.js b/lib/one.js',
			'similarity index 90%',
			'rename from one name.js',
			'rename to lib/one.js',
			'diff --git a/logo.png b/logo.png',
			'index 1..2 100644',
			'Binary files a/logo.png and b/logo.png differ',
			'',
		].join('\n');
		expect(
			unifiedEdits(diff).map(({ hunks, ...rest }) => ({
				...rest,
				lines: hunks.flatMap(({ lines }) => lines),
			})),
		).toEqual([
			{ path: 'new.sql', kind: 'create', added: 2, removed: 0, lines: ['+select 1', '++++ b/not-a-head'] },
			{ path: 'old.sql', kind: 'delete', added: 0, removed: 2, lines: ['--- a comment', '-select 2'] },
			{ path: 'one name.js', kind: 'move', movedTo: 'lib/one.js', added: 0, removed: 0, lines: [] },
			{ path: 'logo.png', kind: 'edit', added: null, removed: null, lines: [] },
		]);
	});

	it('never throws, and takes no more than as much longer as it is longer', () => {
		const line = fc.oneof(
			fc.constantFrom(
				'--- a/x',
				'+++ b/x',
				'@@ -1,9 +1,9 @@',
				'diff --git a/x b/x',
				'-a',
				'+b',
				' c',
				'\\',
				'',
				'Index: x',
			),
			fc.string(),
		);
		fc.assert(fc.property(fc.array(line, { maxLength: 60 }), (lines) => void unifiedEdits(lines.join('\n'))));
		const diff = (lines: number) =>
			`--- a/x\n+++ b/x\n@@ -1,${lines} +1,${lines} @@\n${'-old\n+new\n'.repeat(lines)}`;
		expect(growthOf((lines) => void unifiedEdits(diff(lines)), 2000)).toBeLessThan(LINEAR);
	});
});

describe('an edit by its texts', () => {
	it('keeps whole lines that both have as context, wherever it is in the file', () => {
		const input = { old_string: 'a\nb\nc\nd\nold\nz\n', new_string: 'a\nb\nc\nd\nnew\nmore\nz\n' };
		expect(editOfInput('x.js', input)).toEqual({
			path: 'x.js',
			kind: 'edit',
			added: 2,
			removed: 1,
			hunks: [{ oldStart: null, newStart: null, lines: [' b', ' c', ' d', '-old', '+new', '+more', ' z'] }],
		});
	});

	it('is none where the input is of another shape', () => {
		expect(editOfInput('x.js', { content: 'all of it' })).toBeNull();
		expect(editOfInput('x.js', { old_string: 'a', new_string: 7 })).toBeNull();
	});

	it('is not read where the texts are huge, and neither is a diff', () => {
		const huge = 'x\n'.repeat(600_000);
		expect(editOfInput('x.js', { old_string: huge, new_string: 'x' })).toBeNull();
		expect(unifiedEdits(`--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-${huge}`)).toEqual([]);
	});

	it('counts all lines of a huge file and keeps as many as one looks at', () => {
		const made = createdFile('big.txt', `${'x'.repeat(5000)}\r\n`.repeat(20_000));
		expect(made).toMatchObject({ kind: 'create', added: 20_000, removed: 0 });
		expect(JSON.stringify(made).length).toBeLessThan(60_000);
		expect(made.hunks[0]?.lines[0]).toHaveLength(400);
	});
});

it('reads a structured patch of any shape', () => {
	const patch = [
		{ oldStart: 3, newStart: 4, lines: [' a', '-b', '+c', '\\ No newline at end of file', 7] },
		{ oldStart: -1, newStart: 'x', lines: 'none' },
		null,
	];
	expect(structuredEdit('x', 'edit', patch)).toEqual({
		path: 'x',
		kind: 'edit',
		added: 1,
		removed: 1,
		hunks: [{ oldStart: 3, newStart: 4, lines: [' a', '-b', '+c'] }],
	});
	expect(structuredEdit('x', 'edit', 'no patch')).toMatchObject({ added: 0, hunks: [] });
});
