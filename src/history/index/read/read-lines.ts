/** Reads the whole lines of a file from where reading ended before, a piece at a time, each with its place. */
import { hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openToRead } from '../../../core/files/read-file.ts';

const PIECE_BYTES = 512 * 1024;
/** A longer line is passed over: nothing that anybody said is so long. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 256;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

export interface PlacedLine {
	/** Bytes before it. */
	at: number;
	/** Behind its newline. */
	end: number;
	/** Good until the next line is asked for; null: it is too long. */
	bytes: Buffer | null;
	/** Without a newline, at the end of the file: it may still be written. */
	isOpen: boolean;
}

/** An open file. */
export class LinesFrom {
	readonly #fd: number;
	readonly size: number;

	constructor(path: string) {
		this.#fd = openToRead(path);
		this.size = fstatSync(this.#fd).size;
	}

	close(): void {
		closeSync(this.#fd);
	}

	/** What names the bytes before `end`: the last of them. */
	tailAt(end: number): string {
		const bytes = Buffer.alloc(Math.min(TAIL_BYTES, end));
		const count = readSync(this.#fd, bytes, 0, bytes.length, end - bytes.length);
		return `${count}:${hash('sha1', bytes.subarray(0, count), 'hex')}`;
	}

	/** As far as the file went when it was opened. */
	*lines(from: number): Generator<PlacedLine> {
		const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, this.size - from)));
		let rest: Buffer = NOTHING;
		let [restAt, isTooLong] = [from, false];
		for (let at = from; at < this.size; ) {
			const count = readSync(this.#fd, buffer, 0, Math.min(buffer.length, this.size - at), at);
			if (count === 0) break;
			const piece = buffer.subarray(0, count);
			let start = 0;
			for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
				const own = piece.subarray(start, end);
				const bytes = isTooLong ? null : rest.length === 0 ? own : Buffer.concat([rest, own]);
				yield { at: restAt, end: at + end + 1, bytes, isOpen: false };
				[rest, restAt, start, isTooLong] = [NOTHING, at + end + 1, end + 1, false];
			}
			if (!isTooLong) rest = Buffer.concat([rest, piece.subarray(start)]);
			if (rest.length > MAX_LINE_BYTES) [rest, isTooLong] = [NOTHING, true];
			at += count;
		}
		if (rest.length > 0) yield { at: restAt, end: this.size, bytes: rest, isOpen: true };
	}
}
