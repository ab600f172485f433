/**
 * The view of a running race: on a terminal a table that is redrawn in place, with keys; elsewhere one line a change. The
 * terminal is in raw mode only while the table is shown, and gets its modes back however the relay ends.
 */
import type { Clock } from '../../core/clock.ts';
import { type OwnSignals, stopUntilWoken } from '../../core/processes/own-signals.ts';
import type { TakeNotices } from '../../core/take-notices.ts';
import { safeLine } from '../../core/text.ts';
import type { Race, RaceEvent } from '../../race/race-contract.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import type { Drawing } from '../../ui/drawing.ts';
import { ScreenWriter, type TerminalOutput } from '../../ui/screen-writer.ts';
import { createTerminalModes, type TerminalInput, type TerminalModes } from '../../ui/terminal-modes.ts';
import { columnsOf, cutToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { shortRef } from '../describe-session.ts';
import { keyHint, NO_KEYS, pressKey, type RaceKeys } from './race-keys.ts';
import { noticeLine, RaceLines } from './race-lines.ts';
import { RaceProgress } from './race-progress.ts';
import { raceTableRows } from './race-table.ts';

export interface RaceView {
	event(event: RaceEvent): void;
	/** Removes the table and puts the terminal back; call it before anything else writes. Idempotent. */
	close(): void;
}

export interface RaceViewOptions {
	input: TerminalInput;
	output: TerminalOutput & { isTTY?: boolean };
	errorOutput: { write(text: string): unknown };
	theme: Theme;
	clock: Clock;
	signals: OwnSignals;
	race: Pick<Race, 'stopEntrant'>;
	/** The user's Ctrl+C, which raw mode turns into a key. */
	interrupt(): void;
	/** Absent: notices stay on stderr, also while the table is drawn. */
	takeNotices?: TakeNotices | undefined;
	/** Absent: with all glyphs. */
	drawing?: Drawing;
	/** A terminal that knows no cursor movement. */
	isDumb: boolean;
}

export function openRaceView(options: RaceViewOptions): RaceView {
	const { output, errorOutput, theme, isDumb } = options;
	if (output.isTTY === true && !isDumb) return new LiveRaceView(options);
	const lines = new RaceLines(theme);
	return {
		event: (event) => {
			for (const line of lines.linesOf(event)) errorOutput.write(`${line}\n`);
		},
		close: () => undefined,
	};
}

/** The spinner's pace; figures change no faster than an eye follows. */
const FRAME_MS = 120;
const CURSOR_OFF = '\x1b[?25l';
const CURSOR_ON = '\x1b[?25h';
/** The line above the table, the one with the keys, and one to spare. */
const ROWS_AROUND = 3;

class LiveRaceView implements RaceView {
	readonly #options: RaceViewOptions;
	readonly #screen: ScreenWriter;
	readonly #progress = new RaceProgress();
	readonly #modes: TerminalModes | null;
	readonly #startedAt: number;
	readonly #stopListening: Array<() => void>;
	#record: RaceRecord | null = null;
	#keys: RaceKeys = NO_KEYS;
	#isStopping = false;
	#isAway = false;
	#isClosed = false;
	#notices: string[] = [];

	constructor(options: RaceViewOptions) {
		this.#options = options;
		const { input, output, signals, clock, drawing } = options;
		this.#screen = new ScreenWriter(output, { ascii: drawing?.ascii });
		this.#startedAt = clock.monotonic();
		this.#modes = input.isTTY === true ? createTerminalModes(input, output) : null;
		this.#stopListening = [
			signals.onExit(() => this.#leave()),
			signals.on('SIGTSTP', () => void this.#suspend()),
			signals.on('SIGCONT', () => this.#wake()),
			signals.on('SIGINT', () => {
				this.#isStopping = true;
			}),
			options.takeNotices?.((text) => this.#notice({ level: 'warning', text })) ?? IGNORE,
		];
		if (this.#modes !== null) {
			input.on('data', this.#onKeys);
			input.on('error', IGNORE);
			input.resume();
		}
		this.#enter();
		void this.#drawNowAndThen();
	}

	event(event: RaceEvent): void {
		this.#progress.event(event);
		if (event.type === 'race_started' || event.type === 'race_ended') this.#record = event.record;
		if (event.type === 'notice') this.#notice(event);
	}

	#notice(notice: Parameters<typeof noticeLine>[0]): void {
		this.#notices.push(noticeLine(notice, this.#options.theme));
	}

	close(): void {
		if (this.#isClosed) return;
		const notices = this.#takeNotices();
		this.#screen.clear();
		this.#isClosed = true;
		if (notices.length > 0) this.#options.output.write(`${notices.join('\r\n')}\r\n`);
		this.#leave();
		const { input } = this.#options;
		if (this.#modes !== null) {
			input.off('data', this.#onKeys);
			input.off('error', IGNORE);
			input.pause();
		}
		for (const stop of this.#stopListening) stop();
	}

	#enter(): void {
		this.#modes?.enter();
		this.#options.output.write(CURSOR_OFF);
	}

	#leave(): void {
		this.#modes?.leave();
		try {
			this.#options.output.write(CURSOR_ON);
		} catch {
			// The terminal hung up: there is nothing left to restore.
		}
	}

	readonly #onKeys = (chunk: Buffer): void => {
		const text = chunk.toString('utf8');
		// A function key or a paste: nothing that was meant for a race.
		if (text.startsWith('\x1b')) {
			this.#keys = NO_KEYS;
			return;
		}
		for (const key of text) this.#press(key);
		this.#draw();
	};

	#press(key: string): void {
		const entrants = this.#progress.entrants();
		const { keys, action } = pressKey(this.#keys, key, entrants.length);
		this.#keys = keys;
		if (action?.type === 'interrupt') {
			this.#isStopping = true;
			this.#options.interrupt();
		} else if (action?.type === 'suspend') void this.#suspend();
		else if (action?.type === 'stop') {
			const found = entrants.find(({ number }) => number === action.number);
			if (found !== undefined) this.#options.race.stopEntrant(found.record.id);
		}
	}

	async #suspend(): Promise<void> {
		if (this.#isAway || this.#isClosed) return;
		const { signals, clock } = this.#options;
		this.#isAway = true;
		this.#screen.clear();
		this.#leave();
		this.#stopListening[1]?.();
		await stopUntilWoken(signals, clock);
		this.#isAway = false;
		if (this.#isClosed) return;
		this.#stopListening[1] = signals.on('SIGTSTP', () => void this.#suspend());
		this.#wake();
	}

	#wake(): void {
		if (this.#isAway || this.#isClosed) return;
		this.#enter();
		this.#screen.forget();
	}

	async #drawNowAndThen(): Promise<void> {
		while (!this.#isClosed) {
			this.#draw();
			await this.#options.clock.sleep(FRAME_MS);
		}
	}

	#draw(): void {
		if (this.#isClosed || this.#isAway) return;
		const rows = this.#rows();
		const last = rows.at(-1) ?? '';
		const cursor = { row: Math.max(0, rows.length - 1), column: columnsOf(last) };
		this.#screen.draw(this.#takeNotices(), { rows, cursor });
	}

	#takeNotices(): string[] {
		const lines = this.#notices;
		this.#notices = [];
		return lines.flatMap((line) => wrapToColumns(line, this.#screen.columns - 1, { indent: 2 }));
	}

	#rows(): string[] {
		const { theme, clock } = this.#options;
		const entrants = this.#progress.entrants();
		if (this.#record === null || entrants.length === 0) return [theme.dim('Preparing the race …')];
		const columns = this.#screen.columns;
		const elapsedMs = clock.monotonic() - this.#startedAt;
		const title = `Race ${shortRef(this.#record.id)}: ${safeLine(this.#record.task, 200)}`;
		const hint = keyHint(this.#keys, entrants.length, this.#isStopping);
		const maxRows = this.#screen.rows - ROWS_AROUND;
		return [
			theme.dim(cutToColumns(title, columns - 1)),
			...raceTableRows(entrants, { columns, maxRows, theme, now: clock.now(), elapsedMs }),
			theme.dim(cutToColumns(this.#modes === null ? 'Ctrl+C stops all' : hint, columns - 1)),
		];
	}
}

const IGNORE = () => undefined;
