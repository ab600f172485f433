/**
 * Reads the configuration: user file < repo file < `AGENT_RELAY_CFG_*` < flags. Everything is checked before anything starts; the
 * first problem is one `bad_config` error with its place.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { agentOfKey, CONFIG_KEYS } from '../config-keys.ts';
import { DEFAULT_AGENT_SETTINGS } from '../defaults.ts';
import { agentsWithoutCommand, type RelayConfig } from '../schema.ts';
import { parseToml } from '../toml/toml-text.ts';
import { siftUntrusted } from '../trust/repo-rules.ts';
import { assemble, type CheckedValue, checkValue } from './assemble.ts';
import { checkRelayVariables } from './env-names.ts';
import {
	type ConfigFlag,
	type LayerValue,
	type Origin,
	valuesOfDocument,
	valuesOfEnvironment,
	valuesOfFlags,
} from './layer-values.ts';

export interface LoadConfigOptions {
	env: Readonly<Record<string, string | undefined>>;
	/** The user's file; need not exist. May be a link (dotfiles). */
	userFile: string;
	/** The repo's file; need not exist; a link is refused. null outside any repo. */
	repoFile: string | null;
	/** Called once, with the bytes that are then parsed, and only when the repo has a file. */
	isRepoTrusted: (repoConfig: Buffer) => boolean;
	flags?: readonly ConfigFlag[];
	/** Agents besides the built-in CLIs that need no `command`: the demo agents. */
	knownAgents?: readonly string[];
}

export interface LoadedConfig {
	config: RelayConfig;
	/** Full key (`turn.idle_s`, `agents.claude.model`) -> where its value comes from. Absent: the default. */
	origins: Map<string, Origin>;
	/** One line each, for people: the parts of the repo's file that are not obeyed. */
	notices: string[];
	/** The repo file's bytes as parsed, null when there is none: a trust record must cover them. */
	repoConfig: Buffer | null;
}

/** Throws RelayError `bad_config` (`usage` for a flag, `unreadable_file` for a file it may not read). */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
	const { env, userFile, repoFile, isRepoTrusted } = options;
	const user = readOrExplain(userFile, readFollowingLinks);
	const repo = repoFile === null ? null : readOrExplain(repoFile, readInsideRepo);
	const resolved = resolveConfig({
		env,
		user: user && { path: userFile, text: user.toString('utf8') },
		repo: repo && { path: repoFile ?? '', text: repo.toString('utf8'), isTrusted: isRepoTrusted(repo) },
		flags: options.flags ?? [],
		knownAgents: agentsWithoutCommand(options.knownAgents),
	});
	return { ...resolved, repoConfig: repo };
}

export interface ConfigSources {
	env: Readonly<Record<string, string | undefined>>;
	user: { path: string; text: string } | null;
	repo: { path: string; text: string; isTrusted: boolean } | null;
	flags: readonly ConfigFlag[];
	knownAgents: readonly string[];
}

/** Resolves the configuration from the sources already read. Pure; errors as `loadConfig`. */
export function resolveConfig(sources: ConfigSources): Omit<LoadedConfig, 'repoConfig'> {
	const { env, user, repo, flags, knownAgents } = sources;
	checkRelayVariables(env);
	const userValues = user === null ? [] : valuesOf(user, 'user').map(checkValue);
	const fromRepo = repo === null ? { values: [], notices: [] } : resolveRepo(repo, userValues);
	const files = [...userValues, ...fromRepo.values];
	const agentNames = [...knownAgents, ...files.flatMap(({ key }) => agentOfKey(key) ?? [])];
	const others = [...valuesOfEnvironment(env, agentNames), ...valuesOfFlags(flags)].map(checkValue);
	return { ...assemble([...files, ...others], knownAgents), notices: fromRepo.notices };
}

function valuesOf({ path, text }: { path: string; text: string }, layer: 'user' | 'repo'): LayerValue[] {
	return valuesOfDocument(parseToml(text, path), layer);
}

