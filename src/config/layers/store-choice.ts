/**
 * Reads `store`, which decides where records are: it is needed before the rest of the configuration, whose repo part is in the
 * records.
 */
import type { RelayConfig } from '../schema.ts';
import { CONFIG_VARIABLE_PREFIX } from './env-names.ts';
import { readUserText } from './user-text.ts';

export type StoreChoice = RelayConfig['store'];

/** A line that may set it; only then is the rest of the configuration's code needed. */
const MAY_SET = /^\s*["']?store["']?\s*=/m;
const VARIABLE = `${CONFIG_VARIABLE_PREFIX}STORE`;

/**
 * Reads the user's own file and variable; a repo's file has no say. Throws RelayError `bad_config` for a value that is not allowed,
 * or a file that is not TOML.
 */
export async function readStoreChoice(
	env: Readonly<Record<string, string | undefined>>,
	userFile: string,
): Promise<StoreChoice> {
	const text = readUserText(userFile);
	if (!MAY_SET.test(text) && !env[VARIABLE]) return 'repo';
	const [{ resolveConfig }, { agentsWithoutCommand }] = await Promise.all([
		import('./layers.ts'),
		import('../schema.ts'),
	]);
	const user = MAY_SET.test(text) ? { path: userFile, text: topOf(text) } : null;
	const own = { [VARIABLE]: env[VARIABLE] };
	return resolveConfig({ env: own, user, repo: null, flags: [], knownAgents: agentsWithoutCommand() }).config
		.store;
}

/** The keys before the first table: those below may name agents that are not known here. */
function topOf(text: string): string {
	const at = text.search(/^\s*\[/m);
	return at < 0 ? text : text.slice(0, at);
}
