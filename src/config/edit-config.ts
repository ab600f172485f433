/** Changes one value in a configuration file that a person wrote: comments, layout and every other value stay. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { hasErrno, RelayError } from '../core/errors.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { ensureFolder } from '../core/files/folders.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import {
	ALLOWED_EVERYWHERE,
	type AllowedCommand,
	changedInRepo,
	changedList,
	type RepoKey,
	repoKeyOf,
} from './allowed-commands.ts';
import { assemble, checkValue } from './layers/assemble.ts';
import { keyValue, readText, valuesOfDocument } from './layers/layer-values.ts';
import { agentsWithoutCommand, relayConfigSchema } from './schema.ts';
import { appendTomlElement, removeTomlValue, setTomlValue } from './toml/toml-edit.ts';
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

/** Takes the value of `key` away, so that the next layer decides; false when the file does not set it. Errors as `setConfigValue`. */
export function unsetConfigValue(file: string, key: string, options: EditOptions): boolean {
	keyValue(key, undefined, { layer: 'flag', place: 'config unset' });
	return editFile(file, options, (before, path) => removeTomlValue(before, path, key));
}

/** What the file says; empty where there is none. Throws `unreadable_file`. */
export function readConfigText(file: string): string {
	try {
		return readOrEmpty(file);
	} catch (error) {
		if (!hasErrno(error, 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP')) throw error;
		throw new RelayError('unreadable_file', `${file}: cannot be read (${error.code})`, { cause: error });
	}
}

/**
 * Replaces the whole text, which was `before`; false when it is that already. Throws `refused` when the file says something else by
 * now, and otherwise as `setConfigValue`.
 */
export function replaceConfigText(
	file: string,
	{ before, after }: { before: string; after: string },
	options: EditOptions,
): boolean {
	return editFile(file, options, (now, path) => {
		if (now !== before)
			throw new RelayError('refused', `${path}: it was changed meanwhile, and stays as it is now.`, {
				hint: 'Edit it again: agent-relay config edit',
			});
		return after === before ? null : after;
	});
}

/**
 * Several changes in one write: keys with their value as text, and commands to allow. Errors as `setConfigValue`; nothing is
 * changed then.
 */
export function changeConfig(
	file: string,
	{
		values,
		allow,
	}: { values: ReadonlyArray<readonly [key: string, text: string]>; allow: readonly AllowedCommand[] },
	options: EditOptions,
): void {
	const read = values.map(([key, text]) => readText(keyValue(key, text, { layer: 'flag', place: 'setup' })));
	read.forEach(checkValue);
	editFile(file, options, (before, path) => {
		const set = read.reduce((text, { key, raw }) => setTomlValue(text, path, key, raw), before);
		return allow.reduce((text, one) => withAllowed(text, path, one) ?? text, set);
	});
}

/** Adds to the commands that are allowed; false when it is there already. Errors as `setConfigValue`. */
export function allowInConfig(file: string, allowed: AllowedCommand, options: EditOptions): boolean {
	const origin = { layer: 'flag', place: 'allow' } as const;
	checkValue(keyValue(ALLOWED_EVERYWHERE, [allowed.command], origin));
	return editFile(file, options, (before, path) => withAllowed(before, path, allowed));
}

/** null: it is there already. */
function withAllowed(before: string, path: string, allowed: AllowedCommand): string | null {
	const { command, repo } = allowed;
	if (repo === null) return appendTomlElement(before, path, ALLOWED_EVERYWHERE, command);
	const key = repoKeyOf(allowed);
	const after = changedInRepo(commandsOfRepos(before, path, key), { command, repo }, true);
	return after === null ? null : setTomlValue(before, path, key, after);
}

/** Removes it there; false when it is not there. Errors as `setConfigValue`. */
export function disallowInConfig(file: string, allowed: AllowedCommand, options: EditOptions): boolean {
	return editFile(file, options, (before, path) => {
		const { command, repo } = allowed;
		if (repo === null) {
			const list = valueIn(before, path, ALLOWED_EVERYWHERE);
			const left = Array.isArray(list) ? changedList(list, command, false) : null;
			return left === null ? null : setTomlValue(before, path, ALLOWED_EVERYWHERE, left);
		}
		const key = repoKeyOf(allowed);
		const after = changedInRepo(commandsOfRepos(before, path, key), { command, repo }, false);
		return after === null ? null : setTomlValue(before, path, key, after);
	});
}

/** Throws `bad_config` where the file says something else there. */
function commandsOfRepos(text: string, path: string, key: RepoKey): Record<string, string[]> {
	const raw = valueIn(text, path, key) ?? {};
	const { value } = checkValue(keyValue(key, raw, { layer: 'user', place: path }));
	return v.parse(relayConfigSchema.entries.permissions.entries.repo_commands, value);
}

function valueIn(text: string, path: string, key: string): unknown {
	const found = valuesOfDocument(parseToml(text, path), 'user').find((one) => one.key === key);
	return found?.raw;
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
