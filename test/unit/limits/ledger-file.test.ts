import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	emptyLedger,
	type LedgerEntry,
	parseLedger,
	type RefusedLogin,
	serializeLedger,
} from '../../../src/limits/ledger-file.ts';

const time = fc.integer({ min: 0, max: 4e12 });
const entry: fc.Arbitrary<LedgerEntry> = fc.record({
	agent: fc.string(),
	account: fc.string(),
	model: fc.string(),
	recordedAt: time,
	until: time,
	isEstimated: fc.boolean(),
	strikes: fc.integer({ min: 1, max: 99 }),
	mark: fc.option(fc.string()),
	limit: fc.record({
		kind: fc.constantFrom('window' as const, 'rate' as const, 'quota' as const),
		resetAt: fc.option(time),
		window: fc.option(fc.string()),
		scope: fc.constantFrom('account' as const, 'model' as const, null),
		source: fc.record({ channel: fc.constant('event' as const), rule: fc.string(), excerpt: fc.string() }),
		confidence: fc.constant('exact' as const),
	}),
});

const onDisk = (schema_version: number, extra: object = {}) => ({
	schema_version,
	from_tomorrow: { a: 1 },
	entries: [
		{
			agent: 'claude',
			account: 'default',
			model: '*',
			recorded_at: '2026-11-21T09:00:00.000Z',
			until: '2026-11-21T14:00:00.000Z',
			estimated: false,
			strikes: 1,
			colour: 'red',
			limit: {
				kind: 'window',
				reset_at: null,
				window: null,
				scope: null,
				confidence: 'exact',
				source: { channel: 'event', rule: 'r', excerpt: 'e' },
				mood: 'bad',
			},
			...extra,
		},
	],
});

const refused: fc.Arbitrary<RefusedLogin> = fc.record({
	agent: fc.string(),
	account: fc.string(),
	mark: fc.option(fc.string()),
	recordedAt: time,
	until: time,
	reason: fc.string(),
});

describe('the ledger’s file', () => {
	it('gives back refused logins, and leaves out one that cannot be read', () => {
		fc.assert(
			fc.property(fc.array(refused, { maxLength: 4 }), (refusedLogins) => {
				const text = serializeLedger({ ...emptyLedger(), refusedLogins });
				expect(parseLedger(text)?.refusedLogins).toEqual(refusedLogins);
			}),
		);
		const odd = { ...onDisk(1), refused_logins: [{ agent: 'claude' }, 3] };
		expect(parseLedger(JSON.stringify(odd))).toMatchObject({
			refusedLogins: [],
			entries: [{ agent: 'claude' }],
		});
	});

	it('gives back what was written', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
				const text = serializeLedger({ ...emptyLedger(), entries });
				expect(parseLedger(text)?.entries).toEqual(entries);
			}),
		);
	});

	it('keeps keys it does not know, at the top, in an entry and in its limit', () => {
		const content = parseLedger(JSON.stringify(onDisk(1)));
		expect(content).not.toBeNull();
		if (content !== null) expect(JSON.parse(serializeLedger(content))).toEqual(onDisk(1));
	});

	it.each([
		'',
		'{',
		'null',
		'[]',
		'{"schema_version":1}',
		'{"schema_version":1,"entries":[{}]}',
		JSON.stringify(onDisk(1, { until: 'soon' })),
	])('is none when it holds %j', (text) => {
		expect(parseLedger(text)).toBeNull();
	});

	it('reads what it can of a newer version', () => {
		const { entries, ...file } = onDisk(2);
		const content = parseLedger(JSON.stringify({ ...file, entries: [...entries, { shape: 'new' }] }));
		expect(content?.version).toBe(2);
		expect(content?.entries.map(({ agent }) => agent)).toEqual(['claude']);
	});
});
