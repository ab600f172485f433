/**
 * A transcript on a terminal: finished rows scroll away above, the growing text, running tools, the status and the edit line
 * are redrawn below them. Output is drawn at most 30 times a second and a bounded piece at a time, so that keys are echoed
 * at once however much an agent prints; what it prints faster than can be shown is skipped, and said.
 */
import type { Clock } from '../../core/clock.ts';
import { formatBytes } from '../../ui/quantities.ts';
import type { LiveRegion, ScreenWriter } from '../../ui/screen-writer.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { SinkSize, StreamKind, TranscriptSink, TurnStatus } from '../transcript-sink.ts';
import { LiveRows } from './live-rows.ts';
import { statusRows, type Waiting, waitingOf } from './status-rows.ts';
import { type Output, WaitingOutput } from './waiting-output.ts';

const FRAME_MS = 33;
const SPIN_MS = 125;
const STILL_MS = 1000;
/** The live region's, on a tall terminal. */
const MOST_ROWS = 12;
/** Drawn in one frame at most: about 3 ms of work for plain text, 2 MB a second. */
const FRAME_CHARS = 48 * 1024;
/** What takes longer to lay out (emoji, a table with styles, a busy machine) ends its frame after this, once a piece is done. */
const FRAME_WORK_MS = 4;
const PIECE_CHARS = 1024;

/** The size of the terminal that rows are made for. */
export interface TerminalRoom {
	columns: number;
	rows: number;
}

export interface LiveViewOptions {
	screen: ScreenWriter;
	theme: Theme;
	clock: Clock;
	/** The edit line, given the room it may take; null: there is none, or none now. */
	layoutEdit: ((room: { columns: number; maxRows: number }) => LiveRegion | null) | null;
	/** Rows under the edit line, for the terminal's size; each at most `columns - 1` wide. */
	rowsBelow?: (terminal: TerminalRoom) => readonly string[];
	/** Prompts that wait, oldest first, for the status. */
	queued?: () => readonly string[];
	/** What keys do now, for the status row; `stops`: what Ctrl+C does. */
	keyHint?: (stops: string) => string;
	/** Rows above the last one of the status, which fit: what keys answer. */
	rowsAboveStatus?: (columns: number) => readonly string[];
	/** In place of the agent and its time; null: as the status says. */
	waitsFor?: (columns: number) => Waiting | null;
	/** False: the spinner stands still, and the time is drawn once a second. */
	motion?: boolean | undefined;
	/** How often the status row is drawn again while nothing else changes; default: fast enough to turn smoothly. */
	spinMs?: number;
}

export class LiveView implements TranscriptSink {
	readonly #options: LiveViewOptions;
	readonly #rows: LiveRows;
	readonly #waiting = new WaitingOutput();
	#status: TurnStatus | null = null;
	#lastFrameAt = Number.NEGATIVE_INFINITY;
	#isScheduled = false;
	/** Something changed since all of it was drawn. */
	#isStale = false;
	#isSpinning = false;
	#isLoading = false;
	#isHeld = false;
	#isClosed = false;

