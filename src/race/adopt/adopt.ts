/**
 * Taking over what an entrant made: its files into the main checkout, a commit there, or a branch. Everything is looked at
 * before anything is written, and either all is written or nothing (`edits/`). The repo's index is touched for `commit` alone,
 * and there only for the adopted paths.
 */
import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import { createBranch, createCommit, refuseBranchName } from '../../git/commits/commit-paths.ts';
import { listTreeEdits } from '../../git/commits/tree-edits.ts';
import { firstLineOf } from '../../git/git-output.ts';
import { explainDisk } from '../../git/repo/repo-git.ts';
import { acceptOrigin, requireOrigin } from '../../relay/resume/session-origin.ts';
import { isKeptByUs, type KeptWork } from '../record/kept-witness.ts';
import { omissionsInside } from '../run/left-inside.ts';
import { commitMessage } from './adopt-commit.ts';
import type { AdoptDeps, AdoptMode, AdoptRequest, AdoptResult } from './adopt-deps.ts';
import { adoptFiles } from './adopt-files.ts';
import { chooseEntrant, keptCommit } from './choose-entrant.ts';
import { recordAdoption, recordLeftOut } from './record-adoption.ts';
import { recoverAdoption } from './recover-adoption.ts';
import type { Adoption } from './stage-files.ts';

/**
 * Conflicts are a result; RelayError `refused` for what no other file would mend (no winner, nothing kept, the state of the
 * repo, a race of another relay), `session_locked` while the race runs.
 */
export async function adopt(request: AdoptRequest, deps: AdoptDeps): Promise<AdoptResult> {
	const { record, mode, isAccepted = false } = request;
	const id = parseSessionId(record.id);
	if (id === null) throw new RelayError('damaged_record', `${record.id} is not the id of a race`);
	const entrant = chooseEntrant(record, request.entrant);
	const goOn = `agent-relay race adopt ${entrant.id} --race ${id.slice(-6)} --here`;
	requireOrigin({ id, kind: 'race' }, deps.store.witness(id), isAccepted, goOn);
	const commit = await keptCommit(record, entrant, deps);
	const kept = { entrant: entrant.id, base: record.base.commit, commit };
	if (!isAccepted && !isKeptByUs(deps.store.witness(id), kept)) throw notKeptByUs(kept, goOn);
	acceptOrigin(id, deps.store);
	const session = deps.store.open(id);
	try {
		const said = await recoverAdoption(session, deps);
		const notes = said === null ? [] : [said];
		const edits = await listTreeEdits(deps.git, deps.repo.worktree, record.base.commit, commit);
		const inside = omissionsInside(entrant);
		if (edits.length === 0 && inside.length === 0)
			throw new RelayError('refused', `${entrant.id} changed no file, so there is nothing to adopt.`);
		const task = { record, entrant: entrant.id, commit, edits, inside, notes, session, deps };
		const result = await adoptTask(task, mode);
		const paths = result.status === 'conflicts' ? result.conflicts : result.omitted;
		recordLeftOut(session, deps, { entrant: entrant.id, paths });
		return result;
	} catch (error) {
		throw explainDisk(error);
	} finally {
		session.release();
	}
}

function notKeptByUs({ entrant, base, commit }: KeptWork, goOn: string): RelayError {
	return new RelayError(
		'refused',
		`The record of the race names other files of ${entrant} than your relay kept: it was changed, or is of an older relay.`,
		{ hint: `Look at them: git diff ${base} ${commit}, or adopt them all the same: ${goOn}` },
	);
}

async function adoptTask(task: Adoption, mode: AdoptMode): Promise<AdoptResult> {
	const { entrant, edits, inside, notes } = task;
	if (edits.length === 0) return { status: 'left_out', entrant, omitted: [...inside], notes };
	return mode.kind === 'branch' ? adoptAsBranch(task, mode.name) : adoptFiles(task, mode);
}

async function adoptAsBranch(adoption: Adoption, name: string): Promise<AdoptResult> {
	const { record, entrant, deps, session, notes } = adoption;
	const { git, repo, env } = deps;
	await refuseBranchName(git, repo.worktree, name);
	const shown = await git.run(['rev-parse', '--verify', `${adoption.commit}^{tree}`], { cwd: repo.worktree });
	const commit = await createCommit(git, repo.worktree, {
		tree: firstLineOf(shown.stdout),
		parent: record.base.commit,
		message: commitMessage(record, entrant),
		env,
	});
	await createBranch(git, repo.worktree, { name, commit });
	recordAdoption(session, deps, { entrant, commit, branch: name });
	const base = record.base.is_snapshot
		? ['Its parent is the snapshot of your changes that the race began with.']
		: [];
	return {
		status: 'adopted',
		entrant,
		written: [],
		already: [],
		omitted: [...adoption.inside],
		commit,
		branch: name,
		notes: [...notes, ...base],
	};
}
