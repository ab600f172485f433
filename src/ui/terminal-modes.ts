/**
 * Switches raw mode, bracketed paste and the reports of keys on and off together. Leaving is idempotent and safe on a terminal
 * that is gone.
 */

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
/**
 * What tells Shift+Enter from Enter: kitty's protocol (1, and 4 for keys of other alphabets), on a stack of which one entry is ours, or
 * xterm's modifyOtherKeys, which tmux knows, too. A terminal that takes the latter for a style is set back at once.
 */
const MODIFY_KEYS_ON = '\x1b[>4;1m\x1b[0m';
const KEYS_ON = `\x1b[>5u${MODIFY_KEYS_ON}`;
const KEYS_ON_AGAIN = `\x1b[=5u${MODIFY_KEYS_ON}`;
const KEYS_OFF = '\x1b[<u\x1b[>4m';
/** The terminal says when it gets and loses the focus. */
const FOCUS_ON = '\x1b[?1004h';
const FOCUS_OFF = '\x1b[?1004l';
/** Bracketed paste off, autowrap and cursor on, no style. */
const RESTORE = '\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m';

export interface TerminalModes {
	enter(): void;
	leave(): void;
}

/** `reportsKeys`: the reader knows keys as escape sequences; `reportsFocus`: and reports of the focus. */
export function createTerminalModes(
	input: TerminalInput,
	output: { write(text: string): unknown },
	{ reportsKeys = false, reportsFocus = false } = {},
): TerminalModes {
	let isEntered = false;
	return {
		enter() {
			input.setRawMode?.(true);
			const keysOn = isEntered ? KEYS_ON_AGAIN : KEYS_ON;
			output.write(PASTE_ON + (reportsKeys ? keysOn : '') + (reportsFocus ? FOCUS_ON : ''));
			isEntered = true;
		},
		leave() {
			if (!isEntered) return;
			isEntered = false;
			try {
				output.write((reportsFocus ? FOCUS_OFF : '') + (reportsKeys ? KEYS_OFF : '') + RESTORE);
				input.setRawMode?.(false);
			} catch {
				// The terminal hung up: nothing is left to restore.
			}
		},
	};
}
