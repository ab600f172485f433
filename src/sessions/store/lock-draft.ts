/**
 * A lock before it counts: a finished file beside the sessions, which is then linked or renamed to where it holds. A process that is
 * killed before it has written a word leaves an empty file, so the name says who writes it, too.
 */
import { createHash, randomBytes } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createExclusive, removeIfThere } from '../../core/files/write-file.ts';
import { findLock, type LockContext, lockText } from './lock-record.ts';

export interface LockDraft {
	path: string;
	token: string;
}

/** The draft of a lock of the session in `folder`, whose own time it does not touch. Throws system errors. */
export function makeLockDraft(folder: string, context: LockContext): LockDraft {
	const token = randomBytes(8).toString('hex');
	const name = `.${basename(folder)}.${placeMark(context)}-${process.pid}-${token}.tmp`;
	const path = join(dirname(folder), name);
	createExclusive(path, lockText(token, context));
	const now = context.clock.now() / 1000;
	utimesSync(path, now, now);
	return { path, token };
}

/** Drafts of older relays have the token alone. */
const DRAFT = /^\.[0-9A-Z]{26}\.(?:([0-9a-f]{8})-(\d+)-)?[0-9a-f]{16}\.tmp$/;

/** Removes the drafts that processes left which were killed in between. `names`: what the folder of sessions holds. */
export function removeStrayLockDrafts(
	sessions: string,
	names: readonly string[],
	context: LockContext,
): void {
	for (const name of names) {
		if (!DRAFT.test(name)) continue;
		const path = join(sessions, name);
		const found = findLock(path, context);
		if (found === null) continue;
		const isHeld = found.judged === 'held' && !(found.unreadable !== undefined && isOfNobody(name, context));
		if (!isHeld) removeIfThere(path);
	}
}

/** By its name, where it says nothing else. */
function isOfNobody(name: string, context: LockContext): boolean {
	const [, place, pid] = DRAFT.exec(name) ?? [];
	return place === placeMark(context) && context.processes.identify(Number(pid)) === null;
}

/** Short, and the same only where a pid means the same process. */
function placeMark({ processes }: LockContext): string {
	const { host, boot_id, pid_namespace } = processes.place();
	return createHash('sha256')
		.update(JSON.stringify([host, boot_id, pid_namespace]))
		.digest('hex')
		.slice(0, 8);
}
