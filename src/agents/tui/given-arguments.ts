/** Arguments that a user would give an agent's own program: which of them go with its TUI, and which are the relay's to give. Pure. */

/** How the user says the same to the relay; null: there is no such way. */
export type OwnWay = 'model' | 'permissions' | 'session' | 'headless' | null;

export interface TuiArguments {
	/** Passed on, by how many values each takes. */
	passed: Readonly<Record<string, 'none' | 'one' | 'some'>>;
	/** Given by the relay, or such that they would change what it gives. */
	owned: Readonly<Record<string, OwnWay>>;
	/** Other spellings of either. */
	aliases: Readonly<Record<string, string>>;
	/** Of those passed on: their values are paths. `obeyed`: of files whose content the program obeys. */
	paths: Readonly<Record<string, 'plain' | 'obeyed'>>;
}

export interface PassedFlag {
	flag: string;
	/** null: it takes none. */
	value: string | null;
	/** What the value is, where it is a path. */
	path: 'plain' | 'obeyed' | null;
}

export type ReadArguments =
	| { is: 'passed'; flags: readonly PassedFlag[] }
	/** `name`: as typed. */
	| { is: 'owned'; name: string; way: OwnWay }
	| { is: 'unknown' | 'words' | 'odd_value'; name: string };

/** The first that cannot be passed on refuses all. */
export function readTuiArguments(words: readonly string[], rules: TuiArguments): ReadArguments {
	const flags: PassedFlag[] = [];
	for (let at = 0; at < words.length; at++) {
		const typed = words[at] ?? '';
		if (!/^-[^-]|^--./.test(typed)) return { is: 'words', name: words.slice(at).join(' ') };
		const [, name = typed, inline] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
		const flag = rules.aliases[name] ?? name;
		const way = rules.owned[flag];
		if (way !== undefined) return { is: 'owned', name, way };
		const takes = rules.passed[flag];
		if (takes === undefined) return { is: 'unknown', name };
		if (takes === 'none') {
			if (inline !== undefined) return { is: 'odd_value', name };
			flags.push({ flag, value: null, path: null });
			continue;
		}
		const following = valuesAfter(words.slice(at + 1), takes);
		const values = inline === undefined ? following : [inline];
		if (values.length === 0) return { is: 'odd_value', name };
		if (inline === undefined) at += values.length;
		const path = rules.paths[flag] ?? null;
		for (const value of values) flags.push({ flag, value, path: isJson(value) ? null : path });
	}
	return { is: 'passed', flags };
}

/** A value that looks like a flag must be joined to its own: what the program would make of it is not known here. */
function valuesAfter(words: readonly string[], takes: 'one' | 'some'): readonly string[] {
	const end = words.findIndex((word) => word.startsWith('-'));
	const values = end < 0 ? words : words.slice(0, end);
	return takes === 'one' ? values.slice(0, 1) : values;
}

const isJson = (value: string) => value.trimStart().startsWith('{');
