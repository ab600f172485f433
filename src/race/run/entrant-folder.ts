/** Where in its worktree an entrant works: in the folder where the race was started, or the nearest one that the base has. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { safeLine } from '../../core/text.ts';
import { linkedGitDir } from '../../git/repo/git-link.ts';
import { namedFolder } from '../../git/repo/start-folder.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { RaceDeps } from '../race-contract.ts';
import { type EntrantContext, withNotes } from './entrant-context.ts';

/** Facts of the entrant's worktree, read from its `.git` file. Throws `not_found` when it is gone. */
export function entrantRepo(context: EntrantContext): RepoFacts {
	const { worktree } = context.entrant();
	if (!lstatSync(worktree, { throwIfNoEntry: false })?.isDirectory())
		throw new RelayError('not_found', `the worktree ${worktree} is gone`);
	const gitDir = gitDirOf(worktree);
	if (gitDir === null) throw new RelayError('not_found', `${worktree} is not a worktree any more`);
	const { kind, root, commonDir, head } = context.deps.relay.repo;
	const place = { kind, root, worktree, commonDir, gitDir, branch: null, head };
	return { ...place, folder: namedFolder(raceFolder(context), place) ?? worktree };
}

/** Where the entrant's own commands run; its worktree also where that can no longer be read. */
export function entrantFolder(context: EntrantContext): string {
	const { worktree } = context.entrant();
	const { commonDir } = context.deps.relay.repo;
	return namedFolder(raceFolder(context), { worktree, commonDir, gitDir: null }) ?? worktree;
}

/** Said once, where the entrant works at the root because the folder of the race is not there. */
export function noteMissingFolder(context: EntrantContext): void {
	const folder = raceFolder(context);
	const { worktree, notes } = context.entrant();
	if (folder === '' || entrantFolder(context) !== worktree) return;
	const note = `${safeLine(folder, 200)}/ is not in the base; it works at the root`;
	if (!notes.includes(note)) context.change({ notes: withNotes(context.entrant(), note) });
}

/** Where the entrant works already, else the folder of the checkout in which the race was started; as records name it. */
function raceFolder({ race, entrant, deps }: EntrantContext): string {
	const folderOf = (session: string | null) => {
		const id = session === null ? null : parseSessionId(session);
		return id === null ? null : (readMeta(id, deps)?.repo.folder ?? '');
	};
	return folderOf(entrant().session_id) ?? folderOf(race().id) ?? '';
}

/** null for a record that is gone or cannot be read. */
function readMeta(id: SessionId, { relay }: RaceDeps): SessionMeta | null {
	try {
		return relay.store.read(id);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

function gitDirOf(worktree: string): string | null {
	const path = join(worktree, '.git');
	return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? linkedGitDir(path) : null;
}
