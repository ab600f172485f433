import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
const MAX_FILE_LINES = 300;
const MAX_CLASS_LINES = 200;
const MAX_FILES_BESIDE_ROOMS = 10;

/** Tables may be long. */
const TABLES: ReadonlySet<string> = new Set(['handoff/secrets/secret-shapes.ts', 'config/config-keys.ts']);

/** Names that mean the same thing wherever they stand: the one list of a room, what each front end has of its own. */
const SHARED_NAMES: ReadonlySet<string> = new Set(['registry', 'front-end', 'live', 'command']);
/** What every command has. */
const OF_COMMANDS = /^commands\/.*\/(?:options|run|lines)\.ts$/;
/** Named for the command that they belong to. */
const OF_A_VERB = /^(?:shell\/slash|cli\/commands)\//;
/** One thing has one name, and one place, in every adapter. */
const ADAPTERS = /^agents\/(?:claude|codex|copilot|gemini|opencode|generic|demo)\//;

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
	path.endsWith('.ts'),
);
const linesOf = (path: string) => readFileSync(join(SRC, path), 'utf8').trimEnd().split('\n');

/** Lines of each class, from its first to the one that closes it. */
function classesOf(path: string): number[] {
	const lines = linesOf(path);
	return lines.flatMap((line, start) => {
		if (!/^(?:export )?(?:abstract )?class /.test(line)) return [];
		return [lines.findIndex((other, at) => at > start && other === '}') - start + 1];
	});
}

describe('the sources', () => {
	it(`have no file over ${MAX_FILE_LINES} lines but for tables`, () => {
		const long = sources.filter((path) => linesOf(path).length > MAX_FILE_LINES);
		expect(long.filter((path) => !TABLES.has(path))).toEqual([]);
	});

	it(`have no class over ${MAX_CLASS_LINES} lines`, () => {
		const long = sources.filter((path) => classesOf(path).some((lines) => lines > MAX_CLASS_LINES));
		expect(long).toEqual([]);
	});

	it(`have at most ${MAX_FILES_BESIDE_ROOMS} files beside the rooms of a folder`, () => {
		const folders = [...new Set(sources.map(dirname))];
		const full = folders.filter((folder) => {
			const hasRooms = folders.some((other) => dirname(other) === folder && other !== folder);
			const files = sources.filter((path) => dirname(path) === folder);
			return hasRooms && files.length > MAX_FILES_BESIDE_ROOMS;
		});
		expect(full).toEqual([]);
	});

	it('have one name for one thing: no two files of different jobs share a name', () => {
		const places = new Map<string, Set<string>>();
		for (const path of sources) {
			const name = basename(path, '.ts');
			if (SHARED_NAMES.has(name) || OF_COMMANDS.test(path) || OF_A_VERB.test(path)) continue;
			const place = path.replace(ADAPTERS, 'agents/*/');
			places.set(name, (places.get(name) ?? new Set()).add(place));
		}
		const shared = [...places].filter(([, where]) => where.size > 1);
		expect(shared.map(([name, where]) => `${name}: ${[...where].join(', ')}`)).toEqual([]);
	});

	it('have the same parts in every adapter of a CLI', () => {
		const parts = ['adapter', 'command-line', 'limits', 'login', 'outcome', 'oversized', 'stream-parser'];
		const missing = ['claude', 'codex', 'copilot', 'gemini', 'opencode'].flatMap((cli) =>
			parts.map((part) => `agents/${cli}/${part}.ts`).filter((path) => !sources.includes(path)),
		);
		expect(missing).toEqual([]);
	});
});
