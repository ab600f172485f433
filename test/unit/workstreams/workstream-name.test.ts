import { describe, expect, it } from 'vitest';
import {
	isSessionKey,
	isWorkstreamName,
	nameFromWords,
	requireWorkstreamName,
} from '../../../src/workstreams/workstream-name.ts';

describe('the name of a workstream', () => {
	it.each(['a', '0', 'auth', 'a-b', 'x'.repeat(64), 'constructor'])('may be %s', (name) => {
		expect(isWorkstreamName(name)).toBe(true);
	});

	it.each([
		'',
		'-a',
		'A',
		'a_b',
		'a.b',
		'../../evil',
		'a/b',
		'a b',
		'a\n',
		'é',
		'x'.repeat(65),
		'.',
		'\u001b[2J',
	])('may not be %j', (name) => {
		expect(() => requireWorkstreamName(name)).toThrow(expect.objectContaining({ code: 'usage' }));
	});

	it('comes from words', () => {
		expect(nameFromWords('Fix the Lögin!')).toBe('fix-the-login');
		expect(nameFromWords('--- x')).toBe('x');
		expect(nameFromWords('日本語')).toBeNull();
		expect(nameFromWords(`${'a'.repeat(39)} b`)).toBe('a'.repeat(39));
	});
});

describe('the id of a session', () => {
	it.each(['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'ses_1', '0f9-a.b'])(
		'%s can be part of the name of a file',
		(id) => {
			expect(isSessionKey(id)).toBe(true);
		},
	);
	it.each(['', '../x', '.x', 'a/b', 'x'.repeat(129), 'a b'])('%j cannot', (id) => {
		expect(isSessionKey(id)).toBe(false);
	});
});
