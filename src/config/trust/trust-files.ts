/** Finds the files of a repo that its trust enables, and their current contents. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { listedIn } from '../../core/files/folders.ts';
import { type RealPath, realPathIfThere } from '../../core/files/real-path.ts';
import { once } from '../../core/once.ts';
import { setsWatchedVariable } from '../layers/env-file.ts';

const REPO_CONFIG = '.agent-relay/config.toml';

/**
 * The files that CLIs obey in a trusted repo and may start programs from: settings, hooks, servers, plugins, commands. Files that
 * only address the model (`CLAUDE.md`, `AGENTS.md`) change daily and start nothing, so they are not here.
 */
const ENABLED_PATHS = [
	'.claude/settings.json',
	'.claude/settings.local.json',
	'.claude/hooks',
	'.claude/agents',
	'.claude/commands',
	'.claude/skills',
	'.claude/plugins',
	'.claude/workflows',
	'.claude/routines',
	'.claude/scheduled_tasks.json',
	'.mcp.json',
	'.codex',
	'.github/agents',
	'.github/copilot',
	'.github/extensions',
	'.github/hooks',
	'.gemini',
	'opencode.json',
	'opencode.jsonc',
	'.opencode',
] as const;

/** Gemini CLI reads it by itself. Most hold only a user's own variables, which are nobody's business. */
const ENV_FILE = '.env';

/**
 * Also found in folders above, up to the root of the disk: by claude 2.1.197 and 2.1.332 (measured: a server named there starts)
 * and gemini 0.61.0. Above a repo inside another one, such as a submodule or a nested clone, is that other repo.
 */
const FOUND_ABOVE = ['.mcp.json', '.gemini/.env'] as const;

/** Files that claude takes from the main checkout if a linked worktree has none (measured: hooks of an agent ran). */
const TAKEN_FROM_MAIN = [
	'.claude/agents',
	'.claude/commands',
	'.claude/skills',
	'.claude/workflows',
	'.claude/routines',
	'.claude/settings.local.json',
] as const;

/**
 * Those of them that claude 2.1.332 obeys in addition to the worktree's own (measured: hooks, variables and the key helper ran).
 */
const TAKEN_BESIDE_OWN = ['.claude/settings.local.json'] as const;

/** Installed by the CLIs themselves and too large to compare; the files above name what starts them. */
const SKIPPED_FOLDERS = new Set(['node_modules', '.git']);

/** A repo that needs more than this cannot be trusted as a whole: comparing must stay fast at every start. */
const MAX_FILES = 2_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 12;
/** A larger `.env` counts without a look at its names. */
const MAX_ENV_BYTES = 1024 * 1024;

/** Suffix of a link's name; its target has a digest of its own. */
const LINK_MARK = ' ->';

/** Path relative to the worktree -> SHA-256 (hex) of its bytes, or of a link's target. */
export type TrustDigests = ReadonlyMap<string, string>;

/** Where agents start, and from where they find files. Real paths. */
export interface TrustPlace {
	/** Where agents start: the worktree, or a folder in it. */
	folder: string;
	worktree: string;
	/** The main checkout; `worktree` itself except in a linked worktree. */
	root: string;
	/** Files here or above are the user's own, and no repo brought them. */
	home: string;
}

/** The trust place of agents that start in this repo, for a user with this home. */
export function trustPlace(
	{ folder, worktree, root }: Omit<TrustPlace, 'home'>,
	home: string,
	realPath: RealPath = realPathIfThere,
): TrustPlace {
	return { folder, worktree, root, home: realPath(home) };
}

/**
 * `repoConfig`: the bytes that were parsed (`LoadedConfig.repoConfig`), so that exactly what is obeyed is trusted. null when there
 * is too much to compare, or something cannot be read: such a repo is not trusted.
 */
export function readTrustDigests(place: TrustPlace, repoConfig: Buffer | null): TrustDigests | null {
	const digests = new Map<string, string>();
	if (repoConfig !== null) digests.set(REPO_CONFIG, sha256(repoConfig));
	const budget = { files: MAX_FILES, bytes: MAX_BYTES };
	try {
		const isWhole = enabledPaths(place).every(({ root, path }) => addPath(root, path, digests, budget, 0));
		return isWhole ? digests : null;
	} catch (error) {
		if (hasErrno(error, 'EACCES', 'EPERM', 'EIO', 'ELOOP')) return null;
		throw error;
	}
}

function enabledPaths(place: TrustPlace): Array<{ root: string; path: string }> {
	const { worktree, root } = place;
	const { settings, besideOwn, envFiles } = candidates(place);
	const mayBeThere = mayBeIn(place);
	const own = [
		...settings.filter(mayBeThere),
		...envFiles.filter((path) => mayBeThere(path) && isEnvFileObeyed(join(worktree, path))),
	];
	const isOwn = (path: string) => mayBeThere(path) && isThere(join(worktree, path));
	const taken = prefixesWithin(place).flatMap((prefix) => TAKEN_FROM_MAIN.map((path) => prefix + path));
	const fromMain = root === worktree ? [] : taken.filter((path) => !isOwn(path));
	const beside = besideOwn.filter(({ own }) => isOwn(own)).map(({ path }) => path);
	return [
		...[...own, ...beside].map((path) => ({ root: worktree, path })),
		...fromMain.map((path) => ({ root, path })),
	];
}

