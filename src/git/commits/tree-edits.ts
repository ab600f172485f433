import type { Git } from '../run-git.ts';

/** The entry of a path in a tree. `mode` as git writes it: `100644`, `100755`, `120000` (link), `160000` (another repo). */
export interface TreeEntry {
	mode: string;
	/** Object id. */
	id: string;
}

/** One path that differs between two trees. null: absent. */
export interface TreeEdit {
	path: string;
	before: TreeEntry | null;
	after: TreeEntry | null;
}

export const GITLINK_MODE = '160000';
export const LINK_MODE = '120000';
export const EXECUTABLE_MODE = '100755';

/** Every path that differs, sorted by path; a rename is a removal and an addition. Trees may be named by their commits. */
export async function listTreeEdits(
	git: Git,
	folder: string,
	before: string,
	after: string,
): Promise<TreeEdit[]> {
	const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', before, after, '--'];
	return parseRawEdits((await git.run(args, { cwd: folder })).stdout);
}

/** Parses the `--raw -z --no-abbrev --no-renames` output of any of git's diffs. */
export function parseRawEdits(output: Buffer): TreeEdit[] {
	const fields = output.toString('utf8').split('\0');
	const edits: TreeEdit[] = [];
	for (let at = 0; fields[at]?.startsWith(':'); at += 2) {
		const [oldMode = '', newMode = '', oldId = '', newId = ''] = (fields[at] ?? '').slice(1).split(' ');
		edits.push({
			path: fields[at + 1] ?? '',
			before: entryOf(oldMode, oldId),
			after: entryOf(newMode, newId),
		});
	}
	return edits;
}

const entryOf = (mode: string, id: string): TreeEntry | null => (/^0+$/.test(mode) ? null : { mode, id });
