/**
 * What a program has switched on in a terminal, by its output, which may be cut anywhere; so that the terminal can be put back as it
 * was, whatever became of the program. Of the four CLIs codex leaves most (mouse, alternate screen, two kitty pushes, even on SIGTERM).
 */

/** Modes that are off in a terminal that nobody uses, in the order in which they are switched off: synchronized output first. */
const OFF = [
	...['2026', '1000', '1001', '1002', '1003', '1005', '1006', '1015', '1016', '1004', '1007'],
	...['2004', '2027', '2031', '9', '66', '1'],
];
/** Modes that are on there: autowrap and the cursor. */
const ON = ['7', '25'];
const OTHER_SCREEN = '1049';
const OTHER_SCREENS = new Set(['47', '1047', OTHER_SCREEN]);
/** CSI sequences, OSC with their number, and the full reset. */
const SEQUENCES =
	/\x1b\[([?>=<]?)([\d;:]*)([ -/]?)([@-~])|\x1b\](\d+)(?:;[^\x07\x1b]*)?(?:\x07|\x1b\\)|\x1bc/g;
/** Longer ones are not waited for. */
const MAX_REST = 4096;

export class ModeTracker {
	readonly #modes = new Map<string, boolean>();
	readonly #pushed = { main: 0, other: 0 };
	#otherKeys = false;
	#hasTitle = false;
	#hasPointer = false;
	#hasRegion = false;
	#hasCursorShape = false;
	#rest = '';

	feed(chunk: Buffer): void {
		const text = this.#rest + chunk.toString('latin1');
		let end = 0;
		for (const match of text.matchAll(SEQUENCES)) {
			end = match.index + match[0].length;
			const [all, mark = '', numbers = '', between = '', final = '', osc] = match;
			if (all === '\x1bc') this.#forget();
			else if (osc !== undefined) this.#noteOsc(osc);
			else this.#noteCsi({ mark, numbers, between, final });
		}
		const open = text.lastIndexOf('\x1b');
		this.#rest = open >= end && text.length - open < MAX_REST ? text.slice(open) : '';
	}

	/** Puts the terminal back: what belongs to the alternate screen first, then leaving it. Ends with no style. */
	reset(): string {
		const on = (mode: string) => this.#modes.get(mode) === true;
		const { main, other } = this.#pushed;
		return [
			// As many as were pushed: one more would take away the shell's.
			other > 0 ? `\x1b[<${other}u` : '',
			...OFF.filter(on).map((mode) => `\x1b[?${mode}l`),
			this.#hasRegion ? '\x1b[r' : '',
			on(OTHER_SCREEN) ? '\x1b[?1049l' : '',
			main > 0 ? `\x1b[<${main}u` : '',
			this.#otherKeys ? '\x1b[>4;0m' : '',
			...ON.filter((mode) => this.#modes.get(mode) === false).map((mode) => `\x1b[?${mode}h`),
			this.#hasCursorShape ? '\x1b[0 q' : '',
			this.#hasPointer ? '\x1b]22;\x07' : '',
			this.#hasTitle ? '\x1b]0;\x07' : '',
			'\x1b[0m\x1b(B',
		].join('');
	}

	/** It was put back. */
	wasReset(): void {
		this.#forget();
		this.#hasTitle = false;
		this.#hasPointer = false;
		this.#rest = '';
	}

	#forget(): void {
		this.#modes.clear();
		this.#pushed.main = 0;
		this.#pushed.other = 0;
		this.#otherKeys = false;
		this.#hasRegion = false;
		this.#hasCursorShape = false;
	}

	#noteOsc(number: string): void {
		if (number === '0' || number === '2') this.#hasTitle = true;
		if (number === '22') this.#hasPointer = true;
	}

	#noteCsi({
		mark,
		numbers,
		between,
		final,
	}: Record<'mark' | 'numbers' | 'between' | 'final', string>): void {
		if (mark === '?' && (final === 'h' || final === 'l')) {
			for (const mode of numbers.split(';'))
				this.#modes.set(OTHER_SCREENS.has(mode) ? OTHER_SCREEN : mode, final === 'h');
		} else if (final === 'u' && (mark === '>' || mark === '<')) this.#noteKeys(mark, numbers);
		else if (final === 'm' && mark === '>' && numbers.startsWith('4'))
			this.#otherKeys = /^4;[12]/.test(numbers);
		else if (final === 'r' && mark === '' && between === '') this.#hasRegion = numbers !== '';
		else if (final === 'q' && between === ' ') this.#hasCursorShape = !/^0?$/.test(numbers);
	}

	/** Each screen has a stack of its own. */
	#noteKeys(mark: '>' | '<', numbers: string): void {
		const screen = this.#modes.get(OTHER_SCREEN) === true ? 'other' : 'main';
		const popped = Math.max(1, Number.parseInt(numbers, 10) || 1);
		this.#pushed[screen] =
			mark === '>' ? this.#pushed[screen] + 1 : Math.max(0, this.#pushed[screen] - popped);
	}
}
