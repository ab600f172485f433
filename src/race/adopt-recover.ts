import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { isNoFolder } from '../core/files.ts';
import type { SessionId } from '../core/ids.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { firstLineOf } from '../git/git-output.ts';
import { listTreeEdits } from '../git/tree-edits.ts';
import { isListedWorktree } from '../git/worktree-records.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import { stageAdopted } from './adopt-commit.ts';
import type { AdoptDeps } from './adopt-deps.ts';
import {
	type AdoptJournal,
	type AdoptPlace,
	adoptPlace,
	discardPlace,
	readJournal,
	undoSteps,
} from './adopt-journal.ts';
import { noteAdopted } from './adopt-note.ts';

/**
 * Settles an adoption that a dead relay left behind, and says how: where its last file was written it is noted as done, else
 * every file is put back as it was. null: nothing was left. Only under the lock of the race's session.
 */
export async function recoverAdoption(session: OpenSession, deps: AdoptDeps): Promise<string | null> {
	const place = adoptPlace(session.writableFolder());
	const journal = readJournal(place);
	if (journal === null) {
		discardPlace(place);
		return null;
	}
	refuseForeign(journal, place, deps);
	const said = journal.phase === 'written' ? await finish(session, journal, deps) : undo(session, journal);
	discardPlace(place);
	return said;
}

/**
 * The journal lies where an agent may write: it is followed only in a worktree that the repo itself names, and where what stood
 * there before lies in the race's own folders.
 */
function refuseForeign({ worktree }: AdoptJournal, place: AdoptPlace, { repo }: AdoptDeps): void {
	const { root, commonDir } = repo;
	const isOfRepo =
		worktree === repo.worktree || (commonDir !== null && isListedWorktree(worktree, { root, commonDir }));
	const linked = [place.fresh, join(place.folder, 'old')].find(isNoFolder);
	if (isOfRepo && linked === undefined) return;
	const why = isOfRepo ? `${linked} is no folder` : `it names ${worktree}, which is no worktree of this repo`;
	throw new RelayError('damaged_record', `${place.journal} is not of an adoption here: ${why}`, {
		hint: `look at it, then remove it: rm -r ${quoteForShell(place.folder)}`,
	});
}

function undo(session: OpenSession, journal: AdoptJournal): string {
	const place = adoptPlace(session.writableFolder());
	const { left } = undoSteps(place, journal);
	if (left.length === 0)
		return `An adoption of ${journal.entrant} was interrupted: its files were taken back, all is as it was before.`;
	throw new RelayError(
		'refused',
		`An adoption of ${journal.entrant} was interrupted, and these files were changed since: ${left.join(', ')}`,
		{
			hint: `What stood there before lies in ${place.folder}/old; remove that folder when you have what you need.`,
		},
	);
}

async function finish(session: OpenSession, journal: AdoptJournal, deps: AdoptDeps): Promise<string> {
	const { worktree, entrant, commit } = journal;
	const repo = { ...deps.repo, worktree };
	const head = await deps.git.run(['rev-parse', '--verify', '-q', 'HEAD'], { cwd: worktree, allowExit: [1] });
	const isCommitted = commit !== null && firstLineOf(head.stdout) === commit;
	if (isCommitted) {
		const edits = await listTreeEdits(deps.git, worktree, `${commit}^`, commit);
		const entries = edits.map(({ path, after }) => [path, after] as const);
		await stageAdopted({ git: deps.git, repo }, entries, commit);
	}
	noteAdopted(session, deps, { entrant, commit: isCommitted ? commit : null, branch: null });
	const rest = commit !== null && !isCommitted ? ' The commit was not made.' : '';
	return `An adoption of ${entrant} was interrupted after its last file: it is noted as done.${rest}`;
}

/** The same for a race that is only looked at; null also where its session is in use, or no relay of this user began it. */
export async function recoverAbandonedAdoption(id: SessionId, deps: AdoptDeps): Promise<string | null> {
	const folder = deps.store.folderOf(id);
	if (!existsSync(adoptPlace(folder).folder) || !deps.store.witness(id).isOurs) return null;
	const session = openUnlocked(id, deps);
	if (session === null) return null;
	try {
		return await recoverAdoption(session, deps);
	} finally {
		session.release();
	}
}

function openUnlocked(id: SessionId, { store }: AdoptDeps): OpenSession | null {
	try {
		return store.open(id);
	} catch (error) {
		if (error instanceof RelayError && error.code === 'session_locked') return null;
		throw error;
	}
}
