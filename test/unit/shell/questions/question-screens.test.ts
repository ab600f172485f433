/** A question of an agent as a terminal of each size shows it: whole, with its keys, and the time that is left. */
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { QuestionDesk } from '../../../../src/shell/questions/question-desk.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { ScreenWriter } from '../../../../src/ui/screen-writer.ts';
import { LiveView } from '../../../../src/view/live/live-view.ts';
import { Transcript } from '../../../../src/view/transcript.ts';
import { PtyScreen } from '../../../helpers/pty-screen.ts';

const SIZES = [
	[100, 30],
	[80, 24],
	[40, 15],
] as const;
const PUSH = 'npm publish --dry-run --tag next 2>&1 | tail -5 && git push --follow-tags origin main';

async function open([columns, rows]: readonly [number, number]) {
	const screen = new PtyScreen(columns, rows);
	let now = 0;
	const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => undefined) };
	const theme = PLAIN_THEME;
	const line = { typed: '' };
	const view: LiveView = new LiveView({
		...{ screen: new ScreenWriter(screen), theme, clock },
		layoutEdit: () => ({ rows: [`claude › ${line.typed}`], cursor: { row: 0, column: 9 } }),
		rowsBelow: () => ['main*  edit  5h 44%  next codex'],
		rowsAboveStatus: (room) => desk.keys(room, line.typed === ''),
		waitsFor: (room) => desk.waitsFor(room, line.typed === ''),
		keyHint: (stops) => stops,
	});
	await view.ready();
	const transcript = new Transcript({ sink: view, theme, clock, worktree: '/repo' });
	const desk = new QuestionDesk({
		...{ clock, theme },
		show: (event) => transcript.event(event),
		print: (lines) => transcript.lines(lines),
		elsewhere: { code: 'K7Q2PX', offer: () => undefined, withdraw: () => undefined, close: () => undefined },
		answer: () => true,
		allowInSession: () => undefined,
		allowAlways: () => 'config.toml',
		borrowLine: () => undefined,
		restoreLine: () => undefined,
		stopTurn: () => undefined,
		showError: () => undefined,
	});
	const happens = (...events: RelayEvent[]) => {
		for (const event of events) if (desk.event(event)) transcript.event(event);
	};
	const tell = (event: AgentEvent) => happens({ type: 'agent_event', turn: 1, event });
	happens({
		...{ type: 'turn_started', turn: 1, agent: 'claude', model: null, permissions: 'edit' },
		...{ trigger: 'user', resumed: false, packet: null },
	});
	return {
		...{ happens, tell, line },
		wait: (ms: number) => {
			now += ms;
		},
		shown: () => {
			view.flush();
			return screen.all();
		},
	};
}

const asks = (id: string, what: string): RelayEvent => ({
	...{ type: 'question_asked', turn: 1, agent: 'claude', deniedInMs: 600_000 },
	question: {
		...{ id, kind: 'permission', title: 'run a command', detail: what, options: [] },
		wants: { action: 'run', what, folder: '/repo', reason: 'Publish a dry run and push the tags' },
	},
});
const call = (id: string, command: string): AgentEvent => ({
	...{ type: 'tool_call', id, name: 'Bash', kind: 'execute', title: command, command, paths: [] },
});
const denied = (id: string): AgentEvent => ({
	...{ type: 'tool_result', id, ok: false, denied: true, exitCode: null, output: '', outputBytes: 0 },
});
const settled = (
	id: string,
	option: 'allow' | 'deny' | null,
	text: string | null,
	by = 'user',
): RelayEvent => ({
	...{ type: 'question_settled', turn: 1, id, by, answer: option === null ? null : { option, text } },
});

describe('a question on a terminal', () => {
	it.each(SIZES)('of %i x %i: whole, with its keys and the time that is left', async (...size) => {
		const turn = await open(size);
		turn.tell({
			type: 'agent_message_chunk',
			messageId: 'm',
			text: 'I need to publish the package for that.',
		});
		turn.tell(call('1', PUSH));
		turn.happens(asks('q', PUSH));
		turn.wait(12_000);
		const rows = turn.shown();
		for (const row of rows) expect(row.length).toBeLessThan(size[0]);
		await expect(rows.join('\n')).toMatchFileSnapshot(`screens/question-${size.join('x')}.txt`);
	});

	it.each(SIZES)('of %i x %i: while a prompt is typed, with another one behind it', async (...size) => {
		const turn = await open(size);
		turn.happens(asks('q', 'npm test'), asks('r', 'make'));
		turn.line.typed = 'and then the docs';
		turn.wait(72_000);
		await expect(turn.shown().join('\n')).toMatchFileSnapshot(`screens/typing-${size.join('x')}.txt`);
	});

	it.each(SIZES)('of %i x %i: each answer is said once', async (...size) => {
		const turn = await open(size);
		turn.tell(call('1', 'npm test'));
		turn.happens(asks('q', 'npm test'));
		turn.wait(18_000);
		turn.happens(settled('q', 'deny', 'use the staging tag'));
		turn.tell(denied('1'));
		turn.tell(call('2', 'make'));
		turn.happens(asks('r', 'make'), settled('r', null, null, 'timeout'));
		turn.tell(denied('2'));
		turn.tell(call('3', 'git push'));
		turn.happens(asks('s', 'git push'), settled('s', 'deny', null, 'another terminal'));
		turn.tell(denied('3'));
		await expect(turn.shown().join('\n')).toMatchFileSnapshot(`screens/answered-${size.join('x')}.txt`);
	});

	it('that refused a command once says nothing of the next time', async () => {
		const turn = await open([80, 24]);
		turn.tell(call('1', 'npm test'));
		turn.happens(asks('q', 'npm test'), settled('q', 'deny', null));
		turn.tell(denied('1'));
		turn.tell(call('2', 'npm test'));
		turn.tell(denied('2'));
		expect(
			turn
				.shown()
				.join('\n')
				.match(/run npm test · denied/g),
		).toHaveLength(1);
	});

	it('shows a rule that fills many rows only by its key', async () => {
		const turn = await open([80, 24]);
		turn.happens(asks('q', Array.from({ length: 40 }, (_, at) => `npm run step-${at}`).join(' && ')));
		expect(turn.shown()).toContain('  a always in this repo, shows the rule');
	});
});
