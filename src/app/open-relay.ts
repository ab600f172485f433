/** From flags and files to a conversation: configuration, trust, agents, ledger, snapshots. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter } from '../agents/agent-adapter.ts';
import { DEMO_ADAPTERS } from '../agents/demo/adapter.ts';
import { adaptersFromConfig } from '../agents/generic/from-config.ts';
import { type AgentRegistry, BUILT_IN_ADAPTERS, createRegistry } from '../agents/registry.ts';
import { agentSettings } from '../config/defaults.ts';
import { appendAllowCommand } from '../config/edit-config.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import { type LoadedConfig, loadConfig } from '../config/layers/layers.ts';
import { BUILT_IN_AGENTS } from '../config/schema.ts';
import { readTrustDigests, type TrustDigests, trustPlace } from '../config/trust/trust-files.ts';
import { createTrustStore } from '../config/trust/trust-store.ts';
import { RelayError } from '../core/errors.ts';
import { lockingOf } from '../core/files/file-lock.ts';
import { once, onceAStep } from '../core/once.ts';
import { findExecutable, searchPathOutside } from '../core/processes/find-executable.ts';
import { programPlaces } from '../core/processes/program-places.ts';
import { armouredForAgents, namedPrograms } from '../git/repo/agent-armour.ts';
import { findRepo } from '../git/repo/find-repo.ts';
import { firstCommits, hasCommit } from '../git/repo/same-repo.ts';
import type { RepoFacts, Snapshots } from '../git/repo-facts.ts';
import { createSnapshots } from '../git/snapshots/snapshots.ts';
import { estimateCost } from '../limits/prices.ts';
import type { Places, Policy, Ports } from '../relay/ports.ts';
import { createNativeConversations } from '../sessions/lineage/native-conversations.ts';
import { createStartPty } from '../terminal/start-pty.ts';
import { removeStrayPrivateFiles } from '../turns/process/private-files.ts';
import { type App, homeOf, newNativeId, storeAt } from './create-app.ts';
import {
	clonedFolders,
	describeDistrust,
	digestsNow,
	isUnchanged,
	obeysRepo,
	type RepoTrust,
	trustThere,
} from './repo-trust.ts';
import { createVersionCache } from './version-cache.ts';

/** A relay inside an agent of a relay inside an agent of a relay is refused. */
const MAX_DEPTH = 2;

export interface Settings {
	loaded: LoadedConfig;
	registry: AgentRegistry;
	trust: RepoTrust;
}

/** Settings that a trust given in the shell replaces while the relay runs. */
export interface SettingsHolder {
	settings: Settings;
}

type ReadonlySettings = Readonly<SettingsHolder>;

/** Configuration and trust of the repo at hand. Throws `bad_config` before anything starts. */
export async function readSettings(
	app: App,
	flags: { isTrusted: boolean; config: readonly ConfigFlag[] },
): Promise<Settings> {
	const repo = await app.repo();
	const { paths, env, processes, clock } = app;
	const store = createTrustStore({
		file: paths.trust,
		locking: lockingOf(processes, clock),
		onNotice: app.notice,
	});
	const place = trustPlace(repo, homeOf(env), app.realPath);
	let digests: TrustDigests | null = null;
	const isTrusted = (repoConfig: Buffer | null) => {
		digests = readTrustDigests(place, repoConfig);
		return flags.isTrusted || store.isTrusted(place, digests);
	};
	let answer: boolean | null = null;
	const loaded = loadConfig({
		env,
		userFile: paths.userConfig,
		repoFile: (await app.store()).location.configFile,
		isRepoTrusted: (repoConfig) => {
			answer = isTrusted(repoConfig);
			return answer;
		},
		flags: flags.config,
		knownAgents: AGENTS_WITHOUT_COMMAND,
	});
	answer ??= isTrusted(null);
	for (const text of loaded.notices) app.notice(text);
	const registry = createRegistry([...BUILT_IN_ADAPTERS, ...adaptersFromConfig(loaded), ...DEMO_ADAPTERS]);
	const trust: RepoTrust = {
		store,
		...place,
		isTrusted: answer,
		isForThisRun: flags.isTrusted,
		repoConfig: loaded.repoConfig,
		digests,
	};
	return { loaded, registry, trust };
}

const AGENTS_WITHOUT_COMMAND: readonly string[] = [
	...new Set([...BUILT_IN_AGENTS, ...[...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS].map(({ id }) => id)]),
];

