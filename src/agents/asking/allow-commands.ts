/**
 * `permissions.allow_commands`, the part that all CLIs share: which entries may become a rule at all. A rule permits the
 * command as written and with further arguments behind it; so an entry must be one simple command, made of plain words.
 * An operator, quote, wildcard or bracket in it would mean something else in each CLI's rule language, or open more than
 * the user wrote, and such an entry is not passed on.
 */
const WORD = /^[A-Za-z0-9_./:@%+=~-]+$/;

/** The words of a simple command, or null for an entry that cannot become a rule. */
export function simpleCommand(entry: string): string[] | null {
	if (/[^\x20-\x7e]/.test(entry)) return null;
	const words = entry.split(' ').filter((word) => word !== '');
	const [program] = words;
	if (program === undefined || program.startsWith('-') || program.includes('=')) return null;
	return words.every((word) => WORD.test(word)) ? words : null;
}

/** Splits the user's entries into those that become rules (single spaces) and those that cannot, for a notice. */
export function simpleCommands(entries: readonly string[]): { allowed: string[]; refused: string[] } {
	const allowed: string[] = [];
	const refused: string[] = [];
	for (const entry of entries) {
		const words = simpleCommand(entry);
		if (words === null) refused.push(entry);
		else allowed.push(words.join(' '));
	}
	return { allowed, refused };
}
