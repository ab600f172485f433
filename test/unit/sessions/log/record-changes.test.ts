import { describe, expect, it } from 'vitest';
import { eventsOfChange } from '../../../../src/sessions/log/record-changes.ts';
import type { SessionMeta } from '../../../../src/sessions/session-meta.ts';
import {
	addNotes,
	agree,
	checkpoint,
	keepPrompt,
	moveTo,
	settle,
} from '../../../../src/sessions/transitions.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

const AT = Date.parse('2026-11-21T08:00:00.000Z');
const waiting = checkpoint(fakeSessionMeta(), { reason: 'limit', at: AT, packet: 'resume/001-a-b.md' });

const typesOf = (before: SessionMeta, after: SessionMeta) =>
	eventsOfChange(before, after).map(({ type }) => type);

describe('a change of the record', () => {
	it('logs a checkpoint with what is pending', () => {
		const facts = {
			reason: 'limit',
			at: AT,
			packet: null,
			nextAgent: 'codex',
			pendingPrompt: 'go on',
		} as const;
		const after = checkpoint(fakeSessionMeta(), { ...facts, resetAt: AT + 1000 });
		expect(eventsOfChange(fakeSessionMeta(), after)).toEqual([
			{
				type: 'checkpointed',
				reason: 'limit',
				packet: null,
				next_agent: 'codex',
				reset_at: '2026-11-21T08:00:01.000Z',
				pending: true,
			},
		]);
	});

	it('logs words kept in a checkpoint, but not that a turn took them', () => {
		const kept = keepPrompt(waiting, { text: 'now this', nextAgent: null, reason: 'interrupted', at: AT });
		expect(typesOf(waiting, kept)).toEqual(['checkpointed']);
		expect(typesOf(kept, waiting)).toEqual([]);
	});

	it('logs once that nothing is pending any more', () => {
		const settled = settle(waiting, undefined);
		expect(typesOf(waiting, settled)).toEqual(['settled']);
		expect(typesOf(settled, { ...settled, turn_count: 9 })).toEqual([]);
	});

	it('logs notes by their kind, without their words', () => {
		const at = '2026-11-21T08:00:00.000Z';
		const noted = addNotes(fakeSessionMeta(), {
			notes: [
				{ at, kind: 'note', text: 'secret words', after_turn: 1 },
				{ at, kind: 'shell', text: '$ ls', after_turn: 1, exit_code: 0 },
			],
		});
		expect(eventsOfChange(fakeSessionMeta(), noted)).toEqual([
			{ type: 'noted', kind: 'note' },
			{ type: 'noted', kind: 'shell', exit_code: 0 },
		]);
	});

	it('logs another place, but not another name of its branch', () => {
		const before = fakeSessionMeta();
		const elsewhere = moveTo(before, { ...before.repo, worktree: '/other', folder: 'api' });
		expect(eventsOfChange(before, elsewhere)).toEqual([
			{ type: 'session_moved', worktree: '/other', folder: 'api' },
		]);
		expect(typesOf(before, moveTo(before, { ...before.repo, branch: 'next' }))).toEqual([]);
	});

	it('logs that a chat agreed', () => {
		const chat = {
			participants: [],
			until: null,
			max_turns: 6,
			permissions: 'read-only' as const,
			agreed: false,
		};
		const before = fakeSessionMeta({ kind: 'chat', chat });
		expect(typesOf(before, agree(before, undefined))).toEqual(['chat_agreed']);
	});
});
