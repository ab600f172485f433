import { RelayError } from '../core/errors.ts';

/** A model becomes a word of an agent's command line, and may come from a record that an agent can write. */
export function isModelName(text: string): boolean {
	// One printable line that no CLI can take for an option of its own; ARNs of the clouds are the longest.
	return /^[^\s\p{C}-][^\p{C}\u2028\u2029]{0,255}$/u.test(text);
}

/** The name as it is. Throws `usage`. */
export function requireModelName(text: string): string {
	if (isModelName(text)) return text;
	throw new RelayError('usage', `${JSON.stringify(text)} is not the name of a model.`, {
		hint: 'A name is one line that does not begin with "-", for instance opus or gpt-5-codex.',
	});
}
