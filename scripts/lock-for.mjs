// The part of the lock file that the program and its build need: no network, no npm.

/** What turns src/ into dist/. */
export const BUILD_TOOL = 'rolldown';

/**
 * What the program loads of packages that bring more: of the SDK's HTTP servers and logins nothing is in the bundle, and a first
 * demo need not wait for 90 packages of them.
 */
const LOADED_OF = { '@modelcontextprotocol/sdk': ['ajv', 'ajv-formats', 'zod', 'zod-to-json-schema'] };

/**
 * A lock file of the run-time packages, the build tool and all that these need, from the whole `lock` and the package.json
 * it belongs to. Throws where the lock lacks one of them.
 */
export function lockFor(lock, { name, version, dependencies, devDependencies }) {
	const wanted = { ...dependencies, [BUILD_TOOL]: devDependencies[BUILD_TOOL] };
	const packages = { '': { name, version, dependencies: wanted } };
	const add = (from, needed, isOptional) => {
		for (const dependency of Object.keys(needed ?? {})) {
			const path = placeOf(lock.packages, from, dependency);
			if (path === null) {
				if (isOptional) continue;
				throw new Error(`package-lock.json does not name ${dependency}, which ${from || name} needs`);
			}
			if (path in packages) continue;
			const { dev, devOptional, ...all } = lock.packages[path];
			const entry = withLoaded(all, LOADED_OF[dependency]);
			packages[path] = entry;
			add(path, entry.dependencies, false);
			add(path, entry.optionalDependencies, true);
		}
	};
	add('', wanted, false);
	return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages };
}

function withLoaded(entry, loaded) {
	if (loaded === undefined) return entry;
	const kept = Object.entries(entry.dependencies ?? {}).filter(([name]) => loaded.includes(name));
	return { ...entry, dependencies: Object.fromEntries(kept) };
}

/** Where `from` finds that package: below itself, else below one of the folders around it. null: nowhere. */
function placeOf(packages, from, dependency) {
	for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
		const path = `${folder}${folder === '' ? '' : '/'}node_modules/${dependency}`;
		if (path in packages) return path;
		if (folder === '') return null;
	}
}
