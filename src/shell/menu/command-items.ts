import { byNeed } from '../slash/order.ts';
import type { CompletionContext } from '../slash/slash-command.ts';
import type { MenuItem } from './menu.ts';

export function commandItems(shell: CompletionContext): MenuItem[] {
	return byNeed(shell.commands).map((command) => ({
		value: `/${command.name}`,
		about: command.summary,
		now: command.now?.(shell) ?? '',
		needsWords: /^\S+ [^[]/.test(command.usage),
		also: command.aliases.map((alias) => `/${alias}`),
	}));
}
