/** A row of the table of keys, and short ways to write one. The keys themselves are in `config-keys.ts`. */
import type * as v from 'valibot';

/** How text (a variable, a flag, `config set`) becomes a value. */
type ValueKind = 'text' | 'flag' | 'number' | 'duration' | 'list' | 'table';

export interface ConfigKey {
	/** `turn.idle_s`; `agents.NAME.model` stands for every agent. */
	key: string;
	kind: ValueKind;
	schema: v.GenericSchema;
	/** Completes `allowed: …`. */
	allowed: string;
	unit: string | null;
	/** What an untrusted repo's file may do with it. `user only`: not even a trusted repo may set it. */
	untrusted: 'may set' | 'may lower' | 'not obeyed' | 'user only';
	about: string;
	default: unknown;
}

type Row = Pick<ConfigKey, 'kind' | 'allowed' | 'about'> & Partial<Pick<ConfigKey, 'unit' | 'untrusted'>>;

export const duration = (allowed: string, about: string): Row => ({
	kind: 'duration',
	allowed: `${allowed}, as seconds or as text such as "90s", "5 min", "6h"`,
	about,
	unit: 's',
});
export const flag = (about: string): Row => ({ kind: 'flag', allowed: 'true or false', about });
export const text = (allowed: string, about: string): Row => ({ kind: 'text', allowed, about });
/** A list for each repo, by its path. */
export const ofRepos = (what: string, about: string): Row => ({
	kind: 'table',
	allowed: `a table with a list of ${what} for the path of each repo`,
	about,
	untrusted: 'user only',
});

/** A key that only the user's own file may set. */
export const ownText = (allowed: string, about: string): Row => ({
	...text(allowed, about),
	untrusted: 'user only',
});
export const calls = (about: string): Row => ({
	kind: 'number',
	allowed: 'a whole number from 0 to 1000000',
	unit: 'tool calls',
	about,
});
export const words = (about: string): Row => ({ kind: 'list', allowed: 'a list of words', about });
export const hook = (when: string): Row => ({
	kind: 'list',
	allowed: 'a list of words; the first is a program name, an absolute path or "~/…"',
	about: `The command that is started when ${when}; the event is on its stdin.`,
});
/** For what only changes how things look: any repo may set it. */
export const looks = { untrusted: 'may set' } as const;

/** The rows of one section, each with its schema and its default. */
export function section<T extends Record<string, v.GenericSchema>>(
	name: string,
	entries: T,
	defaults: Record<keyof T & string, unknown>,
	rows: Record<keyof T & string, Row>,
): ConfigKey[] {
	return Object.entries<Row>(rows).map(([key, row]) => ({
		unit: null,
		untrusted: 'not obeyed',
		...row,
		key: `${name}.${key}`,
		schema: entries[key] ?? never(key),
		default: Object.entries(defaults).find(([name]) => name === key)?.[1],
	}));
}

function never(key: string): never {
	throw new Error(`no schema for ${key}`);
}
