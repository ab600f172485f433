import { describe, expect, it } from 'vitest';
import { parseLogLine } from '../../../../src/sessions/log/log-entry.ts';

const head = { ts: '2026-11-21T08:00:00.000Z', seq: 3 };
const line = (fields: object) => JSON.stringify({ ...head, ...fields });

describe('a line of the log', () => {
	it('reads back as it was written', () => {
		const event = { type: 'waiting', agent: 'claude', until: '2026-11-21T09:00:00.000Z' };
		expect(parseLogLine(line(event))).toEqual({
			ts: Date.parse(head.ts),
			seq: 3,
			event,
			raw: { ...head, ...event },
		});
	});

	it('keeps what a newer version wrote, as data', () => {
		const known = parseLogLine(line({ type: 'settled', by: 'someone' }));
		expect(known).toMatchObject({ event: { type: 'settled' }, raw: { by: 'someone' } });
		const unknown = parseLogLine(line({ type: 'undone', turn: 2 }));
		expect(unknown).toMatchObject({ event: null, raw: { type: 'undone', turn: 2 } });
	});

	it('has no event if a known type has other fields', () => {
		expect(parseLogLine(line({ type: 'waiting', agent: 5, until: null }))).toMatchObject({
			event: null,
			raw: { type: 'waiting' },
		});
	});

	it.each([
		'',
		'{',
		'null',
		'7',
		'[]',
		JSON.stringify({ ...head }),
		line({ type: 7 }),
		line({ type: 'settled', seq: -1 }),
		line({ type: 'settled', seq: 1.5 }),
		line({ type: 'settled', seq: 2 ** 60 }),
		line({ type: 'settled', ts: 'yesterday' }),
		line({ type: 'notice', level: 'info', text: 'a torn one' }).slice(0, -5),
	])('is none: %s', (text) => {
		expect(parseLogLine(text)).toBeNull();
	});
});
