/** Looks at each path that is to change, and reports what prevents the change. Reads only. */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { once } from '../core/once.ts';
import { GITLINK_MODE, LINK_MODE } from '../git/commits/tree-edits.ts';

/** The state of a path; null means nothing is there. */
export interface FileState {
	/** As git writes it: `100644` (file), `100755` (program), `120000` (link), `160000` (another repo). */
	mode: string;
	/** Git's id of the bytes, or of a link's target: 40 or 64 hex digits. */
	id: string;
	/** Mode bits of the file, where a record has them all; git knows only whether it can be executed. */
	permissions?: number | null;
}

/** One path of a set of edits. A renamed file is two of these. */
export interface FileEdit {
	/** Relative to the root of the edits, with `/` between its parts. May be any string: unwritable paths are left out. */
	path: string;
	/** The state expected now. */
	before: FileState | null;
	/** The state wanted. If the path is in that state already, there is nothing to do. */
	after: FileState | null;
}

/** A path that stops the edits. Only `changed` and `in_the_way` can be merged, and only as text files. */
export interface EditConflict {
	path: string;
	kind:
		| 'changed'
		| 'in_the_way'
		| 'deleted_here'
		| 'deleted_there'
		| 'folder'
		| 'file'
		| 'link'
		| 'repo'
		| 'case'
		| 'binary';
	/** The reason in words, without the path. */
	why: string;
}

/** A path that the edits leave out: another repo, a name that belongs to git or the relay, or one that leads out of the root. */
export interface EditOmission {
	path: string;
	kind: 'submodule' | 'reserved';
}

/** The facts of an `lstat`, to detect a later change. null: nothing was there. */
type Stamp = string | null;

export interface SeenPath {
	edit: FileEdit;
	stamp: Stamp;
	kind: 'absent' | 'file' | 'link' | 'folder' | 'other';
	/** File mode bits; null unless a file is there. */
	permissions: number | null;
}

export interface SeenPaths {
	/** Paths that nothing blocks, except possibly the files' contents. */
	open: SeenPath[];
	conflicts: EditConflict[];
	omitted: EditOmission[];
}

/** Our own records, git's files, paths that lead out of the root, and names that no system or no text allows. */
const RESERVED =
	/(?:^|\/)\.git(?:\/|$)|^\.agent-relay\/(?!config\.toml$)|(?:^|\/)\.\.?(?:\/|$)|^\/|[\0\ufffd]|^$/i;

/** Whether edits may ever write at `path`. */
export const isWritablePath = (path: string): boolean => !RESERVED.test(path);

/** So many paths of one folder in a row are checked at once: less than a millisecond. */
const IN_A_ROW = 16;

/** As `leadsElsewhere`, for paths that are asked for one after the other: the way to those of one folder is looked at less often. */
export function createWayCheck(root: string): (path: string) => boolean {
	let last = { folder: '', left: 0 };
	return (path) => {
		const folder = path.slice(0, path.lastIndexOf('/') + 1);
		if (folder === last.folder && last.left-- > 0) return false;
		last = { folder, left: IN_A_ROW };
		if (!leadsElsewhere(root, path)) return false;
		last.left = 0;
		return true;
	};
}

/** True when a link replaces a folder on the way to `path`. */
export function leadsElsewhere(root: string, path: string): boolean {
	const parents = path.split('/').slice(0, -1);
	return parents.some((_, at) => lookAt(join(root, ...parents.slice(0, at + 1))).kind === 'link');
}

/**
 * `ignoresCase`: the disk treats names that differ only in case as one. Throws the system's error for a path that cannot be looked
 * at.
 */
export function lookAtPaths(
	root: string,
	edits: readonly FileEdit[],
	{ ignoresCase }: { ignoresCase: boolean },
): SeenPaths {
	const removed = new Set(edits.filter(({ after }) => after === null).map(({ path }) => path));
	const comes = new Set(edits.filter(({ after }) => after !== null).map(({ path }) => path));
	const removedNames = new Set([...removed].map((path) => path.toLowerCase()));
	const seen: SeenPaths = { open: [], conflicts: collisions(edits, ignoresCase), omitted: [] };
	const parentAt = parentsIn(root);
	for (const edit of edits) {
		const omission = omissionOf(edit);
		if (omission !== null) {
			seen.omitted.push({ path: edit.path, kind: omission });
			continue;
		}
		const way = lookAtWay(parentAt, edit.path, edit.after === null ? comes : removed);
		if (way !== 'open' && way !== 'gone') {
			seen.conflicts.push({ path: edit.path, ...way });
			continue;
		}
		const isRenamed = ignoresCase && edit.after !== null && removedNames.has(edit.path.toLowerCase());
		const found = way === 'gone' || isRenamed ? ABSENT : lookAt(`${root}/${edit.path}`);
		if (edit.after === null && found.kind === 'folder' && hasBelow(comes, edit.path)) {
			seen.open.push({ edit, ...ABSENT });
			continue;
		}
		const folder = found.kind === 'folder' ? folderConflict(root, edit, removed) : null;
		if (folder !== null) seen.conflicts.push({ path: edit.path, ...folder });
		else seen.open.push({ edit, ...found });
	}
	return seen;
}

