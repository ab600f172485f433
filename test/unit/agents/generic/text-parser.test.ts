import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, ParserContext } from '../../../../src/agents/agent-adapter.ts';
import { TextParser } from '../../../../src/agents/generic/text-parser.ts';
import type { AgentSettings } from '../../../../src/config/schema.ts';
import { settings } from './settings.ts';

const CONTEXT: ParserContext = {
	requestedSessionId: null,
	resume: false,
	requestedModel: null,
	cumulativeBefore: null,
	now: () => 0,
};
const exit = (exitCode: number | null, over: Partial<AgentExit> = {}): AgentExit => ({
	exitCode,
	signal: null,
	stopRequested: null,
	...over,
});

function turnOf(
	{ out = '', err = '', end = exit(0) }: { out?: string; err?: string; end?: AgentExit },
	over: Partial<AgentSettings> = {},
	context = CONTEXT,
) {
	const parser = new TextParser('mine', settings(over), context);
	const events = [...parser.push(Buffer.from(out)), ...parser.stderr(Buffer.from(err))];
	const ended = parser.end(end);
	return { events: [...events, ...ended.events], turn: ended.turn };
}

const QUOTA: Partial<AgentSettings> = {
	limit_stderr: [
		{ pattern: '^Error: quota exceeded', kind: 'quota' },
		{ pattern: '^busy', kind: 'overloaded' },
	],
	limit_exit: [{ code: 75, kind: 'rate' }],
};

describe('the plain text of an agent', () => {
	it('is its answer, line by line, before it ends', () => {
		const parser = new TextParser('mine', settings(), CONTEXT);
		expect(parser.push(Buffer.from('one\ntw'))).toEqual([
			{ type: 'agent_message_chunk', messageId: 'text', text: 'one\n' },
		]);
		expect(parser.push(Buffer.from('o\n'))).toHaveLength(1);
	});

	it('loses its colours, and of a redrawn line all but the last state', () => {
		const { events } = turnOf({ out: '1 %\r2 %\r\u001b[32mdone\u001b[0m\r\n' });
		expect(events[0]).toMatchObject({ text: 'done\n' });
	});

	it('has its signs of a limit found under colours and links', () => {
		const err = '\u001b]8;;https://a.b\u0007Error: \u001b[1;31mquota\u001b[0m exceeded\u001b]8;;\u0007\n';
		const { turn } = turnOf({ err, end: exit(1) }, QUOTA);
		expect(turn.limit).toMatchObject({ kind: 'quota', source: { excerpt: 'Error: quota exceeded' } });
	});

	it('gives the same events however its bytes are split', () => {
		const out = Buffer.from('é one\r\n\u001b[1mtwo\u001b[0m\n\n…three');
		const err = Buffer.from('busy\nError: quota exceeded');
		const read = (cuts: number[]) => {
			const parser = new TextParser('mine', settings(QUOTA), CONTEXT);
			const parts = (bytes: Buffer) => cuts.map((cut, at) => bytes.subarray(cuts[at - 1] ?? 0, cut));
			const events = [
				...[...parts(out), out.subarray(cuts.at(-1) ?? 0)].flatMap((part) => parser.push(part)),
				...[...parts(err), err.subarray(cuts.at(-1) ?? 0)].flatMap((part) => parser.stderr(part)),
			];
			const ended = parser.end(exit(1));
			return { events: [...events, ...ended.events], turn: ended.turn };
		};
		const kinds = ({ events, turn }: ReturnType<typeof read>) => ({
			text: events.filter(({ type }) => type === 'agent_message_chunk'),
			others: events.filter(({ type }) => type !== 'agent_message_chunk'),
			turn,
		});
		const whole = kinds(read([]));
		expect(whole.text).toHaveLength(4);
		fc.assert(
			fc.property(fc.array(fc.nat(out.length), { maxLength: 8 }), (cuts) => {
				expect(kinds(read(cuts.sort((a, b) => a - b)))).toEqual(whole);
			}),
		);
	});

	it('has a conversation where the relay chose its id', () => {
		const mine = { command: ['mine', '--id', '{session}'], resume: ['--restore'] };
		const context = { ...CONTEXT, requestedSessionId: 'id-1', requestedModel: 'big' };
		const { events, turn } = turnOf({ out: 'hi\n' }, mine, context);
		expect(events[0]).toEqual({ type: 'session_started', nativeSessionId: 'id-1', model: 'big' });
		expect(turn).toMatchObject({ nativeSessionId: 'id-1', model: 'big', outcome: 'completed' });
		expect(turnOf({ end: exit(1) }, mine, context).turn.nativeSessionId).toBeNull();
		expect(turnOf({ out: 'hi\n' }, {}, context).turn.nativeSessionId).toBeNull();
	});
});

