import { describe, expect, it } from 'vitest';
import { nextRecord, type Situation } from '../../../../src/sessions/follow/next-record.ts';

const AT_REST: Situation = {
	entry: null,
	isLogRead: true,
	event: null,
	areEventsRead: true,
	turn: 2,
	isTurnOpen: true,
	nextTurn: null,
	isSettled: false,
};
const next = (over: Partial<Situation>) => nextRecord({ ...AT_REST, ...over });
const entry = (over: Partial<NonNullable<Situation['entry']>> = {}) => ({
	begins: null,
	ends: null,
	ts: 100,
	...over,
});

describe('the next record of a session', () => {
	it('is nothing when all is read and out', () => expect(next({})).toBe('nothing'));

	it('is known only once both files were read, the events first', () => {
		expect(next({ areEventsRead: false, isLogRead: false })).toBe('read_events');
		expect(next({ isLogRead: false })).toBe('read_log');
		expect(next({ event: { ts: 5 }, isLogRead: false })).toBe('read_log');
		expect(next({ entry: entry(), areEventsRead: false })).toBe('read_events');
	});

	it('is the older one of an event and an entry in the middle of a turn; an event of the same moment comes first', () => {
		expect(next({ entry: entry(), event: { ts: 99 } })).toBe('event');
		expect(next({ entry: entry(), event: { ts: 100 } })).toBe('event');
		expect(next({ entry: entry(), event: { ts: 101 } })).toBe('entry');
	});

	it('is every event of a turn, whatever its time, before the entry that ends the turn or begins another', () => {
		expect(next({ entry: entry({ ends: 2 }), event: { ts: 999 } })).toBe('event');
		expect(next({ entry: entry({ begins: 3 }), event: { ts: 999 } })).toBe('event');
		expect(next({ entry: entry({ ends: 2 }) })).toBe('entry');
		expect(next({ entry: entry({ begins: 3 }) })).toBe('entry');
	});

	it('waits for events that may be on their way to the disk, for as long as that takes', () => {
		expect(next({ entry: entry() })).toBe('wait');
		expect(next({ entry: entry(), isSettled: true })).toBe('entry');
		expect(next({ entry: entry(), isTurnOpen: false })).toBe('entry');
		expect(next({ entry: entry({ begins: 2 }) })).toBe('wait');
	});

	it('goes on to a turn of which the log does not tell, behind all that there is of this one', () => {
		expect(next({ nextTurn: 3 })).toBe('begin_turn');
		expect(next({ nextTurn: 3, event: { ts: 1 } })).toBe('event');
		expect(next({ nextTurn: 3, isLogRead: false })).toBe('read_log');
		expect(next({ nextTurn: 3, entry: entry({ begins: 3 }) })).toBe('entry');
	});
});
