import { isNotAFolder } from '../core/files/folders.ts';
import { discardPlace, type EditJournal, type EditPlace } from './edit-journal.ts';
import { undoSteps } from './put-back.ts';

/** The outcome of edits that a dead process left. `journal`: the record of them, with the owner's own keys. */
export type Recovery<J extends EditJournal> =
	/** None were begun, or nothing was written; the place is removed. */
	| { status: 'none' }
	/** Everything is as it was before; the place is removed. */
	| { status: 'put_back'; journal: J }
	/** These paths were changed since and are left unchanged, the others are restored; the old contents are in `place.old`. */
	| { status: 'changed'; journal: J; left: string[] }
	/** All files are written: the owner records the edits, then calls `discardPlace`. */
	| { status: 'written'; journal: J }
	/** Not followed and left unchanged: the root is not ours (null), or `notFolder` is where a folder of the place belongs. */
	| { status: 'foreign'; journal: J; notFolder: string | null };

/**
 * Settles the edits left in the place, using the owner's `readJournal`. The journal may be where others write, so it is followed
 * only if `isOurs` accepts its root, and never into git's files, the relay's own, or through a link. Call it only under the owner's
 * lock. Restores as much as possible; if killed midway, the next call continues.
 */
export function recoverEdits<J extends EditJournal>(
	place: EditPlace,
	journal: J | null,
	isOurs: (root: string) => boolean,
): Recovery<J> {
	if (journal === null) {
		discardPlace(place);
		return { status: 'none' };
	}
	if (!isOurs(journal.worktree)) return { status: 'foreign', journal, notFolder: null };
	const notFolder = [place.fresh, place.old].find(isNotAFolder);
	if (notFolder !== undefined) return { status: 'foreign', journal, notFolder };
	if (journal.phase === 'written') return { status: 'written', journal };
	const { left } = undoSteps(place, journal);
	if (left.length > 0) return { status: 'changed', journal, left };
	discardPlace(place);
	return { status: 'put_back', journal };
}
