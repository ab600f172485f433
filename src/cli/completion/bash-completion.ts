import type { ValueKind } from '../../commands/options/option-table.ts';
import type { CompletionCommand } from './completion-model.ts';
import { flagsOf, type KnownWords, optionsWithValue, quote, wordsOf } from './shell-words.ts';

/** A function for bash 3.2 and later that needs no other package. */
export function bashCompletion(model: readonly CompletionCommand[], known: KnownWords): string {
	return `# agent-relay completion for bash; made by: agent-relay completion bash
_agent_relay() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
	local where='' kind='' names='' words='' flags='' begun='' i word skip=0 operands=0
	if [ "$cur" = = ]; then cur=''; elif [ "$prev" = = ]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=\${COMP_WORDS[i]}
		if [ "$skip" = 1 ]; then skip=0; continue; fi
		case "$where/$word" in
${pathCases(model, 3)}
		*/= | */:) skip=1 ;;
${valueOptionCases(model, 2)}
		*/-*) ;;
		*) operands=1 ;;
		esac
	done
	case "$where/$prev" in
${valueCases(model, known)}
	esac
	if [ -z "$kind" ]; then
		case "$where" in
${commandCases(model, known)}
		esac
		if [ "$operands" = 1 ]; then kind='' names='' words=''; fi
		case "$cur" in
		-*) kind='' words=$flags ;;
		*) words="$names $words" ;;
		esac
	fi
	case "$kind" in
	agents | agent_list)
		if [ "$kind" = agent_list ]; then begun=\${cur%"\${cur##*,}"}; fi
		# compgen expands its words, so only plain ones are put before a name.
		case "$begun" in *[!A-Za-z0-9_.,:/-]*) return ;; esac
		for word in $("\${COMP_WORDS[0]}" completion agents 2>/dev/null); do words="$words $begun$word"; done
		;;
	races) words="$words latest $("\${COMP_WORDS[0]}" completion races 2>/dev/null)" ;;
	names) words="$words $("\${COMP_WORDS[0]}" completion names 2>/dev/null)" ;;
	workstreams) words="$words $("\${COMP_WORDS[0]}" completion workstreams 2>/dev/null)" ;;
	runners) words="$words $("\${COMP_WORDS[0]}" completion runners 2>/dev/null)" ;;
	entrants) words="$words $("\${COMP_WORDS[0]}" completion entrants 2>/dev/null)" ;;
	sessions) words="$words latest $("\${COMP_WORDS[0]}" completion sessions 2>/dev/null)" ;;
	files | folders)
		local IFS=$'\\n'
		compopt -o filenames 2>/dev/null
		if [ "$kind" = files ]; then COMPREPLY=($(compgen -f -- "$cur")); else COMPREPLY=($(compgen -d -- "$cur")); fi
		return
		;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _agent_relay agent-relay
`;
}

const indent = (depth: number) => '\t'.repeat(depth);

function pathCases(model: readonly CompletionCommand[], depth: number): string {
	return model
		.flatMap(({ where, subcommands }) =>
			subcommands.map(({ name, words }) => {
				const typed = words.map((word) => quote(`${where}/${word}`)).join(' | ');
				const next = where === '' ? name : `${where} ${name}`;
				return `${indent(depth - 1)}${typed}) where=${quote(next)} ;;`;
			}),
		)
		.join('\n');
}

function patterns(command: CompletionCommand, flags: readonly string[]): string {
	return flags.map((flag) => quote(`${command.where}/${flag}`)).join(' | ');
}

function valueOptionCases(model: readonly CompletionCommand[], depth: number): string {
	return model
		.flatMap((command) => {
			const flags = optionsWithValue(command).flatMap((option) => option.flags);
			return flags.length === 0 ? [] : [`${indent(depth)}${patterns(command, flags)}) skip=1 ;;`];
		})
		.join('\n');
}

function valueCases(model: readonly CompletionCommand[], known: KnownWords): string {
	return model
		.flatMap((command) =>
			optionsWithValue(command).map(
				({ flags, value }) => `${indent(1)}${patterns(command, flags)}) ${assign(value ?? 'none', known)} ;;`,
			),
		)
		.join('\n');
}

function commandCases(model: readonly CompletionCommand[], known: KnownWords): string {
	return model
		.map((command) => {
			const names = command.subcommands.map(({ name }) => name).join(' ');
			const flags = flagsOf(command).join(' ');
			return `${indent(2)}${quote(command.where)}) names=${quote(names)} flags=${quote(flags)} ${assign(command.operand, known)} ;;`;
		})
		.join('\n');
}

function assign(value: ValueKind, known: KnownWords): string {
	const words = wordsOf(value, known);
	return words === null ? `kind=${String(value)}` : `kind=words words=${quote(words.join(' '))}`;
}
