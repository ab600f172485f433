/** Where a command's answer goes on the command line, and in what shape. */
import type { RelayConfig } from '../config/schema.ts';
import { PLAIN_THEME, type Theme, wantsColor } from '../ui/plain-theme.ts';
import { columnsFor } from '../ui/terminal-size.ts';

export interface Output {
	/** As terminal and environment suggest, until `useColor`. */
	readonly theme: Theme;
	/** Width for tables: the terminal's as it is now, else 100. */
	readonly columns: number;
	readonly isJson: boolean;
	readonly isQuiet: boolean;
	/** `ui.color` over what terminal and environment suggest; `auto` leaves it to them. */
	useColor(color: RelayConfig['ui']['color']): Promise<void>;
	/** stdout is a terminal. */
	readonly isTerminal: boolean;
	/** To stdout. */
	print(text: string): void;
	/** As `print`; resolves once more may come: what waits for a slow reader takes memory. */
	write(piece: string | Uint8Array): Promise<void>;
	/** To stderr: everything for people when stdout carries data. */
	printError(text: string): void;
}

const DEFAULT_COLUMNS = 100;

interface Streams {
	output: NodeJS.WriteStream;
	errorOutput: NodeJS.WriteStream;
	env: Readonly<Record<string, string | undefined>>;
}

export async function createOutput(
	{ isJson, isQuiet }: Pick<Output, 'isJson' | 'isQuiet'>,
	{ output, errorOutput, env }: Streams,
): Promise<Output> {
	let theme = await loadTheme(!isJson && wantsColor(env, output.isTTY === true));
	return {
		get theme() {
			return theme;
		},
		get columns() {
			return columnsFor(output, DEFAULT_COLUMNS);
		},
		isJson,
		isQuiet,
		useColor: async (color) => {
			if (color !== 'auto') theme = await loadTheme(color === 'always');
		},
		isTerminal: output.isTTY === true,
		print: (text) => void output.write(text),
		write: (piece) =>
			new Promise((taken) => {
				if (output.write(piece)) taken();
				else output.write('', () => taken());
			}),
		printError: (text) => void errorOutput.write(text),
	};
}

/** Colour has its price at start (3 ms), plain text none. */
async function loadTheme(hasColor: boolean): Promise<Theme> {
	return hasColor ? (await import('../ui/theme.ts')).createTheme(true) : PLAIN_THEME;
}
