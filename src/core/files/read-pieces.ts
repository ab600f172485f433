/** A file read piece by piece, so that its size takes no memory. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { hasErrno } from '../errors.ts';
import { openToRead } from './read-file.ts';

const PIECE_BYTES = 64 * 1024;

export interface FilePieces {
	/** Absolute. */
	path: string;
	/** What it had when it was found; what is appended later is not read. */
	bytes: number;
	/** From its beginning; ends early where the file was cut or removed meanwhile. Each piece is the caller's to keep. */
	pieces(): Generator<Buffer>;
}

/** null where there is no such file. Refuses what `openToRead` refuses. */
export function filePieces(path: string): FilePieces | null {
	const fd = openOrNull(path);
	if (fd === null) return null;
	const bytes = fstatSync(fd).size;
	closeSync(fd);
	return { path, bytes, pieces: () => readPieces(path, bytes) };
}

function* readPieces(path: string, bytes: number): Generator<Buffer> {
	const fd = openOrNull(path);
	if (fd === null) return;
	try {
		for (let at = 0; at < bytes; ) {
			const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes - at));
			const count = readSync(fd, piece, 0, piece.length, at);
			if (count === 0) return;
			at += count;
			yield piece.subarray(0, count);
		}
	} finally {
		closeSync(fd);
	}
}

function openOrNull(path: string): number | null {
	try {
		return openToRead(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
}
