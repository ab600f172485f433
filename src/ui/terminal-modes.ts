/** Switches raw mode and bracketed paste on and off together. Leaving is idempotent and safe on a terminal that is gone. */

export interface TerminalInput {
	on(event: 'data', listener: (chunk: Buffer) => void): unknown;
	on(event: 'end' | 'close', listener: () => void): unknown;
	on(event: 'error', listener: (error: Error) => void): unknown;
	off(event: 'data', listener: (chunk: Buffer) => void): unknown;
	off(event: 'end' | 'close', listener: () => void): unknown;
	off(event: 'error', listener: (error: Error) => void): unknown;
	resume(): unknown;
	pause(): unknown;
	isTTY?: boolean;
	setRawMode?(isRaw: boolean): unknown;
}

const PASTE_ON = '\x1b[?2004h';
/** Bracketed paste off, autowrap and cursor on, no style. */
const RESTORE = '\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m';

export interface TerminalModes {
	enter(): void;
	leave(): void;
}

export function createTerminalModes(
	input: TerminalInput,
	output: { write(text: string): unknown },
): TerminalModes {
	let isEntered = false;
	return {
		enter() {
			isEntered = true;
			input.setRawMode?.(true);
			output.write(PASTE_ON);
		},
		leave() {
			if (!isEntered) return;
			isEntered = false;
			try {
				output.write(RESTORE);
				input.setRawMode?.(false);
			} catch {
				// The terminal hung up: nothing is left to restore.
			}
		},
	};
}
