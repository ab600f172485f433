import { describe, expect, it } from 'vitest';
import { parseEventLine, secondsToEpochMs, writtenJson } from '../../../../src/agents/reading/json-fields.ts';

describe('a line of a CLI’s output', () => {
	it('is an event even after a question on the terminal', () => {
		expect(parseEventLine('{"type":"x"}')).toEqual({ type: 'x' });
		expect(parseEventLine('[sudo] password for {dev}: {"type":"x"}')).toEqual({ type: 'x' });
	});

	it('is none if it does not end in a whole object', () => {
		for (const line of ['', 'Continue? [y/N]', 'got {"type":"x"} from you', '{"type":', '["a"]', 'say {"'])
			expect(parseEventLine(line), line).toBeNull();
	});
});

describe('a value of a CLI’s output', () => {
	it.each([
		[1_795_248_000, 1_795_248_000_000],
		[1_795_248_000.5, 1_795_248_000_500],
		[1_795_248_000_000, 1_795_248_000_000],
		[0, null],
		[-1, null],
		[1e300, null],
		['1795248000', null],
	])('is a time in seconds, or in milliseconds from some CLIs: %s is %s', (written, epochMs) => {
		expect(secondsToEpochMs(written)).toBe(epochMs);
	});

	it('is written only if it is not nested too deeply', () => {
		const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
		expect(writtenJson(nested(3))).toBe('{"a":{"a":{"a":1}}}');
		expect(writtenJson(nested(20_000))).toBe('');
	});
});
