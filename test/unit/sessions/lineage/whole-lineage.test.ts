import { describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import { wholeLineage } from '../../../../src/sessions/lineage/whole-lineage.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

const idOf = (n: number) => parseSessionId(`01K3ZZZZZZZZZZZZZZZZZZZZZ${n}`) as SessionId;
const listed = (n: number, parent: number | null) => ({
	id: idOf(n),
	meta: fakeSessionMeta({ id: idOf(n), parent: parent === null ? null : idOf(parent) }),
});

describe('the whole lineage of a session', () => {
	it('is what it continues and whatever continues any of these, oldest first', () => {
		const all = [listed(1, null), listed(2, 1), listed(3, 2), listed(4, 1), listed(5, null)];
		for (const one of [1, 2, 3, 4]) expect(wholeLineage(idOf(one), all)).toEqual([1, 2, 3, 4].map(idOf));
		expect(wholeLineage(idOf(5), all)).toEqual([idOf(5)]);
	});

	it('ends where a record names itself, a session that is gone, or one that cannot be read', () => {
		const all = [listed(1, 2), listed(2, 1), listed(3, 9), { id: idOf(4), meta: null }];
		expect(wholeLineage(idOf(1), all)).toEqual([idOf(1), idOf(2)]);
		expect(wholeLineage(idOf(3), all)).toEqual([idOf(3)]);
		expect(wholeLineage(idOf(4), all)).toEqual([idOf(4)]);
	});
});
