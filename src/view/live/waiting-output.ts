import type { StreamKind } from '../transcript-sink.ts';

/** More than this waiting is skipped down to `KEPT_CHARS`; the record has it all. */
const MAX_WAITING_CHARS = 1024 * 1024;
const KEPT_CHARS = 64 * 1024;
/** The front of a list is cut off so many items at a time: one by one would take the square of their number. */
const MAX_TAKEN = 1024;

/** `end`: the growing text is over, `text` is empty. */
export interface Output {
	kind: StreamKind | 'line' | 'end';
	text: string;
}

/** What came and is not drawn yet, oldest first. What comes faster than it can be drawn is skipped. */
export class WaitingOutput {
	readonly #items: Output[] = [];
	/** So many at the front of `#items` are handed out. */
	#taken = 0;
	#chars = 0;
	/** Since the last `takeSkipped`. */
	#skippedChars = 0;

	get isEmpty(): boolean {
		return this.#items.length === 0;
	}

	add(item: Output): void {
		const last = this.#items.at(-1);
		if (last && last.kind === item.kind && item.kind !== 'line' && item.kind !== 'end')
			last.text += item.text;
		else this.#items.push(item);
		this.#chars += item.text.length;
		if (this.#chars > MAX_WAITING_CHARS) this.#skip();
	}

	/** The next piece, which waits no more: at most `maxChars` of a growing text, anything else as a whole; null: nothing waits. */
	next(maxChars: number): Output | null {
		const item = this.#items[this.#taken];
		if (item === undefined) return null;
		const isWhole = item.kind === 'line' || item.kind === 'end';
		const text = isWhole ? item.text : wholeCut(item.text, maxChars);
		item.text = item.text.slice(text.length);
		this.#chars -= text.length;
		if (item.text === '') this.#drop();
		return { kind: item.kind, text };
	}

	/** How many characters were skipped since this was last asked. */
	takeSkipped(): number {
		const skipped = this.#skippedChars;
		this.#skippedChars = 0;
		return skipped;
	}

	#drop(): void {
		this.#taken++;
		if (this.#taken < this.#items.length && this.#taken < MAX_TAKEN) return;
		this.#items.splice(0, this.#taken);
		this.#taken = 0;
	}

	/** Drops the oldest waiting text except the last lines; lines about tools and turns stay. */
	#skip(): void {
		let excess = this.#chars - KEPT_CHARS;
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
		this.#chars -= skipped;
		this.#skippedChars += skipped;
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
