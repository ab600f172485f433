import { describe, expect, it } from 'vitest';
import { diffVariants } from '../../../../src/handoff/files/diff-variants.ts';

const DIFF = `diff --git a/x b/x
index 1..2 100644
--- a/x
+++ b/x
@@ -1,5 +1,6 @@ function f
 one
 two
-three
+THREE
 four
 five
@@ -20,2 +21,40 @@
 last
${Array.from({ length: 40 }, (_, i) => `+added line number ${i} of many`).join('\n')}
\\ No newline at end of file
`;

describe('diffVariants', () => {
	it('begins with the whole, without the header', () => {
		expect(diffVariants(DIFF)[0]).toMatch(/^\[line 1\]\n one\n two\n-three\n\+THREE\n/);
	});

	it('goes down to the changed lines and then to the richest part', () => {
		const variants = diffVariants(DIFF);
		expect(variants.map((variant) => variant.length)).toEqual(
			variants.map((variant) => variant.length).sort((a, b) => b - a),
		);
		expect(variants.at(-1)?.length).toBeLessThanOrEqual(720);
		expect(variants.at(-1)).toContain('+added line number 0 of many');
		expect(variants.some((variant) => !variant.includes(' one') && variant.includes('+THREE'))).toBe(true);
	});

	it('returns none for a text that is not a diff', () => {
		expect(diffVariants('Binary files differ\n')).toEqual([]);
	});
});
