/** What Tab completes where no menu is open: the words after a command. */
import type { Complete } from '../editor/completion.ts';
import { findCommand } from '../slash/find-command.ts';
import type { CompletionContext } from '../slash/slash-command.ts';

export function createComplete(context: CompletionContext): Complete {
	return async (text, cursor) => {
		const typed = text.slice(0, cursor);
		const command = /^\/(\S*)(\s+)?([\s\S]*)$/.exec(typed);
		if (!command) return { from: cursor, candidates: [] };
		const [, name = '', space, argument = ''] = command;
		if (space === undefined) return { from: cursor, candidates: [] };
		const from = cursor - (/\S*$/.exec(argument)?.[0].length ?? 0);
		return {
			from,
			candidates: (await findCommand(context.commands, name)?.complete(context, argument)) ?? [],
		};
	};
}
