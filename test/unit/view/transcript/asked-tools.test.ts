/** A question is open: the row below says that it waits, and so does the tool that it is for, once the question is no longer right above. */
import { describe, expect, it } from 'vitest';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { statusRows, waitingOf } from '../../../../src/view/live/status-rows.ts';
import { Transcript } from '../../../../src/view/transcript.ts';
import type { TurnStatus } from '../../../../src/view/transcript-sink.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const theme = createTheme(false);
const CANCELLED = fakeTurnState({ status: 'cancelled' });

const started: RelayEvent = {
	...{ type: 'turn_started', turn: 1, agent: 'claude', model: null, permissions: 'edit' },
	...{ trigger: 'user', resumed: false, packet: null },
};
const call = (id: string, command: string, queued = false): RelayEvent => {
	const tool = { id, name: 'Bash', kind: 'execute' as const, title: command, command, paths: [] };
	return { type: 'agent_event', turn: 1, event: { type: 'tool_call', ...tool, ...(queued && { queued }) } };
};
const asks = (id: string, what: string): RelayEvent => ({
	...{ type: 'question_asked', turn: 1, agent: 'claude', deniedInMs: 600_000 },
	question: {
		...{ id, kind: 'permission', title: 'run a command', detail: what, options: [] },
		wants: { action: 'run', what, folder: '/repo', reason: null },
	},
});
const says = (text: string): RelayEvent => ({
	...{ type: 'agent_event', turn: 1 },
	event: { type: 'agent_message_chunk', messageId: 'm', text },
});
const answers = (id: string, option: string): RelayEvent => ({
	...{ type: 'question_settled', turn: 1, id, answer: { option, text: null }, by: 'user' },
});

function scene({ onlyWatches = false } = {}) {
	let now = 0;
	let status: TurnStatus | null = null;
	const printed: string[] = [];
	const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
	const sink = {
		text: () => undefined,
		endText: () => undefined,
		line: (text: string) => void printed.push(text),
		status: (next: TurnStatus | null) => {
			status = next;
		},
	};
	const transcript = new Transcript({ sink, theme, clock, worktree: '/repo', onlyWatches });
	const rows = (columns = 80) => {
		if (status === null) return [];
		const context = { theme, columns, rows: 30, maxRows: 8, now, motion: false, queued: [], keys: [] };
		return statusRows(status, { ...context, waiting: waitingOf(status, now), keyHint: undefined });
	};
	return {
		...{ printed, rows },
		happens: (at: number, ...events: RelayEvent[]) => {
			now = at;
			for (const event of events) transcript.event(event);
		},
	};
}

describe('a tool that waits for an answer', () => {
	it('has no row while the question stands right above', () => {
		const { happens, rows } = scene();
		happens(0, started, call('a', 'npm test'), call('b', 'npm run build'));
		happens(10_000, asks('q', 'npm test'));
		expect(rows()).toEqual([
			'▸ run npm run build · 10 s',
			'▸ waiting for an answer · denied in 10 min 0 s · Ctrl+C stops',
		]);
		happens(10_000, says('Meanwhile I build.'));
		expect(rows()[0]).toBe('? run npm test · waits for an answer');
	});

	it('says so in place of its time, which begins with the answer', () => {
		const { happens, rows } = scene();
		happens(0, started, call('a', 'npm test'), call('b', 'npm run build'));
		happens(10_000, asks('q', 'npm test'), says('Meanwhile I build.'));
		expect(rows()).toEqual([
			'? run npm test · waits for an answer',
			'▸ run npm run build · 10 s',
			'▸ waiting for an answer · denied in 10 min 0 s · Ctrl+C stops',
		]);
		happens(70_000);
		expect(rows().at(-1)).toContain('denied in 9 min 0 s');
		happens(70_000, answers('q', 'allow'));
		happens(73_000);
		expect(rows()).toEqual([
			'▸ run npm test · 13 s',
			'▸ run npm run build · 1 min 13 s',
			expect.stringContaining('claude 1 min 13 s'),
		]);
	});

	it('is shown also where the CLI named it to be run later', () => {
		const { happens, rows } = scene();
		happens(0, started, call('a', 'npm test'), call('b', 'make', true));
		expect(rows()).toHaveLength(2);
		happens(5_000, asks('q', 'make'), says('Meanwhile I test.'));
		expect(rows().slice(0, 2)).toEqual(['▸ run npm test · 5 s', '? run make · waits for an answer']);
	});

	it('keeps what it waits for at 40 columns', () => {
		const { happens, rows } = scene();
		happens(0, started, call('a', 'npm publish --dry-run --tag next && git push'), asks('q', 'x'));
		happens(0, says('And more.'));
		const [row = ''] = rows(40);
		expect(row).toContain('waits for an answer');
		expect(row.length).toBeLessThanOrEqual(40);
	});

	it('keeps the time that is left at 40 columns', () => {
		const { happens, rows } = scene();
		happens(0, started, call('a', 'make'), asks('q', 'make'));
		expect(rows(39).at(-1)).toBe('▸ denied in 10 min 0 s · Ctrl+C stops');
	});

	it('has no row of its own once it was not allowed, also where the CLI says that it failed', () => {
		const { happens, printed } = scene();
		const tool = { id: 'a', name: 'apply_patch', kind: 'edit' as const, title: '/x', command: null };
		const result = { id: 'a', ok: false, denied: false, exitCode: null, output: '', outputBytes: 0 };
		const fails: RelayEvent[] = [
			{ type: 'agent_event', turn: 1, event: { type: 'tool_call', ...tool, paths: ['/x'] } },
			{ type: 'agent_event', turn: 1, event: { type: 'tool_result', ...result } },
		];
		happens(0, started, asks('q', '/x'), answers('q', 'deny'), ...fails);
		expect(printed.join('\n')).not.toContain('failed');
		happens(1, ...fails);
		expect(printed.join('\n')).toContain('failed');
	});

	it('that was not allowed when the turn was stopped was not started', () => {
		const { happens, printed } = scene();
		happens(0, started, call('a', 'make'), asks('q', 'make'));
		const settled: RelayEvent = {
			type: 'question_settled',
			turn: 1,
			id: 'q',
			answer: null,
			by: 'turn_ended',
		};
		happens(9_000, settled, { type: 'turn_finished', turn: 1, state: CANCELLED });
		expect(printed.join('\n')).toContain('○ run make · not started');
	});
});

it('names for those who watch where the question is answered', () => {
	const watched = scene({ onlyWatches: true });
	watched.happens(0, started, asks('abcdef0123', 'make'));
	expect(watched.printed.join('\n')).toContain('agent-relay answer abcdef');
	const own = scene();
	own.happens(0, started, asks('abcdef0123', 'make'));
	expect(own.printed.join('\n')).not.toContain('agent-relay answer');
});
