import { relative, resolve, sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import type { BlameLines } from '../../git/snapshots/blame-lines.ts';

export interface AskedLines {
	/** Relative to the worktree. */
	path: string;
	/** The first and the last line that are asked for. */
	from: number;
	to: number;
	/** All lines of the file. */
	text: string[];
}

interface Place {
	lines: Pick<BlameLines, 'fileAt'>;
	/** The worktree as it is now. */
	tree: string;
	worktree: string;
	/** What relative names refer to. */
	folder: string;
}

/**
 * What `FILE`, `FILE:12` or `FILE:12-20` names. Throws `not_found` for no file of the tree, `refused` for what has no lines, and
 * `usage` for lines that are not there.
 */
export async function findFile(place: Place, asked: string): Promise<AskedLines> {
	const whole = await fileOf(place, asked);
	if (whole !== null) return { ...whole, from: 1, to: whole.text.length };
	const [, name, first, last = first] = /^(.+):(\d{1,9})(?:-(\d{1,9}))?$/s.exec(asked) ?? [];
	const part = name === undefined ? null : await fileOf(place, name);
	if (part === null) throw noSuchFile(name ?? asked);
	const [from, to] = [Number(first), Number(last)];
	if (from >= 1 && from <= to && to <= part.text.length) return { ...part, from, to };
	throw new RelayError('usage', `${part.path} has no lines ${from === to ? from : `${from}-${to}`}.`, {
		hint: part.text.length === 0 ? 'It is empty.' : `Its lines are 1-${part.text.length}.`,
	});
}

async function fileOf(
	{ lines, tree, worktree, folder }: Place,
	file: string,
): Promise<Pick<AskedLines, 'path' | 'text'> | null> {
	const path = relative(worktree, resolve(realPathIfThere(folder), file))
		.split(sep)
		.join('/');
	if (path === '' || path === '..' || path.startsWith('../') || path.includes('\0')) return null;
	const bytes = await lines.fileAt(tree, path);
	if (bytes === null) return null;
	if (bytes.includes(0)) throw new RelayError('refused', `${path} is a binary file, which has no lines.`);
	const text = bytes.toString('utf8').split('\n');
	if (text.at(-1) === '') text.pop();
	return { path, text };
}

function noSuchFile(file: string): RelayError {
	return new RelayError(
		'not_found',
		`${JSON.stringify(file)} is not a file that snapshots of this repo hold.`,
		{
			hint: 'Name a file of this worktree that git does not ignore and that is in no repo of its own.',
		},
	);
}
