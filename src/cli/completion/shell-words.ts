import type { ValueKind } from '../../commands/options/option-table.ts';
import type { CompletionCommand, CompletionOption } from './completion-model.ts';

/** What stands behind the open kinds, at the time the script is made. */
export interface KnownWords {
	settings: readonly string[];
}

/** `'it'\''s'`. */
export function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The words of a kind that is known now; null for kinds that are asked for when Tab is pressed. */
export function wordsOf(kind: ValueKind, known: KnownWords): readonly string[] | null {
	if (typeof kind === 'object') return kind.words;
	return kind === 'settings' ? known.settings : null;
}

export function flagsOf(command: CompletionCommand): string[] {
	return command.options.flatMap(({ flags }) => flags);
}

export function optionsWithValue(command: CompletionCommand): CompletionOption[] {
	return command.options.filter(({ value }) => value !== null);
}
