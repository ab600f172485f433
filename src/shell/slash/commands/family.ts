/** Commands of the shell that share their first word: `/race TASK`, `/race show`. */
import { type CompletionContext, type SlashCommand, splitWords } from '../slash-command.ts';

interface Family {
	/** What the name alone means; it gives usage, summary and example. */
	head: SlashCommand;
	members: readonly SlashCommand[];
	/** True if the head is meant although the first word names a member. `words`: those after that word. */
	isHead(words: readonly string[]): boolean;
}

export function slashFamily({ head, members, isHead }: Family): SlashCommand {
	const memberOf = (argument: string) => {
		const [, word = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(argument) ?? [];
		const member = members.find((one) => wordOf(one) === word);
		return member === undefined || isHead(splitWords(rest)) ? null : { member, rest };
	};
	return {
		...head,
		members,
		complete: async (shell: CompletionContext, argument: string) => {
			const found = /\S\s/.test(argument) ? memberOf(argument) : null;
			if (found !== null) return found.member.complete(shell, found.rest);
			const words = /\s/.test(argument) ? [] : members.map((one) => ({ value: wordOf(one) }));
			return [...words, ...(await head.complete(shell, argument))];
		},
		run: async (shell, argument) => {
			const found = memberOf(argument);
			return found === null ? head.run(shell, argument) : found.member.run(shell, found.rest);
		},
	};
}

/** `show` of `race show`. */
const wordOf = ({ name }: SlashCommand): string => name.slice(name.lastIndexOf(' ') + 1);
