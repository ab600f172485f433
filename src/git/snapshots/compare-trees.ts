import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { ISOLATED } from '../run-git.ts';
import type { SnapshotGit } from './snapshot-git.ts';
import { parseTreeDiff, type TreeChange } from './tree-diff.ts';

const DIFF_TREE = ['diff-tree', '-r', '-M', '--no-color', '--no-ext-diff', '--no-textconv'];

/** The changes between two trees of the store. `similarity`: from how much on a file counts as renamed, in per cent. */
export async function listChanges(
	store: SnapshotGit,
	before: string,
	after: string,
	similarity = 50,
): Promise<TreeChange[]> {
	const output = await store.read([
		...DIFF_TREE,
		`-M${similarity}%`,
		'--raw',
		'--numstat',
		'-z',
		'--no-abbrev',
		before,
		after,
	]);
	return parseTreeDiff(output.stdout);
}

/** Unified diff; it is cut at a line, and the last line then says so. */
export async function readDiff(
	store: SnapshotGit,
	before: string,
	after: string,
	{ paths, maxBytes, isByWord = false }: { paths?: readonly string[]; maxBytes: number; isByWord?: boolean },
): Promise<string> {
	const args = [
		...DIFF_TREE,
		'-p',
		'--src-prefix=a/',
		'--dst-prefix=b/',
		...(isByWord ? ['--word-diff=plain'] : []),
		before,
		after,
	];
	const output = await store.read([...args, '--', ...(paths ?? [])], { maxBytes });
	const text = output.stdout.toString('utf8');
	if (!output.truncated) return text;
	const whole = text.slice(0, text.lastIndexOf('\n') + 1);
	return `${whole}[diff cut: it is longer than ${maxBytes} bytes]\n`;
}

/** Copies the contents of the changed paths out of the repo's objects, so that `git gc` there cannot take them from us. */
export async function keepBlobs(store: SnapshotGit, changes: readonly TreeChange[]): Promise<void> {
	const ids = new Set(changes.flatMap(({ oldId, newId }) => [oldId, newId]));
	const missing = [...ids].filter((id) => !/^0+$/.test(id) && !isStored(store.folder.objects, id));
	if (missing.length === 0) return;
	try {
		const pack = await store.read(['pack-objects', '--stdout', '-q'], { input: `${missing.join('\n')}\n` });
		if (!pack.truncated) await store.write(['unpack-objects', '-q'], { env: ISOLATED, input: pack.stdout });
	} catch (error) {
		// An object that is missing (a partial clone) must not cost us the list of changes.
		if (!(error instanceof RelayError)) throw error;
	}
}

/** Objects reach our store only loose: nothing here ever packs. */
function isStored(objects: string, id: string): boolean {
	return existsSync(join(objects, id.slice(0, 2), id.slice(2)));
}
