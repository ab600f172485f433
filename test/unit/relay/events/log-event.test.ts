import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../../src/agents/events.ts';
import { eventToJson } from '../../../../src/relay/events/event-json.ts';
import { fromLogEvent } from '../../../../src/relay/events/from-log.ts';
import { alsoLogged } from '../../../../src/relay/events/log-event.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { type LogEvent, parseLogLine } from '../../../../src/sessions/log/log-entry.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const RESET = Date.UTC(2026, 10, 21, 10);
const LIMIT: Limit = {
	kind: 'window',
	resetAt: RESET,
	window: 'five_hour',
	scope: 'account',
	source: { channel: 'event', rule: 'claude:window', excerpt: 'used up' },
	confidence: 'exact',
};
const candidate = { agent: 'codex', model: null, verdict: 'chosen' as const, reason: 'next', resetAt: RESET };
const question = {
	id: 'q1',
	kind: 'permission' as const,
	title: 'May I?',
	detail: 'rm -r build',
	options: [{ id: 'yes', label: 'Yes' }],
	wants: { action: 'run' as const, what: 'rm -r build', folder: '/r', reason: null },
};

const EVENTS: RelayEvent[] = [
	{ type: 'session_opened', sessionId: 'S' as never, directory: '/r', isNew: true },
	{
		type: 'turn_started',
		turn: 1,
		agent: 'claude',
		model: null,
		permissions: 'edit',
		trigger: 'chat',
		resumed: false,
		packet: null,
		speaker: { participant: 'claude', role: 'critic', number: 2, maxTurns: 6 },
	},
	{ type: 'agent_chosen', agent: 'codex', model: null, why: 'claude is limited', candidates: [candidate] },
	{ type: 'turn_idle', turn: 1, idleMs: 60_000 },
	{ type: 'terminal_asked', turn: 1, agent: 'claude', text: 'Password:', refusedInMs: 5_000 },
	{ type: 'terminal_settled', turn: 1 },
	{ type: 'question_asked', turn: 1, agent: 'claude', question: question as never, deniedInMs: 9_000 },
	{ type: 'question_settled', turn: 1, id: 'q1', answer: { option: 'yes' } as never, by: 'user' as never },
	{ type: 'turn_finished', turn: 1, state: fakeTurnState() },
	{
		type: 'handed_over',
		from: 'claude',
		to: 'codex',
		reason: 'limit',
		failure: null,
		limit: LIMIT,
		packet: 'resume/001.md',
		candidates: [candidate],
		losses: [],
	},
	{
		type: 'nobody_left',
		limit: LIMIT,
		failure: null,
		earliestReset: RESET,
		candidates: [candidate],
		packet: 'p',
	},
	{ type: 'waiting', agent: 'claude', until: RESET, now: RESET - 1_000 },
	{
		type: 'utilization_warning',
		agent: 'claude',
		window: 'five_hour',
		ratio: 0.9,
		resetAt: RESET,
		next: 'codex',
	},
	{
		type: 'participant_left',
		participant: 'claude',
		agent: 'claude',
		reason: 'limit',
		text: 'has met its limit',
		until: RESET,
	},
	{ type: 'notice', level: 'info', text: 'hello' },
];

/** Every key and every value of a JSON value, at any depth. */
function parts(value: unknown): { keys: string[]; numbers: number[] } {
	if (typeof value === 'number') return { keys: [], numbers: [value] };
	if (typeof value !== 'object' || value === null) return { keys: [], numbers: [] };
	const inside = Object.values(value).map(parts);
	return {
		keys: [...(Array.isArray(value) ? [] : Object.keys(value)), ...inside.flatMap(({ keys }) => keys)],
		numbers: inside.flatMap(({ numbers }) => numbers),
	};
}

