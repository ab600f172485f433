/** Wires races: the same configuration, agents, ledger and records as any conversation, once more for each worktree. */
import { join } from 'node:path';
import { readTrustDigests } from '../config/trust-files.ts';
import type { RepoFacts } from '../git/contract.ts';
import { createWorktrees } from '../git/worktrees.ts';
import type { RaceDeps } from '../race/contract.ts';
import type { RelayDeps } from '../relay/relay-deps.ts';
import { type App, storeAt } from './create-app.ts';
import { refuseDeepNesting, relayDeps, type Settings } from './open-relay.ts';
import { type RepoTrust, trustPlace } from './repo-trust.ts';

/** Throws `nested_too_deep`, and `refused` where there is no git repo with a commit. */
export async function openRace(app: App, settings: Settings): Promise<RaceDeps> {
	refuseDeepNesting(app.env);
	const [relay, repo, git] = await Promise.all([relayDeps(app, { settings }), app.repo(), app.git()]);
	const { paths, clock } = app;
	const worktrees = createWorktrees({ repo, git, scratchFolder: join(paths.cacheHome, 'scratch'), clock });
	return {
		relay,
		worktrees,
		inWorktree: (worktree) => depsThere(worktree, app, settings),
		worktreesFolder: join(paths.dataHome, 'worktrees'),
	};
}

/** The records stay where those of the main checkout are. */
async function depsThere(repo: RepoFacts, app: App, settings: Settings): Promise<RelayDeps> {
	const { location } = await app.store();
	const store = storeAt({ ...location, repo }, app);
	const there: App = { ...app, folder: repo.worktree, repo: async () => repo, store: () => store };
	return relayDeps(there, { settings: { ...settings, trust: trustThere(repo, settings.trust) } });
}

/**
 * A worktree of a trusted repo is trusted for what the user has seen: each file there that agents would obey holds what it
 * holds in the trusted checkout. A file that is only in the checkout (ignored, say) takes nothing away.
 */
function trustThere(repo: RepoFacts, trust: RepoTrust): RepoTrust {
	const place = trustPlace(repo, trust.home);
	const digests = readTrustDigests(place, trust.repoConfig);
	const isKnown =
		digests !== null && [...digests].every(([path, digest]) => trust.digests?.get(path) === digest);
	return { ...trust, ...place, digests, isTrusted: trust.isForThisRun || (trust.isTrusted && isKnown) };
}
