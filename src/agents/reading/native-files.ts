/** Looks into the folders where CLIs keep their own records, without holding up the event loop. What cannot be read is not there. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { hasErrno } from '../../core/errors.ts';

/** The names in a folder, unsorted. */
export async function namesIn(folder: string): Promise<string[]> {
	return (await ifReadable(() => readdir(folder))) ?? [];
}

/**
 * The last `maxBytes` of a file from the first whole line on, links followed; null unless it is a readable regular file that has
 * `marker` among its first 4 KB. Never waits, unlike an open of a pipe without a writer.
 */
export async function readTail(path: string, maxBytes: number, marker = ''): Promise<string | null> {
	const file = await ifReadable(() => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
	if (file === null) return null;
	try {
		const facts = await file.stat();
		if (!facts.isFile()) return null;
		if (marker !== '' && !(await readAt(file, 0, Math.min(facts.size, HEAD_BYTES))).includes(marker))
			return null;
		const from = Math.max(0, facts.size - maxBytes);
		const text = (await readAt(file, from, facts.size - from)).toString('utf8');
		return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
	} finally {
		await file.close();
	}
}

const HEAD_BYTES = 4096;

/** Fewer bytes where the file has become shorter. */
async function readAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
	const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from);
	return buffer.subarray(0, bytesRead);
}

/** null where `look` fails because something is missing, is something else, or is not ours to read. */
export async function ifReadable<Found>(look: () => Promise<Found>): Promise<Found | null> {
	try {
		return await look();
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'EISDIR', 'ENXIO', 'ESRCH'))
			return null;
		throw error;
	}
}
