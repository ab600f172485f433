import { describe, expect, it } from 'vitest';
import {
	asJson,
	asTyped,
	choice,
	countFrom1,
	flag,
	needed,
	partsOf,
	readOptions,
	value,
	valueOr,
} from '../../../../src/commands/options/option-table.ts';

const table = {
	limit: valueOr('20', '-n, --limit <count>', 'at most', 'none', countFrom1('--limit takes')),
	status: choice('--status <status>', 'only sessions with this status', ['active', 'completed']),
	all: flag('--all', 'all of them'),
	ref: value('[ref]', 'of which', 'sessions', asTyped),
	json: asJson,
};

describe('a table of options', () => {
	it('gives what was typed, and what stands in for the rest', () => {
		expect(readOptions(table, {})).toEqual({ limit: 20, status: null, all: false, ref: null, json: false });
		expect(
			readOptions(table, { limit: '3', status: 'active', all: true, ref: 'latest', json: true, more: 'x' }),
		).toEqual({ limit: 3, status: 'active', all: true, ref: 'latest', json: true });
	});

	it.each([
		[{ limit: '0' }, '--limit takes a number from 1 on, not "0".'],
		[{ limit: '1e3' }, '--limit takes a number from 1 on, not "1e3".'],
		[{ status: 'lost' }, '"lost" is not one of active, completed.'],
	])('refuses %j', (given, message) => {
		expect(() => readOptions(table, given)).toThrow(expect.objectContaining({ code: 'usage', message }));
	});

	it('refuses an operand that is missing', () => {
		expect(() => readOptions({ key: needed('<key>', 'the setting', 'settings') }, {})).toThrow(
			'<key> is missing.',
		);
	});

	it.each([
		['-n, --limit <count>', { short: '-n', long: '--limit', value: 'count', isNeeded: true }],
		['--all', { short: null, long: '--all', value: null, isNeeded: false }],
		['--older-than <age>', { short: null, long: '--older-than', value: 'age', isNeeded: true }],
		['[ref]', { short: null, long: null, value: 'ref', isNeeded: false }],
		['<key>', { short: null, long: null, value: 'key', isNeeded: true }],
	])('%s has its parts', (flags, parts) => {
		expect(partsOf({ flags })).toEqual(parts);
	});
});
