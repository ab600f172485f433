import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { Transcript } from '../../../../src/turns/record/output-text.ts';
import { PtyScreen } from '../../../helpers/pty-screen.ts';

const written = (events: readonly AgentEvent[]) => {
	const transcript = new Transcript();
	return events.map((event) => transcript.add(event)).join('') + transcript.end();
};
const say = (text: string, messageId = 'm'): AgentEvent => ({ type: 'agent_message_chunk', messageId, text });
const think = (text: string): AgentEvent => ({ type: 'agent_thought_chunk', messageId: 't', text });
const call = (title: string): AgentEvent => ({
	type: 'tool_call',
	id: '1',
	name: 'Bash',
	kind: 'execute',
	title,
	command: title,
	paths: [],
});
const failed = (output: string): AgentEvent => ({
	type: 'tool_result',
	id: '1',
	ok: false,
	denied: false,
	exitCode: 1,
	output,
	outputBytes: output.length,
});

/** Clipboard, title, cursor, another screen, 8-bit introducers, direction and invisible characters. */
const HOSTILE =
	'a\x1b]52;c;aGk=\x07b\x1b]0;title\x1b\\c\x1b[2J\x1b[?1049hd\x9b31me\u202egnp\u200bf\rover\x08\x08\x07\x00';
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/;

describe('the readable record of a turn', () => {
	it('shows text, reasoning, tools and their outcome in order', () => {
		expect(
			written([
				think('let me see'),
				say('I run it.\n'),
				call('npm test'),
				failed('1 failed'),
				say('Done.', 'n'),
			]),
		).toBe(
			'<thinking>\nlet me see\n</thinking>\n\nI run it.\n\n\n→ execute: npm test\n✗ failed (exit 1): npm test\n    1 failed\n\nDone.\n',
		);
	});

	it('changes nothing on a terminal but text when it is shown with cat, wherever it came in two', () => {
		for (let at = 0; at <= HOSTILE.length; at++) {
			const [head, tail] = [HOSTILE.slice(0, at), HOSTILE.slice(at)];
			const text = written([
				say(head),
				say(tail),
				think(head),
				think(tail),
				call(HOSTILE),
				failed(HOSTILE),
				{ type: 'plan', items: [{ text: HOSTILE, status: 'pending' }] },
				{ type: 'error', code: null, message: HOSTILE },
			]);
			expect(text).not.toMatch(UNSAFE);
			const screen = new PtyScreen(80, 24);
			screen.write(text.replaceAll('\n', '\r\n'));
			expect([screen.unknown, [...screen.modes.keys()]]).toEqual([[], []]);
		}
	});

	it('holds the same text however a message was cut', () => {
		const unit = fc.constantFrom(
			'a',
			'\n',
			'\x1b',
			']',
			'5',
			'2',
			';',
			'\x07',
			'[',
			'm',
			'\u202e',
			'漢',
			'\r',
			'\x9b',
		);
		fc.assert(
			fc.property(fc.string({ unit, maxLength: 40 }), fc.nat(), (text, cut) => {
				const at = cut % (text.length + 1);
				const whole = written([say(text)]);
				expect(written([say(text.slice(0, at)), say(text.slice(at))])).toBe(whole);
				expect(whole).not.toMatch(UNSAFE);
			}),
		);
	});
});
