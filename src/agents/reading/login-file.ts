/** Files in which the CLIs keep logins and choices of them, all small: a larger one, or anything but a file, is not read. */
import { statSync } from 'node:fs';
import { readRegularText } from '../../core/files/read-file.ts';
import { type JsonObject, parseObject } from './json-fields.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** Follows links, as the CLIs do; null if nothing has this path. Never waits and never throws. */
export function readLoginText(path: string): string | 'unreadable' | null {
	try {
		// Most do not exist, and Node takes ten times as long for an open that throws.
		if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
		return readRegularText(path, MAX_FILE_BYTES) ?? 'unreadable';
	} catch {
		return 'unreadable';
	}
}

/** As `readLoginText`; `unreadable` also for anything but a JSON object. */
export function readLoginJson(path: string): JsonObject | 'unreadable' | null {
	const text = readLoginText(path);
	return text === null || text === 'unreadable' ? text : (parseObject(text) ?? 'unreadable');
}
