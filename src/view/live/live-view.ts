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
import type { StreamKind, TranscriptSink, TurnStatus } from '../transcript-sink.ts';
import { LiveRows } from './live-rows.ts';
import { statusRows } from './status-rows.ts';

const FRAME_MS = 33;
const SPIN_MS = 120;
/** Drawn in one frame at most: about 3 ms of work for plain text, 2 MB a second. */
const FRAME_CHARS = 48 * 1024;
/** What takes longer to lay out (emoji, a table with styles, a busy machine) ends its frame after this, once a piece is done. */
const FRAME_WORK_MS = 4;
const PIECE_CHARS = 4 * 1024;
/** More than this waiting is skipped down to `KEPT_CHARS`; the record has it all. */
const MAX_WAITING_CHARS = 1024 * 1024;
const KEPT_CHARS = 64 * 1024;

export interface LiveViewOptions {
	screen: ScreenWriter;
	theme: Theme;
	clock: Clock;
	/** The edit line, given the room it may take; null: there is none (`run`). */
	layoutEdit: ((room: { columns: number; maxRows: number }) => LiveRegion) | null;
	/** Prompts that wait, for the status row. */
	queued?: () => number;
	/** What keys do now, for the status row; `stops`: what Ctrl+C does. */
	keyHint?: (stops: string) => string;
}

type Item = { kind: StreamKind; text: string } | { kind: 'line'; text: string } | { kind: 'end'; text: '' };

export class LiveView implements TranscriptSink {
	readonly #options: LiveViewOptions;
	readonly #rows: LiveRows;
	#items: Item[] = [];
	#waitingChars = 0;
	/** Since the last notice about it. */
	#skippedChars = 0;
	#status: TurnStatus | null = null;
	#lastFrameAt = Number.NEGATIVE_INFINITY;
	#isScheduled = false;
	/** Something changed since all of it was drawn. */
	#isStale = false;
	#isSpinning = false;
	#isHeld = false;
	#isClosed = false;

	constructor(options: LiveViewOptions) {
		this.#options = options;
		this.#rows = new LiveRows(options.theme, () => this.#columns);
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
		while (this.#items.length > 0) rows.push(...this.#takeRows());
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

	#add(item: Item): void {
		const last = this.#items.at(-1);
		if (last && last.kind === item.kind && item.kind !== 'line' && item.kind !== 'end')
			last.text += item.text;
		else this.#items.push(item);
		this.#waitingChars += item.text.length;
		if (this.#waitingChars > MAX_WAITING_CHARS) this.#skip();
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
		screen.draw(this.#takeRows(), this.#region());
		this.#lastFrameAt = clock.monotonic();
		if (this.#items.length > 0) this.#schedule();
	}

	async #spin(): Promise<void> {
		this.#isSpinning = true;
		while (this.#status !== null && !this.#isClosed) {
			await this.#options.clock.sleep(SPIN_MS);
			this.#schedule();
		}
		this.#isSpinning = false;
	}

	/** Turns what waits into finished rows, as much of it as one frame takes. */
	#takeRows(): string[] {
		const rows = this.#skipNotice();
		const { clock } = this.#options;
		const until = clock.monotonic() + FRAME_WORK_MS;
		let taken = 0;
		for (let left = FRAME_CHARS; left > 0 && clock.monotonic() <= until; ) {
			const item = this.#items[taken];
			if (item === undefined) break;
			const length = this.#takePiece(item, Math.min(left, PIECE_CHARS), rows);
			this.#waitingChars -= length;
			left -= length + 1;
			if (item.kind === 'end' || item.kind === 'line' || item.text === '') taken++;
		}
		this.#items.splice(0, taken);
		return rows;
	}

	/** Adds the rows of at most `most` characters of a growing text, or of another item as a whole; gives the characters taken. */
	#takePiece(item: Item, most: number, rows: string[]): number {
		if (item.kind === 'end') rows.push(...this.#rows.end());
		else if (item.kind === 'line') rows.push(...this.#rows.line(item.text));
		else {
			const piece = wholeCut(item.text, most);
			rows.push(...this.#rows.grow(item.kind, piece));
			item.text = item.text.slice(piece.length);
			return piece.length;
		}
		return item.text.length;
	}

	/** Drops the oldest waiting text but for the last lines; lines about tools and turns stay. */
	#skip(): void {
		let excess = this.#waitingChars - KEPT_CHARS;
		let skipped = 0;
		for (const item of this.#items) {
			if (excess <= 0) break;
			if (item.kind === 'line' || item.kind === 'end') continue;
			const atBreak = item.text.indexOf('\n', Math.min(excess, item.text.length));
			const cut = atBreak < 0 ? Math.min(excess, item.text.length) : atBreak;
			item.text = item.text.slice(cut);
			skipped += cut;
			excess -= cut;
		}
		this.#waitingChars -= skipped;
		this.#skippedChars += skipped;
	}

	#skipNotice(): string[] {
		if (this.#skippedChars === 0) return [];
		const size = formatBytes(this.#skippedChars);
		this.#skippedChars = 0;
		const notice = `… ${size} came faster than it can be shown; /show has all of it`;
		return wrapToColumns(this.#options.theme.dim(notice), this.#columns);
	}

	get #columns(): number {
		return this.#options.screen.columns - 1;
	}

	#region(): LiveRegion {
		const { screen, layoutEdit } = this.#options;
		const columns = screen.columns;
		const above = [...this.#partialRows(), ...this.#statusRows()];
		if (layoutEdit === null)
			return { rows: above, cursor: { row: Math.max(0, above.length - 1), column: 0 } };
		const edit = layoutEdit({ columns, maxRows: Math.max(1, Math.min(10, Math.floor(screen.rows / 2) - 2)) });
		const rows = [...this.#partialRows(), '', ...this.#statusRows(), ...edit.rows];
		return {
			rows,
			cursor: { row: rows.length - edit.rows.length + edit.cursor.row, column: edit.cursor.column },
		};
	}

	/** As many rows of the growing line as leave room for the rest. */
	#partialRows(): string[] {
		return this.#rows.partial(Math.max(1, Math.min(8, Math.floor(this.#options.screen.rows / 3))));
	}

	#statusRows(): string[] {
		const status = this.#status;
		if (status === null) return [];
		const { theme, clock, queued, keyHint } = this.#options;
		const elapsedMs = clock.monotonic() - status.startedAt;
		return statusRows(status, { theme, columns: this.#columns, elapsedMs, queued: queued?.() ?? 0, keyHint });
	}
}

/** At most `length` units from the start, never half a character, rather up to a line break than in a line. */
function wholeCut(text: string, length: number): string {
	if (text.length <= length) return text;
	const atBreak = text.lastIndexOf('\n', length);
	if (atBreak > 0) return text.slice(0, atBreak + 1);
	const unit = text.charCodeAt(length - 1);
	return text.slice(0, unit >= 0xd800 && unit < 0xdc00 ? length + 1 : length);
}
