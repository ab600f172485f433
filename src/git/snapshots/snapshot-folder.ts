/** Our own git dir with the snapshots of one worktree. It is made by hand, since `git init` costs a process. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readIfThere, readRegularText } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { quoteAlternate } from '../quote-alternate.ts';
import type { RepoInGit } from '../repo-facts.ts';
import { type Git, ISOLATED } from '../run-git.ts';
import { olderGenerations } from './snapshot-bounds.ts';

export interface SnapshotFolder {
	/** GIT_DIR: one for each worktree. */
	gitDir: string;
	/** Shared by the worktrees of a repo. */
	objects: string;
	/** Object folders that are only read: the repo's own, and those set aside. */
	alternates: string;
	worktree: string;
	/** Some of it may be missing: it was not looked at. */
	isTakenAsMade: boolean;
	/** Rewrites the excludes if the repo's have changed. `embedded` are worktree-relative folders. */
	writeExcludes(embedded: readonly string[]): void;
}

/**
 * Creates or reuses `<stateFolder>/<repo id>/<worktree id>`. Reads the repo's config only for keys that describe the disk and what
 * is ignored. The repo's own excludes become ours; the user's global ones are found by git itself. `isWhole`: a folder with its
 * config and attributes counts as complete until git finds that it is not.
 */
export async function prepareSnapshotFolder(
	repo: RepoInGit,
	stateFolder: string,
	git: Git,
	{ isWhole = false } = {},
): Promise<SnapshotFolder> {
	const { home, gitDir, objects } = placesOf(repo, stateFolder);
	const stamp = configStamp(repo);
	const attributes = join(gitDir, 'info', 'attributes');
	const isTakenAsMade =
		isWhole && isThere(objects) && hasConfig(gitDir, stamp) && textOf(attributes) === ATTRIBUTES;
	if (!isTakenAsMade) {
		makeGitDir(home);
		makeGitDir(gitDir);
		if (!hasConfig(gitDir, stamp)) await copyConfig(repo, gitDir, stamp, git);
		writeIfNew(attributes, ATTRIBUTES);
	}
	const alternates = [join(repo.commonDir, 'objects'), ...olderGenerations(home)];
	const exclude = join(gitDir, 'info', 'exclude');
	return {
		gitDir,
		objects,
		alternates: alternates.map(quoteAlternate).join(':'),
		worktree: repo.worktree,
		isTakenAsMade,
		writeExcludes: (embedded) => writeIfNew(exclude, excludesOf(repo, embedded)),
	};
}

/** As it is, to read from: nothing is made or changed; null: it is not there. */
export function findSnapshotFolder(
	repo: RepoInGit,
	stateFolder: string,
): Omit<SnapshotFolder, 'writeExcludes'> | null {
	const { home, gitDir, objects } = placesOf(repo, stateFolder);
	if (![join(gitDir, 'HEAD'), objects].every(isThere)) return null;
	const alternates = [join(repo.commonDir, 'objects'), ...olderGenerations(home)].map(quoteAlternate);
	return { gitDir, objects, alternates: alternates.join(':'), worktree: repo.worktree, isTakenAsMade: true };
}

function placesOf(repo: RepoInGit, stateFolder: string) {
	const home = join(stateFolder, idOf(repo.commonDir));
	return { home, gitDir: join(home, idOf(repo.worktree)), objects: join(home, 'objects') };
}

/** Bytes are stored unchanged: no conversion, and no program named by an attribute. */
const ATTRIBUTES = '* -text -filter -ident -working-tree-encoding\n';

/**
 * Makes a folder that git accepts as a git dir, whatever a power cut or a clean-up left of it; `objects` of the outer one is the
 * store.
 */
function makeGitDir(path: string): void {
	for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'info'])
		if (!isThere(join(path, folder))) ensureFolder(join(path, folder));
	writeIfNew(join(path, 'HEAD'), 'ref: refs/heads/none\n');
}

interface ConfigStamp {
	/** The repo's own config file. */
	source: string;
	isThere: boolean;
	/** The first line of ours. */
	line: string;
}

/** Ours is copied once per change of the repo's config file: its size and time are recorded in ours. */
function configStamp({ commonDir }: RepoInGit): ConfigStamp {
	const source = join(commonDir, 'config');
	const facts = statSync(source, { throwIfNoEntry: false, bigint: true });
	const line = `# from ${JSON.stringify(source)} ${facts?.size ?? 0} ${facts?.mtimeNs ?? 0} format ${CONFIG_FORMAT}\n`;
	return { source, isThere: facts !== undefined, line };
}

const hasConfig = (gitDir: string, { line }: ConfigStamp): boolean =>
	textOf(join(gitDir, 'config'))?.startsWith(line) ?? false;

async function copyConfig(
	repo: RepoInGit,
	gitDir: string,
	{ source, isThere, line }: ConfigStamp,
	git: Git,
): Promise<void> {
	const text = isThere ? await readConfig(source, repo, git) : '';
	writeAtomic(join(gitDir, 'config'), line + text);
}

/** Raise it when `OUR_CONFIG` changes. */
const CONFIG_FORMAT = 1;

const COPIED =
	/^(?:core\.(?:filemode|symlinks|ignorecase|precomposeunicode|excludesfile)|extensions\.objectformat)$/;

async function readConfig(source: string, repo: RepoInGit, git: Git): Promise<string> {
	const found = await git.run(['config', '--file', source, '-z', '--get-regexp', '^(core|extensions)\\.'], {
		cwd: repo.worktree,
		env: ISOLATED,
		allowExit: [1],
	});
	const entries = found.stdout
		.toString('utf8')
		.split('\0')
		.map((entry) => entry.split('\n', 2))
		.filter((entry): entry is [string, string] => COPIED.test(entry[0] ?? '') && entry[1] !== undefined);
	const isSha256 = entries.some(([key, value]) => key === 'extensions.objectformat' && value === 'sha256');
	const core = entries.filter(([key]) => key.startsWith('core.'));
	return [
		`[core]\n\trepositoryformatversion = ${isSha256 ? 1 : 0}\n\tbare = false\n${OUR_CONFIG}`,
		...core.map(([key, value]) => `\t${key.slice('core.'.length)} = ${quoteValue(value)}\n`),
		isSha256 ? '[extensions]\n\tobjectformat = sha256\n' : '',
	].join('');
}

/**
 * No fsync: a snapshot lost in a power cut is taken again. Files over 16 MiB count as binary and are not compressed, so that a
 * large one cannot use up the time of a turn.
 */
const OUR_CONFIG =
	'\tsplitIndex = false\n\tfsync = none\n\tbigFileThreshold = 16m\n\tlogAllRefUpdates = false\n\tquotePath = false\n';

const quoteValue = (value: string) =>
	`"${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;

function excludesOf(repo: RepoInGit, embedded: readonly string[]): string {
	return [
		readRegularText(join(repo.commonDir, 'info', 'exclude')) ?? '',
		'/.agent-relay/',
		...embedded.map((path) => `/${asPattern(path)}`),
		'',
	].join('\n');
}

/** A line break in a path would end its line here too, so a wildcard for any character replaces it. */
const asPattern = (path: string) => path.replace(/[\\*?[\]!# ]/g, '\\$&').replace(/[\r\n]/g, '?');

function writeIfNew(path: string, text: string): void {
	if (textOf(path) !== text) writeAtomic(path, text);
}

const textOf = (path: string): string | undefined => readIfThere(path)?.toString('utf8');

const isThere = (path: string) => lstatIfThere(path) !== undefined;

function idOf(path: string): string {
	return createHash('sha256').update(path).digest('hex').slice(0, 16);
}
