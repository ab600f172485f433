/** Who has the terminal: the shell, a picker or an editor, or the foreground process while this one is stopped. */
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { type OwnSignals, stopUntilWoken } from '../../core/processes/own-signals.ts';
import type { TerminalModes } from '../../ui/terminal-modes.ts';
import type { LiveView } from '../../view/live/live-view.ts';
import type { LineEditor } from '../editor/line-editor.ts';
import { createDeferred } from '../input/deferred.ts';

interface HoldParts {
	modes: TerminalModes;
	editor: Pick<LineEditor, 'attach' | 'detach'>;
	view: Pick<LiveView, 'hold' | 'release'>;
	signals: OwnSignals;
	clock: Clock;
	/** The shell is being left: the terminal is not taken back. */
	isOver(): boolean;
	showError(error: unknown): void;
}

export class TerminalHold {
	readonly #parts: HoldParts;
	#isAway = false;
	#stopListening: () => void = () => undefined;
	#returned: Promise<void> = Promise.resolve();

	constructor(parts: HoldParts) {
		this.#parts = parts;
	}

	/** Gives the terminal away while `act` runs and takes it back; null if that failed (the error is shown) or it is already away. */
	async away<T>(act: () => Promise<T>): Promise<T | null> {
		if (this.#isAway || this.#parts.isOver()) return null;
		this.#leave();
		try {
			return await act();
		} catch (error) {
			this.#parts.showError(error);
			return null;
		} finally {
			this.#take();
		}
	}

	/**
	 * As `away`, for what minds the terminal itself, job control included, and is waited for by `returned`. Rejects with what `act`
	 * meets; `refused`: it is away already.
	 */
	async lend<T>(act: () => Promise<T>): Promise<T> {
		if (this.#isAway || this.#parts.isOver())
			throw new RelayError('refused', 'Something else has the terminal.', { hint: 'Leave it first.' });
		this.#leave();
		this.#stopListening();
		const back = createDeferred<void>();
		this.#returned = back.promise;
		try {
			return await act();
		} finally {
			if (!this.#parts.isOver()) this.#listenToStop();
			this.#take();
			back.resolve();
		}
	}

	/** Resolves once nobody has the terminal that it was lent to. */
	get returned(): Promise<void> {
		return this.#returned;
	}

	async suspend(): Promise<void> {
		if (this.#isAway) return;
		const { signals, clock } = this.#parts;
		this.#leave();
		this.#stopListening();
		await stopUntilWoken(signals, clock);
		this.#listenToStop();
		this.#take();
	}

	/** Follows job control signals until the returned function is called. */
	listen(): () => void {
		const { signals, modes, isOver } = this.#parts;
		this.#listenToStop();
		const off = [
			signals.on('SIGCONT', () => {
				if (!this.#isAway && !isOver()) this.#wake();
			}),
			signals.onExit(() => modes.leave()),
		];
		return () => {
			this.#stopListening();
			for (const stop of off) stop();
		};
	}

	#listenToStop(): void {
		this.#stopListening = this.#parts.signals.on('SIGTSTP', () => void this.suspend());
	}

	#leave(): void {
		const { editor, view, modes } = this.#parts;
		this.#isAway = true;
		editor.detach();
		view.hold();
		modes.leave();
	}

	#take(): void {
		const { editor, view, modes, isOver } = this.#parts;
		this.#isAway = false;
		if (isOver()) return;
		modes.enter();
		editor.attach();
		view.release();
	}

	/** The process was stopped and woken from outside: our modes were never reset, but other programs may have changed them. */
	#wake(): void {
		this.#parts.modes.enter();
		this.#parts.view.release();
	}
}
