/** A screen of its own beside the scroll-back: it has the terminal until it is left, and gives it back as it was. */
import type { Clock } from '../../core/clock.ts';
import type { OwnSignals } from '../../core/processes/own-signals.ts';
import { type LiveRegion, ScreenWriter } from '../../ui/screen-writer.ts';
import { createTerminalModes, type TerminalInput } from '../../ui/terminal-modes.ts';
import type { Theme } from '../../ui/theme.ts';
import { KeySource } from '../editor/key-source.ts';
import type { Key } from '../editor/keys.ts';
import { createDeferred } from '../input/deferred.ts';
import type { ShellOutput } from '../shell-options.ts';
import { TerminalHold } from './terminal-hold.ts';

export interface FullScreenOptions {
	input: TerminalInput;
	output: ShellOutput;
	signals: OwnSignals;
	clock: Clock;
	theme: Theme;
	/** Symbols are drawn as ASCII. */
	ascii: boolean;
	/** False: the terminal would print the request to report keys. */
	reportsKeys: boolean;
}

interface FullScreenParts {
	/** Called with the keys of one read. */
	press(keys: readonly Key[]): void;
	/** On a screen that was cleared: after a resize, or after another program had the terminal, nothing is where it was. */
	drawAnew(): void;
	/** 0 for SIGINT, 143 and 129 where another signal or a terminal that is gone ends it. */
	interrupt(exitCode: number): void;
	/** What `away` has met. */
	fail(error: unknown): void;
}

/** What is on the terminal comes back when it is left. */
const OTHER_SCREEN_ON = '\x1b[?1049h';
const OTHER_SCREEN_OFF = '\x1b[?1049l';

export class FullScreen<End> {
	readonly writer: ScreenWriter;
	readonly #options: FullScreenOptions;
	readonly #parts: FullScreenParts;
	readonly #keys: KeySource;
	readonly #hold: TerminalHold;
	readonly #modes;
	readonly #ended = createDeferred<{ end: End } | { error: unknown }>();
	readonly #over = new AbortController();
	/** Another program has the terminal, or will once this one is stopped. */
	#isAway = false;

	constructor(options: FullScreenOptions, parts: FullScreenParts) {
		const { input, output, signals, clock, ascii, reportsKeys } = options;
		this.#options = options;
		this.#parts = parts;
		this.writer = new ScreenWriter(output, { ascii });
		this.#keys = new KeySource(clock, (keys) => parts.press(keys));
		const plain = createTerminalModes(input, output, { reportsKeys });
		this.#modes = {
			enter: () => {
				output.write(OTHER_SCREEN_ON);
				plain.enter();
				this.writer.clearAll();
			},
			leave: () => {
				plain.leave();
				output.write(OTHER_SCREEN_OFF);
			},
		};
		this.#hold = new TerminalHold({
			modes: this.#modes,
			editor: { attach: () => this.#attach(), detach: () => this.#detach() },
			view: {
				hold: () => {
					this.#isAway = true;
					this.writer.forget();
				},
				release: () => {
					this.#isAway = false;
					this.redraw();
				},
			},
			signals,
			clock,
			isOver: () => this.isOver,
			showError: (error) => parts.fail(error),
		});
	}

	get isOver(): boolean {
		return this.#over.signal.aborted;
	}

	/** Aborted once it is over. */
	get over(): AbortSignal {
		return this.#over.signal;
	}

	/** `begin` draws the first time. Rejects with what `endWith` was given; the terminal is as before then, too. */
	async run(begin: () => void): Promise<End> {
		const { output, signals } = this.#options;
		const { interrupt } = this.#parts;
		const off = [
			this.#hold.listen(),
			signals.on('SIGTERM', () => interrupt(143)),
			signals.on('SIGHUP', () => interrupt(129)),
			signals.on('SIGINT', () => interrupt(0)),
		];
		output.on?.('resize', this.redraw);
		this.#modes.enter();
		this.#attach();
		try {
			begin();
			const ended = await this.#ended.promise;
			if ('error' in ended) throw ended.error;
			return ended.end;
		} finally {
			this.#over.abort();
			output.off?.('resize', this.redraw);
			this.#detach();
			for (const stop of off) stop();
			this.writer.forget();
			this.#modes.leave();
		}
	}

	/** Draws nothing while another program has the terminal: it is drawn anew afterwards. */
	draw(region: LiveRegion): void {
		if (!this.isOver && !this.#isAway) this.writer.draw([], region);
	}

	end(end: End): void {
		this.#ended.resolve({ end });
	}

	endWith(error: unknown): void {
		this.#ended.resolve({ error });
	}

	/** As `TerminalHold.away`. */
	away<T>(act: () => Promise<T>): Promise<T | null> {
		return this.#hold.away(act);
	}

	suspend(): void {
		void this.#hold.suspend();
	}

	readonly redraw = (): void => {
		if (this.isOver || this.#isAway) return;
		this.writer.clearAll();
		this.#parts.drawAnew();
	};

	#attach(): void {
		const { input } = this.#options;
		input.on('data', this.#keys.read);
		input.on('end', this.#gone);
		input.on('error', this.#gone);
		input.resume();
		this.#keys.begin();
	}

	#detach(): void {
		const { input } = this.#options;
		input.off('data', this.#keys.read);
		input.off('end', this.#gone);
		input.off('error', this.#gone);
		input.pause();
	}

	readonly #gone = (): void => this.#parts.interrupt(129);
}
