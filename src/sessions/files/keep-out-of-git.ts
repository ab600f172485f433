/**
 * Keeps records out of commits. The store's `.gitignore` does so if it is as the relay writes it. A repo can bring one that
 * does not (empty, or with `!`), and an agent or a power cut can leave one. The relay does not change what the repo tracks, so
 * `sessions/` and `runtime/` then get a `.gitignore` of their own, which take precedence over one further up, and each session gets one if
 * that is the repo's too.
 */
import { join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { ensureFolder, isNotAFolder } from '../../core/files/folders.ts';
import { createWhole } from '../../core/files/new-file.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { createExclusive, writeAtomic } from '../../core/files/write-file.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import { readPlainIndex } from '../../git/snapshots/repo-index.ts';
import { runtimeFolder, sessionsFolder } from './session-paths.ts';

const IGNORE_FILE = '.gitignore';
/** `config.toml` may be committed; nothing else here may. */
const OF_STORE = '*\n!config.toml\n';
const OF_RECORDS = '*\n';

/** What protects the records: the store's own file, one in `sessions/`, or one in each session. */
export type Protection = 'store' | 'sessions' | 'each';

interface Place {
	/** The store: `.agent-relay` of the repo. */
	folder: string;
	repo: Pick<RepoFacts, 'root' | 'commonDir'>;
}

/** Writes what is missing and repairs what is ours. `sessions` must exist. Throws the system error of a failed write. */
export function keepOutOfGit(place: Place): Protection {
	const { folder, repo } = place;
	if (protectedBy(join(folder, IGNORE_FILE), OF_STORE, repo)) return 'store';
	const runtime = runtimeFolder(place);
	if (!isNotAFolder(runtime)) {
		ensureFolder(runtime);
		protectedBy(join(runtime, IGNORE_FILE), OF_RECORDS, repo);
	}
	return protectedBy(join(sessionsFolder(place), IGNORE_FILE), OF_RECORDS, repo) ? 'sessions' : 'each';
}

/** For a session that nothing further up protects. */
export function keepSessionOutOfGit(folder: string): void {
	createWhole(join(folder, IGNORE_FILE), OF_RECORDS);
}

/** A line for the user if the protection is not what the relay sets up. */
export function describeProtection(protection: Protection, { folder }: Pick<Place, 'folder'>): string[] {
	if (protection === 'store') return [];
	return [
		`${join(folder, IGNORE_FILE)} of this repo does not keep the relay's records out of commits; one next to the records does. Remove it from the repo, and the relay writes its own.`,
	];
}

/** True when the file at `path` keeps everything below out of git. Repairs it unless it is the repo's. */
function protectedBy(path: string, text: string, repo: Place['repo']): boolean {
	const before = textOf(path);
	if (before === text || (before === null && createExclusive(path, text))) return true;
	const found = before ?? textOf(path);
	if (found !== null && ignoresRecords(found)) return true;
	if (found === null || isTracked(path, repo)) return false;
	writeAtomic(path, keepsWords(found) ? `${found.replace(/\n?$/, '\n')}${text}` : text);
	return true;
}

/** null unless it is a readable file: git does not read it either, and it may be anyone's. */
function textOf(path: string): string | null {
	try {
		return readIfThere(path)?.toString('utf8') ?? null;
	} catch (error) {
		if (hasErrno(error, 'ELOOP', 'EISDIR', 'EACCES')) return null;
		if (error instanceof RelayError && error.code === 'unreadable_file') return null;
		throw error;
	}
}

/** Lines of the user's own stay above ours. */
const keepsWords = (text: string) =>
	text.split(/\r?\n/).some((line) => line.trim() !== '' && !OF_STORE.includes(line.trim()));

/** Patterns that cover everything next to the file, or all of `sessions`. */
const COVERS_ALL = /^(?:\/?\*{1,2}|\/?(?:\*\*\/)?sessions\/?(?:\*{1,2})?)$/;
/** `!` patterns that cannot name a record. */
const HARMLESS = /^!\/?(?:config\.toml|\.gitignore|[A-Z][\w-]*\.md)$/;

/**
 * True when the rules of `text` keep every record out: one covers them, and no later one may include a record again. Rules that
 * are not understood count as including.
 */
function ignoresRecords(text: string): boolean {
	let isIgnored = false;
	for (const line of text.split(/\r?\n/)) {
		const rule = line.replace(/(?<!\\)\s+$/, '');
		if (COVERS_ALL.test(rule)) isIgnored = true;
		else if (rule.startsWith('!') && !HARMLESS.test(rule)) isIgnored = false;
	}
	return isIgnored;
}

/** Whether the repo has `path` in its index; true if the index cannot be read. */
function isTracked(path: string, { root, commonDir }: Place['repo']): boolean {
	if (commonDir === null) return false;
	const bytes = readIndex(join(commonDir, 'index'));
	if (bytes === 'unreadable') return true;
	if (bytes === null) return false;
	const entries = readPlainIndex(bytes, 20) ?? readPlainIndex(bytes, 32);
	return entries === null || entries.some((entry) => join(root, entry.path) === path);
}

function readIndex(path: string): Buffer | null | 'unreadable' {
	try {
		return readIfThere(path);
	} catch (error) {
		if (hasErrno(error, 'ELOOP', 'EISDIR', 'EACCES') || error instanceof RelayError) return 'unreadable';
		throw error;
	}
}
