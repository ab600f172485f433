import { onceAStep } from '../core/once.ts';
import { searchPathOutside } from '../core/processes/find-executable.ts';
import { armouredForAgents, namedPrograms } from '../git/repo/agent-armour.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { App } from './create-app.ts';
import { isUnchanged, obeysRepo } from './repo-trust.ts';
import type { ReadonlySettings } from './settings.ts';

/** Trust as of one look, which reads all that agents would obey. */
export interface TrustNow {
	/** Trusted by the user, and nothing changed since; a repo that sets nothing is not meant. */
	isTrusted: boolean;
	/** As `isTrusted`, or the repo sets nothing. */
	isObeyed: boolean;
}

/** Looks within one step of the event loop share one reading. */
export function trustNow(current: ReadonlySettings): () => TrustNow {
	const isUnchangedNow = onceAStep(isUnchanged);
	return () => {
		const { trust } = current.settings;
		const isUnchanged = obeysRepo(trust) && isUnchangedNow(trust);
		return { isTrusted: trust.isTrusted && isUnchanged, isObeyed: isUnchanged };
	};
}

export type AgentEnv = (trust: TrustNow) => Readonly<Record<string, string>>;

interface AgentEnvOptions {
	app: App;
	repo: RepoFacts;
	current: ReadonlySettings;
	/** `clonedFolders` of the repo. */
	cloned: readonly string[];
}

/** The environment of agents: in a repo that is not trusted, its programs and its git config cannot get between. */
export async function createAgentEnv({ app, repo, current, cloned }: AgentEnvOptions): Promise<AgentEnv> {
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
