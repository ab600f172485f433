import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionMeta } from '../../../src/sessions/session-meta.ts';
import {
	addNotes,
	agree,
	archive,
	beginTurn,
	checkpoint,
	close,
	endTurn,
	keepPrompt,
	lacksEnd,
	leaveChat,
	moveTo,
	rename,
	reopen,
	reopenChat,
	sayToAll,
	settle,
	tag,
	unarchive,
} from '../../../src/sessions/transitions.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

describe('the record of a session', () => {
	it('counts a turn once, however often it is judged', () => {
		const first = fakeTurnState();
		const second = fakeTurnState({ turn: 2, agent: 'codex', cost_source: 'estimated' });
		const once = endTurn(endTurn(fakeSessionMeta(), { state: first, earlier: [] }), {
			state: second,
			earlier: [first],
		});
		const twice = endTurn(once, { state: second, earlier: [first, second] });
		expect(twice.usage).toEqual(once.usage);
		expect(once.usage).toMatchObject({ input_tokens: 400, output_tokens: 680, cost_source: 'mixed' });
		expect(once.usage.by_agent.codex).toMatchObject({ turns: 1 });
	});

	it('knows when it lacks the end of its newest turn', () => {
		const first = fakeTurnState();
		const second = fakeTurnState({ turn: 2, agent: 'codex' });
		const running = fakeTurnState({ turn: 3, status: 'running' });
		const ended = endTurn(fakeSessionMeta(), { state: first, earlier: [] });
		const begun = beginTurn(ended, { state: second, words: null });
		const rows = [
			{ meta: fakeSessionMeta(), turns: [], lacks: false },
			{ meta: ended, turns: [first], lacks: false },
			{ meta: begun, turns: [first, second], lacks: true },
			{ meta: begun, turns: [first, second, running], lacks: false },
			{ meta: endTurn(begun, { state: second, earlier: [first] }), turns: [first, second], lacks: false },
		];
		for (const { meta, turns, lacks } of rows) expect(lacksEnd(meta, turns)).toBe(lacks);
	});

	it('names the oldest price list behind the estimates of its turns', () => {
		const earlier = [
			fakeTurnState({ cost_source: 'estimated', prices_as_of: '2026-02-01' }),
			fakeTurnState({ turn: 2, cost_source: 'estimated', prices_as_of: '2025-11-30' }),
		];
		const { usage } = endTurn(fakeSessionMeta(), { state: fakeTurnState({ turn: 3 }), earlier });
		expect(usage).toMatchObject({ cost_source: 'mixed', prices_as_of: '2025-11-30' });
	});

	it('keeps the first prompt as the objective and drops a pending prompt once a turn has it', () => {
		const meta = fakeSessionMeta({
			objective: null,
			checkpoint: fakeCheckpoint({ pending_prompt: 'fix it' }),
		});
		const begun = beginTurn(meta, { state: fakeTurnState(), words: 'fix it' });
		expect(begun).toMatchObject({
			objective: 'fix it',
			status: 'active',
			checkpoint: { pending_prompt: null },
		});
		expect(beginTurn(begun, { state: fakeTurnState({ turn: 2 }), words: 'and more' })).toMatchObject({
			objective: 'fix it',
		});
	});

	it('gives a title and tags, each tag once and in the order in which it came', () => {
		const meta = fakeSessionMeta({ title: null });
		expect(rename(meta, { title: 'the login' }).title).toBe('the login');
		expect(rename({ ...meta, title: 'a' }, { title: 'a' })).toMatchObject({ title: 'a' });
		const tagged = tag(meta, { add: ['b', 'a', 'b'] });
		expect(tagged.tags).toEqual(['b', 'a']);
		expect(tag(tagged, { add: ['a'] })).toBe(tagged);
		expect(tag(tagged, { remove: ['b', 'c'] }).tags).toEqual(['a']);
		expect(tag(meta, { remove: ['c'] })).toBe(meta);
	});

	it('is archived since the first time, and taken back', () => {
		const meta = fakeSessionMeta();
		const archived = archive(meta, { at: 0 });
		expect(archived.archived_at).toBe('1970-01-01T00:00:00.000Z');
		expect(archive(archived, { at: 5 })).toBe(archived);
		expect(unarchive(archived, undefined).archived_at).toBeNull();
		expect(unarchive(meta, undefined)).toBe(meta);
	});

	it('forgets a conversation that the agent no longer has, and keeps one that the turn did not name', () => {
		const named = endTurn(fakeSessionMeta(), {
			state: fakeTurnState({ native_session_id: 'n1' }),
			earlier: [],
		});
		const silent = endTurn(named, {
			state: fakeTurnState({ turn: 2, native_session_id: null }),
			earlier: [],
		});
		expect(silent.agents.claude?.native_session_id).toBe('n1');
		const gone = endTurn(named, {
			state: fakeTurnState({ turn: 2, stop_reason: 'unknown_session' }),
			earlier: [],
		});
		expect(gone.agents.claude?.native_session_id).toBeNull();
	});

	it('has no end while the session is open, and gets one when it is released', () => {
		const begun = beginTurn(fakeSessionMeta({ ended_at: '2026-01-01T00:00:00.000Z' }), {
			state: fakeTurnState(),
			words: null,
		});
		expect(begun.ended_at).toBeNull();
		expect(endTurn(begun, { state: fakeTurnState(), earlier: [] }).ended_at).toBeNull();
	});

	it('knows what the user said last, on one line, and keeps it while an agent takes over', () => {
		const begun = beginTurn(fakeSessionMeta(), {
			state: fakeTurnState(),
			words: `fix\n\x1b[1m it ${'a'.repeat(500)}`,
		});
		expect(begun.last_prompt).toMatch(/^fix .*it a+…$/);
		expect(begun.last_prompt).not.toContain('\x1b');
		expect(begun.last_prompt?.length).toBe(200);
		const after = beginTurn(begun, { state: fakeTurnState({ turn: 2 }), words: null });
		expect(after.last_prompt).toBe(begun.last_prompt);
	});

	it('gives up a conversation that is too long, or that its agent could not keep', () => {
		const named = endTurn(fakeSessionMeta(), {
			state: fakeTurnState({ native_session_id: 'n1' }),
			earlier: [],
		});
		for (const over of [{ stop_reason: 'context_too_long' }, { unresumable: 'could not be saved' }]) {
			const after = endTurn(named, {
				state: fakeTurnState({ turn: 2, native_session_id: 'n1', ...over }),
				earlier: [],
			});
			expect(after.agents.claude?.native_session_id).toBeNull();
		}
	});

	it('says why a turn failed until the next one begins', () => {
		const error = { code: 'crashed', message: 'boom' };
		const failed = endTurn(fakeSessionMeta(), {
			state: fakeTurnState({ status: 'failed', error }),
			earlier: [],
		});
		expect(failed.error).toEqual(error);
		expect(beginTurn(failed, { state: fakeTurnState({ turn: 2 }), words: null }).error).toBeNull();
	});
});

