import { existsSync } from 'node:fs';
import { type Clock, toIso } from '../../core/clock.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { AppendFile } from '../../core/files/append-file.ts';
import { safeLine } from '../../core/text.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { logFile } from '../files/session-paths.ts';
import type { LogEvent } from './log-entry.ts';

/** Where a text of an entry is cut; the files of its turn hold all that was printed or said. */
const MAX_TEXT = 2_000;
/** Holds many entries, the last of which has the number to continue from. */
const TAIL_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

interface LogOptions {
	/** Where the session is at the moment. */
	place: () => Pick<HeldFolder, 'path' | 'ref' | 'wayTo'>;
	clock: Clock;
	/** One line for the user, shown at once. */
	onNotice: (text: string) => void;
}

/**
 * The log of a session that this process holds. It explains what happens and is never the only record of it, so a log that
 * cannot be written stops nothing: the user is warned once.
 */
export class SessionLog {
	readonly #options: LogOptions;
	#file: AppendFile | null = null;
	#seq = 0;
	#hasFailed = false;

	constructor(options: LogOptions) {
		this.#options = options;
	}

	add(event: LogEvent): void {
		this.#guard(() => {
			const file = this.#open();
			const head = { ts: toIso(this.#options.clock.now()), seq: this.#seq + 1 };
			file.append(Buffer.from(`${JSON.stringify({ ...head, ...event }, cutTexts)}\n`));
			this.#seq++;
		});
	}

	/** From here on `restore` also writes back what was in the file before. Creates no file. */
	hold(): void {
		if (this.#file === null && existsSync(logFile(this.#options.place().path)))
			this.#guard(() => this.#open());
	}

	/** Writes the file again if somebody removed it, in the new place if the session has moved. */
	restore(): void {
		const file = this.#file;
		if (file === null) return;
		this.#guard(() => {
			const { path, ref } = this.#options.place();
			if (file.path === logFile(path) && file.isInPlace()) return;
			keepFolderTime(ref, () => file.moveTo(logFile(path)));
		});
	}

	close(): void {
		this.#file?.close();
		this.#file = null;
	}

	#open(): AppendFile {
		if (this.#file !== null) return this.#file;
		const { path, ref } = this.#options.place();
		const wayTo = (at: string) => this.#options.place().wayTo(at);
		const file = keepFolderTime(ref, () => new AppendFile(logFile(path), { isOfLines: true, wayTo }));
		try {
			const tail = file.readTail(TAIL_BYTES);
			this.#seq = lastSeq(tail, file.bytes);
			if (tail.length > 0 && tail.at(-1) !== NEWLINE) file.append(Buffer.of(NEWLINE));
		} catch (error) {
			file.close();
			throw error;
		}
		this.#file = file;
		return file;
	}

	#guard(write: () => void): void {
		try {
			write();
		} catch (error) {
			if (!isSystemError(error) && !(error instanceof RelayError)) throw error;
			if (this.#hasFailed) return;
			this.#hasFailed = true;
			const { path } = this.#options.place();
			const why = safeLine(error.message, 200);
			this.#options.onNotice(`${logFile(path)} cannot be written, so it is incomplete: ${why}`);
		}
	}
}

/**
 * The highest number in the tail, or the size if none can be read: every entry takes more than one byte, so no earlier one had a
 * higher number, and a higher one in the file was not written by the relay.
 */
function lastSeq(tail: Buffer, size: number): number {
	const numbers = tail
		.toString()
		.split('\n')
		.flatMap((line) => seqOf(line) ?? [])
		.filter((seq) => seq <= size);
	return numbers.length === 0 ? size : Math.max(...numbers);
}

function seqOf(line: string): number | null {
	try {
		const entry: unknown = JSON.parse(line);
		const seq = typeof entry === 'object' && entry !== null && 'seq' in entry ? entry.seq : null;
		return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : null;
	} catch {
		return null;
	}
}

const cutTexts = (_key: string, value: unknown) =>
	typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
