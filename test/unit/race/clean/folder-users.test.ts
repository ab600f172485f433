import { describe, expect, it } from 'vitest';
import { parseLsof } from '../../../../src/race/clean/folder-users.ts';

const OUTPUT = [
	'p101',
	'czsh',
	'fcwd',
	'n/data/race/claude/src',
	'ftxt',
	'n/bin/zsh',
	'p102',
	'cserver',
	'fcwd',
	'n/',
	'f7',
	'n/data/race/claude/db',
	'f8',
	'n/data/race/claude/db-wal',
	'p103',
	'cother',
	'fcwd',
	'n/data/race/claude-2',
	'',
].join('\n');

describe('what lsof says', () => {
	it('names each process that holds a folder once, and none of a folder with a longer name', () => {
		expect(parseLsof(OUTPUT, '/data/race/claude')).toEqual([
			{ pid: 101, name: 'zsh', how: 'works in', path: '/data/race/claude/src' },
			{ pid: 102, name: 'server', how: 'has a file open in', path: '/data/race/claude/db' },
		]);
	});

	it('is nothing for an empty answer', () => {
		expect(parseLsof('', '/data')).toEqual([]);
	});
});
