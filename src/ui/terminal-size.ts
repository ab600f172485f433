/**
 * The size of a terminal. Some report none, or 0 x 0: a serial line, `docker exec -t` before its first resize, `script` in a job
 * without a terminal, an editor's panel that is still hidden. Anything but positive numbers becomes 80 x 24.
 */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export interface TerminalSize {
	columns?: number | undefined;
	rows?: number | undefined;
}

export function terminalColumns({ columns }: TerminalSize): number {
	return positiveOr(DEFAULT_COLUMNS, columns);
}

/** The width to print for: the terminal's, or `elsewhere` when the output is not a terminal. */
export function columnsFor(output: TerminalSize & { isTTY?: boolean }, elsewhere: number): number {
	return output.isTTY ? terminalColumns(output) : elsewhere;
}

export function terminalRows({ rows }: TerminalSize): number {
	return positiveOr(DEFAULT_ROWS, rows);
}

function positiveOr(fallback: number, size: number | undefined): number {
	return size !== undefined && size >= 1 && Number.isFinite(size) ? Math.floor(size) : fallback;
}
