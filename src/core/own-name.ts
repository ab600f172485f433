import { quoteForShell } from './quote-for-shell.ts';

/** How this program is called so that it works where it works now. `directory`: that of `-C`, as it was typed. */
export function ownName(directory?: string): string {
	return directory === undefined ? OWN_NAME : `${OWN_NAME} -C ${quoteForShell(directory)}`;
}

const OWN_NAME = 'agent-relay';

/**
 * A line of ours with its commands for that folder, but for those that name it already. What stands in double quotes is
 * somebody's words and stays.
 */
export function withOwnName(line: string, name: string): string {
	if (name === OWN_NAME) return line;
	return line.replace(/"(?:[^"\\]|\\.)*"|\bagent-relay(?= [a-z]|$)(?!.* --directory )/g, (found) =>
		found.startsWith('"') ? found : name,
	);
}
