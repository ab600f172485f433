import { agentsOf } from '../agents/configured/from-config.ts';
import { DEMO_ADAPTERS } from '../agents/demo/adapter.ts';
import { type AgentRegistry, BUILT_IN_ADAPTERS, createRegistry } from '../agents/registry.ts';
import type { KeptSetting } from '../config/given-settings.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import { type LoadedConfig, loadConfig } from '../config/layers/layers.ts';
import { BUILT_IN_AGENTS } from '../config/schema.ts';
import { readTrustDigests, type TrustDigests, trustPlace } from '../config/trust/trust-files.ts';
import { createTrustStore } from '../config/trust/trust-store.ts';
import { lockingOf } from '../core/files/file-lock.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { App } from './create-app.ts';
import { homeOf } from './home-of.ts';
import { type RepoTrust, trustThere } from './repo-trust.ts';

export interface Settings {
	loaded: LoadedConfig;
	registry: AgentRegistry;
	trust: RepoTrust;
}

/** Settings that a trust given in the shell replaces while the relay runs. */
export interface SettingsHolder {
	settings: Settings;
	/** See `Ports.holdSettings`. */
	hold(kept: readonly KeptSetting[]): Promise<string | null>;
}

export type ReadonlySettings = Readonly<SettingsHolder>;

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
	const registry = createRegistry([...agentsOf(loaded), ...DEMO_ADAPTERS]);
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

/** Names that a configuration may use without saying what they are. */
export const AGENTS_WITHOUT_COMMAND: readonly string[] = [
	...new Set([...BUILT_IN_AGENTS, ...[...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS].map(({ id }) => id)]),
];

/** The settings at hand with the trust of another worktree, looked at again where the user's answer changed. */
export function settingsThere(repo: RepoFacts, current: ReadonlySettings): ReadonlySettings {
	let known: { from: Settings; settings: Settings } | null = null;
	return {
		hold: current.hold,
		get settings() {
			const from = current.settings;
			if (known?.from !== from) known = { from, settings: { ...from, trust: trustThere(repo, from.trust) } };
			return known.settings;
		},
	};
}

/** A repo that is not trusted cannot name one: the keys that count here are not obeyed of its file. */
export function namedAgents({ loaded: { config, origins }, registry }: Settings): ReadonlySet<string> {
	const { order, default: first, by_name } = config.agents;
	const names = [...(origins.has('agents.order') ? order : []), ...(first === null ? [] : [first])];
	const known = new Set(registry.adapters.flatMap(({ id, aliases }) => [id, ...aliases]));
	const typed = names.filter((name) => known.has(name.split(':', 1)[0]?.toLowerCase() ?? ''));
	const described = Object.entries(by_name)
		.filter(([, { command, base }]) => command.length > 0 || base !== null)
		.map(([name]) => name);
	return new Set([...typed.map((name) => registry.parse(name).agent), ...described]);
}
