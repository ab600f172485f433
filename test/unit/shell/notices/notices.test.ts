import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';
import { createKeyDecoder } from '../../../../src/shell/editor/keys.ts';
import { type NoticeKind, noticeSequence } from '../../../../src/shell/notices/notice-sequence.ts';
import { Notices } from '../../../../src/shell/notices/notices.ts';
import { createTerminalModes } from '../../../../src/ui/terminal-modes.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const done = (
	duration_ms: number,
	status: 'completed' | 'failed' | 'cancelled' = 'completed',
): RelayEvent => ({
	type: 'turn_finished',
	turn: 1,
	state: fakeTurnState({ duration_ms, status }),
});

const question = {
	id: 'q',
	kind: 'permission',
	title: 'run\x1b]0;x\x07 a command',
	detail: '',
	options: [],
} as never;
const asked = { type: 'question_asked', turn: 1, agent: 'claude', question, deniedInMs: 1 } as const;

function open(terminal: NoticeKind = 'osc9') {
	let written = '';
	const input = new EventEmitter();
	const notices = new Notices({
		notify: { terminal, afterMs: 30_000, env: {} },
		input,
		output: { write: (text) => (written += text) },
		clock: { now: () => 0 },
	});
	const stop = notices.listen();
	const told = (event: RelayEvent) => {
		written = '';
		notices.event(event);
		return written;
	};
	return { told, stop, input, focus: (bytes: string) => input.emit('data', Buffer.from(bytes)) };
}

describe('notices', () => {
	it('tell of long turns, questions, hand-overs and ended waits', () => {
		const { told } = open();
		expect(told(done(65_000))).toBe('\x1b]9;claude is done after 1 min 5 s\x07');
		expect(told(done(65_000, 'failed'))).toBe('\x1b]9;claude failed after 1 min 5 s\x07');
		expect(told(done(29_999))).toBe('');
		expect(told(done(65_000, 'cancelled'))).toBe('');
		const handedOver = { from: 'claude', to: 'codex', reason: 'switch', failure: null, limit: null } as const;
		const rest = { packet: 'p', candidates: [], losses: [] };
		expect(told({ type: 'handed_over', ...handedOver, ...rest })).toBe('\x1b]9;claude → codex\x07');
		const started = {
			type: 'turn_started',
			turn: 2,
			agent: 'claude',
			model: null,
			permissions: 'edit',
		} as const;
		const turn = { ...started, trigger: 'user', resumed: false, packet: null } as const;
		expect(told(turn)).toBe('');
		told({ type: 'waiting', agent: 'claude', until: 9, now: 0 });
		expect(told(turn)).toBe('\x1b]9;the wait is over: claude works\x07');
		expect(told(turn)).toBe('');
	});

	it('hold nothing of an agent that a terminal would obey', () => {
		const { told } = open();
		expect(told(asked)).toMatch(/^\x1b\]9;claude asks you: run[^\x00-\x1f\x7f]* a command\x07$/);
		expect(told({ ...asked, isAllowed: true })).toBe('');
	});

	it('are kept while the terminal has the focus', () => {
		const { told, focus, stop, input } = open();
		focus('\x1b[I');
		expect(told(asked)).toBe('');
		focus('a\x1b[Ob');
		expect(told(asked)).not.toBe('');
		focus('\x1b[O\x1b[I');
		expect(told(asked)).toBe('');
		stop();
		expect(input.listenerCount('data')).toBe(0);
	});

	it('speak as the terminal understands', () => {
		expect(noticeSequence('auto', 'a', {})).toBe('\x07');
		expect(noticeSequence('auto', 'a', { TERM_PROGRAM: 'WezTerm' })).toBe('\x1b]9;a\x07');
		expect(noticeSequence('auto', 'a;b', { VTE_VERSION: '7600' })).toBe(
			'\x1b]777;notify;agent-relay;a,b\x07',
		);
		expect(noticeSequence('auto', 'a', { TMUX: '/tmp/t', TERM_PROGRAM: 'tmux' })).toBe('\x07');
		expect(noticeSequence('osc9', 'a', { TMUX: '/tmp/t' })).toBe('\x1bPtmux;\x1b\x1b]9;a\x07\x1b\\');
		expect(noticeSequence('off', 'a', {})).toBe('');
	});
});

describe('reports of the focus', () => {
	it('are asked for and ended with the other modes, and are no keys', () => {
		let written = '';
		const input = { ...new EventEmitter(), setRawMode: () => undefined } as never;
		const modes = createTerminalModes(input, { write: (text) => (written += text) }, { reportsFocus: true });
		modes.enter();
		expect(written).toContain('\x1b[?1004h');
		modes.leave();
		expect(written).toContain('\x1b[?1004l');
		expect(
			createKeyDecoder()
				.push(Buffer.from('a\x1b[I\x1b[Ob'))
				.map((key) => (key.kind === 'text' ? key.text : key)),
		).toEqual(expect.arrayContaining(['a', 'b']));
		expect(createKeyDecoder().push(Buffer.from('\x1b[I\x1b[O'))).toEqual([]);
	});
});
