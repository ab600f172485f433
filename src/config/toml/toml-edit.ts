/** Changes one value in a TOML text and leaves every other byte alone. Pure; `edit-config.ts` handles the files. */
import { isDeepStrictEqual } from 'node:util';
import { RelayError } from '../../core/errors.ts';
import { isTable } from '../layers/layer-values.ts';
import { lineAndColumn, scanArray, scanToml, type TomlEntry } from './toml-scan.ts';
import { parseToml, toTomlValue } from './toml-text.ts';

interface Edit {
	text: string;
	key: string;
	/** The value that parsing `text` must give for `key`; undefined: none. */
	value: unknown;
}

/**
 * The text with `key` (full, `limits.patience_s`) set. The result is parsed again and must differ in that value only; if the layout
 * makes that impossible (an inline table, dotted keys) RelayError `refused` says what to write by hand. `path` is named in
 * messages. Throws `bad_config` when the text is not valid TOML.
 */
export function setTomlValue(text: string, path: string, key: string, value: unknown): string {
	return verified(text, path, replaceValue(text, key, value));
}

/** The text with one more element in the list `key`, the others and their comments untouched; null when it is there already. */
export function appendTomlElement(text: string, path: string, key: string, element: string): string | null {
	const known = readPath(parseToml(text, path).root, key.split('.'));
	const list: unknown[] = Array.isArray(known) ? known : [];
	if (list.includes(element)) return null;
	const entry = findEntry(text, key);
	const value = [...list, element];
	if (entry === null || !Array.isArray(known)) return verified(text, path, replaceValue(text, key, value));
	return verified(text, path, { text: insertElement(text, entry, element), key, value });
}

/**
 * The text without `key`, a comment on its line included; null when it is not set there. Otherwise as `setTomlValue`: tables that
 * hold nothing any more stay.
 */
export function removeTomlValue(text: string, path: string, key: string): string | null {
	if (readPath(parseToml(text, path).root, key.split('.')) === undefined) return null;
	const entry = findEntry(text, key);
	const start = entry === null ? 0 : text.lastIndexOf('\n', entry.keyStart - 1) + 1;
	const without = entry === null ? text : text.slice(0, start) + text.slice(lineEnd(text, entry.valueEnd));
	return verified(text, path, { text: without, key, value: undefined });
}

function verified(before: string, path: string, edit: Edit): string {
	const expected = structuredClone(parseToml(before, path).root);
	writePath(expected, edit.key.split('.'), edit.value);
	// Cloning gives both sides plain prototypes: the parser's tables have none.
	const isIntended = isDeepStrictEqual(
		withoutEmptyTables(structuredClone(rootOrNull(edit.text, path))),
		withoutEmptyTables(structuredClone(expected)),
	);
	if (!isIntended) throw cannotEdit(path, before, edit);
	return edit.text;
}

/** A table that is only its header says nothing, and a dotted key leaves none behind. */
function withoutEmptyTables(value: unknown): unknown {
	if (!isTable(value)) return value;
	const members = Object.entries(value).map(([name, member]) => [name, withoutEmptyTables(member)] as const);
	const isSaid = (member: unknown) =>
		member !== undefined && !(isTable(member) && Object.keys(member).length === 0);
	return Object.fromEntries(members.filter(([, member]) => isSaid(member)));
}

function rootOrNull(text: string, path: string): unknown {
	try {
		return parseToml(text, path).root;
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

function cannotEdit(file: string, text: string, { key, value }: Edit): RelayError {
	const [section = ''] = key.split('.');
	const entry = scanToml(text).entries.find(({ path }) => path[0] === section);
	const place = entry === undefined ? file : `${file}:${lineAndColumn(text, entry.keyStart).line}`;
	return value === undefined
		? new RelayError('refused', `${place}: ${key} cannot be removed here without changing more`, {
				hint: 'remove it from the file yourself: agent-relay config edit',
			})
		: new RelayError('refused', `${place}: ${key} cannot be set here without changing more`, {
				hint: `write ${key} = ${toTomlValue(value)} into the file yourself`,
			});
}

/** In place if the key has a value, else as the last line of its table, else in a new table at the end. */
function replaceValue(text: string, key: string, value: unknown): Edit {
	const literal = toTomlValue(value);
	const entry = findEntry(text, key);
	if (entry !== null) {
		const edited = text.slice(0, entry.valueStart) + literal + text.slice(entry.valueEnd);
		return { text: edited, key, value };
	}
	const path = key.split('.');
	const table = path.slice(0, -1);
	const line = `${path.at(-1)} = ${literal}`;
	const scan = scanToml(text);
	const eol = text.includes('\r\n') ? '\r\n' : '\n';
	if (table.length === 0) {
		// Above the first table, or it would belong to that.
		const last = scan.entries.findLast((found) => found.table.length === 0);
		const at = last === undefined ? 0 : lineEnd(text, last.valueEnd);
		const isMidLine = at > 0 && text[at - 1] !== '\n';
		return { text: `${text.slice(0, at)}${isMidLine ? eol : ''}${line}${eol}${text.slice(at)}`, key, value };
	}
	const header = scan.tables.find((found) => !found.isArray && isDeepStrictEqual(found.path, table));
	if (header === undefined) {
		const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
		return { text: `${text}${gap}[${table.join('.')}]${eol}${line}${eol}`, key, value };
	}
	const last = scan.entries.findLast((found) => isDeepStrictEqual(found.table, table));
	const at = last === undefined ? header.bodyStart : lineEnd(text, last.valueEnd);
	const isMidLine = at > 0 && text[at - 1] !== '\n';
	const indent = last === undefined ? '' : indentBefore(text, last.keyStart);
	return {
		text: `${text.slice(0, at)}${isMidLine ? eol : ''}${indent}${line}${eol}${text.slice(at)}`,
		key,
		value,
	};
}

/** After the last element, on a line of its own if that one is. */
function insertElement(text: string, entry: TomlEntry, element: string): string {
	const { open, elements } = scanArray(text, entry.valueStart);
	const literal = toTomlValue(element);
	const last = elements.at(-1);
	if (last === undefined) return text.slice(0, open) + literal + text.slice(open);
	const [start, end] = last;
	const indent = indentBefore(text, start);
	const isOnOwnLine = text.slice(entry.valueStart, start).includes('\n') && indent !== '';
	const gap = isOnOwnLine ? `\n${indent}` : ' ';
	return `${text.slice(0, end)},${gap}${literal}${text.slice(end)}`;
}

function findEntry(text: string, key: string): TomlEntry | null {
	const path = key.split('.');
	return scanToml(text).entries.find((entry) => isDeepStrictEqual(entry.path, path)) ?? null;
}

/** Offset after the line's end. */
function lineEnd(text: string, from: number): number {
	const at = text.indexOf('\n', from);
	return at < 0 ? text.length : at + 1;
}

/** The blanks before `at` if nothing else precedes it on the line, otherwise nothing. */
function indentBefore(text: string, at: number): string {
	const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
	return before.trim() === '' ? before : '';
}

function readPath(root: Record<string, unknown>, path: readonly string[]): unknown {
	return path.reduce<unknown>(
		(value, name) => (isTable(value) && Object.hasOwn(value, name) ? value[name] : undefined),
		root,
	);
}

function writePath(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
	let table = root;
	for (const name of path.slice(0, -1)) {
		const next = Object.hasOwn(table, name) ? table[name] : undefined;
		const folder: Record<string, unknown> = isTable(next) ? next : {};
		table[name] = folder;
		table = folder;
	}
	table[path.at(-1) ?? ''] = value;
}
