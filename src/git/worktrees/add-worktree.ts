import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { explainUnwritten } from '../commits/explain-unwritten.ts';
import { nulFields, nulInput } from '../git-output.ts';
import type { Place, RepoGit } from '../repo/repo-git.ts';
import { findRecord } from '../repo/worktree-records.ts';
import { removeWorktree, removeWorktreeFolder } from './remove-worktree.ts';

export interface NewWorktree {
	path: string;
	commit: string;
	reason: string;
}

/** Runs `action` after the previous ones are done: git's own records of worktrees are made one at a time. */
export type InTurn = <T>(action: () => Promise<T>) => Promise<T>;

/** Implements `Worktrees.add`. Only making the record (a few ms) waits its turn; files are written concurrently. */
export async function addWorktree(
	git: RepoGit,
	worktree: NewWorktree,
	inTurn: InTurn,
): Promise<{ notes: string[] }> {
	const { path, reason } = worktree;
	if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
		throw new RelayError('refused', `${path} already exists; a worktree needs a new folder`);
	explainingWrites(path, () => ensureFolder(dirname(path)));
	try {
		await inTurn(() => makeRecord(git, worktree));
		const place = git.placeOf(path);
		await writeFiles(git, place, worktree);
		return { notes: await describeCheckout(git, place) };
	} catch (error) {
		await undo(git, { path, reason });
		throw error;
	}
}

/** Ignores a failure of its own, which the user need not read; `Worktrees.remove` can finish it later. */
async function undo(git: RepoGit, { path, reason }: { path: string; reason: string }): Promise<void> {
	try {
		await removeWorktree(git, { path, reason });
	} catch (error) {
		// Git may have created the folder but no record of it; the folder was not there before.
		if (!(error instanceof RelayError) || error.code !== 'refused') return;
		await removeWorktreeFolder(path).catch(() => undefined);
	}
}

async function writeFiles(git: RepoGit, place: Place, { commit }: NewWorktree): Promise<void> {
	try {
		await git.at(place, ['reset', '--hard', '-q', '--no-recurse-submodules']);
	} catch (error) {
		throw await explainUnwritten(error, git, { tree: commit, folder: place.worktree });
	}
}

/** Other relays and users add worktrees of this repo too, and git does not wait for them. */
const ATTEMPTS = 3;

async function makeRecord(git: RepoGit, worktree: NewWorktree): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await tryRecord(git, worktree);
		} catch (error) {
			const isFinal = !(error instanceof RelayError) || error.code !== 'git_failed' || attempt === ATTEMPTS;
			if (isFinal || lstatSync(worktree.path, { throwIfNoEntry: false }) !== undefined) throw error;
		}
	}
}

/** `--reason` came with git 2.33; older versions write a text of their own, which ours replaces. */
async function tryRecord(git: RepoGit, { path, commit, reason }: NewWorktree): Promise<void> {
	const args = ['worktree', 'add', '--detach', '--no-checkout', '--lock'];
	const made = await git.inRepo([...args, '--reason', reason, path, commit], { allowExit: [USAGE] });
	if (made.exitCode !== USAGE) return;
	await git.inRepo([...args, path, commit]);
	const record = findRecord(git.repo.commonDir, path);
	if (record !== null) writeAtomic(join(record.folder, 'locked'), `${reason}\n`);
}

const USAGE = 129;

/** The parts of a checkout that may surprise the user, since it runs no filter and fills no submodule. */
async function describeCheckout(git: RepoGit, place: Place): Promise<string[]> {
	const lines = nulFields((await git.at(place, ['ls-files', '-s', '-z'])).stdout);
	const paths = lines.map((line) => line.slice(line.indexOf('\t') + 1));
	const submodules = lines.filter((line) => line.startsWith('160000 ')).length;
	const filtered = await countFiltered(git, place, paths);
	return [
		...(submodules === 0
			? []
			: [
					`${plural(submodules, 'submodule is', 'submodules are')} empty; ${ask('git submodule update --init')}`,
				]),
		...[...filtered].map(([filter, count]) =>
			filter === 'lfs'
				? `${plural(count, 'file is an LFS pointer', 'files are LFS pointers')}; ${ask('git lfs pull')}`
				: `${plural(count, 'file is', 'files are')} as stored in git: the filter ${filter} did not run`,
		),
	];
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const ask = (command: string) => `to fill in what is missing: --setup "${command}"`;

/** Counts the files that use each filter. Attributes are read only if an attributes file mentions filters. */
async function countFiltered(
	git: RepoGit,
	place: Place,
	paths: readonly string[],
): Promise<Map<string, number>> {
	const counts = new Map<string, number>();
	const sources = paths.filter((path) => /(?:^|\/)\.gitattributes$/.test(path));
	const texts = [
		...sources.map((path) => readRegularText(join(place.worktree, path))),
		readRegularText(join(git.repo.commonDir, 'info', 'attributes')),
	];
	if (!texts.some((text) => text?.includes('filter'))) return counts;
	const answer = await git.at(place, ['check-attr', '-z', '--stdin', 'filter'], { input: nulInput(paths) });
	const fields = answer.stdout.toString('utf8').split('\0');
	for (let i = 2; i < fields.length; i += 3) {
		const filter = fields[i] ?? '';
		if (!NO_FILTER.includes(filter)) counts.set(filter, (counts.get(filter) ?? 0) + 1);
	}
	return counts;
}

const NO_FILTER = ['unspecified', 'unset', 'set', ''];
