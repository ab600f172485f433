import { describe, expect, it } from 'vitest';
import { chatBeginLine, chatEndLines } from '../../../../src/commands/chat/lines.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import type { ChatResult } from '../../../../src/relay/chat/chat-contract.ts';
import type { ChatRecord } from '../../../../src/sessions/session-meta.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { NOON } from '../../../helpers/fake-slash-context.ts';

const ID = parseSessionId('01K3ZZZZZZZZZZZZZZZZ7F3K2Q');
if (ID === null) throw new Error('no id');
const participant = (id: string) => ({ id, agent: id, model: null, role: null, left: null });
const CHAT: ChatRecord = {
	participants: [participant('claude'), participant('codex')],
	until: null,
	max_turns: 6,
	permissions: 'read-only',
	agreed: false,
};
const RESULT: ChatResult = {
	outcome: 'agreed',
	sessionId: ID,
	turns: 2,
	lastMessage: null,
	participants: CHAT.participants,
	packet: null,
	earliestReset: null,
};
const { usage } = fakeSessionMeta();
const endOf = (result: Partial<ChatResult>, used: Partial<typeof usage> = {}) =>
	chatEndLines(
		{ ...RESULT, ...result },
		{ turn_count: 4, usage: { ...usage, ...used } },
		{ theme: PLAIN_THEME, now: NOON, ownName: 'agent-relay', command: 'agent-relay chat' },
	);

describe('the beginning of a chat', () => {
	it('says who, how long and what they may do', () => {
		const meta = fakeSessionMeta({ chat: CHAT, objective: 'which?' });
		expect(chatBeginLine(meta, false, PLAIN_THEME)).toBe(
			'Chat of claude, codex · at most 6 turns · read-only',
		);
	});

	it('says what it is about where it goes on, and until when, with nothing that a terminal obeys', () => {
		const chat = { ...CHAT, until: 'both\x1b[2J are sure', permissions: 'edit' as const };
		const line = chatBeginLine(fakeSessionMeta({ chat, objective: 'which\n?' }), true, PLAIN_THEME);
		expect(line).toMatch(
			/^Chat about "which.*\?" continues: claude, codex · at most 6 more turns · edit · until "both/,
		);
		expect(line).not.toMatch(/[\x00-\x1f]/);
	});
});

describe('the end of a chat', () => {
	it('says how it ended, what it cost and where to read it', () => {
		const used = {
			input_tokens: 200,
			cache_read_tokens: 1000,
			output_tokens: 30,
			reasoning_tokens: 4,
			cost_usd: 0.125,
			cost_source: 'reported' as const,
		};
		expect(endOf({}, used)).toEqual([
			'✓ Chat over: all agree · 4 turns · 1.2k in 34 out · $0.13',
			'  read it: agent-relay show 7F3K2Q',
		]);
	});

	it.each([
		['max_turns', 'its turns are used up'],
		['timed_out', 'its time is up'],
		['interrupted', 'stopped'],
		['too_few', 'fewer than two can continue'],
	] as const)('by %s says how to go on', (outcome, text) => {
		expect(endOf({ outcome })).toEqual([
			`■ Chat over: ${text} · 4 turns`,
			'  read it: agent-relay show 7F3K2Q',
			'  continue: agent-relay chat --session 7F3K2Q',
		]);
	});

	it('says again what stands only where it is said again', () => {
		const meta = fakeSessionMeta({ chat: { ...CHAT, permissions: 'full' } });
		const options = { theme: PLAIN_THEME, now: NOON, ownName: 'agent-relay', command: '/chat' };
		expect(chatEndLines({ ...RESULT, outcome: 'max_turns' }, meta, options).at(-1)).toBe(
			'  continue: /chat --session 7F3K2Q -p full',
		);
	});

	it('says when the first who met a limit is free again, and how a budget is raised', () => {
		expect(endOf({ outcome: 'too_few', earliestReset: NOON + 3_600_000 })[1]).toBe(
			'  the first is free again 13:00 (in 1 h)',
		);
		expect(endOf({ outcome: 'too_few', earliestReset: NOON - 1 }).join()).not.toContain('free again');
		expect(endOf({ outcome: 'out_of_budget' })).toContain(
			'  raise it: agent-relay config set budgets.max_cost USD',
		);
	});
});
