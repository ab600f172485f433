import { describe, expect, it } from 'vitest';
import { type ArgumentSchema, whyNotFitting } from '../../../src/mcp/tools/argument-schema.ts';

const why = (schema: ArgumentSchema, value: unknown, form?: string) =>
	whyNotFitting('it', value, form === undefined ? { schema } : { schema, form });

describe('what a client sends', () => {
	it('fits a text within its bounds, and no other kind', () => {
		const schema = { type: 'string', minLength: 1, maxLength: 3 } as const;
		expect(why(schema, 'abc')).toBeNull();
		expect(why(schema, '')).toBe('it must be a text of 1 to 3 characters, not ""');
		expect(why(schema, 'abcd')).toBe('it must be a text of 1 to 3 characters, not "abcd"');
		expect(why(schema, 7)).toBe('it must be a text of 1 to 3 characters, not 7');
		expect(why(schema, null)).toBe('it must be a text of 1 to 3 characters, not null');
	});

	it('fits one of the words, or the pattern, which a message says in words', () => {
		expect(why({ type: 'string', enum: ['a', 'b'] }, 'c')).toBe('it must be one of a, b, not "c"');
		expect(why({ type: 'string', pattern: '^[a-z]+$' }, '../x', 'a name')).toBe(
			'it must be a name, not "../x"',
		);
		expect(why({ type: 'string', pattern: '^[a-z]+$' }, 'abc', 'a name')).toBeNull();
	});

	it('is not repeated where it is long', () => {
		expect(why({ type: 'string', maxLength: 3 }, 'x'.repeat(1_000_000))).toBe(
			'it must be a text of 0 to 3 characters, not a text of 1000000 characters',
		);
		expect(
			why(
				{ type: 'boolean' },
				Array.from({ length: 100 }, () => 'long'),
			),
		).toBe('it must be true or false, not a list');
	});

	it('fits a whole number from the first to the last', () => {
		const schema = { type: 'integer', minimum: 1, maximum: 200 } as const;
		for (const fitting of [1, 200]) expect(why(schema, fitting)).toBeNull();
		for (const odd of [0, 201, 1.5, '7', Number.NaN, 1e300])
			expect(why(schema, odd)).toMatch(/^it must be a whole number from 1 to 200, not /);
	});

	it('fits a list of so many items, each of its kind', () => {
		const schema = {
			type: 'array',
			items: { type: 'string', minLength: 1, maxLength: 5 },
			maxItems: 2,
		} as const;
		expect(why(schema, ['a', 'b'])).toBeNull();
		expect(why(schema, 'a')).toBe('it must be a list of a text of 1 to 5 characters, not "a"');
		expect(why(schema, ['a', 'b', 'c'])).toBe('it must have 0 to 2 items, not 3');
		expect(why(schema, ['a', 7])).toBe('each item of it must be a text of 1 to 5 characters, not 7');
		expect(why(schema, [{ a: undefined }])).toBe(
			'each item of it must be a text of 1 to 5 characters, not {}',
		);
	});
});