	constructor(options: LiveViewOptions) {
		this.#options = options;
		this.#rows = new LiveRows(options.theme, {
			columns: () => this.#columns,
			rows: () => Math.max(1, Math.min(8, Math.floor(options.screen.rows / 3))),
		});
	}

	/** Loads what draws answers; until then nothing that waits is drawn by itself. */
	async ready(): Promise<void> {
		if (this.#rows.drawsAnswers) return;
		this.#isLoading = true;
		try {
			const { MarkdownRows } = await import('../../markdown/markdown-rows.ts');
			this.#rows.drawAnswers((options) => new MarkdownRows(options));
		} finally {
			this.#isLoading = false;
			if (!this.#waiting.isEmpty) this.#schedule();
		}
	}

	text(kind: StreamKind, text: string): void {
		this.#add({ kind, text });
	}

	endText(): void {
		this.#add({ kind: 'end', text: '' });
	}

	line(text: string): void {
		this.#add({ kind: 'line', text });
	}

	size(): SinkSize {
		return { columns: this.#columns, rows: this.#options.screen.rows };
	}

	status(status: TurnStatus | null): void {
		this.#status = status;
		this.#schedule();
		if (status !== null && !this.#isSpinning) void this.#spin();
	}

	/** The edit line changed: draw it now, without waiting for the next frame. */
	drawEdit(): void {
		if (!this.#isHeld && !this.#isClosed) this.#options.screen.draw([], this.#region());
	}

	/** Draws all that waits, at once. */
	flush(): void {
		if (this.#isHeld || this.#isClosed) return;
		const rows: string[] = [];
		while (!this.#waiting.isEmpty) rows.push(...this.#takeRows());
		// A frame that is due would draw over what others show next.
		this.#isStale = false;
		this.#options.screen.draw(rows, this.#region());
	}

	/** Leaves the terminal to someone else (a picker, an editor, the job control); what happens meanwhile is kept. */
	hold(): void {
		this.flush();
		this.#options.screen.clear();
		this.#isHeld = true;
	}

	release(): void {
		this.#isHeld = false;
		this.#options.screen.forget();
		this.drawEdit();
		this.#schedule();
	}

	/** Draws what waits, removes the live region and draws nothing more. */
	close(): void {
		if (this.#isClosed) return;
		this.#isHeld = false;
		this.#status = null;
		this.flush();
		this.#options.screen.clear();
		this.#isClosed = true;
	}

	#add(item: Output): void {
		this.#waiting.add(item);
		this.#schedule();
	}

	#schedule(): void {
		this.#isStale = true;
		if (this.#isScheduled || this.#isHeld || this.#isClosed) return;
		this.#isScheduled = true;
		void this.#frameSoon();
	}

	async #frameSoon(): Promise<void> {
		const { clock, screen } = this.#options;
		await clock.sleep(Math.max(0, this.#lastFrameAt + FRAME_MS - clock.monotonic()));
		this.#isScheduled = false;
		if (this.#isHeld || this.#isClosed || !this.#isStale) return;
		this.#isStale = false;
		screen.draw(this.#isLoading ? [] : this.#takeRows(), this.#region());
		this.#lastFrameAt = clock.monotonic();
		if (!this.#waiting.isEmpty && !this.#isLoading) this.#schedule();
	}

	async #spin(): Promise<void> {
		this.#isSpinning = true;
		while (this.#status !== null && !this.#isClosed) {
			const { clock, motion = true, spinMs = SPIN_MS } = this.#options;
			await clock.sleep(motion ? spinMs : STILL_MS);
			this.#schedule();
		}
		this.#isSpinning = false;
	}

	/** Turns what waits into finished rows, as much of it as one frame takes. */
	#takeRows(): string[] {
		const rows = this.#skipNotice();
		const { clock } = this.#options;
		const until = clock.monotonic() + FRAME_WORK_MS;
		for (let left = FRAME_CHARS; left > 0 && clock.monotonic() <= until; ) {
			const piece = this.#waiting.next(Math.min(left, PIECE_CHARS));
			if (piece === null) break;
			rows.push(...this.#rowsOf(piece));
			left -= piece.text.length + 1;
		}
		return rows;
	}

	#rowsOf({ kind, text }: Output): string[] {
		if (kind === 'end') return this.#rows.end();
		return kind === 'line' ? this.#rows.line(text) : this.#rows.grow(kind, text);
	}

	#skipNotice(): string[] {
		const skipped = this.#waiting.takeSkipped();
		if (skipped === 0) return [];
		const notice = `… ${formatBytes(skipped)} came faster than it can be shown; /show has all of it`;
		return [...this.#rows.tear(), ...wrapToColumns(this.#options.theme.dim(notice), this.#columns)];
	}

	get #columns(): number {
		return this.#options.screen.columns - 1;
	}

	/** Half of the screen at most. What is typed comes first, then the last row of the status, then the rest of it. */
	#region(): LiveRegion {
		const { screen, layoutEdit, rowsBelow } = this.#options;
		const { columns, rows: screenRows } = screen;
		const most = Math.min(MOST_ROWS, Math.floor(screenRows / 2));
		const editRows = Math.max(1, Math.floor(screenRows / 3));
		const edit = layoutEdit?.({ columns, maxRows: editRows }) ?? undefined;
		const below = edit === undefined ? [] : (rowsBelow?.({ columns, rows: screenRows }) ?? []);
		const blank = edit === undefined ? [] : [''];
		const left = most - blank.length - (edit?.rows.length ?? 0) - below.length;
		const growing = this.#rows.partial();
		const status = this.#statusRows(left - Math.min(1, growing.length));
		const above = [...growing.slice(-Math.max(1, left - status.length)), ...blank, ...status];
		if (edit === undefined) return { rows: above, cursor: { row: Math.max(0, above.length - 1), column: 0 } };
		return {
			rows: [...above, ...edit.rows, ...below],
			cursor: { row: above.length + edit.cursor.row, column: edit.cursor.column },
		};
	}

	#statusRows(most: number): string[] {
		const status = this.#status;
		if (status === null) return [];
		const { screen, theme, clock, queued, keyHint, rowsAboveStatus, waitsFor, motion = true } = this.#options;
		const columns = this.#columns;
		const keys = rowsAboveStatus?.(columns) ?? [];
		return statusRows(status, {
			...{ theme, columns, rows: screen.rows, motion, keys, keyHint },
			maxRows: Math.max(1, most - keys.length),
			now: clock.monotonic(),
			waiting: waitsFor?.(columns) ?? waitingOf(status, clock.now()),
			queued: queued?.() ?? [],
		});
	}
}
