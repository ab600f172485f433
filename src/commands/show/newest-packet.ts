import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readRecord } from '../../sessions/files/json-record.ts';
import { insideSession, PACKETS_FOLDER } from '../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';

export interface NewestPacket {
	/** Absolute. */
	path: string;
	/** As recorded. */
	text: string;
	/** The content of the `.json` next to it; undefined: there is none, or it was not read. */
	document: unknown;
}

/** The one that waits, else the one with the highest number. Throws `not_found`, `damaged_record`. */
export function newestPacket(own: LineageEntry, { isWithData }: { isWithData: boolean }): NewestPacket {
	const path = newestPath(own);
	const text = path === null ? null : readRecord(path);
	if (path === null || text === null) {
		throw new RelayError('not_found', `Session ${own.meta.id} has no resume packet.`, {
			hint: 'One is written when work moves to another agent, or stops with work left.',
		});
	}
	const twin = isWithData ? readRecord(path.replace(/\.md$/, '.json')) : null;
	return { path, text: text.toString(), document: twin === null ? undefined : parsePacket(twin, path) };
}

function parsePacket(bytes: Buffer, path: string): unknown {
	try {
		return JSON.parse(bytes.toString());
	} catch (error) {
		throw new RelayError('damaged_record', `The .json next to ${path} is damaged.`, {
			hint: 'The .md can still be read: agent-relay show --packet',
			cause: error,
		});
	}
}

function newestPath({ meta, folder }: LineageEntry): string | null {
	const waiting = meta.checkpoint?.packet ?? null;
	if (waiting !== null) return insideSession(folder, waiting);
	const names = packetNames(folder).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
	const newest = names.at(-1);
	return newest === undefined ? null : join(folder, PACKETS_FOLDER, newest);
}

const packetNames = (folder: string): string[] =>
	namesIn(join(folder, PACKETS_FOLDER), 'EACCES').filter((name) => /^\d{3,15}-.*\.md$/.test(name));
