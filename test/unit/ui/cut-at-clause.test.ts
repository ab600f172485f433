import { expect, it } from 'vitest';
import { cutAtClause } from '../../../src/ui/cut-at-clause.ts';

const TEXT = 'what agents may do; allow adds a command to your config, disallow removes it (for good)';

it('cuts a sentence at the last clause that fits, and in a word only where no clause does', () => {
	expect(cutAtClause(TEXT, 200)).toBe(TEXT);
	expect(cutAtClause(TEXT, 80)).toBe(
		'what agents may do; allow adds a command to your config, disallow removes it',
	);
	expect(cutAtClause(TEXT, 60)).toBe('what agents may do; allow adds a command to your config');
	expect(cutAtClause(TEXT, 30)).toBe('what agents may do');
	expect(cutAtClause(TEXT, 14)).toBe('what agents m…');
	expect(cutAtClause('a, and then something long', 10)).toBe('a, and th…');
});