function resolveRepo(
	repo: NonNullable<ConfigSources['repo']>,
	user: readonly CheckedValue[],
): { values: CheckedValue[]; notices: string[] } {
	const found = valuesOf(repo, 'repo');
	if (repo.isTrusted) {
		const own = found.filter(({ row }) => row.untrusted === 'user only').map(({ key }) => key);
		const notice = `${repo.path}: ignored, because only your own configuration may set it: ${own.join(', ')}`;
		return {
			values: found.filter(({ row }) => row.untrusted !== 'user only').map(checkValue),
			notices: own.length === 0 ? [] : [notice],
		};
	}
	const lower = (key: string) => user.findLast((value) => value.key === key)?.value ?? defaultOf(key);
	const { obeyed, ignored } = siftUntrusted(found, lower);
	const notice = `${repo.path}: ignored, because this repo is not trusted: ${ignored.join(', ')}`;
	return { values: obeyed.map(checkValue), notices: ignored.length === 0 ? [] : [notice] };
}

/**
 * A repo must not point the relay elsewhere: the file must not be a link, and nothing is read through a link in place of its
 * folder. The store reports that problem.
 */
function readInsideRepo(path: string): Buffer | null {
	const folder = lstatSync(dirname(path), { throwIfNoEntry: false });
	if (folder?.isSymbolicLink()) return null;
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts?.isSymbolicLink()) throw linkError(path);
	if (facts === undefined) return null;
	const bytes = facts.size;
	if (bytes > MAX_REPO_BYTES) {
		throw new RelayError('bad_config', `${path}: ${bytes} bytes; allowed: ${MAX_REPO_BYTES}`, {
			hint: 'look at it, then make it smaller or remove it',
		});
	}
	return readIfThere(path);
}

/** All keys once take some 4 KiB; a repo must not make every start read gigabytes. */
const MAX_REPO_BYTES = 1024 * 1024;

function linkError(path: string): RelayError {
	return new RelayError('bad_config', `${path}: a symbolic link is not followed here`, {
		hint: 'replace the link with the file itself',
	});
}

function readOrExplain(path: string, read: (path: string) => Buffer | null): Buffer | null {
	try {
		return read(path);
	} catch (error) {
		// A file in place of the folder holds no configuration; the store reports that problem.
		if (hasErrno(error, 'ENOTDIR')) return null;
		if (!hasErrno(error, 'EACCES', 'EPERM', 'EISDIR')) throw error;
		throw new RelayError('unreadable_file', `${path}: cannot be read (${error.code})`, { cause: error });
	}
}

function readFollowingLinks(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
}

export interface ConfigLine {
	key: string;
	value: unknown;
	origin: Origin;
	unit: string | null;
	about: string;
}

const BY_DEFAULT: Origin = { layer: 'default', place: 'default' };

/** Every key with value and origin, in the order of the documentation; keys of agents only if they are set. */
export function listConfig(loaded: Pick<LoadedConfig, 'config' | 'origins'>): ConfigLine[] {
	const agents = Object.keys(loaded.config.agents.by_name);
	return CONFIG_KEYS.flatMap((row) => {
		const keys = row.key.includes('NAME')
			? agents.map((agent) => row.key.replace('NAME', agent)).filter((key) => loaded.origins.has(key))
			: [row.key];
		return keys.map((key) => ({
			key,
			value: configValue(loaded.config, key),
			origin: loaded.origins.get(key) ?? BY_DEFAULT,
			unit: row.unit,
			about: row.about,
		}));
	});
}

/**
 * The value of a full key; undefined when there is no such key.
 * @internal For tests: they need no files.
 */
export function configValue(config: RelayConfig, key: string): unknown {
	const path = key.split('.');
	const agent = agentOfKey(key);
	if (agent === null) return path.reduce<unknown>(member, config);
	const settings = Object.hasOwn(config.agents.by_name, agent) ? config.agents.by_name[agent] : undefined;
	return member(settings ?? DEFAULT_AGENT_SETTINGS, path[2]);
}

function member(value: unknown, name: string | undefined): unknown {
	if (typeof value !== 'object' || value === null || name === undefined) return undefined;
	return Object.entries(value).find(([key]) => key === name)?.[1];
}

function defaultOf(key: string): unknown {
	return CONFIG_KEYS.find((row) => row.key === key)?.default;
}
