/** `--copy`: untracked files and folders that entrants need (`.env`), from the main checkout into a worktree. */
import { realpathSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { explainWriteFailure } from '../../core/files/write-failure.ts';

/**
 * The paths, normalized, each once. Throws `usage` for one that is absolute, leaves the checkout (by `..` or through a
 * link), is git's own, or is not there.
 */
export function checkCopyPaths(paths: readonly string[], checkout: string): string[] {
	return [...new Set(paths.map((path) => checkCopyPath(path, checkout)))];
}

function checkCopyPath(typed: string, checkout: string): string {
	const path = normalize(typed).replace(/\/+$/, '');
	const refuse = (why: string, hint = 'name a file or folder of the checkout: --copy .env') =>
		new RelayError('usage', `--copy ${JSON.stringify(typed)} ${why}.`, { hint });
	if (typed === '' || path === '.') throw refuse('names no file');
	if (typed.includes('\0') || isAbsolute(path)) throw refuse('is not a path inside the checkout');
	const first = path.split(sep)[0] ?? '';
	if (first === '..') throw refuse('leaves the checkout');
	if (first.toLowerCase() === '.git' || first === '.agent-relay')
		throw refuse('is not for entrants to have', 'every worktree has its own');
	const full = join(checkout, path);
	const real = realPathOrNull(full);
	if (real === null) throw refuse('is not there', `looked for ${full}`);
	if (!isInside(real, realpathSync(checkout))) throw refuse('leads out of the checkout through a link');
	return path;
}

/** The real path, that of the target where it is a link, since an entrant would read that; null where nothing can be read. */
function realPathOrNull(full: string): string | null {
	try {
		return realpathSync(full);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return null;
		throw error;
	}
}

/**
 * Copies them as they are, times kept, links in folders as links (a link itself as what it names); what the checkout has there already is replaced. Throws
 * RelayError `not_found` for one that went away meanwhile, `disk_full`, `not_writable`.
 */
export async function copyInto(worktree: string, paths: readonly string[], checkout: string): Promise<void> {
	for (const path of paths) {
		const source = join(checkout, checkCopyPath(path, checkout));
		const target = join(worktree, path);
		try {
			ensureFolder(dirname(target));
			if (!isInside(realpathSync(dirname(target)), realpathSync(worktree)))
				throw new RelayError('refused', `${path} leads out of the worktree through a link`);
			// A large folder takes a while, while the other entrants work.
			await cp(realpathSync(source), target, {
				recursive: true,
				preserveTimestamps: true,
				verbatimSymlinks: true,
				filter: (from) => basename(from) !== '.git',
			});
		} catch (error) {
			throw explainWriteFailure(error, target);
		}
	}
}

/** True for paths that `--copy` covers: they do not make the checkout dirty. */
export function isCopied(path: string, copied: readonly string[]): boolean {
	return copied.some((one) => path === one || path.startsWith(`${one}/`));
}

const isInside = (path: string, folder: string) => path === folder || path.startsWith(folder + sep);
