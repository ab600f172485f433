/**
 * Whether opencode may be given the relay's plugin. With any plugin configured, its turn first waits until the plugin
 * package is installed in each of its configuration folders, for minutes where the registry cannot be reached; so the
 * plugin is given only where that package is there already. Only file names are looked at.
 */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packageRoot } from '../../../core/files/package-root.ts';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';
import { type JsonObject, listOrEmpty } from '../../reading/json-fields.ts';

const PACKAGE = 'node_modules/@opencode-ai/plugin/package.json';

type Place = Pick<TurnRequest, 'env' | 'folder' | 'worktree' | 'isTrusted'>;

/** The URL of the plugin file, or null where it could delay the turn. */
export function statusPlugin(turn: Place): string | null {
	return pluginProblem(turn) === null ? pluginUrl() : null;
}

/** Why it is not given the plugin, as the end of a sentence; null: it is. */
export function pluginProblem(turn: Place): string | null {
	const [main, ...others] = configFolders(turn);
	if (turn.env.OPENCODE_PURE) return 'OPENCODE_PURE keeps plugins out';
	if (main === undefined) return 'it has no folder for its configuration';
	const isReady = (folder: string) => existsSync(join(folder, PACKAGE));
	const missing = isReady(main) ? others.find((folder) => existsSync(folder) && !isReady(folder)) : main;
	return missing === undefined ? null : `its plugin package is not installed in ${missing}`;
}

/** A file of its own, from the sources where these run, else from the build. */
function pluginUrl(): string {
	const isSource = extname(fileURLToPath(import.meta.url)) === '.ts';
	const file = isSource
		? 'src/agents/opencode/start/relay-plugin.ts'
		: 'dist/agents/opencode/start/relay-plugin.js';
	return pathToFileURL(join(packageRoot(), file)).href;
}

/** The folders in which opencode looks for its configuration, the user's own first. */
function configFolders(place: Place): string[] {
	const { env, isTrusted } = place;
	const config = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : null);
	return [
		...(config ? [join(config, 'opencode')] : []),
		...(env.HOME ? [join(env.HOME, '.opencode')] : []),
		...(env.OPENCODE_CONFIG_DIR ? [env.OPENCODE_CONFIG_DIR] : []),
		...(isTrusted ? foldersUp(place).map((folder) => join(folder, '.opencode')) : []),
	];
}

/** The plugins that a configuration names. */
export function listedPlugins(config: JsonObject): readonly unknown[] {
	return listOrEmpty(config.plugin);
}
