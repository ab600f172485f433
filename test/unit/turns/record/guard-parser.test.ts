import { describe, expect, it } from 'vitest';
import type { AgentExit, AgentParser, ParsedTurn } from '../../../../src/agents/agent-adapter.ts';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { LineSplitter } from '../../../../src/core/files/line-splitter.ts';
import { guardParser } from '../../../../src/turns/record/guard-parser.ts';

const DONE: AgentExit = { exitCode: 0, signal: null, stopRequested: null };
const JUDGED = { outcome: 'completed', stopReason: 'end_turn' } as ParsedTurn;

/** Says each line; throws at `bad`. */
function sayingParser(endings: Array<'throws' | 'judges'> = []): AgentParser {
	const lines = new LineSplitter();
	const say = (text: string): AgentEvent => {
		if (text === 'bad') throw new RangeError('Maximum call stack size exceeded');
		return { type: 'agent_message_chunk', messageId: 'm', text };
	};
	const take = (chunk: Buffer) =>
		lines.push(chunk).map((line) => say(line.kind === 'line' ? line.text : 'oversized'));
	return {
		push: take,
		stderr: take,
		end() {
			const last = lines.end();
			const events = last?.kind === 'line' ? [say(last.text)] : [];
			if (endings.shift() === 'throws') throw new Error('no');
			return { events, turn: JUDGED };
		},
	};
}

function guarded(parser: AgentParser) {
	const troubles: unknown[] = [];
	const guard = guardParser(parser, (error) => troubles.push(error));
	const texts = (events: AgentEvent[]) => events.map((event) => ('text' in event ? event.text : event.type));
	return { guard, troubles, texts };
}

describe('a parser that throws', () => {
	it('loses the line it cannot read and none before or behind it, wherever the bytes are cut', () => {
		const bytes = Buffer.from('one\nbad\ntwo\nbad\nthree\n');
		for (let cut = 0; cut <= bytes.length; cut++) {
			const { guard, troubles, texts } = guarded(sayingParser());
			const events = [...guard.push(bytes.subarray(0, cut)), ...guard.push(bytes.subarray(cut))];
			expect(texts(events)).toEqual(['one', 'two', 'three']);
			expect(troubles).toHaveLength(2);
		}
	});

	it('still judges the turn where only its last line, without a newline, cannot be read', () => {
		const { guard, troubles, texts } = guarded(sayingParser());
		expect(texts(guard.push(Buffer.from('one\nbad')))).toEqual(['one']);
		expect(guard.end(DONE, null)).toEqual({ events: [], turn: JUDGED });
		expect(troubles).toHaveLength(1);
	});

	it('judges without the CLI’s own record where that is what it cannot read', () => {
		const { guard } = guarded(sayingParser(['throws', 'throws', 'judges']));
		expect(guard.end(DONE, {}).turn).toBe(JUDGED);
	});

	it.each([
		[DONE, 'completed', null],
		[{ ...DONE, exitCode: 3 }, 'failed', 'unreadable_output'],
		[{ ...DONE, exitCode: null, stopRequested: 'cancelled' as const }, 'cancelled', null],
		[{ ...DONE, exitCode: null, stopRequested: 'timed_out' as const }, 'timed_out', null],
	])('is replaced by the way the process ended where it never judges: %j', (exit, outcome, code) => {
		const { guard } = guarded(sayingParser(['throws', 'throws', 'throws']));
		const { turn } = guard.end(exit, null);
		expect({ outcome: turn.outcome, code: turn.error?.code ?? null }).toEqual({ outcome, code });
	});
});