const AT = Date.UTC(2026, 5, 1);
const AT_ISO = '2026-06-01T00:00:00.000Z';

const CHAT: NonNullable<SessionMeta['chat']> = {
	participants: ['claude', 'codex'].map((id) => ({ id, agent: id, model: null, role: null, left: null })),
	until: null,
	max_turns: 6,
	permissions: 'edit',
	agreed: false,
};

describe('a session that is opened and left', () => {
	it('is open for work, past every turn that is on disk', () => {
		const left = fakeSessionMeta({ status: 'checkpointed', ended_at: AT_ISO, turn_count: 2 });
		expect(reopen(left, { newestTurn: 3 })).toMatchObject({
			status: 'active',
			ended_at: null,
			turn_count: 3,
		});
		expect(reopen(left, { newestTurn: 1 }).turn_count).toBe(2);
	});

	it('stays as it is if it is already open', () => {
		const open = fakeSessionMeta({ turn_count: 2 });
		expect(reopen(open, { newestTurn: 2 })).toBe(open);
		expect(reopen(open, { newestTurn: 3 }).turn_count).toBe(3);
	});

	it('is left with its reason, and with the packet if one was made for that reason', () => {
		const open = fakeSessionMeta({ checkpoint: fakeCheckpoint({ reason: 'limit' }) });
		const left = (reason: 'limit' | 'interrupted') => close(open, { status: 'checkpointed', reason, at: AT });
		expect(left('limit')).toMatchObject({
			status: 'checkpointed',
			ended_at: AT_ISO,
			checkpoint: open.checkpoint,
		});
		expect(left('interrupted').checkpoint).toEqual({
			reason: 'interrupted',
			at: AT_ISO,
			packet: null,
			next_agent: null,
			reset_at: null,
			pending_prompt: null,
		});
	});

	it('has no checkpoint once its work is done', () => {
		const open = fakeSessionMeta({ checkpoint: fakeCheckpoint() });
		expect(close(open, { status: 'completed', reason: null, at: AT })).toMatchObject({
			status: 'completed',
			checkpoint: null,
		});
	});
});

