/** What stands at each path that an adoption would change, and what speaks against changing it. Reads only. */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { GITLINK_MODE, LINK_MODE, type TreeEdit } from '../git/tree-edits.ts';

/** A path that stops an adoption. Only `changed` and `in_the_way` can be merged, and only as text files. */
export interface AdoptConflict {
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
		| 'binary'
		| 'staged';
	/** In words, without the path. */
	why: string;
}

/** A path that the adoption leaves out. */
export interface AdoptOmission {
	path: string;
	why: string;
}

/** What an `lstat` told, to see later whether it is still so. null: nothing stood there. */
type Stamp = string | null;

export interface SeenPath {
	edit: TreeEdit;
	stamp: Stamp;
	kind: 'absent' | 'file' | 'link' | 'folder' | 'other';
	/** File mode bits; null where no file stands. */
	permissions: number | null;
}

export interface SeenPaths {
	/** Nothing stands between here and these, besides what the files hold. */
	open: SeenPath[];
	conflicts: AdoptConflict[];
	omitted: AdoptOmission[];
}

/** Our own records, and git's: no entrant writes them here. */
const RESERVED =
	/(?:^|\/)\.git(?:\/|$)|^\.agent-relay\/(?!config\.toml$)|(?:^|\/)\.\.?(?:\/|$)|^\/|\ufffd|^$/i;

/** Whether an adoption may ever write at `path`. */
export const isAdoptablePath = (path: string): boolean => !RESERVED.test(path);

/** A link in place of a folder on the way to `path` leads elsewhere. */
export function leadsElsewhere(root: string, path: string): boolean {
	const parents = path.split('/').slice(0, -1);
	return parents.some((_, at) => lookAt(join(root, ...parents.slice(0, at + 1))).kind === 'link');
}

export function lookAtPaths(
	root: string,
	edits: readonly TreeEdit[],
	{ ignoresCase }: { ignoresCase: boolean },
): SeenPaths {
	const removed = new Set(edits.filter(({ after }) => after === null).map(({ path }) => path));
	const comes = new Set(edits.filter(({ after }) => after !== null).map(({ path }) => path));
	const removedNames = new Set([...removed].map((path) => path.toLowerCase()));
	const seen: SeenPaths = { open: [], conflicts: collisions(edits, ignoresCase), omitted: [] };
	for (const edit of edits) {
		const omission = omissionOf(edit);
		if (omission !== null) {
			seen.omitted.push({ path: edit.path, why: omission });
			continue;
		}
		const way = lookAtWay(root, edit.path, edit.after === null ? comes : removed);
		if (way !== 'open' && way !== 'gone') {
			seen.conflicts.push({ path: edit.path, ...way });
			continue;
		}
		const isRenamed = ignoresCase && edit.after !== null && removedNames.has(edit.path.toLowerCase());
		const found = way === 'gone' || isRenamed ? ABSENT : lookAt(join(root, edit.path));
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

/** True where the entrant put a folder in the place of the file. */
const hasBelow = (paths: ReadonlySet<string>, folder: string) =>
	[...paths].some((path) => path.startsWith(`${folder}/`));

function omissionOf({ path, before, after }: TreeEdit): string | null {
	if (before?.mode === GITLINK_MODE || after?.mode === GITLINK_MODE)
		return 'a submodule: git keeps only which commit it is at';
	return RESERVED.test(path) ? 'a name that is not adopted' : null;
}

type Found = Omit<SeenPath, 'edit'>;
const ABSENT: Found = { stamp: null, kind: 'absent', permissions: null };

export function lookAt(path: string): Found {
	const facts = statOf(path);
	if (facts === null) return ABSENT;
	const kind = facts.isFile()
		? 'file'
		: facts.isSymbolicLink()
			? 'link'
			: facts.isDirectory()
				? 'folder'
				: 'other';
	const permissions = kind === 'file' ? Number(facts.mode & 0o777n) : null;
	return { stamp: kind === 'folder' ? 'folder' : stampOf(facts), kind, permissions };
}

/** Without the time of the last change of facts: a hard link to the file moves that. */
const stampOf = ({ ino, size, mtimeNs, mode }: BigIntStats): string => `${ino} ${size} ${mtimeNs} ${mode}`;

function statOf(path: string): BigIntStats | null {
	try {
		return lstatSync(path, { bigint: true });
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
}

type Obstacle = Pick<AdoptConflict, 'kind' | 'why'>;

/**
 * `gone`: nothing can stand at the path, because one of `others` takes a place on its way: a file that the adoption takes away
 * first, or, for a path that goes, the file that comes instead of its folder.
 */
function lookAtWay(root: string, path: string, others: ReadonlySet<string>): 'open' | 'gone' | Obstacle {
	const parts = path.split('/').slice(0, -1);
	for (let depth = 1; depth <= parts.length; depth++) {
		const parent = parts.slice(0, depth).join('/');
		const { kind } = lookAt(join(root, parent));
		if (kind === 'absent') return 'open';
		if (kind === 'folder') {
			if (statOf(join(root, parent, '.git')) !== null)
				return { kind: 'repo', why: `${parent} is a repo of its own` };
			continue;
		}
		if (others.has(parent)) return 'gone';
		return kind === 'link'
			? { kind: 'link', why: `${parent} is a symbolic link here` }
			: { kind: 'file', why: `${parent} is a file here, not a folder` };
	}
	return 'open';
}

/** A folder may make room for a file only when the adoption takes away all that is in it. */
function folderConflict(
	root: string,
	{ path, after }: TreeEdit,
	removed: ReadonlySet<string>,
): Obstacle | null {
	const folder: Obstacle = { kind: 'folder', why: 'a folder stands here' };
	if (after === null) return folder;
	const stays = filesIn(root, path).find((file) => !removed.has(file));
	return stays === undefined ? null : { ...folder, why: `a folder stands here, with ${stays}` };
}

function filesIn(root: string, folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		return entry.isDirectory() ? [...filesIn(root, path), ...emptyFolder(root, path)] : [path];
	});
}

/** An empty folder is something that stands there, too. */
const emptyFolder = (root: string, path: string) =>
	readdirSync(join(root, path)).length === 0 ? [`${path}/`] : [];

/** Names that are one and the same where the disk ignores case. */
function collisions(edits: readonly TreeEdit[], ignoresCase: boolean): AdoptConflict[] {
	if (!ignoresCase) return [];
	const first = new Map<string, string>();
	return edits.flatMap(({ path, after }): AdoptConflict[] => {
		if (after === null) return [];
		const other = first.get(path.toLowerCase());
		first.set(path.toLowerCase(), other ?? path);
		return other === undefined
			? []
			: [{ path, kind: 'case', why: `it differs from ${other} only in case, which this disk ignores` }];
	});
}

/** How a path whose content is neither the base's nor the entrant's stands in the way. */
export function contentConflict({ edit, kind }: SeenPath): AdoptConflict {
	const { path, before, after } = edit;
	if (kind === 'absent') return { path, kind: 'deleted_here', why: 'deleted here' };
	if (before === null) return { path, kind: 'in_the_way', why: 'another file stands here' };
	if (after === null) return { path, kind: 'deleted_there', why: 'changed here, deleted there' };
	return { path, kind: 'changed', why: 'changed here' };
}

/** True where a three-way merge of text is possible at all. */
export function isMergeable({ edit, kind }: SeenPath): boolean {
	const isFile = (mode: string | undefined) => mode === undefined || mode.startsWith('100');
	return kind === 'file' && edit.after !== null && edit.after.mode !== LINK_MODE && isFile(edit.before?.mode);
}
