import { quoteForShell } from './quote-for-shell.ts';

/** The command that starts this program from where the user is. `directory`: the value of `-C`, as typed. */
export function ownName(directory?: string): string {
	return directory === undefined ? OWN_NAME : `${OWN_NAME} -C ${quoteForShell(directory)}`;
}

const OWN_NAME = 'agent-relay';

/**
 * Rewrites the commands in a line of ours to apply to that folder, except those that already name it. Text in double quotes is
 * somebody's words and stays.
 */
export function withOwnName(line: string, name: string): string {
	if (name === OWN_NAME) return line;
	return line.replace(/"(?:[^"\\]|\\.)*"|\bagent-relay(?= [a-z]|$)(?!.* --directory )/g, (found) =>
		found.startsWith('"') ? found : name,
	);
}
