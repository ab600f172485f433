import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/handoff/redact.ts';
import { SECRET_PLACES } from '../../../src/handoff/secrets/secret-places.ts';
import { SECRET_SHAPES } from '../../../src/handoff/secrets/secret-shapes.ts';
import { SECRET_CASES, secretOf } from '../../helpers/secret-cases.ts';

const ROWS = [...SECRET_SHAPES, ...SECRET_PLACES];

describe('the redaction tables', () => {
	it('has a source, and cases that it finds and leaves, for each row', () => {
		const cased = new Set(SECRET_CASES.map(({ id }) => id));
		expect(ROWS.filter(({ id, source }) => source === '' || !cased.has(id)).map(({ id }) => id)).toEqual([]);
		expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
	});

	it.each(SECRET_CASES)('takes out all of the secret of $id: $hit', (each) => {
		const { text, secret } = secretOf(each);
		const shown = createRedactor([]).record(text);
		expect(shown).toContain('[redacted: ');
		const rest = text.split(secret);
		expect(shown.startsWith(rest[0]?.split(' ')[0] ?? '')).toBe(true);
		for (const piece of secret.split(/[\s.~$:|]+/).filter((word) => word.length > 4))
			expect(shown).not.toContain(piece);
	});

	it.each(SECRET_CASES)('leaves what only looks alike, of $id: $miss', ({ miss }) => {
		expect(createRedactor([]).record(miss)).toBe(miss);
	});

	it.each(SECRET_SHAPES.filter(({ id }) => id !== 'pem'))('knows $id in what agents say too', ({ id }) => {
		for (const each of SECRET_CASES.filter((one) => one.id === id)) {
			const { text, secret } = secretOf(each);
			expect(createRedactor([]).speech(text)).not.toContain(secret);
		}
	});

	it('takes a time that grows with the text and no faster, whatever is repeated', {
		timeout: 120_000,
	}, () => {
		const pieces = [
			...ROWS.flatMap(({ hints }) => hints),
			...SECRET_CASES.flatMap(({ hit, miss }) => [hit.slice(0, 12), hit.slice(-14), miss.slice(0, 16)]),
			'password: "',
			'DB_PASSWORD=a',
			'\\"token\\":\\"',
			'?sig=a&',
			'eyJaaaaaaaaa',
			'sk.a.',
			'a-',
			'a_1.',
			'Cookie: a=',
			'name: token ',
			'-----BEGIN RSA PRIVATE KEY',
			'curl -u a" ',
			'a:1234:b:c:',
		];
		const texts = [...new Set(pieces)].map((piece) =>
			piece.repeat(Math.ceil(20_000 / Math.max(1, piece.length))),
		);
		const costs = texts.map((text) => costOf(text, 1));
		const usual = costs.sort((a, b) => a - b)[costs.length >> 1] ?? 0;
		// A busy machine takes long once; what is slow is so each time.
		const slow = texts.filter((text) => costOf(text, 10, 100 * usual) > 100 * usual);
		expect(slow).toEqual([]);
	});
});

/** The time of the fastest of some rounds, until one costs less than is asked. Milliseconds. */
function costOf(text: string, rounds: number, enough = 0): number {
	let least = Number.POSITIVE_INFINITY;
	for (let round = 0; round < rounds && least > enough; round++) {
		const start = performance.now();
		createRedactor([]).record(text);
		least = Math.min(least, performance.now() - start);
	}
	return least;
}
