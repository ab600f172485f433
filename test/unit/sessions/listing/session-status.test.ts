import { describe, expect, it } from 'vitest';
import { sessionStatus } from '../../../../src/sessions/listing/session-status.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

const turn = (status: 'completed' | 'limited' | 'running' | 'failed', packet: string | null = null) => ({
	status,
	stop_reason: null,
	packet,
	trigger: 'user' as const,
});
const free = { isLocked: false };

describe('the status of a session', () => {
	it('is active while its lock is held, whatever its records say', () => {
		const meta = fakeSessionMeta({ status: 'completed', checkpoint: fakeCheckpoint() });
		expect(sessionStatus({ isLocked: true, meta, lastTurn: turn('failed') })).toEqual({
			status: 'active',
			reason: null,
		});
	});

	it('is completed after a completed turn with no packet waiting', () => {
		const meta = fakeSessionMeta();
		expect(sessionStatus({ ...free, meta, lastTurn: turn('completed') })).toEqual({
			status: 'completed',
			reason: null,
		});
	});

	it('is checkpointed while a packet waits, with the reason of the packet', () => {
		const meta = fakeSessionMeta({ checkpoint: fakeCheckpoint({ reason: 'switch' }) });
		expect(sessionStatus({ ...free, meta, lastTurn: turn('completed') })).toEqual({
			status: 'checkpointed',
			reason: 'switch',
		});
	});

	it('is judged by the turn once the packet was sent with it', () => {
		const meta = fakeSessionMeta({ checkpoint: fakeCheckpoint({ packet: 'resume/001-a-b.md' }) });
		const sent = (status: 'completed' | 'running') =>
			sessionStatus({ ...free, meta, lastTurn: turn(status, 'resume/001-a-b.md') });
		expect(sent('completed').status).toBe('completed');
		expect(sent('running')).toEqual({ status: 'checkpointed', reason: 'outcome_unknown' });
	});

	it.each([
		['limited', 'limit'],
		['failed', 'failed'],
		['cancelled', 'interrupted'],
		['timed_out', 'timed_out'],
		['outcome_unknown', 'outcome_unknown'],
		['running', 'outcome_unknown'],
	] as const)('after a turn that is %s is checkpointed as %s', (status, reason) => {
		const lastTurn = { status, stop_reason: null, packet: null, trigger: 'user' as const };
		expect(sessionStatus({ ...free, meta: fakeSessionMeta(), lastTurn })).toEqual({
			status: 'checkpointed',
			reason,
		});
	});

	it('is not completed by an answer whose background tasks were stopped', () => {
		const lastTurn = { ...turn('completed'), stop_reason: 'background_stopped' };
		expect(sessionStatus({ ...free, meta: fakeSessionMeta(), lastTurn })).toEqual({
			status: 'checkpointed',
			reason: 'interrupted',
		});
	});

	it('keeps a recorded reason that came without a packet, but not one from before a crash', () => {
		const checkpoint = fakeCheckpoint({ reason: 'handoff', packet: null });
		const about = (status: 'checkpointed' | 'active') =>
			sessionStatus({ ...free, meta: { status, checkpoint }, lastTurn: turn('failed') }).reason;
		expect(about('checkpointed')).toBe('handoff');
		expect(about('active')).toBe('failed');
	});

	it('is interrupted when the relay died before the first turn', () => {
		expect(sessionStatus({ ...free, meta: fakeSessionMeta(), lastTurn: null })).toEqual({
			status: 'checkpointed',
			reason: 'interrupted',
		});
	});

	it('of a chat is completed only once all agreed, whatever its last turn says', () => {
		const lastTurn = { ...turn('completed', 'resume/002-claude-codex.md'), trigger: 'chat' as const };
		const about = (agreed: boolean, trigger: 'chat' | 'user' = 'chat') =>
			sessionStatus({
				...free,
				meta: fakeSessionMeta({
					checkpoint: null,
					chat: { participants: [], until: null, max_turns: 6, permissions: 'read-only', agreed },
				}),
				lastTurn: { ...lastTurn, trigger },
			});
		expect(about(true)).toEqual({ status: 'completed', reason: null });
		expect(about(false)).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		// The user continued it in the shell, and that turn is done.
		expect(about(false, 'user')).toEqual({ status: 'completed', reason: null });
	});
});
