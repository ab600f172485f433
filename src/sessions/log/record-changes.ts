/** The log entries for a change of the record (`meta.json`). Pure. */
import { isArchived, type SessionMeta } from '../session-meta.ts';
import type { UndoStep } from '../undo/undo-step.ts';
import type { LogEvent } from './log-entry.ts';

/** In the order in which a reader would expect them. Empty if another entry reports the change, as for a turn. */
export function eventsOfChange(before: SessionMeta, after: SessionMeta): LogEvent[] {
	return [
		...moved(before, after),
		...after.notes.slice(before.notes.length).map(noted),
		...(after.undos ?? []).slice(before.undos?.length ?? 0).map(undone),
		...checkpointed(before, after),
		...(after.title === before.title ? [] : [{ type: 'renamed' as const, title: after.title }]),
		...tagged(before.tags ?? [], after.tags ?? []),
		...archived(before, after),
		...(after.chat?.agreed && !before.chat?.agreed ? [{ type: 'chat_agreed' as const }] : []),
	];
}

function moved({ repo: before }: SessionMeta, { repo: after }: SessionMeta): LogEvent[] {
	if (after.worktree === before.worktree && after.folder === before.folder) return [];
	return [{ type: 'session_moved', worktree: after.worktree, folder: after.folder ?? null }];
}

function noted({ kind, exit_code }: SessionMeta['notes'][number]): LogEvent {
	return { type: 'noted', kind, ...(exit_code === undefined ? {} : { exit_code }) };
}

function tagged(before: readonly string[], after: readonly string[]): LogEvent[] {
	const added = after.filter((one) => !before.includes(one));
	const removed = before.filter((one) => !after.includes(one));
	return added.length + removed.length === 0 ? [] : [{ type: 'tagged', added, removed }];
}

function archived(before: SessionMeta, after: SessionMeta): LogEvent[] {
	if (isArchived(before) === isArchived(after)) return [];
	return [{ type: isArchived(after) ? 'archived' : 'unarchived' }];
}

function undone(step: UndoStep): LogEvent {
	const { kind, step: number, turns, files, paths, left, kept } = step;
	return { type: 'undone', kind, step: number, turns, files, paths, left, kept };
}

function checkpointed({ checkpoint: before }: SessionMeta, { checkpoint: after }: SessionMeta): LogEvent[] {
	if (after === null) return before === null ? [] : [{ type: 'settled' }];
	// A turn took the pending words; its own entry says so.
	const isTaken = before !== null && isSame({ ...before, pending_prompt: null }, after);
	if (isTaken || (before !== null && isSame(before, after))) return [];
	const { reason, packet, next_agent, reset_at, pending_prompt } = after;
	return [{ type: 'checkpointed', reason, packet, next_agent, reset_at, pending: pending_prompt !== null }];
}

type Checkpoint = NonNullable<SessionMeta['checkpoint']>;

const isSame = (one: Checkpoint, other: Checkpoint) => JSON.stringify(one) === JSON.stringify(other);
