import { existsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { discardPlace, type EditPlace } from '../../edits/edit-journal.ts';
import { type Recovery, recoverEdits } from '../../edits/recover-edits.ts';
import { listTreeEdits } from '../../git/commits/tree-edits.ts';
import { firstLineOf } from '../../git/git-output.ts';
import { isListedWorktree } from '../../git/repo/worktree-records.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { stageAdopted } from './adopt-commit.ts';
import type { AdoptDeps } from './adopt-deps.ts';
import { type AdoptJournal, adoptPlace, readJournal } from './adoption-journal.ts';
import { recordAdoption } from './record-adoption.ts';

/**
 * Settles an adoption that a dead relay left behind, and says how: where its last file was written it is noted as done, else
 * every file is put back as it was. null: nothing was left. Only under the lock of the race's session. Throws `damaged_record` for
 * a journal that cannot be read or names a folder that is not a worktree of this repo, `refused` where files were changed since.
 */
export async function recoverAdoption(session: OpenSession, deps: AdoptDeps): Promise<string | null> {
	const place = adoptPlace(session.writableFolder());
	const found = recoverEdits(place, readJournal(place), (root) => isOfRepo(root, deps));
	switch (found.status) {
		case 'none':
			return null;
		case 'put_back':
			return `An adoption of ${found.journal.entrant} was interrupted: its files were taken back, all is as it was before.`;
		case 'written': {
			const said = await finish(session, found.journal, deps);
			discardPlace(place);
			return said;
		}
		case 'changed':
			throw new RelayError(
				'refused',
				`An adoption of ${found.journal.entrant} was interrupted, and these files were changed since: ${found.left.join(', ')}`,
				{
					hint: `What stood there before lies in ${place.old}; remove that folder when you have what you need.`,
				},
			);
		case 'foreign':
			throw foreign(found, place);
	}
}

/** The journal lies where an agent may write: it is followed only in a worktree that the repo itself names. */
function isOfRepo(worktree: string, { repo }: AdoptDeps): boolean {
	const { root, commonDir } = repo;
	return (
		worktree === repo.worktree || (commonDir !== null && isListedWorktree(worktree, { root, commonDir }))
	);
}

function foreign(
	{ journal, notFolder }: Extract<Recovery<AdoptJournal>, { status: 'foreign' }>,
	place: EditPlace,
): RelayError {
	const why =
		notFolder === null
			? `it names ${journal.worktree}, which is not a worktree of this repo`
			: `${notFolder} is not a folder`;
	return new RelayError('damaged_record', `${place.journal} is not of an adoption here: ${why}`, {
		hint: `look at it, then remove it: rm -r ${quoteForShell(place.folder)}`,
	});
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
	recordAdoption(session, deps, { entrant, commit: isCommitted ? commit : null, branch: null });
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