/**
 * What every conversation, alone or of several agents, stands on. `known`: the worktree's snapshots, where another relay of
 * this process takes them.
 */
export async function openPorts(
	app: App,
	current: ReadonlySettings,
	known?: Snapshots | null,
): Promise<Ports> {
	const { env, clock, processes, paths } = app;
	const [repo, store, git, ledger, { runningAgents, survivors }] = await Promise.all([
		app.repo(),
		app.store(),
		app.git(),
		app.ledger(),
		app.survivors(),
	]);
	const trust = trustNow(current);
	const cloned = clonedFolders(repo, homeOf(env), app.realPath);
	const agentEnv = await createAgentEnv({ app, repo, current, cloned });
	const privateFolder = join(paths.stateHome, 'private');
	removeStrayPrivateFiles(privateFolder, processes);
	const locking = lockingOf(processes, clock);
	const stateFolder = join(paths.stateHome, 'snapshots');
	const snapshots =
		known ??
		(repo.kind === 'worktree' ? createSnapshots({ repo, git, stateFolder, clock, processes }) : null);
	return {
		clock,
		repo,
		isRoot: process.getuid?.() === 0,
		env,
		store,
		snapshots,
		places: placesOf(app, current, { repo, snapshots }),
		processes,
		startProcess: createStartPty({ clock, processes }),
		ledger,
		runningAgents,
		conversations: createNativeConversations({
			folder: join(paths.stateHome, 'conversations'),
			clock,
			locking,
			processes,
		}),
		survivors,
		estimateCost,
		privateFolder,
		versions: createVersionCache(join(paths.cacheHome, 'versions.json'), () => agentEnv(trust())),
		newNativeId,
		allowCommand: (command) => {
			appendAllowCommand(paths.userConfig, command, { locking, knownAgents: AGENTS_WITHOUT_COMMAND });
			const { permissions } = current.settings.loaded.config;
			permissions.allow_commands = [...new Set([...permissions.allow_commands, command])];
		},
		settings: () => settingsNow(current),
		policy: () => policyNow({ app, current, trust: trust(), agentEnv, cloned }),
	};
}

const settingsNow = ({ settings }: ReadonlySettings) => ({
	registry: settings.registry,
	config: structuredClone(settings.loaded.config),
	namedAgents: namedAgents(settings),
});

interface PolicySources {
	app: App;
	current: ReadonlySettings;
	trust: TrustNow;
	agentEnv: AgentEnv;
	/** `clonedFolders` of the repo. */
	cloned: readonly string[];
}

function policyNow({ app, current, trust, agentEnv, cloned }: PolicySources): Policy {
	const { env } = app;
	const { settings } = current;
	const { registry, loaded } = settings;
	if (!trust.isObeyed && obeysRepo(settings.trust)) {
		const notice = describeDistrust(settings.trust, { now: digestsNow(settings.trust) });
		if (notice !== null) app.notice(notice);
	}
	const home = homeOf(env);
	const placesOfUser = once((of: string) => programPlaces(env, of));
	const isThere = once(existsSync);
	return {
		...settingsNow(current),
		agentEnv: agentEnv(trust),
		isTrusted: trust.isObeyed,
		loginOf: once((agent) => registry.find(agent).probeLogin(env)),
		findExecutable: once((agent) =>
			findExecutable(registry.find(agent).executables, {
				places: programPlacesOf(registry.find(agent), home, placesOfUser),
				isThere,
				searchPath: env.PATH ?? '',
				home,
				configured: agentSettings(loaded.config, agent).executable,
				untrustedFolders: trust.isTrusted ? [] : cloned,
				realPath: app.realPath,
			}),
		),
	};
}

type Own = Pick<Ports, 'repo' | 'snapshots'>;

/** Where sessions go on: the records stay where they are, and each folder has one relay of its own. */
function placesOf(app: App, current: ReadonlySettings, own: Own): Places {
	const known = new Map<string, Promise<Ports>>();
	return {
		find: async (folder) => {
			try {
				return await findRepo(folder, await app.git());
			} catch (error) {
				if (error instanceof RelayError) return null;
				throw error;
			}
		},
		hasCommit: async (repo, commit) => hasCommit(repo, commit, await app.git()),
		firstCommits: async (repo) => firstCommits(repo, await app.git()),
		portsAt: (repo) => {
			const place = JSON.stringify([repo.worktree, repo.folder]);
			const made = known.get(place) ?? portsAt(repo, app, current, own);
			known.set(place, made);
			return made;
		},
	};
}

