import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiRow } from '../../../src/ui/ascii.ts';
import { drawingFor } from '../../../src/ui/drawing.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

describe('a row in ASCII', () => {
	it('has a mark of its own for each of ours, and leaves letters as they are', () => {
		expect(asciiRow('✗ run npm test · exit 1 → ■ ⋮ 22 lines … ☐ ▸ ○ ⊘', 80)).toBe(
			'x run npm test | exit 1 -> # : 22 lines ... - > - o',
		);
		expect(asciiRow('│ ❯ ─ ┼ ★ „Größe“ 漢字', 80)).toBe('| > - + ? ?Größe" 漢字');
	});

	it('keeps to its width and its styles where symbols grow', () => {
		const theme = createTheme(true);
		expect(asciiRow('→ codex takes over from …', 25)).toBe('-> codex takes over fr...');
		const styled = asciiRow(`${theme.accent('▸')} ${theme.dim('run node …')}`, 12);
		expect(styled.replace(/\x1b\[[\d;]*m/g, '')).toBe('> run nod...');
		expect(styled).toContain('\x1b[22m');
		expect(asciiRow('……漢…a→→a…a', 20)).toBe('......漢...a->->a...');
		const row = fc.string({ unit: fc.constantFrom('a', '…', '→', '漢', ' ', '│'), maxLength: 40 });
		fc.assert(fc.property(row, (text) => columnsOf(asciiRow(text, 20)) <= Math.max(20, columnsOf(text))));
	});

	it.each([
		[{ LANG: 'de_DE.UTF-8' }, false],
		[{ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, true],
		[{ LANG: 'de_DE.ISO-8859-1' }, true],
		[{ LANG: 'C.utf8', TERM: 'linux' }, true],
		[{}, false],
	])('is chosen by what the terminal says of itself: %j', (env, ascii) => {
		expect(drawingFor({ ascii: 'auto', motion: true }, env).ascii).toBe(ascii);
		expect(drawingFor({ ascii: 'never', motion: true }, env).ascii).toBe(false);
		expect(drawingFor({ ascii: 'always', motion: true }, env).ascii).toBe(true);
	});
});
