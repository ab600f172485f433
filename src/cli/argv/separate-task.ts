import type { Command } from 'commander';
import { findSubcommand } from './bind-command.ts';

/**
 * Commander takes a first word that names a subcommand for one, also behind `--`: `race … -- show` would show a race. Such a
 * word is taken out of the line, to be given to `race` as its task; any other line stays as it is, with null.
 */
export function separateTask(
	argv: readonly string[],
	program: Command,
): { argv: readonly string[]; task: string | null } {
	const at = argv.indexOf('--');
	const before = argv.slice(0, Math.max(at, 0));
	const [task, ...more] = argv.slice(at + 1);
	const race = findSubcommand(program, 'race');
	const isName = (word = '') => race !== undefined && findSubcommand(race, word) !== undefined;
	let from = 0;
	while (GLOBAL_OPTION.test(before[from] ?? '')) from += TAKES_NEXT.test(before[from] ?? '') ? 2 : 1;
	const isTask = before[from] === 'race' && !isName(before[from + 1]) && isName(task) && more.length === 0;
	return isTask && task !== undefined ? { argv: before, task } : { argv, task: null };
}

/** Those that may stand before a command. */
const GLOBAL_OPTION = /^(?:-C|--(?:directory|name)(?:=.*)?|--no-pager)$/s;
const TAKES_NEXT = /^(?:-C|--directory|--name)$/;
