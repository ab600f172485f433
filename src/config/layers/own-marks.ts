/** Reads the marks of `[ws]` for a hook, which runs at every tool call and has no time for the rest of the configuration. */
import { RelayError } from '../../core/errors.ts';
import { DEFAULT_CONFIG } from '../defaults.ts';
import type { RelayConfig } from '../schema.ts';
import { CONFIG_VARIABLE_PREFIX } from './env-names.ts';
import { readUserText } from './user-text.ts';

type Marks = Pick<RelayConfig['ws'], 'warn_first' | 'warn_second' | 'warn_every'>;

/** A word that must be there where one is set; only then is the rest of the configuration's code needed. */
const MAY_SET = /warn_(?:first|second|every)/;
const VARIABLE = `${CONFIG_VARIABLE_PREFIX}WS__WARN_`;

/**
 * Those of the user's own file and variables; a repo's file has no say. The defaults where that configuration cannot be obeyed: the
 * agent that calls the hook is not to suffer from it. `knownAgents`: those of `LoadConfigOptions`; asked for once they are needed.
 */
export async function readOwnMarks(
	env: Readonly<Record<string, string | undefined>>,
	userFile: string,
	knownAgents: () => Promise<readonly string[]>,
): Promise<Marks> {
	const isInEnvironment = Object.keys(env).some((name) => name.startsWith(VARIABLE));
	if (!isInEnvironment && !MAY_SET.test(readUserText(userFile))) return DEFAULT_CONFIG.ws;
	const { loadConfig } = await import('./layers.ts');
	try {
		const agents = await knownAgents();
		const nowhere = { repoFile: null, isRepoTrusted: () => false };
		return loadConfig({ env, userFile, ...nowhere, knownAgents: agents }).config.ws;
	} catch (error) {
		if (error instanceof RelayError) return DEFAULT_CONFIG.ws;
		throw error;
	}
}
