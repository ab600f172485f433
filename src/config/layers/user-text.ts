import { readFileSync } from 'node:fs';
import { hasErrno } from '../../core/errors.ts';

/** The user's own file, for who looks for one key in it; '' where it cannot be read: the configuration itself reports why. */
export function readUserText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR', 'ELOOP')) return '';
		throw error;
	}
}
