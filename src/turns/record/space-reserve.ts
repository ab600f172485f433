import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { FILE_MODE } from '../../core/files/write-file.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** Room for the last state, meta and packet of a turn on a disk that fills up. */
const RESERVED_BYTES = 256 * 1024;

/**
 * Space set aside on the record's own file system in a file without a name: `release` returns it, and so does any end of the
 * process. It lets a turn on a full disk still record how it ended.
 */
export class SpaceReserve {
	#fd: number | null;

	constructor(path: string) {
		this.#fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
		unlinkSync(path);
		const block = Buffer.alloc(RESERVED_BYTES, 0x20);
		for (let at = 0; at < block.length; ) at += writeSync(this.#fd, block, at);
	}

	release(): void {
		if (this.#fd === null) return;
		closeSync(this.#fd);
		this.#fd = null;
	}
}
