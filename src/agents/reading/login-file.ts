/** Files in which the CLIs keep logins and choices of them, all small: a larger one, or anything but a file, is not read. */
import { statSync } from 'node:fs';
import { readRegularText } from '../../core/files/read-file.ts';
import { type JsonObject, parseObject } from './json-fields.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** Links followed, as the CLIs do; null: nothing has this path. Never waits and never throws. */
export function readLoginText(path: string): string | 'unreadable' | null {
	try {
		// Most are not there, and Node takes ten times as long for an open that throws.
		if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
		return readRegularText(path, MAX_FILE_BYTES) ?? 'unreadable';
	} catch {
		return 'unreadable';
	}
}

/** As `readLoginText`; `unreadable` also for what is no JSON object. */
export function readLoginJson(path: string): JsonObject | 'unreadable' | null {
	const text = readLoginText(path);
	return text === null || text === 'unreadable' ? text : (parseObject(text) ?? 'unreadable');
}
