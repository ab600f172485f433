/**
 * The one place where things are wired. Clock, environment, home, ids and streams enter here; everything below takes them
 * as arguments. Parts are loaded when first asked for, so that a listing never pays for a terminal.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readStoreChoice } from '../config/layers/store-choice.ts';
import { type RelayPaths, relayPaths } from '../config/xdg-paths.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { packageRoot } from '../core/files/package-root.ts';
import { createRealPath, type RealPath } from '../core/files/real-path.ts';
import { createSessionIds } from '../core/ids.ts';
import { ownName, withOwnName } from '../core/own-name.ts';
import { createProcessTable } from '../core/processes/create-process-table.ts';
import { outlivesTerminal, standardStreamKinds } from '../core/processes/hangup.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import type { TakeNotices } from '../core/take-notices.ts';
import { withoutGitLocals } from '../git/repo/local-variables.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Git } from '../git/run-git.ts';
import type { Ledger } from '../limits/ledger.ts';
import type { Quota } from '../limits/quota.ts';
import type { SurvivorDesk, Survivors } from '../relay/resume/survivors.ts';
import { locateStore, orphanedStores, type StoreLocation } from '../sessions/files/store-location.ts';
import type { NamesOfRepo } from '../sessions/names/line-of-work.ts';
import { type NameInForce, nameInForce } from '../sessions/names/name-id.ts';
import { createSessionStore, type SessionStore } from '../sessions/store/session-store.ts';
import { createWitnesses, type Witnesses } from '../sessions/witness/witness.ts';
import type { RunningAgents } from '../turns/process/running-agents.ts';
import { findHere } from './find-here.ts';
import { homeOf } from './home-of.ts';
import { createIndexBeside } from './index-beside.ts';
import { withUndosSettled } from './settle-undos.ts';

interface AppStreams {
	input: NodeJS.ReadStream;
	output: NodeJS.WriteStream;
	errorOutput: NodeJS.WriteStream;
}

export interface App {
	readonly version: string;
	readonly env: Readonly<Record<string, string>>;
	readonly clock: Clock;
	readonly paths: RelayPaths;
	readonly processes: ProcessTable;
	readonly streams: AppStreams;
	/** SIGHUP does not end what runs (`core/processes/hangup.ts`). */
	readonly outlivesTerminal: boolean;
	/** Who asks the user about agents that outlived their relay; set by whoever owns the terminal. */
	readonly desk: SurvivorDesk;
	/** One for the whole process, as what the user answers holds for it. */
	survivors(): Promise<{ runningAgents: RunningAgents; survivors: Survivors }>;
	/** Where the command works: `-C DIR`, else the current folder. Absolute. */
	readonly folder: string;
	/** One for the whole process: what leads to one path leads to others too. */
	readonly realPath: RealPath;
	/** `folder` with its links resolved; looked up once. */
	realFolder(): string;
	/** `foldersAround` of it; looked up once. */
	around(): Promise<readonly string[]>;
	/** How a printed command calls this program: with the `-C` that it was given. */
	readonly ownName: string;
	/** The name that this process works under; `/name` and a session of another name change it. */
	readonly name: NameInForce;
	/** Ends the process at once, for when what it waits for does not come. */
	leave(exitCode: number): void;
	/** A line for people, on stderr while nobody takes it; each text once. */
	notice(text: string): void;
	readonly takeNotices: TakeNotices;
	/** One for the whole process: what it said it holds in memory. */
	readonly witnesses: Witnesses;
	git(): Promise<Git>;
	repo(): Promise<RepoFacts>;
	store(): Promise<SessionStore>;
	/** One for the whole process: the names of the repo, and what this process is live under. */
	names(): Promise<NamesOfRepo>;
	/** Says that this process is no longer live, if it was. */
	leaveName(): Promise<void>;
	/** See `createIndexBeside`; `search.keep_indexed` is the caller's to look at. */
	indexBeside(): void;
	/** One for the whole process: where it cannot be written, it is kept in memory. */
	ledger(): Promise<Ledger>;
	quota(): Promise<Quota>;
}

/**
 * `env` stands in for the process's own: the demo works in a home of its own. What aims git at one repo is left out of it, and so
 * out of the environment of everything that is started.
 */
