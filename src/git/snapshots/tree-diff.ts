import type { FileChange } from '../repo-facts.ts';

/** One changed path between two trees, with the object ids that hold its content (all zeros: not there). */
export interface TreeChange extends FileChange {
	oldId: string;
	newId: string;
}

/**
 * Parses `git diff-tree --raw --numstat -z`: first all raw records, then all counts, in the same order. Names are kept unchanged,
 * whatever bytes they have. A copy counts as an addition, a change of type (file to link) as a modification.
 */
export function parseTreeDiff(output: Buffer): TreeChange[] {
	const fields = output.toString('utf8').split('\0');
	const changes: TreeChange[] = [];
	let at = 0;
	for (; fields[at]?.startsWith(':'); ) {
		const [oldMode, newMode, oldId = '', newId = '', status = ''] = (fields[at++] ?? '').slice(1).split(' ');
		const hasTwo = status.startsWith('R') || status.startsWith('C');
		const from = fields[at++] ?? '';
		const path = hasTwo ? (fields[at++] ?? '') : from;
		const change = changeOf(status, oldMode === newMode, oldId === newId);
		const old = change === 'renamed' ? { from } : {};
		changes.push({ path, change, ...old, added: null, removed: null, source: 'git', oldId, newId });
	}
	const counts = parseCounts(fields.slice(at));
	return changes.map((change) => ({ ...change, ...counts.get(change.path) }));
}

function changeOf(status: string, isSameMode: boolean, isSameContent: boolean): FileChange['change'] {
	switch (status[0]) {
		case 'A':
		case 'C':
			return 'added';
		case 'D':
			return 'deleted';
		case 'R':
			return 'renamed';
		default:
			return isSameContent && !isSameMode ? 'mode' : 'modified';
	}
}

/** `added TAB removed TAB path NUL`, for a rename with an empty path followed by the old and the new one. */
function parseCounts(
	fields: readonly string[],
): Map<string, { added: number | null; removed: number | null }> {
	const counts = new Map<string, { added: number | null; removed: number | null }>();
	for (let at = 0; at < fields.length; at++) {
		const parts = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(fields[at] ?? '');
		if (parts === null) continue;
		const [, added = '-', removed = '-', name = ''] = parts;
		const path = name === '' ? (fields[at + 2] ?? '') : name;
		if (name === '') at += 2;
		counts.set(path, { added: toCount(added), removed: toCount(removed) });
	}
	return counts;
}

const toCount = (text: string) => (text === '-' ? null : Number(text));
