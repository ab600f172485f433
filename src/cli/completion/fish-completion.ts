import type { ValueKind } from '../../commands/options/option-table.ts';
import type { CompletionCommand, CompletionOption } from './completion-model.ts';
import { type KnownWords, optionsWithValue, wordsOf } from './shell-words.ts';

/** Lines of `complete` for fish 3 and later. */
export function fishCompletion(model: readonly CompletionCommand[], known: KnownWords): string {
	return `# agent-relay completion for fish; made by: agent-relay completion fish
function __agent_relay_where
	set -l where ''
	set -l skip 0
	for word in (commandline -opc)[2..-1]
		if test $skip = 1
			set skip 0
			continue
		end
		switch "$where/$word"
${pathCases(model)}
${skipCases(model)}
		end
	end
	echo $where
end
function __agent_relay_list
	set -l begun (string replace -r '[^,]*$' '' -- (commandline -ct) | string replace -r '^--[^=]*=' '')
	for name in (agent-relay completion agents 2>/dev/null)
		echo $begun$name
	end
end
complete -c agent-relay -f
${model.flatMap((command) => commandLines(command, known)).join('\n')}
`;
}

/** Within single quotes fish knows two escapes. */
function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function pathCases(model: readonly CompletionCommand[]): string {
	return model
		.flatMap(({ where, subcommands }) =>
			subcommands.map(({ name, words }) => {
				const typed = words.map((word) => quote(`${where}/${word}`)).join(' ');
				const next = where === '' ? name : `${where} ${name}`;
				return `\t\t\tcase ${typed}\n\t\t\t\tset where ${quote(next)}`;
			}),
		)
		.join('\n');
}

function skipCases(model: readonly CompletionCommand[]): string {
	return model
		.flatMap((command) => {
			const flags = optionsWithValue(command).flatMap((option) => option.flags);
			const cases = flags.map((flag) => quote(`${command.where}/${flag}`)).join(' ');
			return flags.length === 0 ? [] : [`\t\t\tcase ${cases}\n\t\t\t\tset skip 1`];
		})
		.join('\n');
}

function commandLines(command: CompletionCommand, known: KnownWords): string[] {
	const start = `complete -c agent-relay -n ${quote(`test "$(__agent_relay_where)" = "${command.where}"`)}`;
	return [
		...command.subcommands.map(({ name, about }) => `${start} -a ${quote(name)} -d ${quote(about)}`),
		...(command.operand === 'none' ? [] : [`${start} ${valueWords(command.operand, known)}`]),
		...command.options.map((option) => `${start} ${optionWords(option, known)}`),
	];
}

function optionWords({ flags, about, value }: CompletionOption, known: KnownWords): string {
	const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
	// Turns are those of an open conversation, and there is none.
	const isFree = value === 'none' || value === 'turns';
	const taken = value === null ? [] : isFree ? ['-x'] : ['-r', valueWords(value, known)];
	return [...names, `-d ${quote(about)}`, ...taken].join(' ');
}

function valueWords(value: ValueKind, known: KnownWords): string {
	const words = wordsOf(value, known);
	if (words !== null) return `-f -a ${quote(words.join(' '))}`;
	if (value === 'agents') return `-f -a '(agent-relay completion agents 2>/dev/null)'`;
	if (value === 'agent_list') return `-f -a '(__agent_relay_list)'`;
	if (value === 'races') return `-f -a '(echo latest; agent-relay completion races 2>/dev/null)'`;
	if (value === 'names') return `-f -a '(agent-relay completion names 2>/dev/null)'`;
	if (value === 'workstreams') return `-f -a '(agent-relay completion workstreams 2>/dev/null)'`;
	if (value === 'runners') return `-f -a '(agent-relay completion runners 2>/dev/null)'`;
	if (value === 'entrants') return `-f -a '(agent-relay completion entrants 2>/dev/null)'`;
	if (value === 'sessions') return `-f -a '(echo latest; agent-relay completion sessions 2>/dev/null)'`;
	return value === 'folders' ? `-f -a '(__fish_complete_directories)'` : '-F';
}
