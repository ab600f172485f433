/**
 * Reads, as digests, the parts that all worktrees of a repo share and the checkout in which the race was started: read before and
 * after a race, they show what an entrant touched outside its own worktree. The repo is not written to; blobs of changed files go
 * to a scratch folder.
 */
import { createHash, type Hash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { readRegularFile, readRegularText } from '../../core/files/read-file.ts';
import { nulFields } from '../git-output.ts';
import type { Place, RepoGit } from '../repo/repo-git.ts';
import { readRecords } from '../repo/worktree-records.ts';
import { objectsIn, writeWorktreeTree } from './worktree-tree.ts';
import type { SharedParts } from './worktree-types.ts';

/** Refs and worktrees with these names are the relay's own. */
const OUR_REFS = 'refs/agent-relay/';
const OUR_LOCK_REASON = 'agent-relay race ';

export async function readSharedParts(git: RepoGit, scratch: string): Promise<SharedParts> {
	const [refs, files, main] = await Promise.all([
		readAllRefs(git),
		readFiles(git),
		readMainFiles(git, scratch),
	]);
	return { refs, files, ...main };
}

/** Reads refs through git, so that packing them changes nothing. Symbolic ones are `ref: NAME`. */
async function readAllRefs(git: RepoGit): Promise<Record<string, string>> {
	const { stdout } = await git.inRepo(['for-each-ref', '--format=%(refname)%00%(objectname)%00%(symref)']);
	const refs: Record<string, string> = {};
	for (const line of stdout.toString('utf8').split('\n')) {
		const [name = '', id = '', target = ''] = line.split('\0');
		if (name !== '' && !name.startsWith(OUR_REFS)) refs[name] = target === '' ? id : `ref: ${target}`;
	}
	for (const [name, place] of checkouts(git))
		refs[name('HEAD')] = readText(join(place.gitDir, 'HEAD')).trim();
	return refs;
}

/** The main worktree and, if the relay was started in a linked one, that one too. `name` distinguishes their files. */
function checkouts({ here, repo }: RepoGit): Array<readonly [name: (file: string) => string, place: Place]> {
	const main = { worktree: repo.root, gitDir: repo.commonDir, isKnown: true };
	const named = (gitDir: string) => (file: string) =>
		gitDir === repo.commonDir ? file : `${gitDir.slice(repo.commonDir.length + 1)}/${file}`;
	return (here.gitDir === repo.commonDir ? [main] : [main, here]).map((place) => [
		named(place.gitDir),
		place,
	]);
}

/** Single files below the common dir; folders are read whole. */
const FILES = ['config', 'config.worktree', 'shallow', 'objects/info/alternates', 'logs/refs/stash'];
const FOLDERS = ['hooks', 'info'];

async function readFiles(git: RepoGit): Promise<Record<string, string>> {
	const { commonDir } = git.repo;
	const found: Record<string, string> = {};
	const take = (name: string) => {
		const digest = digestOf(join(commonDir, name));
		if (digest !== null) found[name] = digest;
	};
	FILES.forEach(take);
	for (const folder of FOLDERS) for (const name of filesBelow(commonDir, folder)) take(name);
	for (const [name, place] of checkouts(git)) found[name('index')] = await digestIndex(git, place);
	const worktrees = otherWorktrees(git);
	if (worktrees !== '') found.worktrees = sha256(worktrees);
	return found;
}

/** A digest of the staged entries and their flags. The index file itself changes whenever somebody runs `git status`. */
async function digestIndex(git: RepoGit, place: Place): Promise<string> {
	try {
		return sha256((await git.at(place, ['ls-files', '-v', '-s', '-z'])).stdout);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return digestOf(join(place.gitDir, 'index')) ?? 'unreadable';
	}
}

/** The worktrees that are not the relay's: their paths and whether they are locked. */
function otherWorktrees(git: RepoGit): string {
	const others = readRecords(git.repo.commonDir).filter(
		({ lockReason }) => !lockReason?.startsWith(OUR_LOCK_REASON),
	);
	return others.map(({ folder, path, lockReason }) => [folder, path, lockReason].join('\0')).join('\n');
}

function filesBelow(root: string, name: string): string[] {
	let entries: Dirent[];
	try {
		entries = readdirSync(join(root, name), { withFileTypes: true });
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
		throw error;
	}
	return entries.flatMap((entry) => {
		const path = `${name}/${entry.name}`;
		return entry.isDirectory() ? filesBelow(root, path) : [path];
	});
}

/** A digest of kind, execute bit and bytes; null when the file does not exist. */
function digestOf(path: string): string | null {
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts === undefined) return null;
	const hash = createHash('sha256');
	if (facts.isSymbolicLink()) return hash.update(`link ${readlinkSync(path)}`).digest('hex');
	if (!facts.isFile()) return 'no file';
	return addFile(hash.update((facts.mode & 0o111) === 0 ? 'file\0' : 'program\0'), path).digest('hex');
}

const addFile = (hash: Hash, path: string): Hash => hash.update(readRegularFile(path) ?? 'unreadable');

/** `mainTree` is null if git cannot make one; the rest of the comparison works without it. */
async function readMainFiles(
	git: RepoGit,
	scratch: string,
): Promise<Pick<SharedParts, 'mainTree' | 'mainFiles'>> {
	const { here } = git;
	const env = objectsIn(scratch, git.repo);
	try {
		const { tree } = await writeWorktreeTree(git, here, { commit: 'HEAD', scratch, env });
		const diff = await git.at(here, ['diff-tree', '-r', '-z', '--no-renames', 'HEAD', tree, '--'], { env });
		return { mainTree: tree, mainFiles: changedFiles(nulFields(diff.stdout)) };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return { mainTree: null };
	}
}

/** Parses `diff-tree --raw -z`: header and path in turn. */
function changedFiles(fields: readonly string[]): Record<string, string> {
	const files: Array<[path: string, content: string]> = [];
	for (let at = 0; at + 1 < fields.length; at += 2) {
		const [, mode = '', , id = ''] = (fields[at] ?? '').split(' ');
		files.push([fields[at + 1] ?? '', /^0+$/.test(id) ? '' : `${mode} ${id}`]);
	}
	return Object.fromEntries(files);
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const readText = (path: string) => readRegularText(path) ?? '';
