import { describe, expect, it } from 'vitest';
import { commandText } from '../../../../src/core/processes/process-signal.ts';
import { parseStat } from '../../../../src/core/processes/process-table-linux.ts';
import { parseRows, pidsWithWords } from '../../../../src/core/processes/process-table-ps.ts';

const TAIL = 'S 7 8 9 34816 8 4194304 100 0 0 0 1 2 0 0 20 0 1 0 123456 1000 50 18446744073709551615';

describe('parseStat', () => {
	it('reads parent, group, session and start', () => {
		expect(parseStat(`42 (node) ${TAIL}\n`)).toEqual({
			pid: 42,
			start: '123456',
			parent: 7,
			group: 8,
			session: 9,
			name: 'node',
		});
	});

	it('is not misled by a name with parentheses, spaces and newlines', () => {
		expect(parseStat(`42 (a) S 1 (b\n) ${TAIL}`)).toMatchObject({
			name: 'a) S 1 (b\n',
			parent: 7,
			start: '123456',
		});
	});

	it('counts a zombie, and a text that is not whole, as no process', () => {
		expect(parseStat(`42 (node) ${TAIL.replace('S', 'Z')}`)).toBeNull();
		expect(parseStat('42 (node) S 7 8')).toBeNull();
		expect(parseStat('')).toBeNull();
	});
});

describe('parseRows', () => {
	it('reads rows of macOS and of procps', () => {
		const output = [
			'    1     0     1 Ss   Sat Nov 21 09:15:06 2026 /sbin/launchd',
			'  502   501   502 S+   Sun Nov  1 01:05:06 2026 /opt/homebrew/bin/node',
			'  503   501   502 Z    Sun Nov  1 01:05:06 2026 (node)',
			'no row',
			'',
		].join('\n');
		expect(parseRows(output).map(({ entry }) => entry)).toEqual([
			{ pid: 1, parent: 0, group: 1, start: 'Sat Nov 21 09:15:06 2026', session: null, name: 'launchd' },
			{ pid: 502, parent: 501, group: 502, start: 'Sun Nov 1 01:05:06 2026', session: null, name: 'node' },
		]);
	});
});

describe('pidsWithWords', () => {
	it('wants the whole word', () => {
		const output = '  7 node app A=1 B=2\n  8 node app A=11\n  9 node A=1x\n';
		expect(pidsWithWords(output, ['A=1'])).toEqual([7]);
	});
});

describe('commandText', () => {
	it('makes one short line without control characters', () => {
		expect(commandText('sh -c echo\n\x1b[31m\u202egnp ')).toBe('sh -c echo [31m gnp');
		expect(commandText('x'.repeat(500))).toHaveLength(200);
	});
});
