import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from './helpers/rooms.ts';

const SRC = resolve(import.meta.dirname, '../src');

/** Packages that only the named files or folders may import. */
const OWNERS: Record<string, readonly string[]> = {
	'smol-toml': ['config'],
	'node-pty': ['terminal'],
	chalk: ['ui/theme.ts'],
	commander: ['cli'],
	enquirer: ['ui', 'shell'],
	libsql: ['history/open-sqlite.ts'],
	'markdown-it': ['markdown'],
	'@modelcontextprotocol/sdk': ['mcp'],
	'strip-ansi': ['agents', 'race/run/failing-tests.ts'],
	ulid: ['core/ids.ts'],
};

interface Import {
	from: string;
	to: string;
}

const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g;

function sources(): string[] {
	return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
}

function importsOf(path: string): Import[] {
	const text = readFileSync(join(SRC, path), 'utf8');
	return [...text.matchAll(IMPORT)].map(([, to = '']) => ({
		from: path,
		to: to.startsWith('.') ? relative(SRC, resolve(SRC, dirname(path), to)) : to,
	}));
}

const textOf = (path: string) => readFileSync(join(SRC, path), 'utf8');
const layerOf = (path: string) => path.split(sep)[0] ?? path;
const isOwn = (to: string) => to.endsWith('.ts');
const all = sources().flatMap(importsOf);
/** Imports that leave their room. */
const between = all.filter(({ from, to }) => isOwn(to) && layerOf(from) !== layerOf(to));
const place = (path: string) => ROOMS.findIndex(({ name }) => name === layerOf(path));

describe('the layers', () => {
	it('have a row for every folder and file at the top of src', () => {
		const tops = new Set(sources().map(layerOf));
		expect([...tops].sort()).toEqual(ROOMS.map(({ name }) => name).sort());
	});

	it('import only from rooms above them that are open to them', () => {
		const upward = between.filter(({ from, to }) => {
			const [user, used] = [place(from), place(to)];
			const users = ROOMS[used]?.users;
			return used > user || (users !== undefined && !users.includes(layerOf(from)));
		});
		expect(upward.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	});

	it("load almost nothing for a command's options, which are read at every start", () => {
		const loaded =
			/^(?:core\/errors|config\/duration|agents\/permission-presets|relay\/questions\/decisions|commands\/(?:command|options\/.*))\.ts$/;
		const text = (path: string) =>
			textOf(path).replaceAll(/import type [^;]*;|import\(\s*'[^']*',?\s*\)/g, '');
		const heavy = sources()
			.filter((path) => /^commands\/(?:.*\/options|options\/.*|command)\.ts$/.test(path))
			.flatMap((path) => [...text(path).matchAll(IMPORT)].map(([, to = '']) => ({ path, to })))
			.map(({ path, to }) => `${path} -> ${relative(SRC, resolve(SRC, dirname(path), to))}`)
			.filter((line) => !loaded.test(line.split(' -> ')[1] ?? ''));
		expect(heavy).toEqual([]);
	});

	it('are entered only by their doors', () => {
		const others = between.filter(({ to }) => {
			const doors = ROOMS[place(to)]?.doors;
			return doors !== undefined && !doors.some((door) => to === `${layerOf(to)}/${door}.ts`);
		});
		expect(others.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	});

	it('name no user and no door that is not used', () => {
		const unused = ROOMS.flatMap(({ name, users = [], doors = [] }) => {
			const entries = between.filter(({ to }) => layerOf(to) === name);
			return [
				...users.filter((user) => !entries.some(({ from }) => layerOf(from) === user)),
				...doors.filter((door) => !entries.some(({ to }) => to === `${name}/${door}.ts`)),
			].map((unneeded) => `${name}: ${unneeded}`);
		});
		expect(unused).toEqual([]);
	});

	it('allow each wrapped package only where it is wrapped', () => {
		const strangers = all.filter(({ from, to }) => {
			const owners = OWNERS[to];
			return owners !== undefined && !owners.some((owner) => from === owner || from.startsWith(`${owner}/`));
		});
		expect(strangers.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	});

	it('have no import cycle between files', () => {
		const next = new Map<string, string[]>();
		for (const { from, to } of all.filter(({ to }) => isOwn(to)))
			next.set(from, [...(next.get(from) ?? []), to]);
		const done = new Set<string>();
		const cycles: string[] = [];
		const visit = (path: string, trail: readonly string[]): void => {
			if (trail.includes(path)) {
				cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
				return;
			}
			if (done.has(path)) return;
			for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
			done.add(path);
		};
		for (const path of next.keys()) visit(path, []);
		expect(cycles).toEqual([]);
	});

	it('keep process.exit in main.ts', () => {
		const exits = sources().filter((path) => /\bprocess\.exit\(/.test(readFileSync(join(SRC, path), 'utf8')));
		expect(exits.filter((path) => path !== 'main.ts')).toEqual([]);
	});

	it('start programs in few places, and git in one', () => {
		const starting = sources().filter((path) => /^import (?!type).*'node:child_process'/m.test(textOf(path)));
		expect(starting.sort()).toEqual([
			// Runs in opencode's process, which is the user's own.
			'agents/hooks/opencode-plugin.ts',
			'cli/input/lend-to-program.ts',
			'cli/input/take-over.ts',
			'cli/pager.ts',
			'core/processes/process-table-ps.ts',
			'core/processes/run-process.ts',
			'core/processes/start-beside.ts',
			'terminal/launch.ts',
		]);
		// Whoever is handed `runProcess` or imports it could start git past the armour.
		const running = sources().filter((path) => /\brunProcess\b/.test(textOf(path)));
		expect(running.sort()).toEqual([
			'agents/demo/desk.ts',
			'app/asking-keys.ts',
			'app/copy-text.ts',
			'app/create-app.ts',
			'app/run-hooks.ts',
			'app/version-cache.ts',
			'commands/demo/show-result.ts',
			'commands/pair/tmux.ts',
			'core/processes/run-process.ts',
			'git/run-git.ts',
			'race/clean/folder-users.ts',
			'runners/engines/run-tool.ts',
		]);
		const naming = sources().filter((path) => /\bcreateGit\(|\/git['"]|\['git'\]/.test(textOf(path)));
		expect(naming.sort()).toEqual(['app/create-app.ts', 'commands/demo/run.ts', 'git/run-git.ts']);
	});

	it("change a session's record only by a named transition", () => {
		const inline = sources().filter((path) => {
			const isOutside = !path.startsWith('sessions/') && /\.\.\.(\w+\.)?meta\b/.test(textOf(path));
			return isOutside || /\.apply\(\s*(\(|\w+ =>)/.test(textOf(path));
		});
		expect(inline).toEqual([]);
	});

	it('read the clock and the environment only where they enter', () => {
		const allowed = new Set(['core/clock.ts', 'app/create-app.ts', 'main.ts']);
		const readers = sources().filter((path) =>
			/\bDate\.now\(|\bprocess\.env\b/.test(readFileSync(join(SRC, path), 'utf8')),
		);
		expect(readers.filter((path) => !allowed.has(path))).toEqual([]);
	});
});
