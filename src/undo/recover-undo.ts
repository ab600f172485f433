/** Settles what an undo left whose process died: all of it is done, or nothing. */
import { renameSync } from 'node:fs';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { safeLine } from '../core/text.ts';
import { discardPlace, type EditPlace, editPlace } from '../edits/edit-journal.ts';
import { recoverEdits } from '../edits/recover-edits.ts';
import { isListedWorktree } from '../git/repo/worktree-records.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { OpenSession, SessionStore } from '../sessions/store/session-store.ts';
import { recordUndo } from '../sessions/transitions.ts';
import { undoPlaces } from '../sessions/undo/undo-places.ts';
import { readUndoJournal, type UndoJournal } from './undo-journal.ts';

/**
 * What was found and done, a line each, for people. An undo that another process is at is left alone, and so is one in a session
 * that no relay of this user began. Never throws for what it finds.
 */
export function recoverUndos(store: SessionStore): string[] {
	return undoPlaces(store.location).flatMap(({ id, folder }) => {
		const place = editPlace(folder, id);
		try {
			return recoverOne(id, place, store) ?? [];
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			if (error.code === 'session_locked') return [];
			return `An undo was interrupted and cannot be settled: ${error.message}. Look at ${place.folder}`;
		}
	});
}

function recoverOne(id: SessionId, place: EditPlace, store: SessionStore): string | null {
	if (!store.witness(id).isOurs)
		return `${place.folder} is not of an undo of yours and is left alone; to remove it: rm -r ${quoteForShell(place.folder)}`;
	const session = store.open(id);
	try {
		return settle(session, place, store.location.repo);
	} finally {
		session.release();
	}
}

/** Under the lock of the session. */
function settle(session: OpenSession, place: EditPlace, repo: RepoFacts): string | null {
	const found = recoverEdits(place, readUndoJournal(place), (root) => isOfRepo(root, repo));
	switch (found.status) {
		case 'none':
			return null;
		case 'put_back':
			return `${name(found.journal)} was interrupted: it was rolled back, and all files are as they were before it.`;
		case 'written': {
			const { undo } = found.journal;
			const isRecorded = session.meta.undos?.some(({ step }) => step === undo.step) ?? false;
			if (!isRecorded) session.apply(recordUndo, { step: undo });
			discardPlace(place);
			return `${name(found.journal)} was interrupted after its last file: it is recorded as done.`;
		}
		case 'changed': {
			const aside = `${place.folder.replace(/undo-(?=[^/]*$)/, 'interrupted-undo-')}-${Date.parse(found.journal.undo.at)}`;
			renameSync(place.folder, aside);
			const left = found.left.map((path) => safeLine(path, 200)).join(', ');
			return `${name(found.journal)} was interrupted and rolled back, except for files that were changed since: ${left}. What stood there before is in ${aside}`;
		}
		case 'foreign':
			throw new RelayError(
				'damaged_record',
				found.notFolder === null
					? `its journal names ${found.journal.worktree}, which is not a worktree of this repo`
					: `${found.notFolder} is not a folder`,
			);
	}
}

const name = ({ undo }: UndoJournal) => {
	const turns = undo.turns.map(({ turn }) => turn).join(', ');
	return `${undo.kind === 'undo' ? 'An undo' : 'A redo'} of turn ${turns}`;
};

/** The journal is where an agent may write: it is followed only in a worktree that the repo itself names. */
function isOfRepo(worktree: string, { worktree: here, root, commonDir }: RepoFacts): boolean {
	return worktree === here || (commonDir !== null && isListedWorktree(worktree, { root, commonDir }));
}
