import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { openAppend } from '../core/files/write-file.ts';

/** Polling interval: a limit's first sign may be here, and 20 reads a second cost nothing (5 µs each). */
const POLL_MS = 50;
const CHUNK_BYTES = 64 * 1024;
/** Read at once before the event loop gets its turn: 1 MiB. */
const CHUNKS_AT_ONCE = 16;

/**
 * Delivers, in order, what is appended to a file after the follower was created. Polls, because change notifications get lost on
 * network and container file systems. Reads through its own descriptor, so it survives the removal of the name.
 */
export class FileFollower {
	/** Open for appending, for the process that writes. */
	readonly writeFd: number;
	readonly #readFd: number;
	readonly #clock: Clock;
	readonly #deliver: (chunk: Buffer) => void;
	readonly #stop = new AbortController();
	readonly #following: Promise<void>;
	readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
	#at: number;

	/** Creates the file (0600) when it is missing; refuses a symbolic link. */
	constructor(path: string, clock: Clock, deliver: (chunk: Buffer) => void) {
		this.writeFd = openAppend(path);
		this.#readFd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
		this.#at = fstatSync(this.#readFd).size;
		this.#clock = clock;
		this.#deliver = deliver;
		this.#following = this.#follow();
	}

	/** Reads the rest of the file, delivers it, and closes. Does nothing the second time. */
	async finish(): Promise<void> {
		if (this.#stop.signal.aborted) return;
		this.#stop.abort();
		await this.#following;
		while (this.#readSome()) await this.#clock.sleep(0);
		closeSync(this.#readFd);
		closeSync(this.writeFd);
	}

	async #follow(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			await this.#readBehindOutput();
			await this.#clock.sleep(POLL_MS, this.#stop.signal);
		}
	}

	/**
	 * Delivers what is there now after one more look at everything else that can be read: output that the agent wrote to stdout
	 * before it is then read before it.
	 */
	async #readBehindOutput(): Promise<void> {
		if (fstatSync(this.#readFd).size === this.#at) return;
		await nextPollPhase();
		this.#readSome();
	}

	/** True if there may be more. */
	#readSome(): boolean {
		for (let chunks = 0; chunks < CHUNKS_AT_ONCE; chunks++) {
			const bytes = readSync(this.#readFd, this.#buffer, 0, CHUNK_BYTES, this.#at);
			if (bytes === 0) return false;
			this.#at += bytes;
			this.#deliver(Buffer.from(this.#buffer.subarray(0, bytes)));
		}
		return true;
	}
}

/** Resolves when the event loop has polled its descriptors at least once after the call. */
function nextPollPhase(): Promise<void> {
	return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
