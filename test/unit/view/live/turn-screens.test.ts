import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { ScreenWriter } from '../../../../src/ui/screen-writer.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { LiveView } from '../../../../src/view/live/live-view.ts';
import { Transcript } from '../../../../src/view/transcript.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { PtyScreen } from '../../../helpers/pty-screen.ts';

const SIZES = [
	[100, 30],
	[80, 24],
	[40, 15],
] as const;

/** A turn as a terminal of that size shows it; time passes only by `wait`, frames are drawn by `flush`. */
async function open(
	[columns, rows]: readonly [number, number],
	{ ascii = false, queued = [] as string[] } = {},
) {
	const screen = new PtyScreen(columns, rows);
	const written: string[] = [];
	const output = {
		columns,
		rows,
		write: (text: string) => {
			written.push(text);
			screen.write(text);
		},
	};
	let now = 0;
	let isStopping = false;
	const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => undefined) };
	const theme = createTheme(false);
	const view = new LiveView({
		screen: new ScreenWriter(output, { ascii }),
		theme,
		clock,
		queued: () => queued,
		layoutEdit: () => ({ rows: ['claude › '], cursor: { row: 0, column: 9 } }),
		rowsBelow: () => ['main*  edit  5h 45%'],
	});
	await view.ready();
	const transcript = new Transcript({
		...{ sink: view, theme, clock, worktree: '/repo' },
		outputHint: (number) => `/output ${number}`,
		isStopping: () => isStopping,
	});
	transcript.event({
		...{ type: 'turn_started', turn: 1, agent: 'claude', model: null, permissions: 'edit' },
		...{ trigger: 'user', resumed: false, packet: null },
	});
	return {
		screen,
		written,
		tell: (...events: AgentEvent[]) => {
			for (const event of events) transcript.event({ type: 'agent_event', turn: 1, event });
		},
		finish: (state: Extract<RelayEvent, { type: 'turn_finished' }>['state']) =>
			transcript.event({ type: 'turn_finished', turn: 1, state }),
		wait: (ms: number) => {
			now += ms;
		},
		interrupt: () => {
			isStopping = true;
		},
		shown: () => {
			view.flush();
			return screen.all();
		},
	};
}

const call = (id: string, title: string, more: { queued?: true } = {}): AgentEvent => ({
	...{ type: 'tool_call', id, name: 'Bash', kind: 'execute', title, command: title, paths: [], ...more },
});
const result = (
	id: string,
	exitCode: number | null,
	lines: readonly string[],
	ok = exitCode === 0,
): AgentEvent => ({
	...{ type: 'tool_result', id, ok, denied: false, exitCode },
	...{ output: lines.join('\n'), outputBytes: lines.join('\n').length },
});
const say = (text: string): AgentEvent => ({ type: 'agent_message_chunk', messageId: 'm', text });
const numbered = (count: number, word: string) =>
	Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);
const steps = (done: number): AgentEvent => ({
	type: 'plan',
	items: [
		'Read how slugs are made',
		'Fold accents',
		'Cover the empty title with a test',
		'Run the whole test suite',
		'Note the change in CHANGELOG.md',
	].map((text, at) => ({ text, status: at < done ? 'completed' : at === done ? 'in_progress' : 'pending' })),
});
const FAILED = [
	...numbered(20, 'ok'),
	'FAIL test/slug.test.js > names an empty title',
	"AssertionError: expected '' to be 'untitled'",
	'- untitled',
	...numbered(34, 'why'),
	'Tests   2 failed | 22 passed (24)',
	'Time    1.31 s',
];