interface Candidates {
	settings: string[];
	/** Files that the main checkout of a linked worktree adds to an own file, named by their path from there: both are compared. */
	besideOwn: Array<{ own: string; path: string }>;
	envFiles: string[];
}

/** Every path that agents starting there may obey, whether or not it exists. Relative to the worktree. */
function candidates(place: TrustPlace): Candidates {
	const within = prefixesWithin(place);
	const above = prefixesAbove(place.worktree, place.home);
	const main = relative(place.worktree, place.root);
	const local = main === '' ? [] : within.flatMap((prefix) => TAKEN_BESIDE_OWN.map((path) => prefix + path));
	return {
		settings: [
			...within.flatMap((prefix) => ENABLED_PATHS.map((path) => prefix + path)),
			...above.flatMap((prefix) => FOUND_ABOVE.map((path) => prefix + path)),
		],
		besideOwn: local.map((own) => ({ own, path: join(main, own) })),
		envFiles: [...within, ...above].map((prefix) => prefix + ENV_FILE),
	};
}

/** Whether agents that start at `place` obey a name in the digests: the worktree has others in its other folders. */
export function obeyedAt(place: TrustPlace): (name: string) => boolean {
	const { settings, besideOwn, envFiles } = candidates(place);
	const paths = [REPO_CONFIG, ...settings, ...besideOwn.map(({ path }) => path), ...envFiles];
	return (name) => {
		const path = name.endsWith(LINK_MARK) ? name.slice(0, -LINK_MARK.length) : name;
		return paths.some((one) => path === one || path.startsWith(`${one}/`));
	};
}

/** `''` for the worktree's root, then `a/`, `a/b/` and so on, down to the folder where agents start. */
function prefixesWithin({ folder, worktree }: TrustPlace): string[] {
	const names = folder.startsWith(worktree + sep) ? relative(worktree, folder).split(sep) : [];
	return ['', ...names.map((_, i) => `${names.slice(0, i + 1).join('/')}/`)];
}

/** `../`, `../../` and so on, for each folder above that neither is the home folder nor contains it. */
function prefixesAbove(worktree: string, home: string): string[] {
	const prefixes: string[] = [];
	for (let at = dirname(worktree), below = worktree; at !== below; below = at, at = dirname(at)) {
		if (home === at || home.startsWith(at.endsWith(sep) ? at : at + sep)) break;
		prefixes.push('../'.repeat(prefixes.length + 1));
	}
	return prefixes;
}

/**
 * Whether there may be something at a path: most repos have none of the files and folders that agents obey, and one listing of
 * each folder where agents look says so. Folders above the worktree hold anything, so they are not listed.
 */
function mayBeIn(place: TrustPlace): (path: string) => boolean {
	const within = prefixesWithin(place).toReversed();
	const isListed = once((prefix: string) => listedIn(join(place.worktree, prefix)));
	return (path) => {
		const prefix = path.startsWith('../') ? undefined : within.find((one) => path.startsWith(one));
		if (prefix === undefined) return true;
		const [first = ''] = path.slice(prefix.length).split('/', 1);
		return isListed(prefix)(first);
	};
}

const isThere = (path: string) => statIfThere(path, lstatSync) !== null;

/** False also for anything gemini cannot read either, such as a virtual environment's folder of that name. */
function isEnvFileObeyed(path: string): boolean {
	try {
		const facts = statIfThere(path, statSync);
		if (!facts?.isFile()) return false;
		return facts.size > MAX_ENV_BYTES || setsWatchedVariable(readFileSync(path, 'utf8'));
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP')) return false;
		throw error;
	}
}

/** False when the budget is used up. */
function addPath(
	root: string,
	path: string,
	digests: Map<string, string>,
	budget: { files: number; bytes: number },
	depth: number,
): boolean {
	const full = join(root, path);
	const own = statIfThere(full, lstatSync);
	if (own === null) return true;
	if (own.isSymbolicLink()) digests.set(path + LINK_MARK, sha256(Buffer.from(readlinkSync(full))));
	const facts = own.isSymbolicLink() ? statIfThere(full, statSync) : own;
	if (facts === null) return true;
	if (facts.isFile()) {
		budget.files -= 1;
		budget.bytes -= facts.size;
		if (budget.files < 0 || budget.bytes < 0) return false;
		digests.set(path, sha256(readFileSync(full)));
		return true;
	}
	if (!facts.isDirectory()) return true;
	if (depth === MAX_DEPTH) return false;
	return readdirSync(full)
		.filter((name) => !SKIPPED_FOLDERS.has(name))
		.sort()
		.every((name) => addPath(root, `${path}/${name}`, digests, budget, depth + 1));
}

/** Most are not there, and Node takes long for a look that throws. */
function statIfThere(path: string, stat: typeof lstatSync): Stats | null {
	try {
		return stat(path, { throwIfNoEntry: false }) ?? null;
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
