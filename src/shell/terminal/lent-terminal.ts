/** The user's terminal while an agent's own TUI has it: bytes go through unchanged both ways, and it is put back as it was at the end. */
import type { Passed, TuiTerminal } from '../../attach/attach-contract.ts';
import type { Clock } from '../../core/clock.ts';
import { type OwnSignals, stopUntilWoken } from '../../core/processes/own-signals.ts';
import { LeaveKey } from '../../ui/leave-key.ts';
import { ModeTracker } from '../../ui/mode-tracker.ts';
import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { terminalColumns, terminalRows } from '../../ui/terminal-size.ts';
import { TypedWords } from '../../ui/typed-words.ts';
import { createDeferred } from '../input/deferred.ts';
import type { ShellOutput } from '../shell-options.ts';

export interface LentTerminalOptions {
	input: TerminalInput;
	output: Omit<ShellOutput, 'write'> & { write(bytes: Buffer | string): unknown };
	signals: OwnSignals;
	clock: Clock;
	/** As configured. */
	key: string;
}

export function lendTerminal(options: LentTerminalOptions): TuiTerminal {
	return new LentTerminal(options);
}

class LentTerminal implements TuiTerminal {
	readonly #options: LentTerminalOptions;
	readonly #modes = new ModeTracker();
	readonly #key: LeaveKey;
	readonly #words = new TypedWords();
	readonly #left = createDeferred<number | null>();
	readonly #pressedAgain = createDeferred<void>();
	#off: Array<() => void> = [];
	#tui: Passed | null = null;
	#hasLeft = false;

	constructor(options: LentTerminalOptions) {
		this.#options = options;
		this.#key = new LeaveKey(options.key);
	}

	get size() {
		const { output } = this.#options;
		return { columns: terminalColumns(output), rows: terminalRows(output) };
	}

	get left(): Promise<number | null> {
		return this.#left.promise;
	}

	get pressedAgain(): Promise<void> {
		return this.#pressedAgain.promise;
	}

	hasSent(words: string): boolean {
		return this.#words.has(words);
	}

	connect(tui: Passed): void {
		const { input, output, signals } = this.#options;
		this.#tui = tui;
		this.#off = [
			signals.on('SIGTERM', () => this.#leave(143)),
			signals.on('SIGHUP', () => this.#leave(129)),
			signals.on('SIGINT', () => this.#leave(130)),
			signals.onExit(() => this.close()),
		];
		output.on?.('resize', this.#resize);
		input.on('end', this.#gone);
		input.on('error', this.#gone);
		this.#take();
	}

	output(chunk: Buffer): void {
		if (this.#tui === null) return;
		this.#modes.feed(chunk);
		this.#options.output.write(chunk);
	}

	async stopped(): Promise<void> {
		const { signals, clock } = this.#options;
		if (this.#tui === null || this.#hasLeft) return;
		this.#giveBack();
		await stopUntilWoken(signals, clock);
		// It ended meanwhile.
		if (this.#tui === null) return;
		this.#take();
		this.#resize();
		this.#tui.resume();
	}

	alert(): void {
		this.#options.output.write('\x07');
	}

	close(): void {
		if (this.#tui === null) return;
		const { input, output } = this.#options;
		this.#tui = null;
		this.#giveBack();
		output.off?.('resize', this.#resize);
		input.off('end', this.#gone);
		input.off('error', this.#gone);
		for (const off of this.#off.splice(0)) off();
	}

	#take(): void {
		const { input } = this.#options;
		input.setRawMode?.(true);
		input.on('data', this.#typed);
		input.resume();
	}

	/** A terminal that is gone has nothing to put back. */
	#giveBack(): void {
		const { input, output } = this.#options;
		input.off('data', this.#typed);
		input.pause();
		try {
			output.write(this.#modes.reset());
			this.#modes.wasReset();
			input.setRawMode?.(false);
		} catch {
			this.#leave(129);
		}
	}

	#leave(exitCode: number | null): void {
		if (this.#hasLeft) this.#pressedAgain.resolve();
		this.#hasLeft = true;
		this.#left.resolve(exitCode);
	}

	readonly #typed = (chunk: Buffer): void => {
		const { before, isPressed } = this.#key.feed(chunk);
		this.#words.feed(before);
		if (before.length > 0) this.#tui?.write(before);
		if (isPressed) this.#leave(null);
	};

	readonly #resize = (): void => {
		const { columns, rows } = this.size;
		this.#tui?.resize(columns, rows);
	};

	readonly #gone = (): void => this.#leave(129);
}
