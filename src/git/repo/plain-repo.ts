import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularText } from '../../core/files/read-file.ts';
import type { RepoFacts } from '../repo-facts.ts';

/**
 * Reads the facts of an ordinary repo without starting git: `.git` is a folder, owned by us, on the same disk, with a config that
 * relocates nothing. `none`: no `.git` and no sign of a bare repo up to the root. `ask`: anything else, which git itself must
 * judge. `own`: the folder's facts, if already known.
 */
export function readPlainRepo(
	folder: string,
	own: Stats = statSync(folder),
): Omit<RepoFacts, 'folder'> | 'none' | 'ask' {
	const device = own.dev;
	for (let at = folder; ; at = dirname(at)) {
		const facts = at === folder ? own : statSync(at);
		const gitDir = join(at, '.git');
		const found = statSync(gitDir, { throwIfNoEntry: false });
		if (found !== undefined) return isOrdinary(found, facts, device) ? readFacts(at, gitDir) : 'ask';
		if (statSync(join(at, 'HEAD'), { throwIfNoEntry: false }) !== undefined) return 'ask';
		if (facts.dev !== device) return 'ask';
		if (dirname(at) === at) return 'none';
	}
}

function isOrdinary(gitDir: Stats, worktree: Stats, device: number): boolean {
	const uid = process.getuid?.();
	const isOurs = uid !== undefined && gitDir.uid === uid && worktree.uid === uid;
	return isOurs && gitDir.isDirectory() && gitDir.dev === device && worktree.dev === device;
}

/** Keys that change where things are or how they are stored, and includes, which may contain such keys. */
const MOVING = /^\s*(?:\[\s*(?:include|extensions)|worktree\s*=|bare\s*=(?!\s*false\s*$)|bare\s*$)/im;
/** The lines git writes: blank, a comment, a section alone on its line, a key. */
const USUAL = /^\s*(?:[#;].*|\[[^\]]*\]\s*|[a-zA-Z][\w-]*\s*(?:=.*)?)?$/;

function isPlainConfig(text: string): boolean {
	const joined = text.replace(/\\\r?\n/g, ' ');
	return !MOVING.test(joined) && joined.split('\n').every((line) => USUAL.test(line));
}

function readFacts(root: string, gitDir: string): Omit<RepoFacts, 'folder'> | 'ask' {
	const entries = listingOf(gitDir);
	const isFolder = (name: string) => entries.some((entry) => entry.name === name && entry.isDirectory());
	// An old repo's HEAD may be a symbolic link to its branch; its content would look like a detached head.
	if (!entries.some((entry) => entry.name === 'HEAD' && entry.isFile())) return 'ask';
	if (!isFolder('objects') || !isFolder('refs')) return 'ask';
	const config = readRegularText(join(gitDir, 'config'));
	const head = readRegularText(join(gitDir, 'HEAD'))?.trim();
	if (config === null || head === undefined || !isPlainConfig(config)) return 'ask';
	const place = { kind: 'worktree', root, worktree: root, commonDir: gitDir, gitDir } as const;
	if (OBJECT_ID.test(head)) return { ...place, branch: null, head };
	const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
	if (branch === undefined || branch.includes('..')) return 'ask';
	const id = readBranch(gitDir, branch);
	return id === 'ask' ? 'ask' : { ...place, branch, head: id };
}

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Empty where it cannot be listed. */
function listingOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

/** null for a branch without a commit. */
function readBranch(gitDir: string, branch: string): string | null | 'ask' {
	const loose = readRegularText(join(gitDir, 'refs', 'heads', branch))?.trim();
	if (loose !== undefined) return OBJECT_ID.test(loose) ? loose : 'ask';
	const name = ` refs/heads/${branch}`;
	const packed = readRegularText(join(gitDir, 'packed-refs'))
		?.split('\n')
		.find((line) => line.endsWith(name) && OBJECT_ID.test(line.slice(0, -name.length)));
	return packed?.slice(0, -name.length) ?? null;
}
