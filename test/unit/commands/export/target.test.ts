import { describe, expect, it } from 'vitest';
import { formatOf, targetOf } from '../../../../src/commands/export/target.ts';

const asked = {
	output: null,
	format: 'html',
	isOnTerminal: false,
	id: '01K3ZZZZZZZZZZZZZZZZABCDEF',
	folder: '/repo',
} as const;

describe('where an export goes', () => {
	it('is stdout in a pipe and with -, and a file named after the session on a terminal', () => {
		expect(targetOf(asked)).toBe(null);
		expect(targetOf({ ...asked, isOnTerminal: true })).toBe('/repo/agent-relay-abcdef.html');
		expect(targetOf({ ...asked, isOnTerminal: true, output: '-' })).toBe(null);
	});

	it('is meant from the folder that the command works in', () => {
		expect(targetOf({ ...asked, output: 'a/b.html' })).toBe('/repo/a/b.html');
		expect(targetOf({ ...asked, output: '/x/b.html' })).toBe('/x/b.html');
	});

	it('has the format that was asked for, else that of its name, else Markdown', () => {
		expect(formatOf('json', 'a.html')).toBe('json');
		expect(formatOf(null, 'a.HTML')).toBe('html');
		expect(formatOf(null, 'a.htm')).toBe('html');
		expect(formatOf(null, 'a.txt')).toBe('md');
		expect(formatOf(null, null)).toBe('md');
	});
});
