import { describe, expect, it } from 'vitest';
import { isInForeground } from '../../../../src/core/processes/terminal-foreground.ts';

const stat = (group: number, foreground: number, name = 'node') =>
	`4711 (${name}) S 4700 ${group} 4600 34816 ${foreground} 4194304 1 2 3\n`;

describe('the foreground of a terminal', () => {
	it.each([
		['the group that the terminal belongs to', stat(4711, 4711), true],
		['a job in the background', stat(4711, 4800), false],
		['no terminal at all', stat(4711, -1), true],
		['a name that looks like fields', stat(4711, 4800, 'a) R 1 2 (b'), false],
		['something else than a stat', 'nothing', true],
	])('%s', (_, text, isForeground) => {
		expect(isInForeground(() => text)).toBe(isForeground);
	});

	it('is assumed where the system does not say', () => {
		const readStat = () => {
			throw new Error('ENOENT');
		};
		expect(isInForeground(readStat)).toBe(true);
	});
});
