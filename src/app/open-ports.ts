/** From settings to what conversations stand on: processes, snapshots, trust as it is, and the same for other folders. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter } from '../agents/agent-adapter.ts';
import { withAllowed } from '../config/allowed-commands.ts';
import { agentSettings } from '../config/defaults.ts';
import { allowInConfig, disallowInConfig } from '../config/edit-config.ts';
import { RelayError } from '../core/errors.ts';
import { lockingOf } from '../core/files/file-lock.ts';
import { packageRoot } from '../core/files/package-root.ts';
import { once } from '../core/once.ts';
import { findExecutable } from '../core/processes/find-executable.ts';
import { programPlaces } from '../core/processes/program-places.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { findRepo } from '../git/repo/find-repo.ts';
import { foldersAround } from '../git/repo/folders-around.ts';
import { firstCommits, hasCommit } from '../git/repo/same-repo.ts';
import type { RepoFacts, Snapshots } from '../git/repo-facts.ts';
import { createSnapshots } from '../git/snapshots/snapshots.ts';
import { estimateCost } from '../limits/prices.ts';
import type { Places, Policy, Ports, RelayHooks } from '../relay/ports.ts';
import { createNativeConversations } from '../sessions/lineage/native-conversations.ts';
import { liveStore } from '../sessions/names/live-store.ts';
import { createStartPty } from '../terminal/start-pty.ts';
import type { StartTui } from '../terminal/tui-process.ts';
import { removeStrayPrivateFiles, socketFolders } from '../turns/process/private-files.ts';
import { type AgentEnv, createAgentEnv, type TrustNow, trustNow } from './agent-environment.ts';
import { createAskingKeys } from './asking-keys.ts';
import { type App, newNativeId, storeAt } from './create-app.ts';
import { homeOf } from './home-of.ts';
import { indexingAtEnds } from './index-beside.ts';
import { launchPlace } from './open-names.ts';
import { toolServerFor } from './own-tools.ts';
import { clonedFolders, describeDistrust, digestsNow, obeysRepo } from './repo-trust.ts';
import { createHooks } from './run-hooks.ts';
import { createSessionWorkstreams } from './session-workstreams.ts';
import { AGENTS_WITHOUT_COMMAND, namedAgents, type ReadonlySettings, settingsThere } from './settings.ts';
import { createVersionCache } from './version-cache.ts';

/**
 * What every conversation, alone or of several agents, stands on. `known`: the worktree's snapshots, where another relay of
 * this process takes them. `isLive`: they are for work of agents, so that the process works under a name from its first session on.
 */
export async function openPorts(
	app: App,
	current: ReadonlySettings,
	known?: Snapshots | null,
	{ isLive = true } = {},
): Promise<Ports> {
	const { env, clock, processes, paths } = app;
	const [repo, around, store, { line }, git, ledger, quota, { runningAgents, survivors }] = await Promise.all(
		[
			app.repo(),
			app.around(),
			app.store(),
			app.names(),
			app.git(),
			app.ledger(),
			app.quota(),
			app.survivors(),
		],
	);
	const trust = trustNow(current);
	const cloned = clonedFolders(repo, around);
	const agentEnv = await createAgentEnv({ app, repo, current, cloned });
	const privateFolder = join(paths.stateHome, 'private');
	const sockets = socketFolders(paths.stateHome, env);
	for (const folder of sockets) removeStrayPrivateFiles(folder, processes);
	const locking = lockingOf(processes, clock);
	const stateFolder = join(paths.stateHome, 'snapshots');
	const snapshots =
		known ??
		(repo.kind === 'worktree' ? createSnapshots({ repo, git, stateFolder, clock, processes }) : null);
	const ports: Ports = {
		clock,
		repo,
		isRoot: process.getuid?.() === 0,
		env,
		store: isLive ? liveStore(store, line, launchPlace(env, current.settings, repo)) : store,
		snapshots,
		places: placesOf(app, current, { repo, snapshots }),
		processes,
		startProcess: createStartPty({ clock, processes }),
		startTui: startTuiOf(app),
		ledger,
		quota,
		runningAgents: {
			...runningAgents,
			began: (note) => {
				line.working({ agent: note.agent, session: note.session_id });
				return runningAgents.began(note);
			},
		},
		conversations: createNativeConversations({
			folder: join(paths.stateHome, 'conversations'),
			clock,
			locking,
			processes,
		}),
		survivors,
		workstreams: createSessionWorkstreams(app, {
			store,
			registry: () => current.settings.registry,
			config: () => current.settings.loaded.config,
			ports: () => ports,
		}),
		hooks: hooksOf(app, current, repo),
		estimateCost,
		privateFolder,
		socketFolders: sockets,
		versions: createVersionCache(join(paths.cacheHome, 'versions.json'), () => agentEnv(trust())),
		newNativeId,
		askingKeys: createAskingKeys(join(paths.cacheHome, 'asking-keys.json')),
		asker: () => [process.execPath, join(packageRoot(), 'bin/ask.js')].map(quoteForShell).join(' '),
		toolServer: toolServerFor,
		setAllowed: createSetAllowed(app, current, repo),
		holdSettings: current.hold,
		settings: () => settingsNow(current, repo),
		policy: () => policyNow({ app, current, repo, trust: trust(), agentEnv, cloned }),
	};
	return ports;
}

