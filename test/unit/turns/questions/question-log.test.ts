import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventLine } from '../../../../src/turns/event-log.ts';
import {
	parseQuestionLine,
	type QuestionEvent,
	serializeBytes,
	serializeQuestion,
} from '../../../../src/turns/questions/question-log.ts';

const ts = Date.parse('2026-11-21T08:00:00.000Z');
const text = fc.string({ unit: 'binary' });
const events: fc.Arbitrary<QuestionEvent> = fc.oneof(
	fc.record({
		type: fc.constant('question_asked' as const),
		question: fc.record({
			id: text,
			kind: fc.constantFrom('permission' as const, 'choice' as const, 'text' as const),
			title: text,
			detail: text,
			options: fc.array(fc.record({ id: text, label: text })),
		}),
	}),
	fc.record({
		type: fc.constant('question_answered' as const),
		id: text,
		answer: fc.option(fc.record({ option: fc.option(text), text: fc.option(text) })),
		by: text,
	}),
);

describe('questions among the events of a turn', () => {
	it('come back from disk as they were', () => {
		fc.assert(
			fc.property(events, (event) => {
				const line = serializeQuestion({ ts, event }, 7);
				expect(parseQuestionLine(line.trimEnd())).toEqual({ ts, event });
				expect(line.indexOf('\n')).toBe(line.length - 1);
			}),
		);
	});

	it('are no event of the agent to a reader of those', () => {
		const event = { type: 'question_answered', id: 'a', answer: null, by: 'timeout' } as const;
		expect(parseEventLine(serializeQuestion({ ts, event }, 1))).toBeNull();
	});

	it.each([
		'',
		'{"type":"question_',
		'{"type":"question_asked"}',
		'{"type":"error","message":"\\"question_"}',
	])('are not read out of %j', (line) => expect(parseQuestionLine(line)).toBeNull());
});

describe('bytes of a channel', () => {
	it('are text where that is the same, else base64', () => {
		fc.assert(
			fc.property(fc.uint8Array(), (content) => {
				const bytes = Buffer.from(content);
				const line = JSON.parse(serializeBytes(ts, { direction: 'in', connection: 1, bytes }));
				const back = line.text === undefined ? Buffer.from(line.base64, 'base64') : Buffer.from(line.text);
				expect(back.equals(bytes)).toBe(true);
				expect(line).toMatchObject({ ts: '2026-11-21T08:00:00.000Z', direction: 'in', connection: 1 });
			}),
		);
	});
});