describe('a checkpoint', () => {
	it('says why, since when, for whom, until when, with which packet and which words', () => {
		const facts = {
			reason: 'limit',
			at: AT,
			packet: 'resume/1.md',
			nextAgent: 'codex',
			resetAt: AT,
		} as const;
		expect(checkpoint(fakeSessionMeta(), { ...facts, pendingPrompt: 'go on' }).checkpoint).toEqual({
			reason: 'limit',
			at: AT_ISO,
			packet: 'resume/1.md',
			next_agent: 'codex',
			reset_at: AT_ISO,
			pending_prompt: 'go on',
		});
		const bare = checkpoint(fakeSessionMeta(), { reason: 'handoff', at: AT, packet: null }).checkpoint;
		expect(bare).toMatchObject({ packet: null, next_agent: null, reset_at: null, pending_prompt: null });
	});

	it('replaces the previous one, words included', () => {
		const before = fakeSessionMeta({ checkpoint: fakeCheckpoint({ pending_prompt: 'old' }) });
		const after = checkpoint(before, { reason: 'interrupted', at: AT, packet: 'p' });
		expect(after.checkpoint).toMatchObject({ reason: 'interrupted', pending_prompt: null });
	});

	it('keeps its packet and reason when words are added', () => {
		const waiting = fakeSessionMeta({ checkpoint: fakeCheckpoint({ next_agent: 'codex' }) });
		const facts = { text: 'go on', reason: 'interrupted', at: AT } as const;
		expect(keepPrompt(waiting, { ...facts, nextAgent: null }).checkpoint).toEqual({
			...waiting.checkpoint,
			pending_prompt: 'go on',
		});
		expect(keepPrompt(waiting, { ...facts, nextAgent: 'gemini' }).checkpoint?.next_agent).toBe('gemini');
	});

	it('is made for words if there is none', () => {
		const facts = { text: 'go on', nextAgent: 'codex', reason: 'switch', at: AT } as const;
		expect(keepPrompt(fakeSessionMeta(), facts).checkpoint).toEqual({
			reason: 'switch',
			at: AT_ISO,
			packet: null,
			next_agent: 'codex',
			reset_at: null,
			pending_prompt: 'go on',
		});
	});

	it('is removed once nothing is pending', () => {
		expect(settle(fakeSessionMeta({ checkpoint: fakeCheckpoint() }), undefined).checkpoint).toBeNull();
		const settled = fakeSessionMeta();
		expect(settle(settled, undefined)).toBe(settled);
	});
});

describe('what the user says', () => {
	it('is added after what was said before', () => {
		const one = { at: AT_ISO, kind: 'note' as const, text: 'one', after_turn: 0 };
		const two = { at: AT_ISO, kind: 'shell' as const, text: '$ ls', after_turn: 1, exit_code: 0 };
		const meta = addNotes(fakeSessionMeta({ notes: [one] }), { notes: [two] });
		expect(meta.notes).toEqual([one, two]);
	});

	it('to everyone in a chat is a note after the newest turn', () => {
		expect(sayToAll(fakeSessionMeta({ turn_count: 4 }), { text: 'hear me', at: AT }).notes).toEqual([
			{ at: AT_ISO, kind: 'note', text: 'hear me', after_turn: 4 },
		]);
	});
});

