import { createRequire } from 'node:module';
import type * as Toml from 'smol-toml';
import { RelayError } from '../../core/errors.ts';
import { lineAndColumn, scanToml } from './toml-scan.ts';

/** Loaded only when there is TOML to read: most starts have no file (2 ms). */
function loadToml(): typeof Toml {
	const require = createRequire(import.meta.url);
	return require('smol-toml');
}

/** A parsed file that still knows where each key is. */
export interface TomlDocument {
	path: string;
	text: string;
	root: Record<string, unknown>;
	/** `path:line:column` of a key, of the nearest table above it, or the bare path. */
	placeOf(keyPath: readonly string[]): string;
}

/** Throws RelayError `bad_config` naming file, line and column when the text is not TOML. */
export function parseToml(text: string, path: string): TomlDocument {
	const root = parseOrExplain(text, path);
	let places: Map<string, number> | null = null;
	return {
		path,
		text,
		root,
		placeOf(keyPath) {
			places ??= placesIn(text);
			for (let depth = keyPath.length; depth > 0; depth--) {
				const offset = places.get(JSON.stringify(keyPath.slice(0, depth)));
				if (offset === undefined) continue;
				const { line, column } = lineAndColumn(text, offset);
				return `${path}:${line}:${column}`;
			}
			return path;
		},
	};
}

function parseOrExplain(text: string, path: string): Record<string, unknown> {
	const { parse, TomlError } = loadToml();
	try {
		return parse(text);
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		const reason = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)[0] ?? '';
		throw new RelayError('bad_config', `${path}:${error.line}:${error.column}: not valid TOML: ${reason}`, {
			hint: 'fix the line, or remove the file to use the defaults',
			cause: error,
		});
	}
}

function placesIn(text: string): Map<string, number> {
	const { entries, tables } = scanToml(text);
	const places = new Map<string, number>();
	for (const { path, start } of tables) places.set(JSON.stringify(path), start);
	for (const { path, keyStart } of entries) places.set(JSON.stringify(path), keyStart);
	return places;
}

/** A value given as one TOML expression (`["a", "b"]`, `{ code = 3 }`); undefined when it is not one. */
export function parseTomlValue(text: string): unknown {
	if (text.includes('\n')) return undefined;
	const { parse, TomlError } = loadToml();
	try {
		const { value, ...others } = parse(`value = ${text}`);
		return Object.keys(others).length === 0 ? value : undefined;
	} catch (error) {
		if (error instanceof TomlError) return undefined;
		throw error;
	}
}

/** One line of TOML for text, numbers, booleans, lists and tables of these; null becomes `""`. */
export function toTomlValue(value: unknown): string {
	if (value === null || value === undefined) return '""';
	if (typeof value === 'string') return quote(value);
	if (Array.isArray(value)) return `[${value.map(toTomlValue).join(', ')}]`;
	if (typeof value !== 'object') return String(value);
	const pairs = Object.entries(value).filter(([, member]) => member !== undefined);
	if (pairs.length === 0) return '{}';
	return `{ ${pairs.map(([key, member]) => `${toTomlKey(key)} = ${toTomlValue(member)}`).join(', ')} }`;
}

const toTomlKey = (key: string) => (/^[\w-]+$/.test(key) ? key : quote(key));

/** JSON's escapes are TOML's; only DEL must be escaped too. */
function quote(text: string): string {
	return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