describe('the end of an agent that prints text', () => {
	it.each([
		['completed', 'end_turn', { out: 'done' }],
		['failed', 'empty_answer', { out: ' \n\u001b[0m\n' }],
		['failed', 'crashed', { out: 'half', end: exit(1) }],
		['outcome_unknown', null, { out: 'half', end: exit(null) }],
		['outcome_unknown', null, { out: 'half', end: exit(143, { signal: 'SIGTERM' }) }],
		['cancelled', 'cancelled', { out: 'half', end: exit(130, { stopRequested: 'cancelled' as const }) }],
		['timed_out', 'timed_out', { end: exit(null, { stopRequested: 'timed_out' as const }) }],
	])('is %s / %s', (outcome, stopReason, seen) => {
		expect(turnOf(seen).turn).toMatchObject({ outcome, stopReason, limit: null });
	});

	it('reports the exit code and the last words on stderr', () => {
		const { turn, events } = turnOf({ err: 'first\nno such model\n\n', end: exit(3) });
		expect(turn.error?.message).toBe('mine ended with exit code 3: no such model');
		expect(events.map(({ type }) => type)).toEqual(['error', 'turn_ended']);
	});

	it('is a limit by an exit code that was named, and by no other', () => {
		const { turn } = turnOf({ out: 'half', end: exit(75) }, QUOTA);
		expect(turn).toMatchObject({
			outcome: 'limited',
			limit: {
				kind: 'rate',
				source: { channel: 'exit', rule: 'mine:limit_exit.75' },
				confidence: 'estimated',
			},
		});
		expect(turnOf({ end: exit(74) }, QUOTA).turn.outcome).toBe('failed');
	});

	it('is a limit if one of the last lines of stderr says so', () => {
		const err = '\u001b[31mError: quota exceeded\u001b[0m, come back\nbye\n';
		expect(turnOf({ out: 'half', err, end: exit(1) }, QUOTA).turn).toMatchObject({
			outcome: 'limited',
			stopReason: 'limit',
			limit: { kind: 'quota', source: { channel: 'stderr', rule: 'mine:limit_stderr.0' } },
		});
		expect(turnOf({ err }, QUOTA).turn.outcome).toBe('limited');
		expect(turnOf({ err: `${err}${'more\n'.repeat(20)}`, end: exit(1) }, QUOTA).turn.outcome).toBe('failed');
	});

	it('is not a limit when it answered and ended well, nor if only its answer says so', () => {
		const said = 'Error: quota exceeded\n';
		expect(turnOf({ out: 'done', err: said }, QUOTA).turn.outcome).toBe('completed');
		expect(turnOf({ out: said, end: exit(1) }, QUOTA).turn.outcome).toBe('failed');
	});

	it('leaves a sign in mid-turn to patience, since a tool may have printed it', () => {
		const parser = new TextParser('mine', settings(QUOTA), CONTEXT);
		const seen = parser.stderr(Buffer.from('Error: quota exceeded\nbusy\n'));
		expect(seen).toMatchObject([
			{ type: 'retry', reason: 'rate' },
			{ type: 'retry', reason: 'overloaded' },
		]);
		const { turn } = parser.end(exit(null, { stopRequested: 'limited' }));
		expect(turn).toMatchObject({ outcome: 'limited', limit: { kind: 'overloaded' } });
	});
});