describe('a chat', () => {
	it('continues by new rules, in its place, with what is said first', () => {
		const before = fakeSessionMeta({ chat: CHAT });
		const chat = { ...CHAT, max_turns: 12 };
		const moved = { ...before.repo, worktree: '/elsewhere' };
		const facts = { repo: moved, chat, at: AT };
		expect(reopenChat(before, { ...facts, words: 'shorter' })).toMatchObject({
			chat,
			repo: moved,
			notes: [{ text: 'shorter' }],
		});
		expect(reopenChat(before, { ...facts, words: null }).notes).toEqual([]);
	});

	it('is left by one participant while the others stay', () => {
		const left = leaveChat(fakeSessionMeta({ chat: CHAT }), { participant: 'codex', reason: 'limit' });
		expect(left.chat?.participants.map((one) => one.left)).toEqual([null, 'limit']);
	});

	it('is agreed: nothing is pending, and nothing failed', () => {
		const open = fakeSessionMeta({
			chat: CHAT,
			checkpoint: fakeCheckpoint(),
			error: { code: 'crashed', message: 'boom' },
		});
		expect(agree(open, undefined)).toMatchObject({ checkpoint: null, error: null, chat: { agreed: true } });
	});

	it('does not change another kind of session', () => {
		const run = fakeSessionMeta();
		expect(agree(run, undefined)).toBe(run);
		expect(leaveChat(run, { participant: 'codex', reason: 'limit' })).toBe(run);
	});
});

describe('the place of a session', () => {
	it('changes only if it is another one', () => {
		const meta = fakeSessionMeta();
		expect(moveTo(meta, meta.repo)).toBe(meta);
		const repo = { ...meta.repo, worktree: '/elsewhere', moved_from: ['/repo'] };
		expect(moveTo(meta, repo)).toEqual({ ...meta, repo });
	});
});

/** Each with facts, so that all can be put through the same. */
const ALL: ReadonlyArray<(meta: SessionMeta) => SessionMeta> = [
	(meta) => reopen(meta, { newestTurn: 7 }),
	(meta) => close(meta, { status: 'checkpointed', reason: 'failed', at: AT }),
	(meta) => checkpoint(meta, { reason: 'limit', at: AT, packet: 'p', pendingPrompt: 'words' }),
	(meta) => keepPrompt(meta, { text: 'words', nextAgent: null, reason: 'switch', at: AT }),
	(meta) => settle(meta, undefined),
	(meta) => sayToAll(meta, { text: 'words', at: AT }),
	(meta) => reopenChat(meta, { repo: meta.repo, chat: CHAT, words: 'words', at: AT }),
	(meta) => leaveChat(meta, { participant: 'codex', reason: 'auth' }),
	(meta) => agree(meta, undefined),
	(meta) => moveTo(meta, { ...meta.repo, worktree: '/elsewhere' }),
	(meta) => beginTurn(meta, { state: fakeTurnState(), words: 'words' }),
	(meta) => endTurn(meta, { state: fakeTurnState(), earlier: [] }),
];

describe('any row of changes', () => {
	it('leaves the old record unchanged, and keeps keys it does not know', () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(...ALL), { maxLength: 12 }),
				fc.jsonValue(),
				(changes, unknown) => {
					const newer = { from_a_newer_version: unknown };
					const agents = { claude: { ...begunClaude(), ...newer } };
					let meta: SessionMeta = fakeSessionMeta({ chat: CHAT, agents, ...newer });
					for (const change of changes) {
						const before = structuredClone(meta);
						const after = change(meta);
						expect(meta).toEqual(before);
						meta = after;
					}
					expect(meta).toMatchObject({ ...newer, id: fakeSessionMeta().id, agents: { claude: newer } });
				},
			),
		);
	});
});

function begunClaude(): SessionMeta['agents'][string] {
	const begun = beginTurn(fakeSessionMeta(), { state: fakeTurnState(), words: null }).agents.claude;
	if (begun === undefined) throw new Error('a turn that began has its agent');
	return begun;
}
