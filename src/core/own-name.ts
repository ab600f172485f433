import { quoteForShell } from './quote-for-shell.ts';

/** The command that starts this program from where the user is. `directory`, `name`: the values of `-C` and `--name`, as typed. */
export function ownName(directory?: string, name?: string): string {
	const folder = directory === undefined ? '' : ` -C ${quoteForShell(directory)}`;
	return OWN_NAME + folder + (name === undefined ? '' : ` --name ${quoteForShell(name)}`);
}

export const OWN_NAME = 'agent-relay';

/**
 * Rewrites the commands in a line of ours to apply to that folder, except those that already name it. Text in double quotes is
 * somebody's words and stays.
 */
export function withOwnName(line: string, name: string): string {
	if (name === OWN_NAME) return line;
	// These work whatever name is in force.
	const nameless = name.replace(/ --name \S+$/, '');
	return line.replace(COMMAND, (found, isNameless: string | undefined) => {
		if (found.startsWith('"')) return found;
		return isNameless === undefined ? name : nameless;
	});
}

const COMMAND =
	/"(?:[^"\\]|\\.)*"|\bagent-relay(?:(?= (name|config|kill)\b)|(?= [a-z]|$))(?!.* --directory )/g;
