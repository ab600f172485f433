import type { App } from '../app/create-app.ts';
import type { AdoptDeps } from '../race/adopt/adopt-deps.ts';

export async function adoptDepsOf(app: App): Promise<AdoptDeps> {
	const [git, repo, store] = await Promise.all([app.git(), app.repo(), app.store()]);
	return { git, repo, store, clock: app.clock, env: app.env };
}
