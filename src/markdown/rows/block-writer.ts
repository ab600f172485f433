/** Blocks as rows: takes whole lines, and the beginnings of long ones, and hands on the rows that are final. */
import { cutToColumns } from '../../ui/text-width.ts';
import { closesFence } from '../read-markdown.ts';
import { type Leaf, lineWithin, readLine, withoutIndent } from '../stream/line-shape.ts';
import { readTableHead, readTableRow } from '../stream/table-lines.ts';
import { CodeRows } from './code-rows.ts';
import { FramedRows, type FrameOptions } from './framed-rows.ts';
import { Prose } from './prose.ts';
import { type RowWriterOptions, STYLE } from './row-writer.ts';
import { TableRows } from './table-rows.ts';

const PROSE_COLUMNS = 100;
const CODE_INDENT = '  ';
const RULE_COLUMNS = 24;

export interface BlockWriterOptions extends FrameOptions {
	/** A taller table is final as far as it is known. */
	maxTableRows: () => number;
}

/** What the lines that come may go on with. */
type Open =
	| { kind: 'prose'; prose: Prose; isHeading: boolean }
	/** A line that may be the head of a table. `isMore`: otherwise it goes on with the text before it. */
	| { kind: 'head'; text: string; isMore: boolean }
	| { kind: 'table'; columns: number; table: TableRows }
	/** `fence`: what closes it; null: it is code by its indent. */
	| { kind: 'code'; fence: { mark: string; indent: number } | null; writer: CodeRows };

export class BlockWriter {
	readonly #options: BlockWriterOptions;
	#frame: FramedRows;
	#open: Open | null = null;

	constructor(options: BlockWriterOptions) {
		this.#options = options;
		this.#frame = new FramedRows(options);
	}

