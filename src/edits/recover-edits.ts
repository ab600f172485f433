import { isNoFolder } from '../core/files/files.ts';
import { discardPlace, type EditJournal, type EditPlace } from './edit-journal.ts';
import { undoSteps } from './put-back.ts';

/** What became of edits that a dead process left. `journal`: what is known of them, with the owner's own keys. */
export type Recovery<J extends EditJournal> =
	/** None were begun, or nothing of them was written; the place is gone. */
	| { status: 'none' }
	/** All is as it was before them; the place is gone. */
	| { status: 'put_back'; journal: J }
	/** These paths were changed since and are left so, the others are as they were; what stood there before lies in `place.old`. */
	| { status: 'changed'; journal: J; left: string[] }
	/** All files are written: the owner records the edits, then calls `discardPlace`. */
	| { status: 'written'; journal: J }
	/** Not followed, and left as it is: the root is not ours (null), or `notFolder` stands in place of a folder of the place. */
	| { status: 'foreign'; journal: J; notFolder: string | null };

/**
 * Settles what lies in the place, by the owner's `readJournal`. The journal may lie where others write: it is followed only where
 * `isOurs` says so of its root, and never into git's files, the relay's own, or through a link. Only under the owner's lock.
 * What it names is put back as far as it can be; killed midway, the next call goes on.
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
	const notFolder = [place.fresh, place.old].find(isNoFolder);
	if (notFolder !== undefined) return { status: 'foreign', journal, notFolder };
	if (journal.phase === 'written') return { status: 'written', journal };
	const { left } = undoSteps(place, journal);
	if (left.length > 0) return { status: 'changed', journal, left };
	discardPlace(place);
	return { status: 'put_back', journal };
}
