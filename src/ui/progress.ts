import { cutToColumns } from './text-width.ts';

/** One line of a terminal that the next text replaces; null takes it away. `text` is safe. */
export function showProgress(
	output: { write(text: string): unknown; columns?: number },
	text: string | null,
): void {
	output.write(`\r\x1b[K${text === null ? '' : cutToColumns(text, Math.max(1, (output.columns ?? 80) - 1))}`);
}
