/** From flags and files to a conversation: configuration, trust, agents, ledger, snapshots. */
import { join } from 'node:path';
import type { PermissionPreset } from '../agents/contract.ts';
import { DEMO_ADAPTERS } from '../agents/demo/adapter.ts';
import { adaptersFromConfig } from '../agents/generic/from-config.ts';
import { type AgentRegistry, BUILT_IN_ADAPTERS, createRegistry } from '../agents/registry.ts';
import { agentSettings } from '../config/defaults.ts';
import { appendAllowCommand } from '../config/edit-config.ts';
import type { ConfigFlag } from '../config/layer-values.ts';
import { type LoadedConfig, loadConfig } from '../config/layers.ts';
import { BUILT_IN_AGENTS } from '../config/schema.ts';
import { createTrustStore, type TrustStore } from '../config/trust.ts';
import { readTrustDigests, type TrustDigests } from '../config/trust-files.ts';
import { RelayError } from '../core/errors.ts';
import { lockingOf } from '../core/file-lock.ts';
import { findExecutable } from '../core/find-executable.ts';
import type { RepoFacts } from '../git/contract.ts';
import { createSnapshots } from '../git/snapshots.ts';
import { createLedger, type Ledger } from '../limits/ledger.ts';
import { estimateCost } from '../limits/prices.ts';
import { type Conversation, createRelay } from '../relay/conversation.ts';
import type { RelayDeps } from '../relay/relay-deps.ts';
import { prepareStore } from '../sessions/store-location.ts';
import { createStartPty } from '../terminal/start-pty.ts';
import { type App, homeOf, newNativeId } from './create-app.ts';
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

export interface RepoTrust {
	store: TrustStore;
	/** The user said so, for what the files hold now. */
	isTrusted: boolean;
	/** Files that only a trusted repo's agents obey; empty: there is nothing to ask about. */
	digests: TrustDigests | null;
}

export interface RelayFlags {
	kind: 'shell' | 'run';
	agent: string | null;
	model: string | null;
	permissions: PermissionPreset | null;
	order: readonly string[] | null;
	timeoutMs: number | null;
	/** Trust this repo for this run, without remembering it. */
	isTrusted: boolean;
	config: readonly ConfigFlag[];
}

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
	let digests: TrustDigests | null = null;
	const isTrusted = (repoConfig: Buffer | null) => {
		digests = readTrustDigests(repo.worktree, repoConfig);
		return flags.isTrusted || store.isTrusted(repo.worktree, digests);
	};
	let answer: boolean | null = null;
	const loaded = loadConfig({
		env,
		userFile: paths.userConfig,
		repoFile: join((await app.store()).location.folder, 'config.toml'),
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
	return { loaded, registry, trust: { store, isTrusted: answer, digests } };
}

const AGENTS_WITHOUT_COMMAND: readonly string[] = [
	...new Set([...BUILT_IN_AGENTS, ...[...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS].map(({ id }) => id)]),
];

export function openLedger(app: App): Ledger {
	const { paths, clock, processes } = app;
	return createLedger({
		file: paths.limits,
		clock,
		locking: lockingOf(processes, clock),
		onNotice: app.notice,
	});
}

export async function openRelay(app: App, flags: RelayFlags, current: SettingsHolder): Promise<Conversation> {
	refuseDeepNesting(app.env);
	const deps = await relayDeps(app, current);
	const { settings } = current;
	const named = flags.agent === null ? null : settings.registry.parse(flags.agent);
	return createRelay(deps, {
		kind: flags.kind,
		agent: named?.agent ?? null,
		model: flags.model ?? named?.model ?? null,
		permissions: flags.permissions,
		order: flags.order,
		timeoutMs: flags.timeoutMs,
		parentTurn: parentTurn(app.env),
	});
}

async function relayDeps(app: App, current: SettingsHolder): Promise<RelayDeps> {
	const { env, clock, processes, paths } = app;
	const [repo, store, git] = await Promise.all([app.repo(), app.store(), app.git()]);
	const versions = createVersionCache(join(paths.cacheHome, 'versions.json'), env);
	const edit = { locking: lockingOf(processes, clock), knownAgents: AGENTS_WITHOUT_COMMAND };
	return {
		clock,
		get registry() {
			return current.settings.registry;
		},
		get config() {
			return current.settings.loaded.config;
		},
		env,
		repo,
		get isTrusted() {
			return obeysRepo(current.settings.trust);
		},
		isRoot: process.getuid?.() === 0,
		store,
		prepareStore: () => prepareStore(store.location),
		snapshots:
			repo.kind === 'worktree'
				? createSnapshots({ repo, git, stateFolder: join(paths.stateHome, 'snapshots'), clock })
				: null,
		processes,
		startProcess: createStartPty({ clock, processes }),
		ledger: openLedger(app),
		estimateCost,
		findExecutable: (agent) =>
			findExecutable(current.settings.registry.find(agent).executables, {
				searchPath: env.PATH ?? '',
				home: homeOf(env),
				configured: agentSettings(current.settings.loaded.config, agent).executable,
				untrustedFolders: current.settings.trust.isTrusted ? [] : clonedFolders(repo),
			}),
		knownVersion: versions.known,
		learnVersion: (agent, executable) => versions.learn(current.settings.registry.find(agent), executable),
		newNativeId,
		allowCommand: (command) => {
			appendAllowCommand(paths.userConfig, command, edit);
			const { config } = current.settings.loaded;
			config.permissions.allow_commands = [...new Set([...config.permissions.allow_commands, command])];
		},
	};
}

/** True also where no file of the repo could make an agent do anything: then there is nothing to ask about. */
export function obeysRepo({ isTrusted, digests }: RepoTrust): boolean {
	return isTrusted || digests?.size === 0;
}

/** Outside git the folder is the user's own choice; nothing in it was cloned. */
function clonedFolders({ kind, root, worktree }: RepoFacts): string[] {
	return kind === 'none' ? [] : [root, worktree];
}

function parentTurn(env: Readonly<Record<string, string>>): string | null {
	const { AGENT_RELAY_SESSION: session, AGENT_RELAY_TURN: turn } = env;
	return session && turn ? `${session}/${turn}` : null;
}

function refuseDeepNesting(env: Readonly<Record<string, string>>): void {
	if (Number(env.AGENT_RELAY_DEPTH ?? 0) < MAX_DEPTH) return;
	throw new RelayError('nested_too_deep', `This relay runs inside ${MAX_DEPTH} others.`, {
		hint: 'Let the outermost relay do the work.',
	});
}