describe('an event of the relay', () => {
	it.each(EVENTS.map((event) => [event.type, event] as const))(
		'%s has on disk and in --json snake_case keys and times that people can read',
		(type, event) => {
			const logged: LogEvent[] = [];
			alsoLogged(
				(one) => logged.push(one),
				() => undefined,
			)(event);
			for (const told of [...logged, eventToJson(event)]) {
				const plain = JSON.parse(JSON.stringify(told));
				expect(plain.type).toMatch(type === 'question_settled' ? /^question_/ : new RegExp(type));
				const { keys, numbers } = parts(plain);
				for (const key of keys) expect(key).toMatch(/^[a-z0-9_]+$/);
				for (const number of numbers) expect(number, 'an epoch').toBeLessThan(1e12);
			}
		},
	);

	/** As it was logged, read by somebody else. */
	function readBack(event: RelayEvent, ts: number): RelayEvent | null {
		const logged: LogEvent[] = [];
		alsoLogged(
			(one) => logged.push(one),
			() => undefined,
		)(event);
		const line = JSON.stringify({ ts: new Date(ts).toISOString(), seq: 1, ...logged[0] });
		const entry = parseLogLine(line)?.event;
		return entry ? fromLogEvent(entry, ts) : null;
	}

	it('can be told from the log by somebody who was not there', () => {
		const { speaker: _, ...started } = EVENTS[1] as Extract<RelayEvent, { type: 'turn_started' }>;
		const others = EVENTS.filter(
			({ type }) =>
				!['session_opened', 'turn_started', 'terminal_settled', 'turn_finished', 'participant_left'].includes(
					type,
				),
		);
		for (const event of [started, ...others]) {
			const told =
				event.type === 'question_settled' ? { ...event, answer: { option: 'yes', text: null } } : event;
			const asLogged = event.type === 'nobody_left' ? { ...told, isWaiting: false } : told;
			expect(readBack(asLogged as RelayEvent, RESET - 1_000)).toEqual(asLogged);
		}
	});

	it('from a log that others wrote has names that are safe to show, and no words of ours that it does not have', () => {
		const entry = (fields: object) =>
			parseLogLine(JSON.stringify({ ts: '2026-11-21T08:00:00.000Z', seq: 1, ...fields }));
		const told = (fields: object) => {
			const event = entry(fields)?.event;
			return event ? fromLogEvent(event, 0) : null;
		};
		const handed = {
			...{ type: 'handed_over', from: 'a\x1b[2J', to: 'b\r', reason: 'limit', failure: null },
			...{ limit: null, packet: null, candidates: [], losses: [] },
		};
		expect(told(handed)).toMatchObject({ from: 'a', to: 'b\\r' });
		expect(told({ ...handed, reason: 'because' })).toBeNull();
		const started = {
			...{ type: 'turn_started', turn: 1, agent: 'a', model: null, permissions: 'edit' },
			...{ trigger: 'user', resumed: false, packet: null },
		};
		expect(told(started)).toMatchObject({ type: 'turn_started' });
		expect(told({ ...started, permissions: 'everything' })).toBeNull();
		expect(told({ ...started, trigger: 'magic' })).toBeNull();
	});

	it('of the agent itself is in its turn’s own files, not in the log', () => {
		const logged: LogEvent[] = [];
		const heard: RelayEvent[] = [];
		const tell = alsoLogged(
			(one) => logged.push(one),
			(event) => heard.push(event),
		);
		tell({ type: 'agent_event', turn: 1, event: { type: 'error', code: null, message: 'x' } });
		expect([logged.length, heard.length]).toEqual([0, 1]);
	});

	it('that ticks while the relay waits is logged once a wait, and shown each time', () => {
		const logged: LogEvent[] = [];
		let shown = 0;
		const tell = alsoLogged(
			(one) => logged.push(one),
			() => {
				shown += 1;
			},
		);
		const wait = (until: number) => tell({ type: 'waiting', agent: 'claude', until, now: 0 });
		for (const until of [RESET, RESET, RESET, RESET + 1, RESET + 1]) wait(until);
		tell({ type: 'notice', level: 'info', text: 'between' });
		wait(RESET + 1);
		expect(logged.map(({ type }) => type)).toEqual(['waiting', 'waiting', 'notice', 'waiting']);
		expect(shown).toBe(7);
	});
});
