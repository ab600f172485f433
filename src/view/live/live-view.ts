/**
 * A transcript on a terminal: finished rows scroll away above, the growing text, running tools, the status and the edit line
 * are redrawn below them. Output is drawn at most 30 times a second and a bounded piece at a time, so that keys are echoed
 * at once however much an agent prints; what it prints faster than can be shown is skipped, and said.
 */
import type { Clock } from '../../core/clock.ts';
import { createMarkdownLines } from '../../ui/markdown.ts';
import { formatBytes, formatDuration } from '../../ui/quantities.ts';
import type { LiveRegion, ScreenWriter } from '../../ui/screen-writer.ts';
import { spinnerFrame } from '../../ui/spinner.ts';
import { cutToColumns, expandTabs, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { StreamKind, TranscriptSink, TurnStatus } from '../transcript-sink.ts';

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
/** A line without end is broken here. */
const MAX_PARTIAL_CHARS = 8 * 1024;
const TOOL_ROWS = 3;

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
	readonly #markdown;
	#items: Item[] = [];
	#waitingChars = 0;
	/** Since the last notice about it. */
	#skippedChars = 0;
	#partial: { kind: StreamKind; text: string } | null = null;
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
		this.#markdown = createMarkdownLines(options.theme);
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
		if (item.kind === 'end') rows.push(...this.#endPartial());
		else if (item.kind === 'line') rows.push(...this.#lineRows(item.text));
		else {
			const piece = wholeCut(item.text, most);
			rows.push(...this.#grow(item.kind, piece));
			item.text = item.text.slice(piece.length);
			return piece.length;
		}
		return item.text.length;
	}

	#lineRows(text: string): string[] {
		return [...this.#endPartial(), ...wrapToColumns(expandTabs(text), this.#columns, { indent: 2 })];
	}

	#grow(kind: StreamKind, text: string): string[] {
		const rows: string[] = [];
		const lines = text.split('\n');
		for (const [i, line] of lines.entries()) {
			this.#partial = { kind, text: (this.#partial?.text ?? '') + line };
			if (i < lines.length - 1) rows.push(...this.#finishLine(kind));
		}
		if ((this.#partial?.text.length ?? 0) > MAX_PARTIAL_CHARS) rows.push(...this.#finishLine(kind));
		return rows;
	}

	#finishLine(kind: StreamKind): string[] {
		const text = this.#partial?.text ?? '';
		this.#partial = { kind, text: '' };
		return kind === 'message' ? this.#markdown.line(text, this.#columns) : this.#plainRows(kind, text);
	}

	#endPartial(): string[] {
		const partial = this.#partial;
		if (partial === null) return [];
		const rows = this.#finishLine(partial.kind);
		this.#partial = null;
		this.#markdown.reset();
		return partial.text === '' ? [] : rows;
	}

	#plainRows(kind: StreamKind, text: string): string[] {
		const { theme } = this.#options;
		if (kind === 'output') return wrapToColumns(expandTabs(text), this.#columns, { byWord: false });
		const mark = theme.hasColor ? '' : '| ';
		return wrapToColumns(mark + expandTabs(text), this.#columns, { indent: mark.length }).map((row) =>
			theme.dim(theme.italic(row)),
		);
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

	/** The last rows of the growing line, as many as leave room for the rest. */
	#partialRows(): string[] {
		const partial = this.#partial;
		if (partial === null || partial.text === '') return [];
		const rows =
			partial.kind === 'message'
				? this.#markdown.partial(partial.text, this.#columns)
				: this.#plainRows(partial.kind, partial.text);
		return rows.slice(-Math.max(1, Math.min(8, Math.floor(this.#options.screen.rows / 3))));
	}

	#statusRows(): string[] {
		const status = this.#status;
		if (status === null) return [];
		const { theme, clock, queued, keyHint } = this.#options;
		const elapsed = clock.monotonic() - status.startedAt;
		const waiting = queued?.() ?? 0;
		const stops = status.stops ?? 'Ctrl+C stops';
		const parts = [
			status.waiting ??
				`${status.agent} ${formatDuration(Math.floor(elapsed / 1000) * 1000)
					.replace(/^0 ms$/, '0 s')
					.replace('.0 s', ' s')}`,
			waiting > 0 ? `${waiting} queued` : '',
			keyHint?.(stops) ?? stops,
		];
		const row = `${spinnerFrame(elapsed)} ${parts.filter((part) => part !== '').join(' · ')}`;
		return [...this.#toolRows(status.tools), theme.dim(cutToColumns(row, this.#columns))];
	}

	#toolRows(tools: readonly string[]): string[] {
		const { theme } = this.#options;
		const shown = tools.length > TOOL_ROWS ? tools.slice(-TOOL_ROWS + 1) : tools;
		const more =
			tools.length > shown.length ? [theme.dim(`  … ${tools.length - shown.length} more running`)] : [];
		return [...more, ...shown.map((tool) => `${theme.accent('▸')} ${cutToColumns(tool, this.#columns - 2)}`)];
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
