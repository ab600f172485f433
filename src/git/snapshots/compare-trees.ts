import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { namesIn } from '../../core/files/folders.ts';
import { ISOLATED } from '../run-git.ts';
import type { SnapshotGit } from './snapshot-git.ts';
import { parseTreeDiff, type TreeChange } from './tree-diff.ts';

const DIFF_TREE = ['diff-tree', '-r', '--no-color', '--no-ext-diff', '--no-textconv'];
/** From how much on, in per cent, a file counts as renamed. */
const SIMILARITY = 50;

/** The changes between two trees of the store. `similarity`: from how much on a file counts as renamed, in per cent. */
export async function listChanges(
	store: SnapshotGit,
	before: string,
	after: string,
	similarity = SIMILARITY,
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
		`-M${SIMILARITY}%`,
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
	const notLoose = [...ids].filter((id) => !/^0+$/.test(id) && !isLoose(store.folder.objects, id));
	try {
		const missing = await notPacked(store, notLoose);
		if (missing.length === 0) return;
		const pack = await store.read(['pack-objects', '--stdout', '-q'], { input: linesOf(missing) });
		const add = missing.length < MANY ? ['unpack-objects', '-q'] : ['index-pack', '--stdin'];
		if (!pack.truncated) await store.write(add, { env: ISOLATED, input: pack.stdout });
	} catch (error) {
		// An object that is missing (a partial clone) must not cost us the list of changes.
		if (!(error instanceof RelayError)) throw error;
	}
}

/** From here on a pack is made of them, which takes a fraction of the time that as many files take. */
const MANY = 100;

const isLoose = (objects: string, id: string): boolean =>
	existsSync(join(objects, id.slice(0, 2), id.slice(2)));

/** Those of `ids` that no pack of our own holds. */
async function notPacked({ folder, write }: SnapshotGit, ids: readonly string[]): Promise<string[]> {
	const hasPacks = namesIn(join(folder.objects, 'pack')).some((name) => name.endsWith('.idx'));
	if (!hasPacks || ids.length === 0) return [...ids];
	const answer = await write(['cat-file', '--batch-check', '--buffer'], {
		env: ISOLATED,
		input: linesOf(ids),
	});
	return answer.stdout
		.toString('latin1')
		.split('\n')
		.flatMap((line) => (line.endsWith(MISSING) ? [line.slice(0, -MISSING.length)] : []));
}

const MISSING = ' missing';

const linesOf = (ids: readonly string[]) => `${ids.join('\n')}\n`;
