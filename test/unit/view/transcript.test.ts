import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/agents/events.ts';
import type { RelayEvent } from '../../../src/relay/events/relay-events.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { createPlainSink } from '../../../src/view/live/plain-view.ts';
import { Transcript } from '../../../src/view/transcript.ts';
import type { TurnStatus } from '../../../src/view/transcript-sink.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';

const NOON = new Date(2026, 2, 1, 12, 0).getTime();
const clock = { now: () => NOON, monotonic: () => 0, sleep: () => Promise.resolve() };
const theme = createTheme(false);

function shown(...events: RelayEvent[]): string {
	let text = '';
	const stream = { write: (part: string) => (text += part) };
	const sink = createPlainSink({ output: stream, errorOutput: stream }, theme);
	const transcript = new Transcript({ sink, theme, clock, worktree: '/repo' });
	for (const event of events) transcript.event(event);
	// The clock of the footer is that of this machine.
	return text.replace(/ · \d\d:\d\d$/gm, '');
}

const agent = (event: AgentEvent): RelayEvent => ({ type: 'agent_event', turn: 1, event });
const started: RelayEvent = {
	type: 'turn_started',
	turn: 1,
	agent: 'claude',
	model: null,
	permissions: 'edit',
	trigger: 'user',
	resumed: false,
	packet: null,
};
const finished: RelayEvent = { type: 'turn_finished', turn: 1, state: fakeTurnState() };
const say = (text: string, messageId = 'm1') => agent({ type: 'agent_message_chunk', messageId, text });
const call = (id: string, title: string, rest: Partial<Extract<AgentEvent, { type: 'tool_call' }>> = {}) =>
	agent({ type: 'tool_call', id, name: 'Bash', kind: 'execute', title, command: title, paths: [], ...rest });
const result = (id: string, rest: Partial<Extract<AgentEvent, { type: 'tool_result' }>> = {}) =>
	agent({
		type: 'tool_result',
		id,
		ok: true,
		denied: false,
		exitCode: 0,
		output: '',
		outputBytes: 0,
		...rest,
	});