/** Most commands start none. */
const startTuiOf =
	({ clock, processes }: Pick<App, 'clock' | 'processes'>): StartTui =>
	async (spec, handlers) => {
		const { createStartTui } = await import('../terminal/start-tui.ts');
		return createStartTui({ clock, processes })(spec, handlers);
	};

function hooksOf(app: App, current: ReadonlySettings, { worktree }: RepoFacts): RelayHooks {
	const { env, clock, notice, indexBeside } = app;
	const hooks = createHooks({
		commands: () => current.settings.loaded.config.hooks,
		findProgram: async (name) => (await import('./find-program.ts')).findProgram(name, app),
		worktree,
		home: homeOf(env),
		env,
		clock,
		notice,
	});
	return indexingAtEnds(hooks, () => current.settings.loaded.config.search.keep_indexed, indexBeside);
}

/** What is allowed in this repo alone is among the commands that are allowed. */
function settingsNow({ settings }: ReadonlySettings, { worktree }: RepoFacts) {
	const config = structuredClone(settings.loaded.config);
	const { allow_commands, repo_commands } = config.permissions;
	config.permissions.allow_commands = [...new Set([...allow_commands, ...(repo_commands[worktree] ?? [])])];
	return { registry: settings.registry, config, namedAgents: namedAgents(settings) };
}

/** Changes the user's file, and what this process has read of it. */
function createSetAllowed(app: App, current: ReadonlySettings, { worktree }: RepoFacts): Ports['setAllowed'] {
	const { paths, processes, clock } = app;
	const options = { locking: lockingOf(processes, clock), knownAgents: AGENTS_WITHOUT_COMMAND };
	return ({ action, what: command }, where, isAllowed) => {
		const edit = isAllowed ? allowInConfig : disallowInConfig;
		const rule = { command, repo: where === 'repo' ? worktree : null, action };
		const isChanged = edit(paths.userConfig, rule, options);
		const { config } = current.settings.loaded;
		config.permissions = withAllowed(config.permissions, rule, isAllowed);
		return isChanged;
	};
}

interface PolicySources {
	app: App;
	repo: RepoFacts;
	current: ReadonlySettings;
	trust: TrustNow;
	agentEnv: AgentEnv;
	/** `clonedFolders` of the repo. */
	cloned: readonly string[];
}

function policyNow({ app, current, repo, trust, agentEnv, cloned }: PolicySources): Policy {
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
		...settingsNow(current, repo),
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

/** Where sessions continue: the records stay where they are, and each folder has one relay of its own. */
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
	const there: App = {
		...app,
		folder: repo.folder,
		realFolder: () => repo.folder,
		around: async () => foldersAround(repo.folder, app.realPath(homeOf(app.env))),
		repo: async () => repo,
		store: () => store,
	};
	const settings = settingsThere(repo, current);
	const isSameWorktree = repo.worktree === own.repo.worktree;
	// What the start said was of the folder where the relay was started.
	const line = isSameWorktree ? describeDistrust(settings.settings.trust, { elsewhere: repo.folder }) : null;
	if (line !== null) app.notice(line);
	return openPorts(there, settings, isSameWorktree ? own.snapshots : null);
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