async function portsAt(repo: RepoFacts, app: App, current: ReadonlySettings, own: Own): Promise<Ports> {
	const { location } = await app.store();
	const store = storeAt({ ...location, repo }, app);
	const there: App = { ...app, folder: repo.folder, repo: async () => repo, store: () => store };
	const settings = settingsThere(repo, current);
	const isSameWorktree = repo.worktree === own.repo.worktree;
	// What the start said was of the folder where the relay was started.
	const line = isSameWorktree ? describeDistrust(settings.settings.trust, { elsewhere: repo.folder }) : null;
	if (line !== null) app.notice(line);
	return openPorts(there, settings, isSameWorktree ? own.snapshots : null);
}

/** The settings at hand with the trust of another worktree, looked at anew where the user's answer changed. */
function settingsThere(repo: RepoFacts, current: ReadonlySettings): ReadonlySettings {
	let known: { from: Settings; settings: Settings } | null = null;
	return {
		get settings() {
			const from = current.settings;
			if (known?.from !== from) known = { from, settings: { ...from, trust: trustThere(repo, from.trust) } };
			return known.settings;
		},
	};
}

/** A repo that is not trusted cannot name one: the keys that count here are not obeyed of its file. */
function namedAgents({ loaded: { config, origins }, registry }: Settings): ReadonlySet<string> {
	const { order, default: first, by_name } = config.agents;
	const names = [...(origins.has('agents.order') ? order : []), ...(first === null ? [] : [first])];
	const known = new Set(registry.adapters.flatMap(({ id, aliases }) => [id, ...aliases]));
	const typed = names.filter((name) => known.has(name.split(':', 1)[0]?.toLowerCase() ?? ''));
	const described = Object.keys(by_name).filter((name) => (by_name[name]?.command.length ?? 0) > 0);
	return new Set([...typed.map((name) => registry.parse(name).agent), ...described]);
}

/** Where an agent's program may be besides PATH, for a relay that no login shell started. */
function* programPlacesOf(
	{ places = [], isDemo }: AgentAdapter,
	home: string,
	placesOfUser: (home: string) => readonly string[],
): Generator<string> {
	if (isDemo) return;
	yield* places.map((place) => place.replace(/^~/, home));
	yield* placesOfUser(home);
}

/** Trust as of one look, which reads all that agents would obey. */
interface TrustNow {
	/** Trusted by the user, and nothing changed since; a repo that sets nothing is not meant. */
	isTrusted: boolean;
	/** As `isTrusted`, or the repo sets nothing. */
	isObeyed: boolean;
}

/** Looks within one step of the event loop share one reading. */
function trustNow(current: ReadonlySettings): () => TrustNow {
	const isUnchangedNow = onceAStep(isUnchanged);
	return () => {
		const { trust } = current.settings;
		const isUnchanged = obeysRepo(trust) && isUnchangedNow(trust);
		return { isTrusted: trust.isTrusted && isUnchanged, isObeyed: isUnchanged };
	};
}

type AgentEnv = (trust: TrustNow) => Readonly<Record<string, string>>;

interface AgentEnvOptions {
	app: App;
	repo: RepoFacts;
	current: ReadonlySettings;
	/** `clonedFolders` of the repo. */
	cloned: readonly string[];
}

/** The environment of agents: in a repo that is not trusted, its programs and its git config cannot get between. */
async function createAgentEnv({ app, repo, current, cloned }: AgentEnvOptions): Promise<AgentEnv> {
	const { env } = app;
	const PATH = searchPathOutside(env.PATH ?? '', cloned, app.realPath);
	const isArmoured = repo.kind !== 'none' && !obeysRepo(current.settings.trust);
	const named = isArmoured ? await namedPrograms(await app.git(), repo.worktree) : [];
	return ({ isTrusted, isObeyed }) => {
		if (isTrusted || repo.kind === 'none') return env;
		const outside = { ...env, PATH };
		return isObeyed ? outside : armouredForAgents(outside, named);
	};
}

/** Throws `nested_too_deep`. */
export function refuseDeepNesting(env: Readonly<Record<string, string>>): void {
	if (Number(env.AGENT_RELAY_DEPTH ?? 0) < MAX_DEPTH) return;
	throw new RelayError('nested_too_deep', `This relay runs inside ${MAX_DEPTH} others.`, {
		hint: 'Let the outermost relay do the work.',
	});
}
