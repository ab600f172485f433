/** How things look, as pure string functions; the only user of chalk. Restrained: weight, dimness and four signal colours. */
import { Chalk } from 'chalk';
import { type Paint, PLAIN_THEME, type Theme } from './plain-theme.ts';

export type { Paint, Theme };

export function createTheme(hasColor: boolean): Theme {
	if (!hasColor) return PLAIN_THEME;
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
