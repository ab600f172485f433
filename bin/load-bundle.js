// Loads the joined program (dist/bundle) with the code that an earlier start compiled: compiling it anew takes longer than
// most commands' work (docs/decisions/0012-speed.md).
const { readFileSync } = require('node:fs');
const { isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');
const { openCodeCache, writeCodeCache } = require('./code-cache.js');

const bundle = join(__dirname, '../dist/bundle');

/**
 * null where no build came to its end. `load` gives what a file of the bundle exports. `keepCode` stores what was compiled,
 * for the next start; it is for the end of the program, when the functions that were needed are compiled too. `callMore` calls what
 * other starts will need.
 */
function openBundle(env = process.env) {
	const buildId = readBuildId();
	if (buildId === null) return null;
	const cacheFile = findCacheFile(env, buildId);
	const cached = openCodeCache(cacheFile);
	const modules = new Map();
	const scripts = new Map();
	let isStale = false;

	function load(name) {
		const known = modules.get(name);
		if (known) return known.exports;
		const filename = join(bundle, name);
		// A function of what a module is given, in ASCII: with any other character V8 keeps two bytes for each of all.
		const source = readFileSync(filename, 'latin1');
		const script = new Script(source, { filename, cachedData: cached.read(name) });
		// V8 refuses code of another V8 or of other flags; undefined: there was none.
		if (script.cachedDataRejected !== false) isStale = true;
		scripts.set(name, script);
		const module = { exports: {} };
		modules.set(name, module);
		script.runInThisContext()(module.exports, requireFromBundle, module, filename, bundle);
		return module.exports;
	}

	function requireFromBundle(id) {
		return id.startsWith('./') ? load(id.slice(2)) : require(id);
	}

	function keepCode(callMore) {
		if (cacheFile === null || !isStale) return;
		callMore();
		const codes = new Map(cached.all());
		for (const [name, script] of scripts) {
			const code = script.createCachedData();
			// V8 drops functions out of use, so the larger one serves more starts; a refused one serves none.
			const isLarger = code.length > (codes.get(name)?.length ?? 0);
			if (isLarger || script.cachedDataRejected) codes.set(name, code);
		}
		writeCodeCache(cacheFile, codes);
	}

	return { load, keepCode };
}

/** The last file of a build. */
function readBuildId() {
	try {
		return readFileSync(join(bundle, 'build-id'), 'utf8');
	} catch {
		return null;
	}
}

/**
 * Beside the relay's other caches, by the rule of src/config/xdg-paths.ts. The build's id is in the name because V8 tells
 * sources apart by their length alone. null when nothing says where, or Node's own switch says no.
 */
function findCacheFile({ XDG_CACHE_HOME, HOME, NODE_DISABLE_COMPILE_CACHE }, buildId) {
	if (NODE_DISABLE_COMPILE_CACHE) return null;
	const caches = [XDG_CACHE_HOME, HOME && join(HOME, '.cache')].find((path) => path && isAbsolute(path));
	if (caches === undefined) return null;
	return join(caches, 'agent-relay/code', `${buildId}-${process.version}-${process.arch}`);
}

module.exports = { openBundle };
