/** Tells the user what happens while the terminal has no focus; one that never reports its focus always gets notices. */
import type { Clock } from '../../core/clock.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { type NoticeKind, noticeSequence, type TerminalVariables } from './notice-sequence.ts';
import { type NoticeMemory, noticeText } from './notice-text.ts';

/** `notify.*`, and what the terminal says of itself. */
export interface NotifyOptions {
	terminal: NoticeKind;
	/** The end of a turn that took longer is a notice, ms. */
	afterMs: number;
	env: TerminalVariables;
}

interface NoticeParts {
	notify: NotifyOptions;
	input: Pick<TerminalInput, 'on' | 'off'>;
	output: { write(text: string): unknown };
	clock: Pick<Clock, 'now'>;
}

const FOCUS_IN = '\x1b[I';
const FOCUS_OUT = '\x1b[O';

export class Notices {
	readonly #parts: NoticeParts;
	readonly #memory: NoticeMemory = { waitsFor: null };
	#isFocused = false;

	constructor(parts: NoticeParts) {
		this.#parts = parts;
	}

	/** Hears of the focus until the returned function is called. */
	listen(): () => void {
		const { input } = this.#parts;
		const hear = (chunk: Buffer) => {
			const text = chunk.toString('latin1');
			const [into, out] = [text.lastIndexOf(FOCUS_IN), text.lastIndexOf(FOCUS_OUT)];
			if (into !== out) this.#isFocused = into > out;
		};
		input.on('data', hear);
		return () => {
			input.off('data', hear);
		};
	}

	event(event: RelayEvent): void {
		const { notify, output, clock } = this.#parts;
		const text = noticeText(event, { afterMs: notify.afterMs, now: clock.now(), memory: this.#memory });
		if (text === null || this.#isFocused) return;
		const bytes = noticeSequence(notify.terminal, text, notify.env);
		if (bytes !== '') output.write(bytes);
	}
}
