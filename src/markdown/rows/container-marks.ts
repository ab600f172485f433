/** What stands before the rows of a block: bars of quotes, marks of items. */
import { columnsOf } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Container } from '../stream/line-shape.ts';

export interface OpenContainer {
	container: Container;
	/** Before its first row. */
	mark: string;
	columns: number;
	isShown: boolean;
}

/** `before`: the item of the same list that ends here. */
export function openContainer(
	container: Container,
	before: Container | undefined,
	theme: Theme,
): OpenContainer {
	const counted =
		container.kind === 'item' ? { ...container, number: numberOf(container, before) } : container;
	const mark = markOf(counted, theme);
	return { container: counted, mark, columns: columnsOf(mark), isShown: false };
}

function numberOf(item: Container & { kind: 'item' }, before: Container | undefined): number | null {
	const isNext = before?.kind === 'item' && before.mark === item.mark && before.number !== null;
	return item.number === null || !isNext ? item.number : (before.number ?? 0) + 1;
}

function markOf(container: Container, theme: Theme): string {
	if (container.kind === 'quote') return `${theme.dim('│')} `;
	const { number, mark, isDone } = container;
	const box = isDone === null ? '' : isDone ? `${theme.good('✓')} ` : '☐ ';
	if (number !== null) return `${number}${mark} ${box}`;
	return box === '' ? '• ' : box;
}

/** Those that leave half of the row to the text. */
export function fitting(open: readonly OpenContainer[], columns: number): readonly OpenContainer[] {
	let used = 0;
	const count = open.findIndex((one) => {
		used += one.columns;
		return used > columns / 2;
	});
	return count < 0 ? open : open.slice(0, count);
}

export function prefixOf(open: readonly OpenContainer[]): string {
	return open
		.map(({ container, mark, columns, isShown }) =>
			container.kind === 'quote' || !isShown ? mark : ' '.repeat(columns),
		)
		.join('');
}

/** Before a row without text. */
export function blankPrefix(open: readonly OpenContainer[]): string {
	const last = open.findLastIndex(({ container, isShown }) => container.kind === 'quote' && isShown);
	return prefixOf(open.slice(0, last + 1));
}
