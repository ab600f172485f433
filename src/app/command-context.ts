/** What commands work with, made of the app and, in the shell, of the conversation that is open. */
import { join } from 'node:path';
import type { CommandContext, CommandSettings } from '../commands/context.ts';
import type { Conversation } from '../relay/contract.ts';
import { type App, homeOf } from './create-app.ts';
import type { RelayFlags, Settings, SettingsHolder } from './open-relay.ts';

/** What the shell has open. */
interface Open {
	conversation: Conversation;
	holder: SettingsHolder;
}

const NO_FLAGS: RelayFlags = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeoutMs: null,
	isTrusted: false,
	config: [],
};

/** Without `open`, settings are read, and a conversation that begins nothing is opened, once they are asked for. */
export function commandContext(app: App, open: Open | null = null): CommandContext {
	let read: Promise<Settings> | null = null;
	let begun: Promise<Conversation> | null = null;
	const settings = async (): Promise<Settings> => {
		if (open !== null) return open.holder.settings;
		read ??= import('./open-relay.ts').then(({ readSettings }) => readSettings(app, NO_FLAGS));
		return read;
	};
	const conversation = async (): Promise<Conversation> => {
		if (open !== null) return open.conversation;
		begun ??= Promise.all([import('./open-relay.ts'), settings()]).then(([{ openRelay }, known]) =>
			openRelay(app, NO_FLAGS, { settings: known }),
		);
		return begun;
	};
	const { env, clock, paths, processes, ownName, folder, notice, repo, git, store, ledger } = app;
	return {
		env,
		home: homeOf(env),
		clock,
		paths,
		processes,
		ownName,
		folder,
		called: (path) => (open === null ? `${ownName} ${path}` : `/${path}`),
		notice,
		// Each front end asks in its own way.
		ask: null,
		repo,
		git,
		store,
		ledger,
		pruneDeps: async () => (await import('./open-prune.ts')).openPrune(app),
		raceDeps: async () => {
			const [{ openRace }, known] = await Promise.all([import('./open-race.ts'), settings()]);
			return openRace(app, known);
		},
		settings: async () => settingsOf(await settings()),
		conversation: open?.conversation ?? null,
		agents: async () => (await conversation()).agents(),
		candidates: async () => (await conversation()).limits(),
		askVersion: async (agent, executable) => {
			const [{ registry }, versions] = await Promise.all([settings(), openVersions(app)]);
			return versions.ask(registry.find(agent), executable);
		},
	};
}

async function settingsOf({ loaded, registry, trust }: Settings): Promise<CommandSettings> {
	const { obeysRepo } = await import('./repo-trust.ts');
	return { loaded, registry, isRepoObeyed: obeysRepo(trust) };
}

/** A program of the repo that calls itself as an agent does is not asked. */
async function openVersions(app: App) {
	const [{ createVersionCache }, { clonedFolders }, { searchPathOutside }] = await Promise.all([
		import('./version-cache.ts'),
		import('./repo-trust.ts'),
		import('../core/processes/find-executable.ts'),
	]);
	const PATH = searchPathOutside(app.env.PATH ?? '', clonedFolders(await app.repo(), homeOf(app.env)));
	const env = { ...app.env, PATH };
	return createVersionCache(join(app.paths.cacheHome, 'versions.json'), () => env);
}
