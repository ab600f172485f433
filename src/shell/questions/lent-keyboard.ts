/**
 * Answers on a terminal without an edit line of its own (`run`): the keyboard is taken while an agent asks, and is nobody's
 * otherwise. A line is there only for what is written: a rule, words for the agent, or what its terminal asks for.
 */
import type { OwnSignals } from '../../core/processes/own-signals.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { LiveRegion } from '../../ui/screen-writer.ts';
import { createTerminalModes, type TerminalInput, type TerminalModes } from '../../ui/terminal-modes.ts';
import type { LiveView } from '../../view/live/live-view.ts';
import type { Waiting } from '../../view/live/status-rows.ts';
import type { Transcript } from '../../view/transcript.ts';
import { openHistory } from '../editor/history.ts';
import type { Key } from '../editor/keys.ts';
import { LineEditor } from '../editor/line-editor.ts';
import type { EditEffect } from '../editor/reduce-key.ts';
import { SecretAnswer } from '../input/secret-answer.ts';
import { MenuDesk } from '../menu/menu-desk.ts';
import { toNames } from '../menu/name-ranks.ts';
import { TerminalHold } from '../terminal/terminal-hold.ts';
import { errorLines } from '../work/error-lines.ts';
import { type AskedHere, deskOnScreen } from './desk-on-screen.ts';
import type { QuestionDesk } from './question-desk.ts';

export interface LentKeyboardParts extends AskedHere {
	/** One line for what asks on an agent's terminal; null refuses. False: it has gone. */
	answerTerminal(line: string | null): boolean;
	input: TerminalInput;
	output: { write(text: string): unknown };
	signals: OwnSignals;
	/** The terminal knows keys as escape sequences. */
	reportsKeys: boolean;
	/** Forgets what was typed and not read yet; called in raw mode. */
	dropTypedAhead(): void;
	/** Ctrl+C, which the terminal makes no signal of here. */
	interrupt(): void;
}

/** The screen on which the questions are shown. */
export interface AskedOn {
	view: Pick<LiveView, 'hold' | 'release' | 'drawEdit'>;
	transcript: Pick<Transcript, 'event' | 'lines'>;
}

/** Keys that work while nothing is written; all others answer, or nothing comes of them. */
const ALWAYS: ReadonlySet<string> = new Set(['c', 'z', 'l']);

export class LentKeyboard {
	readonly #parts: LentKeyboardParts;
	readonly #desk: QuestionDesk;
	readonly #editor: LineEditor;
	readonly #secret: SecretAnswer;
	readonly #modes: TerminalModes;
	readonly #hold: TerminalHold;
	#isTaken = false;
	#isClosed = false;
	#stopListening: () => void = () => undefined;

	constructor(parts: LentKeyboardParts, { view, transcript }: AskedOn) {
		this.#parts = parts;
		const { input, output, clock, theme, signals, reportsKeys } = parts;
		const print = (lines: readonly string[]) => transcript.lines(lines);
		const showError = (error: unknown) => print(errorLines(error, theme));
		this.#editor = new LineEditor({
			...{ input, clock, theme },
			history: openHistory(null),
			complete: async () => ({ from: 0, candidates: [] }),
			menus: new MenuDesk({ theme, commands: () => [], files: () => toNames([]) }),
			queued: () => 0,
			onChange: () => view.drawEdit(),
			onKey: (key) => this.#takes(key),
			onEffect: (effect) => this.#carryOut(effect),
			onHangup: () => this.#giveBack(),
		});
		const editor = this.#editor;
		this.#secret = new SecretAnswer({ relay: parts, editor, theme, print });
		this.#modes = createTerminalModes(input, output, { reportsKeys });
		const isOver = () => this.#isClosed;
		this.#hold = new TerminalHold({ modes: this.#modes, editor, view, signals, clock, isOver, showError });
		const stopTurn = () => parts.interrupt();
		this.#desk = deskOnScreen(parts, { transcript, editor, stopTurn, showError });
	}

	/** Hears of all that happens. False: the screen is not to show it, or not yet. */
	event(event: RelayEvent): boolean {
		const isShown = this.#desk.event(event);
		if (event.type === 'terminal_asked' && event.refusedInMs === null) this.#editor.beginSecret();
		// What is still typed at it answers nothing.
		if (event.type === 'terminal_settled' || event.type === 'turn_finished')
			if (this.#editor.isSecret) this.#editor.giveBack();
		this.#settle();
		return isShown;
	}

	/** What keys do now. */
	keys(columns: number): string[] {
		return this.#editor.isSecret ? [] : this.#desk.keys(columns, true);
	}

	waitsFor(columns: number): Waiting | null {
		return this.#desk.waitsFor(columns, true);
	}

	/** null: nothing is written. */
	layout(room: { columns: number; maxRows: number }): LiveRegion | null {
		const label = this.#editor.isSecret ? 'answer' : this.#desk.label;
		return label === null ? null : this.#editor.layout({ ...room, label: `${label} › ` });
	}

	/** Gives the keyboard back, and takes it no more. Idempotent. */
	close(): void {
		this.#isClosed = true;
		this.#desk.clear();
		this.#giveBack();
	}

	#settle(): void {
		const isNeeded = !this.#isClosed && (this.#desk.current !== null || this.#editor.isSecret);
		if (isNeeded) this.#take();
		else this.#giveBack();
	}

	#take(): void {
		if (this.#isTaken) return;
		this.#isTaken = true;
		this.#stopListening = this.#hold.listen();
		this.#modes.enter();
		this.#parts.dropTypedAhead();
		this.#editor.attach();
	}

	#giveBack(): void {
		if (!this.#isTaken) return;
		this.#isTaken = false;
		this.#editor.detach();
		this.#modes.leave();
		this.#stopListening();
	}

	/** True: the key was for a question, or is for nothing. */
	#takes(key: Key): boolean {
		if (!this.#isTaken || this.#desk.press(key, true)) return true;
		return this.#desk.label === null && !(key.kind === 'press' && key.ctrl && ALWAYS.has(key.character));
	}

	#carryOut(effect: EditEffect): void {
		const { isSecret } = this.#editor;
		if (effect.type === 'interrupt') this.#parts.interrupt();
		else if (effect.type === 'suspend') void this.#suspend();
		else if (effect.type === 'end_of_input' && isSecret) this.#answer(null);
		else if (effect.type === 'submit' && isSecret) this.#answer(effect.typed);
		else if (effect.type === 'submit') this.#desk.reply(effect.typed);
	}

	#answer(line: string | null): void {
		this.#secret.send(line);
		this.#settle();
	}

	/** The question may have gone meanwhile. */
	async #suspend(): Promise<void> {
		await this.#hold.suspend();
		if (this.#isTaken) return;
		this.#editor.detach();
		this.#modes.leave();
	}
}
