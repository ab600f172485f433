/** Changes one value in a configuration file that a person wrote: comments, layout and every other value stay. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { ensureFolder } from '../core/files/folders.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { assemble, checkValue } from './layers/assemble.ts';
import { keyValue, readText, valuesOfDocument } from './layers/layer-values.ts';
import { agentsWithoutCommand } from './schema.ts';
import { appendTomlElement, setTomlValue } from './toml/toml-edit.ts';
import { parseToml } from './toml/toml-text.ts';

export interface EditOptions {
	/** Guards against two relays that edit at once. */
	locking: Locking;
	/** As in `loadConfig`. */
	knownAgents?: readonly string[];
}

/**
 * Sets `key` (`limits.patience_s`) to the value that `text` means for it; creates file (0600) and folder (0700). A link to the file
 * is followed. Throws RelayError `usage` for an unknown key or a value that is not allowed, `bad_config` when the file is not
 * valid, `refused` when it cannot be edited safely, `not_writable`.
 */
export function setConfigValue(file: string, key: string, text: string, options: EditOptions): void {
	const value = readText(keyValue(key, text, { layer: 'flag', place: 'config set' }));
	checkValue(value);
	editFile(file, options, (before, path) => setTomlValue(before, path, key, value.raw));
}

/** Adds to `permissions.allow_commands`; false when it is there already. Errors as `setConfigValue`. */
export function appendAllowCommand(file: string, command: string, options: EditOptions): boolean {
	const key = 'permissions.allow_commands';
	checkValue(keyValue(key, [command], { layer: 'flag', place: 'allow' }));
	return editFile(file, options, (before, path) => appendTomlElement(before, path, key, command));
}

/** `edit` returns the new text, or null for no change. The whole result must be a valid configuration before it is written. */
function editFile(
	link: string,
	options: EditOptions,
	edit: (before: string, path: string) => string | null,
): boolean {
	const file = realPathOf(link);
	return explainFailure(file, () => {
		ensureFolder(dirname(file));
		return withFileLock(`${file}.lock`, options.locking, () => {
			const after = edit(readOrEmpty(file), file);
			if (after === null) return false;
			const values = valuesOfDocument(parseToml(after, file), 'user').map(checkValue);
			assemble(values, agentsWithoutCommand(options.knownAgents));
			writeAtomic(file, after, { sync: true });
			return true;
		});
	});
}

function realPathOf(file: string): string {
	try {
		return realpathSync(file);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return file;
		throw error;
	}
}

function readOrEmpty(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return '';
		throw error;
	}
}

const WRITE_FAILURES = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR'];

function explainFailure(file: string, action: () => boolean): boolean {
	try {
		return action();
	} catch (error) {
		if (error instanceof RelayError || !hasErrno(error, ...WRITE_FAILURES)) throw error;
		throw new RelayError('not_writable', `${file}: cannot be written (${error.code})`, { cause: error });
	}
}
