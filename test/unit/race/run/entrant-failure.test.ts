import { describe, expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import type { EntrantRecord } from '../../../../src/race/record/race-record.ts';
import { failureOf } from '../../../../src/race/run/entrant-failure.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';

const at = (state: EntrantRecord['state']) => ({ entrant: () => fakeEntrant('claude', { state }) }) as never;
const systemError = (code: string) =>
	Object.assign(new Error(`${code}: it`), { code, syscall: 'open', errno: -1 });

describe('what went wrong with one entrant', () => {
	it('is told with what to do about it, and ends nothing else', () => {
		const refused = new RelayError('refused', 'No.', { hint: 'Try this.' });
		expect(failureOf(refused, at('working'))).toEqual({ code: 'refused', text: 'No. Try this.' });
		const bare = new RelayError('git_failed', 'bad object', { hint: 'look at it' });
		expect(failureOf(bare, at('working')).text).toBe('bad object; look at it');
		expect(failureOf(systemError('EIO'), at('working'))).toMatchObject({ code: null, text: 'EIO: it' });
	});

	it('is a full disk only while its worktree is made; later nothing more could be put on record', () => {
		for (const full of [new RelayError('disk_full', 'full'), systemError('ENOSPC')]) {
			expect(failureOf(full, at('preparing'))).toMatchObject({ code: 'disk_full' });
			expect(() => failureOf(full, at('working'))).toThrow(expect.objectContaining({ code: 'disk_full' }));
		}
	});

	it('is no lost lock of the race, and no bug of ours', () => {
		const lost = new RelayError('session_locked', 'taken over');
		expect(() => failureOf(lost, at('preparing'))).toThrow(lost);
		const bug = new TypeError('undefined is not a function');
		expect(() => failureOf(bug, at('working'))).toThrow(bug);
	});
});