describe('a turn on a terminal', () => {
	it.each(SIZES)('of %i x %i: commands that pass and fail', async (...size) => {
		const turn = await open(size);
		turn.tell(call('1', 'npm run check'));
		turn.wait(400);
		turn.tell(result('1', 0, numbered(30, 'checked')), call('2', 'npm test'));
		turn.wait(1300);
		turn.tell(result('2', 1, FAILED), say('Two of 24 tests fail.'));
		await expect(turn.shown().join('\n')).toMatchFileSnapshot(`screens/commands-${size.join('x')}.txt`);
	});

	it.each(SIZES)('of %i x %i: a plan, and what runs', async (...size) => {
		const turn = await open(size, { queued: ['and then the docs'] });
		const tokens = { input: 85_000, output: 3400, cacheRead: null, cacheWrite: null, reasoning: null };
		turn.tell(steps(0), call('1', 'node scripts/step.js 400 "read"'));
		turn.wait(400);
		turn.tell(result('1', 0, []), steps(2), { type: 'usage', scope: 'turn', tokens, costUsd: null });
		for (const id of ['2', '3', '4', '5']) turn.tell(call(id, `node scripts/step.js 12000 "cover ${id}"`));
		turn.wait(35_600);
		await expect(turn.shown().join('\n')).toMatchFileSnapshot(`screens/plan-${size.join('x')}.txt`);
	});

	it.each(SIZES)('of %i x %i: an interrupt', async (...size) => {
		const turn = await open(size);
		turn.tell(say('Building the site, this takes a while.'), call('1', 'npm run build'));
		turn.tell(call('2', 'npm run deploy', { queued: true }));
		turn.wait(8800);
		turn.interrupt();
		turn.tell(result('1', null, numbered(18, 'page'), false), result('2', null, [], false));
		turn.wait(2000);
		const none = { input: null, output: null, cache_read: null, cache_write: null, reasoning: null };
		const nothing = { cost_usd: null, cost_source: 'none', files: [], ended_at: null, tokens: none } as const;
		turn.finish(fakeTurnState({ ...nothing, files: [], status: 'cancelled', duration_ms: 10_900 }));
		await expect(turn.shown().join('\n')).toMatchFileSnapshot(`screens/interrupt-${size.join('x')}.txt`);
	});

	it('shows a tool that waits for others only once it is its turn, with its own time', async () => {
		const turn = await open([80, 24]);
		turn.tell(call('1', 'first'), call('2', 'second'));
		turn.tell(call('3', 'third', { queued: true }), call('4', 'fourth', { queued: true }));
		const running = () => turn.shown().filter((row) => row.startsWith('▸'));
		turn.wait(5000);
		turn.tell(result('1', 0, []));
		expect(running()).toEqual(['▸ run second · 5 s']);
		turn.tell(result('2', 0, []));
		turn.wait(3000);
		expect(running()).toEqual(['▸ run third · 3 s']);
	});

	it('names what shows all of an output also behind a long command', async () => {
		const turn = await open([80, 24]);
		turn.tell(call('1', `node scripts/check.js ${'--flag '.repeat(40)}`), result('1', 1, FAILED));
		expect(turn.shown()[0]).toMatch(/^✗ run node scripts\/check\.js .*… · exit 1 · \/output 1$/);
	});

	it('without Unicode has the same rows', async () => {
		const turn = await open([80, 24], { ascii: true });
		turn.tell(steps(0), call('1', 'npm test'));
		turn.wait(1300);
		turn.tell(result('1', 1, FAILED), call('2', 'npm run build'));
		turn.wait(4000);
		const rows = turn.shown();
		expect(rows.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
		await expect(rows.join('\n')).toMatchFileSnapshot('screens/ascii-80x24.txt');
	});

	it('says that the agent tries again, in place of its row, as long as it lasts', async () => {
		const turn = await open([80, 24]);
		const source = { channel: 'event' as const, rule: 'r', excerpt: '' };
		turn.tell({ type: 'retry', reason: 'rate', attempt: 2, maxAttempts: 10, delayMs: 40_000, source });
		turn.wait(1000);
		expect(turn.shown()).toContain(
			'! claude tries again in 39 s (2 of 10): too many requests · Ctrl+C stops',
		);
		turn.tell(say('Here'));
		expect(turn.shown().join('\n')).not.toContain('tries again');
	});

	it('takes no more than half of the screen, and few bytes a frame while only time passes', async () => {
		for (const size of SIZES) {
			const turn = await open(size, { queued: ['one', 'two'] });
			turn.tell(steps(1), ...numbered(9, 'sleep').map((title, at) => call(String(at), title)), say('A line'));
			turn.wait(100_000);
			const rows = turn.shown().length;
			expect(rows - 1).toBeLessThanOrEqual(Math.min(12, Math.floor(size[1] / 2)) + 1);
			turn.written.length = 0;
			for (let frame = 0; frame < 8; frame++) {
				turn.wait(125);
				turn.shown();
			}
			expect(turn.written.join('').length).toBeLessThan(2048);
		}
	});
});