export function createApp(
	options: {
		folder?: string;
		/** As typed behind `--name`; absent: of the environment. */
		name?: string;
		env?: Readonly<Record<string, string>>;
		leave?: (exitCode: number) => void;
	} = {},
): App {
	// biome-ignore lint/style/noProcessEnv: the environment enters here and nowhere else
	const env = withoutGitLocals(options.env ?? definedOnly(process.env));
	const paths = relayPaths(env);
	const clock = systemClock;
	const folder = resolve(options.folder ?? '.');
	const calledBy = ownName(options.folder, options.name);
	const realPath = createRealPath();
	const said = new Set<string>();
	const onStderr = (text: string): void => {
		process.stderr.write(`agent-relay: ${text}\n`);
	};
	let showNotice = onStderr;
	const processes = createProcessTable();
	let realFolder: string | null = null;
	let around: Promise<readonly string[]> | null = null;
	let git: Promise<Git> | null = null;
	let repo: Promise<RepoFacts> | null = null;
	let store: Promise<SessionStore> | null = null;
	let names: Promise<NamesOfRepo> | null = null;
	let ledger: Promise<Ledger> | null = null;
	let survivors: ReturnType<App['survivors']> | null = null;
	const app: App = {
		desk: { ask: null },
		survivors: () => {
			survivors ??= openSurvivors(app);
			return survivors;
		},
		version: readVersion(),
		env,
		clock,
		paths,
		processes,
		streams: {
			// Opened by the first look, which takes Node 1 ms.
			get input() {
				return process.stdin;
			},
			output: process.stdout,
			errorOutput: process.stderr,
		},
		outlivesTerminal: ignoreHangup(env),
		folder,
		realPath,
		realFolder: () => {
			realFolder ??= realPath(folder);
			return realFolder;
		},
		around: () => {
			around ??= findAround(app);
			return around;
		},
		ownName: calledBy,
		name: nameInForce(options.name, env),
		witnesses: createWitnesses(paths.witness, clock),
		leave: options.leave ?? (() => undefined),
		notice: (text) => {
			if (said.has(text)) return;
			said.add(text);
			showNotice(withOwnName(text, calledBy));
		},
		takeNotices: (show) => {
			showNotice = show;
			return () => {
				if (showNotice === show) showNotice = onStderr;
			};
		},
		git: () => {
			git ??= openGit(app);
			return git;
		},
		repo: () => {
			repo ??= findHere(app);
			return repo;
		},
		store: () => {
			store ??= openStore(app);
			return store;
		},
		names: () => {
			names ??= import('./open-names.ts').then(({ openNames }) => openNames(app));
			return names;
		},
		indexBeside: createIndexBeside({ env, paths, folder }),
		leaveName: async () => (await names)?.line.leave(),
		quota: async () => (await import('./open-ledger.ts')).openQuota(app),
		ledger: () => {
			ledger ??= import('./open-ledger.ts').then(({ openLedger }) => openLedger(app));
			return ledger;
		},
	};
	return app;
}

/** Git is needed before trust can be known, so one that lies in the repo is never run, nor finds programs there. */
async function openGit(app: App): Promise<Git> {
	const { env, realPath } = app;
	const [{ createGit }, { runProcess }, { findExecutable, searchPathOutside }, untrustedFolders] =
		await Promise.all([
			import('../git/run-git.ts'),
			import('../core/processes/run-process.ts'),
			import('../core/processes/find-executable.ts'),
			app.around(),
		]);
	const searchPath = searchPathOutside(env.PATH ?? '', untrustedFolders, realPath);
	const search = { searchPath, home: homeOf(env), configured: null, untrustedFolders, realPath };
	const { path } = findExecutable(['git'], search);
	return createGit({
		executable: path ?? '/usr/bin/git',
		env: { ...env, PATH: searchPath },
		runProcess,
	});
}

async function findAround({ env, realPath, realFolder }: App): Promise<readonly string[]> {
	const { foldersAround } = await import('../git/repo/folders-around.ts');
	return foldersAround(realFolder(), realPath(homeOf(env)));
}

async function openStore(app: App): Promise<SessionStore> {
	const { env, paths } = app;
	const { stateHome } = paths;
	const [repo, choice] = await Promise.all([app.repo(), readStoreChoice(env, paths.userConfig)]);
	const location = locateStore(repo, { stateHome, choice });
	if (location.notice) app.notice(location.notice);
	const orphans = orphanedStores(stateHome);
	if (orphans.length === 0) return withUndosSettled(await storeAt(location, app), app);
	const { hasCommit } = await import('../git/repo/same-repo.ts');
	const git = await app.git();
	const isOurs = await Promise.all(orphans.map(({ head }) => hasCommit(repo, head, git)));
	const moved = orphans.filter((_, at) => isOurs[at]).map(({ folder }) => folder);
	return withUndosSettled(await storeAt({ ...location, others: [...location.others, ...moved] }, app), app);
}

async function openSurvivors({ paths, processes, clock, desk }: App) {
	const [{ createRunningAgents }, { createSurvivors }] = await Promise.all([
		import('../turns/process/running-agents.ts'),
		import('../relay/resume/survivors.ts'),
	]);
	const runningAgents = createRunningAgents(paths.running, processes);
	return { runningAgents, survivors: createSurvivors({ running: runningAgents, processes, clock, desk }) };
}

/** The records at `location`; new sessions are of its repo. */
export async function storeAt(
	location: StoreLocation,
	app: Pick<App, 'clock' | 'processes' | 'version' | 'notice' | 'paths' | 'witnesses' | 'name'>,
): Promise<SessionStore> {
	const { clock, processes, version, notice, paths, witnesses, name } = app;
	const ids = createSessionIds(() => clock.now());
	return createSessionStore({
		location,
		clock,
		ids,
		processes,
		relayVersion: version,
		name: () => name,
		witnesses,
		cacheFolder: paths.cacheHome,
		onNotice: (text) => notice(text),
	});
}

/** True when the process continues without its terminal: from now on SIGHUP does nothing. */
function ignoreHangup(env: Readonly<Record<string, string>>): boolean {
	const isIgnored = outlivesTerminal(standardStreamKinds(), env);
	if (isIgnored) process.on('SIGHUP', () => undefined);
	return isIgnored;
}

/** A new id for an agent's own conversation, where the CLI lets us choose. */
export function newNativeId(): string {
	return randomUUID();
}

function readVersion(): string {
	const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
	return typeof parsed === 'object' && parsed !== null && 'version' in parsed
		? String(parsed.version)
		: '0.0.0';
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
	return Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}
