/** What a command of the command line is: a function from the app and its options to data and an exit code. */
import type { App } from '../app/create-app.ts';
import type { Theme } from '../ui/theme.ts';

export interface Output {
	theme: Theme;
	/** Width for tables: the terminal's, else 100. */
	columns: number;
	isJson: boolean;
	/** To stdout. */
	print(text: string): void;
	/** To stderr: everything for people when stdout carries data. */
	tell(text: string): void;
}

export interface CommandResult {
	exitCode: number;
	/** Printed with `--json`, as one document. */
	data?: unknown;
	/** Printed without it: lines, already safe. */
	lines?: readonly string[];
}

export type Command<Options> = (app: App, options: Options, output: Output) => Promise<CommandResult>;
