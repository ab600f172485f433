/** What commands work with, made of the app, of the front end that calls, and, in the shell, of the conversation that is open. */
import { join } from 'node:path';
import type { AskedSettings, CommandContext, CommandSettings } from '../commands/context.ts';
import type { FrontEnd } from '../commands/front-end.ts';
import { flagsOfKept, type KeptSetting } from '../config/given-settings.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import { RelayError } from '../core/errors.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import type { Ports } from '../relay/ports.ts';
import { DEFAULT_NAME } from '../sessions/names/name-id.ts';
import { type App, createApp } from './create-app.ts';
import { homeOf } from './home-of.ts';
import { parentTurn, refuseDeepNesting } from './nesting.ts';
import type { Settings, SettingsHolder } from './settings.ts';

/** Settings of one call of the program: read once, with the flags of whoever asks first. */
export interface HeldSettings {
	/** A trust that the user gives meanwhile replaces what it holds. */
	holder(asked?: AskedSettings): Promise<SettingsHolder>;
	/** Read again with the same flags. */
	readAgain(): Promise<Settings>;
}

const NOTHING_ASKED: AskedSettings = { isTrusted: false, config: [] };

export function holdSettings(app: App): HeldSettings {
	let flags = NOTHING_ASKED;
	let held: Promise<SettingsHolder> | null = null;
	let kept: readonly ConfigFlag[] = [];
	const readAgain = async () =>
		(await import('./settings.ts')).readSettings(app, { ...flags, config: [...kept, ...flags.config] });
	const hold = async (settings: readonly KeptSetting[]) => {
		const before = kept;
		kept = flagsOfKept(settings);
		if (held === null || (before.length === 0 && kept.length === 0)) return null;
		const holder = await held;
		try {
			holder.settings = await readAgain();
			return null;
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			kept = [];
			holder.settings = await readAgain();
			return `the settings of this session are not obeyed: ${error.message}`;
		}
	};
	return {
		readAgain,
		holder: (asked) => {
			if (held !== null) return held;
			flags = asked ?? NOTHING_ASKED;
			held = readAgain().then((settings) => ({ settings, hold }));
			return held;
		},
	};
}

/** `conversation`: what the shell has open; without it, one that begins nothing is opened once it is asked for. */
export function commandContext(
	app: App,
	front: FrontEnd,
	held: HeldSettings = holdSettings(app),
	open: Conversation | null = null,
): CommandContext {
	const portsOf = async (holder: SettingsHolder) => {
		refuseDeepNesting(app.env);
		const { openPorts } = await import('./open-ports.ts');
		return openPorts(app, holder);
	};
	let begun: Promise<Conversation> | null = null;
	const conversation = async (): Promise<Conversation> => {
		begun ??= open === null ? openIdle(await portsOf(await held.holder())) : Promise.resolve(open);
		return begun;
	};
	const { env, clock, paths, processes, ownName, notice, folder, repo, git, store, ledger, quota } = app;
	return {
		...front,
		env,
		home: homeOf(env),
		clock,
		paths,
		processes,
		ownName,
		folder,
		called: (path) => (open === null ? `${ownName} ${path}` : `/${path}`),
		parentTurn: parentTurn(env),
		notice,
		repo,
		git,
		store,
		ledger,
		quota,
		workstreams: async () => (await import('./workstreams-of-user.ts')).workstreamsOf(app),
		names: app.names,
		checkName: async (id) => {
			const { line, place } = await launching(app, (await held.holder()).settings);
			line.check(place, id);
		},
		enterName: async (id) => {
			const { line, place } = await launching(app, (await held.holder()).settings);
			line.enter(place, id);
		},
		ports: async (asked) => {
			const holder = await held.holder(asked);
			if (open === null) await sayDistrust(app, holder.settings, asked);
			await refuseLaunch(app, holder.settings);
			return portsOf(holder);
		},
		history: async (act) => {
			const settings = async () => settingsOf((await held.holder()).settings);
			const { readHistory } = await import('./open-history.ts');
			return readHistory({ env, home: homeOf(env), paths, progress: front.progress, settings }, act);
		},
		otherStores: async () => (await import('./other-stores.ts')).otherStores(app),
		findProgram: async (name) => (await import('./find-program.ts')).findProgram(name, app),
		copy: async (text) => (await import('./copy-text.ts')).copyText(text, app),
		pruneDeps: async () => (await import('./open-prune.ts')).openPrune(app),
		raceDeps: async (asked) => {
			const { openRace } = await import('./open-race.ts');
			const { settings } = await held.holder(asked);
			if (asked !== undefined && open === null) await sayDistrust(app, settings, asked);
			if (asked !== undefined) await refuseLaunch(app, settings);
			return openRace(app, settings, { isLive: asked !== undefined });
		},
		settings: async () => settingsOf((await held.holder()).settings),
		elsewhere: (place) =>
			commandContext(createApp({ name: DEFAULT_NAME, ...place, leave: app.leave }), front),
		conversation: open,
		agents: async () => (await conversation()).agents.all(),
		candidates: async () => (await conversation()).agents.candidates(),
		askVersion: async (agent, executable) => {
			const [{ settings }, versions] = await Promise.all([held.holder(), openVersions(app)]);
			return versions.ask(settings.registry.find(agent), executable);
		},
	};
}

/**
 * Says on stderr, once, that agents start without the repo's own settings. A shell that asks about them says the same in its
 * question; after a no it does not ask again.
 */
async function sayDistrust(app: App, { trust }: Settings, { willAsk = false }: AskedSettings): Promise<void> {
	const isDeclined = () => trust.digests !== null && trust.store.isDeclined(trust, trust.digests);
	if (willAsk && app.streams.input.isTTY && !isDeclined()) return;
	const { describeDistrust } = await import('./repo-trust.ts');
	const line = describeDistrust(trust);
	if (line !== null) app.notice(line);
}

/** Throws what stands against a launch of the name in force here, before anything is looked for. */
async function refuseLaunch(app: App, settings: Settings): Promise<void> {
	const { line, place } = await launching(app, settings);
	line.check(place);
}

async function launching(app: App, settings: Settings) {
	const [{ launchPlace }, { line }, repo] = await Promise.all([
		import('./open-names.ts'),
		app.names(),
		app.repo(),
	]);
	return { line, place: launchPlace(app.env, settings, repo) };
}

async function openIdle(ports: Ports): Promise<Conversation> {
	const { openConversation } = await import('../relay/conversation.ts');
	return openConversation(ports, {
		kind: 'run',
		agent: null,
		model: null,
		permissions: null,
		order: null,
		timeoutMs: null,
		parentTurn: null,
	});
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
	const cloned = clonedFolders(await app.repo(), await app.around());
	const PATH = searchPathOutside(app.env.PATH ?? '', cloned);
	const env = { ...app.env, PATH };
	return createVersionCache(join(app.paths.cacheHome, 'versions.json'), () => env);
}
