/** What `doctor` found in one place. */
export interface Finding {
	/** What was looked at, in one or two words. */
	area: string;
	/** `note`: worth knowing, nothing is broken. */
	level: 'ok' | 'note' | 'problem';
	/** One line. Not safe to show as it is. */
	what: string;
	/** What the user can do, as a sentence or a command; null: nothing is to be done. Not safe to show as it is. */
	toDo: string | null;
	/** What `--fix` does; null: it cannot. */
	fix: Fix | null;
}

export interface Fix {
	/** Asked of the user before it is done; null: it is done unasked. */
	question: string | null;
	/** What was done, in a few words. Throws where it could not be done. */
	act(): Promise<string> | string;
}

export const ok = (area: string, what: string): Finding => ({
	area,
	level: 'ok',
	what,
	toDo: null,
	fix: null,
});

export const note = (area: string, what: string, toDo: string | null = null): Finding => ({
	...ok(area, what),
	level: 'note',
	toDo,
});

export const problem = (area: string, what: string, toDo: string, fix: Fix | null = null): Finding => ({
	area,
	level: 'problem',
	what,
	toDo,
	fix,
});
