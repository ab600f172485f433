/** How things look, as pure string functions; the only user of chalk. Restrained: weight, dimness and four signal colours. */
import { Chalk } from 'chalk';

export type Paint = (text: string) => string;

export interface Theme {
	readonly hasColor: boolean;
	readonly bold: Paint;
	readonly dim: Paint;
	readonly italic: Paint;
	/** Names of agents, paths and commands. */
	readonly accent: Paint;
	readonly good: Paint;
	readonly bad: Paint;
	readonly warn: Paint;
}

const plain: Paint = (text) => text;

export function createTheme(hasColor: boolean): Theme {
	if (!hasColor) {
		return {
			hasColor,
			bold: plain,
			dim: plain,
			italic: plain,
			accent: plain,
			good: plain,
			bad: plain,
			warn: plain,
		};
	}
	const chalk = new Chalk({ level: 1 });
	// chalk joins all its arguments; a paint must be safe to hand to `map`.
	return {
		hasColor,
		bold: (text) => chalk.bold(text),
		dim: (text) => chalk.dim(text),
		italic: (text) => chalk.italic(text),
		accent: (text) => chalk.cyan(text),
		good: (text) => chalk.green(text),
		bad: (text) => chalk.red(text),
		warn: (text) => chalk.yellow(text),
	};
}

export interface ColorVariables {
	NO_COLOR?: string | undefined;
	FORCE_COLOR?: string | undefined;
	TERM?: string | undefined;
}

/** `NO_COLOR` (https://no-color.org) wins, then `FORCE_COLOR`, then whether the stream is a terminal that is not `dumb`. */
export function wantsColor(env: ColorVariables, isTerminal: boolean): boolean {
	if (env.NO_COLOR) return false;
	const forced = env.FORCE_COLOR;
	if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
	return isTerminal && env.TERM !== 'dumb';
}
