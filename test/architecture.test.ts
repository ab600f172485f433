import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/**
 * The layers, lowest first: what each folder may import besides itself. Type imports count. This table is the
 * documentation; a new folder gets a row here first.
 */
const LAYERS: Record<string, readonly string[]> = {
	core: [],
	config: ['core'],
	terminal: ['core'],
	git: ['core'],
	edits: ['core', 'git'],
	ui: ['core'],
	agents: ['core', 'config'],
	limits: ['core', 'config', 'agents'],
	sessions: ['core', 'config', 'git', 'agents'],
	turns: ['core', 'config', 'terminal', 'git', 'agents', 'limits', 'sessions'],
	handoff: ['core', 'config', 'git', 'agents', 'limits', 'sessions', 'turns'],
	relay: ['core', 'config', 'terminal', 'git', 'agents', 'limits', 'sessions', 'turns', 'handoff'],
	race: [
		'core',
		'config',
		'terminal',
		'git',
		'edits',
		'agents',
		'limits',
		'sessions',
		'turns',
		'handoff',
		'relay',
	],
	prune: ['core', 'config', 'git', 'agents', 'limits', 'sessions', 'turns', 'handoff', 'relay', 'race'],
	view: ['core', 'config', 'git', 'ui', 'agents', 'limits', 'sessions', 'turns', 'relay', 'race'],
	commands: [
		'core',
		'config',
		'git',
		'ui',
		'agents',
		'limits',
		'sessions',
		'turns',
		'relay',
		'race',
		'prune',
		'view',
	],
	app: [
		'core',
		'config',
		'terminal',
		'git',
		'ui',
		'agents',
		'limits',
		'sessions',
		'turns',
		'handoff',
		'relay',
		'race',
		'prune',
		'commands',
	],
	shell: [
		'core',
		'config',
		'git',
		'ui',
		'agents',
		'limits',
		'sessions',
		'turns',
		'handoff',
		'relay',
		'race',
		'view',
		'commands',
		'app',
	],
	cli: [
		'core',
		'config',
		'git',
		'ui',
		'agents',
		'limits',
		'sessions',
		'turns',
		'handoff',
		'relay',
		'race',
		'app',
		'view',
		'commands',
		'shell',
		'prune',
	],
	'main.ts': ['core', 'app', 'cli'],
};

/** The modules by which other folders enter a room; a room without a row is open. */
const DOORS: Record<string, readonly string[]> = {
	turns: [
		'describe-tasks',
		'event-log',
		'recover-turn',
		'run-turn',
		'spoken-text',
		'turn-facts',
		'turn-records',
		'turn-spec',
		'validation',
		'process/private-files',
		'process/running-agents',
		'questions/describe-answer',
		'record/token-counts',
	],
	edits: ['edit-journal', 'look-at-paths', 'merge-contents', 'plan-edits', 'recover-edits', 'replace-files'],
};

/** Packages that only the named files or folders may import. */
const OWNERS: Record<string, readonly string[]> = {
	'smol-toml': ['config'],
	'node-pty': ['terminal'],
	chalk: ['ui/theme.ts'],
	commander: ['cli'],
	enquirer: ['ui', 'shell'],
	'strip-ansi': ['agents', 'race/run/failing-tests.ts'],
	ulid: ['core/ids.ts'],
};

interface Import {
	from: string;
	to: string;
}

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

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

describe('the layers', () => {
	it('have a row for every folder and file at the top of src', () => {
		const tops = new Set(sources().map(layerOf));
		expect([...tops].filter((top) => !(top in LAYERS))).toEqual([]);
	});

	it('import only what their row names', () => {
		const upward = all.filter(({ from, to }) => {
			if (!isOwn(to) || layerOf(from) === layerOf(to)) return false;
			return !LAYERS[layerOf(from)]?.includes(layerOf(to));
		});
		expect(upward.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	});

	it("load almost nothing for a command's options, which are read at every start", () => {
		const loaded =
			/^(?:core\/errors|config\/duration|agents\/permission-presets|commands\/(?:command|options\/.*))\.ts$/;
		const text = (path: string) => textOf(path).replaceAll(/import type [^;]*;|import\('[^']*'\)/g, '');
		const heavy = sources()
			.filter((path) => /^commands\/(?:.*\/options|options\/.*|command)\.ts$/.test(path))
			.flatMap((path) => [...text(path).matchAll(IMPORT)].map(([, to = '']) => ({ path, to })))
			.map(({ path, to }) => `${path} -> ${relative(SRC, resolve(SRC, dirname(path), to))}`)
			.filter((line) => !loaded.test(line.split(' -> ')[1] ?? ''));
		expect(heavy).toEqual([]);
	});

	it('are entered only by their doors', () => {
		const others = all.filter(({ from, to }) => {
			const doors = DOORS[layerOf(to)];
			if (doors === undefined || layerOf(from) === layerOf(to)) return false;
			return !doors.some((door) => to === `${layerOf(to)}/${door}.ts`);
		});
		expect(others.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
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
			'cli/shell-services.ts',
			'core/processes/process-table-ps.ts',
			'core/processes/run-process.ts',
			'terminal/launch.ts',
		]);
		// Whoever is handed `runProcess` or imports it could start git past the armour.
		const running = sources().filter((path) => /\brunProcess\b/.test(textOf(path)));
		expect(running.sort()).toEqual([
			'agents/demo/desk.ts',
			'app/create-app.ts',
			'app/version-cache.ts',
			'cli/render/demo-result.ts',
			'core/processes/run-process.ts',
			'git/run-git.ts',
			'race/clean/folder-users.ts',
		]);
		const naming = sources().filter((path) => /\bcreateGit\(|\/git['"]|\['git'\]/.test(textOf(path)));
		expect(naming.sort()).toEqual(['app/create-app.ts', 'cli/commands/demo.ts', 'git/run-git.ts']);
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