/** True when a folder is to replace the file. */
const hasBelow = (paths: ReadonlySet<string>, folder: string) =>
	[...paths].some((path) => path.startsWith(`${folder}/`));

function omissionOf({ path, before, after }: FileEdit): EditOmission['kind'] | null {
	if (before?.mode === GITLINK_MODE || after?.mode === GITLINK_MODE) return 'submodule';
	return isWritablePath(path) ? null : 'reserved';
}

type Found = Omit<SeenPath, 'edit'>;
const ABSENT: Found = { stamp: null, kind: 'absent', permissions: null };

export function lookAt(path: string): Found {
	const facts = statOf(path);
	if (facts === undefined) return ABSENT;
	const kind = facts.isFile()
		? 'file'
		: facts.isSymbolicLink()
			? 'link'
			: facts.isDirectory()
				? 'folder'
				: 'other';
	const permissions = kind === 'file' ? Number(facts.mode & 0o777n) : null;
	return {
		stamp: kind === 'folder' ? 'folder' : stampOf(facts),
		kind,
		permissions,
	};
}

/** Leaves out ctime, which a hard link to the file changes. */
const stampOf = ({ ino, size, mtimeNs, mode }: BigIntStats): string => `${ino} ${size} ${mtimeNs} ${mode}`;

/** undefined: nothing is there. */
function statOf(path: string): BigIntStats | undefined {
	try {
		return lstatSync(path, { bigint: true, throwIfNoEntry: false });
	} catch (error) {
		if (hasErrno(error, 'ENOTDIR')) return undefined;
		throw error;
	}
}

type Obstacle = Pick<EditConflict, 'kind' | 'why'>;

/** What is at the path of a parent folder. `isRepo`: a folder with a `.git` of its own. */
interface Parent {
	kind: SeenPath['kind'];
	isRepo: boolean;
}

/** Looks at each parent once, however many paths are in it. */
function parentsIn(root: string): (parent: string) => Parent {
	return once((parent) => lookAtParent(join(root, parent)));
}

function lookAtParent(path: string): Parent {
	const { kind } = lookAt(path);
	return { kind, isRepo: kind === 'folder' && statOf(join(path, '.git')) !== undefined };
}

/**
 * `gone`: nothing can be at the path, because one of `others` blocks its way: a file that the edits remove first, or, for a path to
 * be removed, the file that replaces its folder.
 */
function lookAtWay(
	parentAt: (parent: string) => Parent,
	path: string,
	others: ReadonlySet<string>,
): 'open' | 'gone' | Obstacle {
	const parts = path.split('/').slice(0, -1);
	for (let depth = 1; depth <= parts.length; depth++) {
		const parent = parts.slice(0, depth).join('/');
		const { kind, isRepo } = parentAt(parent);
		if (kind === 'absent') return 'open';
		if (isRepo) return { kind: 'repo', why: `${parent} is a repo of its own` };
		if (kind === 'folder') continue;
		if (others.has(parent)) return 'gone';
		return kind === 'link'
			? { kind: 'link', why: `${parent} is a symbolic link here` }
			: { kind: 'file', why: `${parent} is a file here, not a folder` };
	}
	return 'open';
}

/** A folder may make room for a file only if the edits remove everything in it. */
function folderConflict(
	root: string,
	{ path, after }: FileEdit,
	removed: ReadonlySet<string>,
): Obstacle | null {
	const folder: Obstacle = { kind: 'folder', why: 'a folder is here' };
	if (after === null) return folder;
	const stays = filesIn(root, path).find((file) => !removed.has(file));
	return stays === undefined ? null : { ...folder, why: `a folder is here, with ${stays} in it` };
}

function filesIn(root: string, folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		return entry.isDirectory() ? [...filesIn(root, path), ...emptyFolder(root, path)] : [path];
	});
}

/** An empty folder also counts as something there. */
const emptyFolder = (root: string, path: string) =>
	readdirSync(join(root, path)).length === 0 ? [`${path}/`] : [];

/** Names that are the same on a disk that ignores case. */
function collisions(edits: readonly FileEdit[], ignoresCase: boolean): EditConflict[] {
	if (!ignoresCase) return [];
	const first = new Map<string, string>();
	return edits.flatMap(({ path, after }): EditConflict[] => {
		if (after === null) return [];
		const other = first.get(path.toLowerCase());
		first.set(path.toLowerCase(), other ?? path);
		return other === undefined
			? []
			: [{ path, kind: 'case', why: `it differs from ${other} only in case, which this disk ignores` }];
	});
}

/** Describes the conflict of a path that holds neither its expected nor its wanted content. */
export function contentConflict({ edit, kind }: SeenPath): EditConflict {
	const { path, before, after } = edit;
	if (kind === 'absent') return { path, kind: 'deleted_here', why: 'deleted here' };
	if (before === null) return { path, kind: 'in_the_way', why: 'another file is here' };
	if (after === null) return { path, kind: 'deleted_there', why: 'changed here, deleted there' };
	return { path, kind: 'changed', why: 'changed here' };
}

/** True if a three-way merge of text is possible at all. */
export function isMergeable({ edit, kind }: SeenPath): boolean {
	const isFile = (mode: string | undefined) => mode === undefined || mode.startsWith('100');
	return kind === 'file' && edit.after !== null && edit.after.mode !== LINK_MODE && isFile(edit.before?.mode);
}
