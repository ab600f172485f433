import { describe, expect, it } from 'vitest';
import { parseEventLine } from '../../../src/agents/json-fields.ts';

describe('a line of a CLI’s output', () => {
	it('is an event also where a question on the terminal stands before it', () => {
		expect(parseEventLine('{"type":"x"}')).toEqual({ type: 'x' });
		expect(parseEventLine('[sudo] password for {dev}: {"type":"x"}')).toEqual({ type: 'x' });
	});

	it('is none where no whole object ends it', () => {
		for (const line of ['', 'Continue? [y/N]', 'got {"type":"x"} from you', '{"type":', '["a"]', 'say {"'])
			expect(parseEventLine(line), line).toBeNull();
	});
});
