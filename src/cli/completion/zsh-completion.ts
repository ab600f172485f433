import type { ValueKind } from '../../commands/options/option-table.ts';
import type { CompletionCommand } from './completion-model.ts';
import { type KnownWords, optionsWithValue, quote, wordsOf } from './shell-words.ts';

/** A function for zsh with descriptions; usable from a file in `fpath` and by `source`. */
export function zshCompletion(model: readonly CompletionCommand[], known: KnownWords): string {
	return `#compdef agent-relay
# agent-relay completion for zsh; made by: agent-relay completion zsh
_agent_relay() {
	local where='' kind='' word prev=\${words[CURRENT-1]} skip=0 operands=0
	local -a names flags offers
	local -i i
	for ((i = 2; i < CURRENT; i++)); do
		word=\${words[i]}
		if ((skip)); then skip=0; continue; fi
		case "$where/$word" in
${pathCases(model)}
${skipCases(model)}
		*/-*) ;;
		*) operands=1 ;;
		esac
	done
	case "$where/$prev" in
${valueCases(model, known)}
	esac
	if [[ -z $kind ]]; then
		case "$where" in
${commandCases(model, known)}
		esac
		if ((operands)); then kind='' names=() offers=(); fi
		if [[ $PREFIX == -* ]]; then kind='' offers=($flags); else offers=($names $offers); fi
	fi
	case "$kind" in
	files) _files; return ;;
	folders) _files -/; return ;;
	agents | agent_list)
		if [[ $kind = agent_list ]]; then compset -P '*,'; fi
		offers+=(\${(f)"$(agent-relay completion agents 2>/dev/null)"})
		;;
	races) offers+=(latest \${(f)"$(agent-relay completion races 2>/dev/null)"}) ;;
	names) offers+=(\${(f)"$(agent-relay completion names 2>/dev/null)"}) ;;
	workstreams) offers+=(\${(f)"$(agent-relay completion workstreams 2>/dev/null)"}) ;;
	runners) offers+=(\${(f)"$(agent-relay completion runners 2>/dev/null)"}) ;;
	entrants) offers+=(\${(f)"$(agent-relay completion entrants 2>/dev/null)"}) ;;
	sessions) offers+=(latest \${(f)"$(agent-relay completion sessions 2>/dev/null)"}) ;;
	esac
	((\${#offers})) || return 1
	# With -o zsh offers nothing before a hyphen is typed.
	if [[ $PREFIX == -* ]]; then _describe -o agent-relay offers; else _describe agent-relay offers; fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _agent_relay "$@"; else compdef _agent_relay agent-relay; fi
`;
}

function pathCases(model: readonly CompletionCommand[]): string {
	return model
		.flatMap(({ where, subcommands }) =>
			subcommands.map(({ name, words }) => {
				const typed = words.map((word) => quote(`${where}/${word}`)).join('|');
				const next = where === '' ? name : `${where} ${name}`;
				return `\t\t${typed}) where=${quote(next)} ;;`;
			}),
		)
		.join('\n');
}

const patterns = ({ where }: CompletionCommand, flags: readonly string[]) =>
	flags.map((flag) => quote(`${where}/${flag}`)).join('|');

function skipCases(model: readonly CompletionCommand[]): string {
	return model
		.flatMap((command) => {
			const flags = optionsWithValue(command).flatMap((option) => option.flags);
			return flags.length === 0 ? [] : [`\t\t${patterns(command, flags)}) skip=1 ;;`];
		})
		.join('\n');
}

function valueCases(model: readonly CompletionCommand[], known: KnownWords): string {
	return model
		.flatMap((command) =>
			optionsWithValue(command).map(
				({ flags, value }) => `\t${patterns(command, flags)}) ${assign(value ?? 'none', known)} ;;`,
			),
		)
		.join('\n');
}

function assign(value: ValueKind, known: KnownWords): string {
	const words = wordsOf(value, known);
	return words === null ? `kind=${String(value)}` : `kind=words offers=(${words.map(quote).join(' ')})`;
}

/** `_describe` splits at the first colon. */
const offer = (name: string, about: string) => quote(`${name.replaceAll(':', '\\:')}:${about}`);

function commandCases(model: readonly CompletionCommand[], known: KnownWords): string {
	return model
		.map((command) => {
			const names = command.subcommands.map(({ name, about }) => offer(name, about));
			const flags = command.options.flatMap((option) =>
				option.flags.map((flag) => offer(flag, option.about)),
			);
			return `\t\t${quote(command.where)}) names=(${names.join(' ')}) flags=(${flags.join(' ')}) ${assign(command.operand, known)} ;;`;
		})
		.join('\n');
}
