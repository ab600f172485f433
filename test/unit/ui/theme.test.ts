import { describe, expect, it } from 'vitest';
import { wantsColor } from '../../../src/ui/plain-theme.ts';
import { createTheme } from '../../../src/ui/theme.ts';

describe('colour', () => {
	it.each([
		[{}, true, true],
		[{}, false, false],
		[{ TERM: 'dumb' }, true, false],
		[{ NO_COLOR: '1' }, true, false],
		[{ NO_COLOR: '' }, true, true],
		[{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
		[{ FORCE_COLOR: '1' }, false, true],
		[{ FORCE_COLOR: '0' }, true, false],
	])('with %j on a terminal (%s) is %s', (env, isTerminal, expected) => {
		expect(wantsColor(env, isTerminal)).toBe(expected);
	});

	it('may be handed to map', () => {
		expect(['a', 'b'].map(createTheme(true).dim)).toEqual(['\x1b[2ma\x1b[22m', '\x1b[2mb\x1b[22m']);
		expect(createTheme(false).bad('a')).toBe('a');
	});
});
