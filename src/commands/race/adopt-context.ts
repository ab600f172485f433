import type { AdoptDeps } from '../../race/adopt/adopt-deps.ts';
import type { CommandContext } from '../context.ts';

/** What looks at an entrant's work and takes it over. */
export async function adoptDeps(context: CommandContext): Promise<AdoptDeps> {
	const [git, repo, store] = await Promise.all([context.git(), context.repo(), context.store()]);
	return { git, repo, store, clock: context.clock, env: context.env };
}
