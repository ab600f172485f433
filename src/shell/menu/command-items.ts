import type { CompletionContext, SlashCommand } from '../slash/slash-command.ts';
import type { MenuItem } from './menu.ts';

/** Most needed first; the others follow as `/help` has them. */
const NEEDED = [
	'use',
	'permissions',
	'diff',
	'output',
	'undo',
	'limits',
	'resume',
	'queue',
	'status',
	'model',
];

export function commandItems(shell: CompletionContext): MenuItem[] {
	return byNeed(shell.commands).map((command) => ({
		value: `/${command.name}`,
		about: command.summary,
		now: command.now?.(shell) ?? '',
		needsWords: /^\S+ [^[]/.test(command.usage),
		also: command.aliases.map((alias) => `/${alias}`),
	}));
}

/** Commands in the order in which they are offered. */
function byNeed(commands: readonly SlashCommand[]): SlashCommand[] {
	const needOf = ({ name }: SlashCommand) => {
		const at = NEEDED.indexOf(name);
		return at < 0 ? NEEDED.length : at;
	};
	return [...commands].sort((a, b) => needOf(a) - needOf(b));
}
