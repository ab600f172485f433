/** Rows within the quotes and lists that are open, and the blank rows between blocks. */
import type { Theme } from '../../ui/theme.ts';
import type { Container } from '../stream/line-shape.ts';
import { blankPrefix, fitting, type OpenContainer, openContainer, prefixOf } from './container-marks.ts';

export interface FrameOptions {
	theme: Theme;
	/** Columns that a row may take now, at least 8. */
	columns: () => number;
}

export class FramedRows {
	readonly #options: FrameOptions;
	#containers: OpenContainer[] = [];
	/** A blank row comes before the next one. */
	#isApart = false;
	/** What the last block stands in: a quote, a list, or nothing; null: there is no block. */
	#root: string | null = null;
	#rows: string[] = [];

	constructor(options: FrameOptions) {
		this.#options = options;
	}

	/** The same frames; what was emitted stays here. */
	copy(): FramedRows {
		const copy = new FramedRows(this.#options);
		copy.#containers = this.#containers.map((one) => ({ ...one }));
		copy.#isApart = this.#isApart;
		copy.#root = this.#root;
		return copy;
	}

	/** The rows since this was last asked. */
	take(): string[] {
		const rows = this.#rows;
		this.#rows = [];
		return rows;
	}

	get containers(): readonly Container[] {
		return this.#containers.map(({ container }) => container);
	}

	get isApart(): boolean {
		return this.#isApart;
	}

	/** Closes all but the first `kept`, and opens others in them. */
	change(kept: number, opened: readonly Container[]): void {
		const before = this.#containers[kept]?.container;
		this.closeTo(kept);
		for (const [at, container] of opened.entries())
			this.#containers.push(openContainer(container, at === 0 ? before : undefined, this.#options.theme));
	}

	/** An item without text has a row all the same. */
	closeTo(kept: number): void {
		const closed = this.#containers.slice(kept);
		if (closed.some(({ container, isShown }) => container.kind === 'item' && !isShown)) this.emit('');
		this.#containers.length = Math.min(kept, this.#containers.length);
	}

	/** A blank line: what follows stands apart, but for the first block of an item. */
	blank(): void {
		this.#isApart ||= this.#root !== null && this.#containers.every(({ isShown }) => isShown);
	}

	/** A block of its own: apart from the one before, but for those of a list that is written without blank lines. */
	begin(): void {
		const root = this.#containers[0]?.container.kind ?? '';
		if (this.#root !== null && (root === '' || root !== this.#root)) this.#isApart = true;
		this.#root = root;
	}

	/** `columns`: of all of the row. */
	room(columns: number): number {
		return Math.max(2, columns - this.#fitting().reduce((sum, one) => sum + one.columns, 0));
	}

	emit(row: string): void {
		const open = this.#fitting();
		if (this.#isApart) this.#rows.push(blankPrefix(open).trimEnd());
		this.#isApart = false;
		const prefix = prefixOf(open);
		this.#rows.push(row === '' ? prefix.trimEnd() : prefix + row);
		for (const one of this.#containers) one.isShown = true;
	}

	#fitting(): readonly OpenContainer[] {
		return fitting(this.#containers, this.#options.columns());
	}
}
