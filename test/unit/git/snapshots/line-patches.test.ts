import { describe, expect, it } from 'vitest';
import { parseLinePatches, parsePorcelainBlame } from '../../../../src/git/snapshots/line-patches.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

const HEAD = 'diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n';

describe('parseLinePatches', () => {
	it('reads the hunks of each pair of trees', () => {
		const output = `${A} ${B}\n${HEAD}@@ -2 +2,2 @@ f() {\n-old\n+new 1\n+new 2\n@@ -9,0 +11 @@\n+at the end\n${B} ${C}\n${HEAD}@@ -1,2 +0,0 @@\n-x\n-y\n`;
		expect(parseLinePatches(output)).toEqual([
			{
				before: A,
				after: B,
				change: 'modified',
				hunks: [
					{ oldStart: 2, oldLines: ['old'], newStart: 2, newLines: ['new 1', 'new 2'] },
					{ oldStart: 9, oldLines: [], newStart: 11, newLines: ['at the end'] },
				],
			},
			{
				before: B,
				after: C,
				change: 'modified',
				hunks: [{ oldStart: 1, oldLines: ['x', 'y'], newStart: 0, newLines: [] }],
			},
		]);
	});

	it('takes lines of the file that look like parts of a patch for lines of the file', () => {
		const odd = [`${A} ${B}`, '@@ -1 +1 @@', 'diff --git a/x b/x', '-- a', '++ b', 'new file mode 100644'];
		const output = `${A} ${B}\n${HEAD}@@ -1 +1,${odd.length} @@\n---- one\n${odd.map((line) => `+${line}\n`).join('')}`;
		expect(parseLinePatches(output)[0]?.hunks).toEqual([
			{ oldStart: 1, oldLines: ['--- one'], newStart: 1, newLines: odd },
		]);
	});

	it('knows a file that began, one that went, and one without lines', () => {
		const begun = `${A} ${B}\ndiff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n`;
		const gone = `${B} ${C}\ndiff --git a/f b/f\ndeleted file mode 100644\nBinary files a/f and /dev/null differ\n`;
		const same = `${A} ${C}\ndiff --git a/f b/f\nold mode 100644\nnew mode 100755\n`;
		expect(parseLinePatches(begun + gone + same)).toEqual([
			{
				before: A,
				after: B,
				change: 'added',
				hunks: [{ oldStart: 0, oldLines: [], newStart: 1, newLines: ['x'] }],
			},
			{ before: B, after: C, change: 'deleted', hunks: [] },
		]);
	});
});

describe('parsePorcelainBlame', () => {
	it('gives each line its commit, whose facts come once', () => {
		const output = [
			`${A} 1 1 1`,
			'author Ann',
			'author-mail <ann@example.org>',
			'author-time 1700000000',
			'summary author Eve',
			'\tone',
			`${B} 5 2 1`,
			'author Bo',
			'author-mail <bo@example.org>',
			'author-time 1700000001',
			`\t${A} 1 1 1`,
			`${A} 2 3`,
			'\tauthor Eve',
			'',
		].join('\n');
		const ann = { commit: A, name: 'Ann', email: 'ann@example.org', at: 1_700_000_000_000 };
		const bo = { commit: B, name: 'Bo', email: 'bo@example.org', at: 1_700_000_001_000 };
		expect(parsePorcelainBlame(output)).toEqual([undefined, ann, bo, ann]);
	});
});