describe('a transcript', () => {
	it('takes no more than as much longer as an answer has more blank lines, however they come', () => {
		const flood = (lines: number) =>
			shown(started, say('first'), ...Array.from({ length: lines }, () => say(' \n')), say('last'));
		expect(flood(3)).toContain('first \n \n \nlast');
		expect(growthOf((lines) => void flood(lines), 500)).toBeLessThan(LINEAR);
	});

	it('shows all of what an agent asks, safe to see, and what became of it', () => {
		const options = [
			{ id: 'allow', label: 'Allow' },
			{ id: 'deny', label: 'Deny' },
		];
		const [id, detail] = ['q1', 'make all\n\u001b[2Jmake test'];
		const question = { id, kind: 'permission' as const, title: 'run\nmake', detail, options };
		const text = shown(
			started,
			{ type: 'question_asked', turn: 1, agent: 'claude', question, deniedInMs: 300_000 },
			{ type: 'question_settled', turn: 1, id, answer: { option: 'deny', text: 'not now' }, by: 'user' },
			{ type: 'question_settled', turn: 1, id, answer: null, by: 'timeout' },
		);
		expect(text).toContain(
			'? claude asks: run make\n  make all\n  make test\n  Allow / Deny · denied in 5 min (permissions.ask_timeout)\n',
		);
		expect(text).toContain('⊘ you said no: "not now"\n⊘ denied: nobody answered in time\n');
	});

	it('says that an answer is an interim one, and what it waits for', () => {
		const tasks = ['npm run build', 'npm start'].map((title, at) => ({ id: `b${at}`, title }));
		const statuses: Array<TurnStatus | null> = [];
		const stream = { write: () => undefined };
		const sink = {
			...createPlainSink({ output: stream, errorOutput: stream }, theme),
			status: (status: TurnStatus | null) => statuses.push(status),
		};
		const transcript = new Transcript({ sink, theme, clock, worktree: '/repo' });
		const events = [
			started,
			say('It is building.'),
			agent({ type: 'interim_answer', tasks }),
			agent({ type: 'background_tasks', tasks: tasks.slice(1) }),
			call('sub', 'ls'),
			agent({ type: 'background_tasks', tasks: [] }),
			agent({ type: 'continued' }),
		];
		for (const event of events) transcript.event(event);
		expect(shown(...events)).toContain(
			'… claude has answered; waiting for 2 background tasks: npm run build, npm start · Ctrl+C stops them\n',
		);
		expect(statuses.map((status) => status?.waiting ?? null)).toEqual([
			null,
			'waiting for 2 background tasks: npm run build, npm start',
			'waiting for 1 background task: npm start',
			'waiting for 1 background task: npm start',
			null,
		]);
		expect(statuses[1]?.stops).toBe('Ctrl+C stops them');
		const stopped = fakeTurnState({ status: 'completed', stop_reason: 'background_stopped' });
		expect(shown({ type: 'turn_finished', turn: 1, state: stopped })).toContain(
			'its background tasks were stopped',
		);
	});

	it('tells an error once: when it comes, and not again at the end', () => {
		const message = 'Invalid API key · run: claude login';
		const failed = fakeTurnState({ status: 'failed', stop_reason: 'auth', error: { code: 'auth', message } });
		const end: RelayEvent = { type: 'turn_finished', turn: 1, state: failed };
		const error = agent({ type: 'error', code: 'auth', message });
		const text = shown(started, error, end);
		expect(text.split(message)).toHaveLength(2);
		expect(text).toContain('✗ claude opus · failed after 12 s (auth)');
		expect(shown(started, end)).toContain(`! ${message}\n✗ claude opus`);
		expect(shown(started, error, end, started, end).split(message)).toHaveLength(3);
	});

	it('joins the chunks of a message and sets a blank line only between two texts', () => {
		expect(
			shown(
				started,
				say('I will '),
				say('look.\n\n'),
				call('1', 'npm test'),
				result('1', { ok: false, exitCode: 1 }),
				call('2', '/repo/src/a.ts', { kind: 'edit', command: null }),
				result('2', { exitCode: null }),
				say('Done.', 'm2'),
				say('Well done.', 'm3'),
				finished,
			),
		).toBe(
			'I will look.\n✗ run npm test · exit 1\n✓ edit src/a.ts\nDone.\n\nWell done.\n  claude opus · 12 s · 1.2k in, 340 out · $0.01 · 2 files +40 -2\n',
		);
	});

	it('gives calls that read one line, until something else comes', () => {
		const read = (id: string, name: string, ok = true) => [
			call(id, `/repo/src/${name}`, { kind: 'read', command: null, paths: [`/repo/src/${name}`] }),
			result(id, { exitCode: null, ok }),
		];
		const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((name) => read(name, name));
		expect(shown(started, ...seven, ...read('h', 'a'), say('Read.'))).toBe(
			'✓ read src/a, src/b, src/c, src/d, src/e, 2 more\nRead.',
		);
		expect(
			shown(
				started,
				...read('1', 'a'),
				...read('2', 'b', false),
				...read('3', 'c'),
				call('4', 'TODO', { kind: 'search', command: null }),
				result('4', { exitCode: null }),
				{ type: 'notice', level: 'warning', text: 'late' },
				...read('5', 'd'),
				finished,
			),
		).toBe(
			'✓ read src/a\n✗ read src/b · failed\n✓ read src/c\n✓ search TODO\n! late\n✓ read src/d\n  claude opus · 12 s · 1.2k in, 340 out · $0.01 · 2 files +40 -2\n',
		);
	});

	it('warns below the head of a turn in which nothing is asked', () => {
		let text = '';
		const stream = { write: (part: string) => (text += part) };
		const sink = createPlainSink({ output: stream, errorOutput: stream }, theme);
		const transcript = new Transcript({ sink, theme, clock, worktree: '/repo' });
		transcript.prompt('fix it', 'claude');
		transcript.event({ ...started, permissions: 'full' });
		transcript.event({ ...started, permissions: 'full', trigger: 'failover', agent: 'codex' });
		expect(text).toBe('claude › fix it\n  full: nothing is asked\n');
	});

	it('shows before the footer what changed and no tool has shown', () => {
		const hunks = [{ oldStart: 1, newStart: 1, lines: ['-a', '+b'] }];
		const edits = [{ path: 'src/a.js', kind: 'edit' as const, added: 1, removed: 1, hunks }];
		const text = shown(started, say('Done.'), { ...finished, edits });
		expect(text).toBe(
			'Done.\n• edit src/a.js +1 -1\n  1 - a\n  1 + b\n  claude opus · 12 s · 1.2k in, 340 out · $0.01 · 2 files +40 -2\n',
		);
	});

	it('shows a refused command with the line that would allow it', () => {
		expect(shown(started, call('1', 'npm test'), result('1', { ok: false, denied: true }))).toBe(
			'⊘ run npm test · denied\n  to allow it: /permissions allow "npm test"\n',
		);
	});

	it('offers no line for a command that one line cannot hold', () => {
		expect(shown(started, call('1', 'a\nb'), result('1', { ok: false, denied: true }))).toBe(
			'⊘ run a b · denied\n',
		);
	});

	it('says which tools never told their outcome', () => {
		expect(shown(started, call('1', 'sleep 9'), finished)).toMatch(/^○ run sleep 9 · outcome unknown\n/);
	});

	it('shows a row for each step that begins, whether or not the CLI marks it', () => {
		const plan = (first: 'pending' | 'completed') =>
			agent({
				type: 'plan',
				items: [
					{ text: 'Read', status: first },
					{ text: 'Write', status: 'pending' },
				],
			});
		expect(shown(started, plan('pending'), plan('completed'), plan('completed'))).toBe(
			'▸ 1 of 2  Read\n▸ 2 of 2  Write\n',
		);
	});

	it('shows no line for the tool that changed the plan, whichever is told first', () => {
		const items = [{ text: 'Read', status: 'pending' as const }];
		const todo = agent({
			type: 'tool_call',
			id: 'p',
			name: 'TodoWrite',
			kind: 'other',
			title: '',
			command: null,
			paths: [],
		});
		const plan = agent({ type: 'plan', items });
		const done = result('p', { ok: true });
		for (const events of [
			[todo, plan, done],
			[todo, done, plan],
		])
			expect(shown(started, ...events)).toBe('▸ 1 of 1  Read\n');
		expect(shown(started, todo, done, finished)).toContain('✓ TodoWrite');
	});

	it('tells a hand-over as a rule with its reason', () => {
		const source = { channel: 'event', rule: 'r', excerpt: '' } as const;
		const limit = {
			kind: 'window',
			resetAt: NOON + 130 * 60_000,
			window: 'five_hour',
			scope: 'account',
			source,
			confidence: 'exact',
		} as const;
		const event: RelayEvent = {
			type: 'handed_over',
			failure: null,
			from: 'claude',
			to: 'codex',
			reason: 'limit',
			limit,
			packet: 'p',
			candidates: [],
			losses: [],
		};
		expect(shown(event)).toBe(
			'── claude → codex · 5-hour window used up, resets 14:10 (in 2 h 10 min) ───\n',
		);
	});

	it('tells who was asked and when the first is free when nobody is left', () => {
		const candidates = [
			{ agent: 'codex', model: null, verdict: 'not_logged_in', reason: 'not logged in', resetAt: null },
		] as const;
		const text = shown({
			type: 'nobody_left',
			failure: null,
			limit: null,
			earliestReset: NOON + 60_000,
			candidates: [...candidates],
			packet: 'p',
		});
		expect(text).toContain('  codex  not logged in');
		expect(text).toContain('at 12:01');
	});

	it('tells where nobody is left how work goes on: by itself, by a command, or as others say', () => {
		const told = {
			type: 'nobody_left',
			failure: null,
			limit: null,
			earliestReset: NOON + 60_000,
			candidates: [],
			packet: 'p',
		} as const;
		const end = (over: { isWaiting?: boolean; earliestReset?: number | null }, retry?: string) => {
			let text = '';
			const stream = { write: (part: string) => (text += part) };
			const sink = createPlainSink({ output: stream, errorOutput: stream }, theme);
			const transcript = new Transcript({
				sink,
				theme,
				clock,
				worktree: '/repo',
				...(retry ? { retry } : {}),
			});
			transcript.event({ ...told, ...over, candidates: [] });
			return text.trimEnd().split('\n').at(-1);
		};
		expect(end({ isWaiting: true }, '/retry')).toBe(
			'  The work is kept; it continues by itself at 12:01. Ctrl+C ends the wait.',
		);
		expect(end({}, '/retry')).toBe(
			'  The work is kept. /retry continues it at 12:01; with --wait it continues by itself.',
		);
		expect(end({})).toMatch(/it can continue at 12:01\.$/);
		expect(end({ earliestReset: null }, '/retry')).toMatch(/ \/retry continues it when an agent is free\.$/);
		expect(end({ earliestReset: null })).toMatch(/no reset is known\.$/);
	});

	it('leads the footer with how a turn ended when it did not go well', () => {
		const state = fakeTurnState({
			status: 'failed',
			stop_reason: 'auth',
			error: { code: 'auth', message: 'run claude login' },
		});
		expect(shown({ type: 'turn_finished', turn: 1, state })).toMatch(
			/^! run claude login\n✗ claude opus · failed after 12 s \(auth\)/,
		);
	});

	it('says in the footer what a message in a chat ends with, and nothing of one that was cut off', () => {
		const footer = (verdict: 'done' | null, status: 'completed' | 'cancelled') =>
			shown({ type: 'turn_finished', turn: 1, state: fakeTurnState({ verdict, status }) });
		expect(footer('done', 'completed')).toContain(' · says DONE');
		expect(footer(null, 'completed')).toContain(' · no verdict');
		expect(footer(null, 'cancelled')).not.toContain('verdict');
	});

	it('marks reasoning without colour', () => {
		expect(
			shown(started, agent({ type: 'agent_thought_chunk', messageId: 't', text: 'hm\nwell' }), finished),
		).toMatch(/^\| hm\n\| well\n {2}claude opus/);
	});

	it('lets nothing through that a terminal could obey, wherever it comes in and however it is cut', () => {
		const evil = '\x1b]52;c;eA==\x07\x1b[2J\u202e\r\b\x9b31mx';
		const field = fc.constantFrom(evil, evil.slice(0, 5), '\x1b', 'plain');
		fc.assert(
			fc.property(field, field, field, (one, two, three) => {
				const text = shown(
					started,
					say(one),
					say(two),
					call('1', three, { kind: 'other', name: one, command: two }),
					result('1', { denied: true, ok: false }),
					agent({ type: 'plan', items: [{ text: two, status: 'pending' }] }),
					agent({ type: 'error', code: null, message: three }),
					{ type: 'notice', level: 'warning', text: one },
					{
						type: 'turn_finished',
						turn: 1,
						state: fakeTurnState({ status: 'failed', model: two, error: { code: 'x', message: evil } }),
					},
				);
				expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
			}),
		);
	});
});
