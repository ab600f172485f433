import { describe, expect, it } from 'vitest';
import { explainingWrites } from '../../../../src/core/files/write-failure.ts';

const failing = (code: string) => () => {
	throw Object.assign(new Error(code), { code });
};

describe('a write that fails', () => {
	it.each([
		['ENOSPC', 'disk_full'],
		['EDQUOT', 'disk_full'],
		['EFBIG', 'disk_full'],
		['EACCES', 'not_writable'],
		['EROFS', 'not_writable'],
		['ELOOP', 'refused'],
	])('with %s is told as %s, with the path and advice', (errno, code) => {
		expect(() => explainingWrites('/store/meta.json', failing(errno))).toThrow(
			expect.objectContaining({
				code,
				message: expect.stringContaining('/store/meta.json'),
				hint: expect.any(String),
			}),
		);
	});

	it('for another reason is thrown as it is', () => {
		expect(() => explainingWrites('/x', failing('EIO'))).toThrow(expect.objectContaining({ code: 'EIO' }));
		expect(explainingWrites('/x', () => 7)).toBe(7);
	});
});
