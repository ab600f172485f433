import { existsSync } from 'node:fs';
import { type Clock, toIso } from '../../core/clock.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { AppendFile } from '../../core/files/append-file.ts';
import { safeLine } from '../../core/text.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { logFile } from '../files/session-paths.ts';
import type { LogEvent } from './log-entry.ts';

/** A text of an entry is cut here; what was printed or said stands whole in the files of its turn. */
const MAX_TEXT = 2_000;
/** Holds many entries: the last of them has the number to go on from. */
const TAIL_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

interface LogOptions {
	/** Where the session lies at this moment. */
	place: () => Pick<HeldFolder, 'path' | 'ref' | 'wayTo'>;
	clock: Clock;
	/** One line for the user, said at once. */
	onNotice: (text: string) => void;
}

/**
 * The log of a session that this process holds. It explains what happens and is nobody's only record of it, so a log that
 * cannot be written stops nothing: the user is told once.
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

	/** From here on `restore` writes again what stood in the file before too. Makes no file. */
	hold(): void {
		if (this.#file === null && existsSync(logFile(this.#options.place().path)))
			this.#guard(() => this.#open());
	}

	/** Writes the file again where somebody removed it; at another place once the session lies there. */
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
			this.#options.onNotice(`${logFile(path)} cannot be written, so it lacks some of what happens: ${why}`);
		}
	}
}

/**
 * The highest number in the tail; where none can be read, the size: every entry takes more bytes than one, so none before had a
 * higher number, and a higher one that stands there is not the relay's.
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
