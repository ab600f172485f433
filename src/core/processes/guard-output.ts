/** Keeps a process working when its output is lost: a full disk, or a reader or terminal that is gone. */

/** The part of a standard stream that is guarded. */
export interface GuardedStream {
	write(chunk: string | Uint8Array, ...rest: unknown[]): boolean;
	on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Calls `onLost` once, at the first write that fails, and drops everything written afterwards, calling callbacks as if it had been
 * written. Node throws from `write` itself when stdout is a file (seen with 20.20), and emits `error` otherwise.
 */
export function guardOutput(stream: GuardedStream, onLost: (error: NodeJS.ErrnoException) => void): void {
	const write = stream.write.bind(stream);
	let isLost = false;
	const lose = (error: Error) => {
		if (isLost) return;
		isLost = true;
		onLost(error);
	};
	stream.on('error', lose);
	stream.write = (chunk, ...rest) => {
		try {
			if (!isLost) return write(chunk, ...rest);
		} catch (error) {
			lose(error instanceof Error ? error : new Error(String(error)));
		}
		const callback = rest.find((value) => typeof value === 'function');
		if (typeof callback === 'function') process.nextTick(callback);
		return true;
	};
}
