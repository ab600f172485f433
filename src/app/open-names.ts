/** Wires names: which one is in force, their registry, and what is live under them. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RelayConfig } from '../config/schema.ts';
import type { RelayPaths } from '../config/xdg-paths.ts';
import type { Clock } from '../core/clock.ts';
import { lockingOf } from '../core/files/file-lock.ts';
import type { RealPath } from '../core/files/real-path.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import { safeLine } from '../core/text.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { StoreLocation } from '../sessions/files/store-location.ts';
import { createLineOfWork, type LaunchPlace, type NamesOfRepo } from '../sessions/names/line-of-work.ts';
import { createLiveRelays } from '../sessions/names/live-relays.ts';
import { ALLOW_VARIABLE } from '../sessions/names/name-guards.ts';
import { DEFAULT_NAME, type NameId, type NameInForce } from '../sessions/names/name-id.ts';
import { createNameRegistry, requireName } from '../sessions/names/name-registry.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';

/** Parts of the app; that loads this module, so nothing of it is imported. */
interface NamesPorts {
	readonly env: Readonly<Record<string, string>>;
	readonly name: NameInForce;
	readonly paths: RelayPaths;
	readonly processes: ProcessTable;
	readonly clock: Clock;
	readonly realPath: RealPath;
	notice(text: string): void;
	store(): Promise<Pick<SessionStore, 'location'>>;
}

export async function openNames(app: NamesPorts): Promise<NamesOfRepo> {
	const { name, paths, processes, clock, realPath, env, notice } = app;
	const { location } = await app.store();
	const registry = createNameRegistry(location, lockingOf(processes, clock), (path) =>
		notice(
			`${safeLine(path, 300)} can get into a commit: the .gitignore of this repo does not keep it out. Add a line to that: /names.json*`,
		),
	);
	const live = createLiveRelays({
		store: location.folder,
		marks: join(paths.stateHome, 'relays'),
		clock,
		processes,
	});
	const tmux = env.TMUX === undefined || env.TMUX_PANE === undefined ? null : env.TMUX_PANE;
	const line = createLineOfWork({ inForce: name, registry, live, realPath, clock, tmux, notice });
	return { registry, live, line };
}

/** Where a relay starts that begins in this repo's folder. */
export function launchPlace(
	env: NamesPorts['env'],
	{ loaded }: { loaded: { config: Pick<RelayConfig, 'names'> } },
	{ folder, worktree }: Pick<RepoFacts, 'folder' | 'worktree'>,
): LaunchPlace {
	return { folder, worktree, isAllowed: env[ALLOW_VARIABLE] === '1' || loaded.config.names.allow };
}

/** Throws `not_found` where the name in force is not known here. */
export async function requireKnownName(app: {
	name: NameInForce;
	names(): Promise<NamesOfRepo>;
}): Promise<void> {
	if (app.name.id === DEFAULT_NAME) return;
	const { registry } = await app.names();
	requireName(registry.read(), app.name.id);
}

/** What was typed under a name: outside the repo, which could offer words of its own. `default` has one history for all repos. */
export function historyPath(
	{ stateHome }: RelayPaths,
	id: NameId,
	{ folder }: Pick<StoreLocation, 'folder'>,
): string {
	if (id === DEFAULT_NAME) return join(stateHome, 'history');
	const store = createHash('sha256').update(folder).digest('hex').slice(0, 16);
	return join(stateHome, 'histories', `${store}-${id}`);
}
