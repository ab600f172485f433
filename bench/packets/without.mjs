// Loads the built modules a second time, with one ingredient left out. Node's loader keeps a module by its URL, so those of
// the second time bear the ingredient's name in theirs.
import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INGREDIENTS } from './ingredients.mjs';

let isRegistered = false;

/** Imports a built module by its path in `dist`; with `name`, it and all that it imports lack that ingredient. */
export function loaderOf(dist, name = null) {
	if (name === null) return (path) => import(pathToFileURL(join(dist, path)).href);
	const { module } = INGREDIENTS[name];
	if (!existsSync(join(dist, module))) throw new Error(`"${name}" is not in this build: no ${module}`);
	if (!isRegistered) register('./without-hooks.mjs', import.meta.url);
	isRegistered = true;
	return (path) => {
		const url = pathToFileURL(join(dist, path));
		url.searchParams.set('without', name);
		return import(url.href);
	};
}
