import { findExecutable } from '../core/processes/find-executable.ts';
import type { App } from './create-app.ts';
import { homeOf } from './home-of.ts';
import { clonedFolders } from './repo-trust.ts';

/** The absolute path of a program on PATH, none of which lies in the repo; null: there is none. */
export async function findProgram(
	name: string,
	app: Pick<App, 'env' | 'repo' | 'around'>,
): Promise<string | null> {
	const { env } = app;
	const untrustedFolders = clonedFolders(await app.repo(), await app.around());
	return findExecutable([name], {
		searchPath: env.PATH ?? '',
		home: homeOf(env),
		configured: null,
		untrustedFolders,
	}).path;
}