	copy(): BlockWriter {
		const copy = new BlockWriter(this.#options);
		copy.#frame = this.#frame.copy();
		copy.#open = this.#open === null ? null : copy.#copyOf(this.#open);
		return copy;
	}

	#copyOf(open: Open): Open {
		if (open.kind === 'prose') return { ...open, prose: open.prose.copy(this.#proseOptions()) };
		if (open.kind === 'table') return { ...open, table: open.table.copy() };
		return open.kind === 'head' ? open : { ...open, writer: open.writer.copy(this.#codeOptions()) };
	}

	/** The rows that became final since this was last asked. */
	takeRows(): string[] {
		return this.#frame.take();
	}

	/** `isCut`: more of the line follows by `goOn`. */
	line(line: string, isCut = false): void {
		const open = this.#open;
		if (open?.kind === 'code' && this.#fenceLine(line, open, isCut)) return;
		if (open?.kind === 'table' && !isCut && this.#tableLine(line, open)) return;
		const { kept, opened, leaf } = readLine(line, this.#frame.containers, {
			isParagraph: this.#isParagraph(),
			isCut,
		});
		const isSame = kept === this.#frame.containers.length && opened.length === 0;
		if (open?.kind === 'head' && isSame && leaf.kind === 'text') {
			if (!isCut && this.#beginTable(open, leaf.text)) return;
			this.#proseOfHead(open.text);
		} else if (!isSame || !this.#goesOn(leaf)) this.#end();
		if (!isSame) this.#frame.change(kept, opened);
		this.#leaf(leaf, isCut);
	}

	/** More of a line that was cut. */
	goOn(text: string): void {
		if (this.#open?.kind === 'prose') this.#open.prose.text(text);
		else if (this.#open?.kind === 'code') this.#open.writer.text(text);
	}

	/** A line that was cut is over. */
	endLine(): void {
		if (this.#open?.kind === 'code') this.#open.writer.breakRow();
		else if (this.#open?.kind === 'prose') {
			this.#open.prose.endLine();
			if (this.#open.isHeading) this.#end();
		}
	}

	end(): void {
		this.#end();
		this.#frame.closeTo(0);
	}

	get isInCode(): boolean {
		return this.#open?.kind === 'code';
	}

	/** Whether a line that begins so is text that may be shown before its end. */
	isText(start: string): boolean {
		const open = this.#open;
		if (open?.kind === 'code' && open.fence !== null) return false;
		if (open?.kind === 'table' || open?.kind === 'head' || start.includes('|')) return false;
		const { leaf } = readLine(`${start}x`, this.#frame.containers, { isParagraph: this.#isParagraph() });
		return leaf.kind === 'text' && /[^-*_\s]/.test(leaf.text.slice(0, -1));
	}

	#isParagraph(): boolean {
		return this.#open?.kind === 'head' || (this.#open?.kind === 'prose' && !this.#open.isHeading);
	}

	#goesOn(leaf: Leaf): boolean {
		if (leaf.kind === 'code') return this.#open?.kind === 'code' && !this.#frame.isApart;
		return leaf.kind === 'text' && this.#open?.kind === 'prose';
	}

	#leaf(leaf: Leaf, isCut: boolean): void {
		if (leaf.kind === 'text') this.#text(leaf.text, isCut);
		else if (leaf.kind === 'blank') this.#frame.blank();
		else this.#block(leaf, isCut);
	}

	#block(leaf: Exclude<Leaf, { kind: 'text' | 'blank' }>, isCut: boolean): void {
		const { theme, columns } = this.#options;
		const room = () => this.#frame.room(columns());
		if (leaf.kind !== 'code' || this.#open === null) this.#frame.begin();
		if (leaf.kind === 'rule') this.#frame.emit(theme.dim('─'.repeat(Math.min(RULE_COLUMNS, room()))));
		else if (leaf.kind === 'heading') {
			const prose = this.#beginProse(true);
			if (!theme.hasColor) prose.plain(`${leaf.signs} `);
			this.goOn(leaf.text);
			if (!isCut) this.endLine();
		} else {
			const writer = new CodeRows(this.#codeOptions());
			this.#open = { kind: 'code', fence: leaf.kind === 'fence' ? leaf : null, writer };
			if (leaf.kind === 'code') this.#codeLine(leaf.text, isCut);
			else if (leaf.language !== '') this.#frame.emit(theme.dim(cutToColumns(leaf.language, room())));
		}
	}

	#text(text: string, isCut: boolean): void {
		const isMore = this.#open?.kind === 'prose';
		if (!isMore) this.#frame.begin();
		if (isCut || !text.includes('|')) {
			if (!isMore) this.#beginProse(false);
			this.goOn(text);
			if (!isCut) this.endLine();
		} else {
			this.#end();
			this.#open = { kind: 'head', text, isMore };
		}
	}

	#beginProse(isHeading: boolean): Prose {
		const prose = new Prose(this.#proseOptions(), isHeading ? STYLE.bold : STYLE.plain);
		this.#open = { kind: 'prose', prose, isHeading };
		return prose;
	}

	#proseOfHead(text: string): void {
		const prose = this.#beginProse(false);
		prose.text(text);
		prose.endLine();
	}

	#beginTable({ text, isMore }: Open & { kind: 'head' }, marks: string): boolean {
		const table = readTableHead(text, marks);
		if (table === null) return false;
		if (isMore) this.#frame.begin();
		const { theme, maxTableRows, columns } = this.#options;
		const room = () => this.#frame.room(columns());
		const rows = new TableRows(table.head, table.align, { theme, room, maxRows: maxTableRows });
		this.#open = { kind: 'table', columns: table.head.length, table: rows };
		return true;
	}

	#tableLine(line: string, { columns, table }: Open & { kind: 'table' }): boolean {
		const { kept, leaf, opened } = readLine(line, this.#frame.containers);
		const isWithin = kept === this.#frame.containers.length && opened.length === 0;
		const row = isWithin && leaf.kind === 'text' ? readTableRow(leaf.text, columns) : null;
		if (row === null) return false;
		for (const shown of table.add(row)) this.#frame.emit(shown);
		return true;
	}

	/** False: there is no fence, or it ended before the line. */
	#fenceLine(line: string, { fence }: Open & { kind: 'code' }, isCut: boolean): boolean {
		const text = lineWithin(line, this.#frame.containers);
		if (text === null || fence === null) return false;
		if (!isCut && closesFence(text, fence.mark)) this.#open = null;
		else this.#codeLine(withoutIndent(text, fence.indent), isCut);
		return true;
	}

	#codeLine(text: string, isCut: boolean): void {
		if (text.trim() === '' && !isCut) this.#frame.emit('');
		else this.goOn(text);
		if (!isCut) this.endLine();
	}

	#end(): void {
		if (this.#open?.kind === 'head') this.#proseOfHead(this.#open.text);
		const open = this.#open;
		if (open?.kind === 'prose') open.prose.end();
		if (open?.kind === 'table') for (const row of open.table.end()) this.#frame.emit(row);
		if (open?.kind === 'code') open.writer.breakRow();
		this.#open = null;
	}

	#proseOptions(): RowWriterOptions {
		const { theme, columns } = this.#options;
		const room = () => this.#frame.room(Math.min(PROSE_COLUMNS, columns()));
		return { theme, room, emit: (row) => this.#frame.emit(row) };
	}

	#codeOptions(): RowWriterOptions {
		const { theme, columns } = this.#options;
		const room = () => Math.max(2, this.#frame.room(columns()) - CODE_INDENT.length);
		return { theme, room, emit: (row) => this.#frame.emit(CODE_INDENT + row) };
	}
}
