import { isAbsolute, join } from 'node:path';
import { RelayError } from '../core/errors.ts';

/** The relay's own folders; none of them needs to exist. All absolute. */
export interface RelayPaths {
	configHome: string;
	stateHome: string;
	dataHome: string;
	cacheHome: string;
	/** The user's `config.toml`. */
	userConfig: string;
	/** The ledger of limits. */
	limits: string;
	/** How full the windows of plans are. */
	quota: string;
	/** The record of trusted repos. */
	trust: string;
	/** Notes about the agents running now. */
	running: string;
	/** The user's words, by session. */
	witness: string;
}

/**
 * The places of the relay's own files, by the XDG base directory rules: a variable counts only if it is an absolute path
 * (https://specifications.freedesktop.org/basedir-spec), otherwise the default below `HOME`. Throws RelayError `bad_config` when
 * neither gives a place.
 */
export function relayPaths(env: Readonly<Record<string, string | undefined>>): RelayPaths {
	const configHome = join(baseFolder(env, 'XDG_CONFIG_HOME', '.config'), 'agent-relay');
	const stateHome = join(baseFolder(env, 'XDG_STATE_HOME', '.local/state'), 'agent-relay');
	return {
		configHome,
		stateHome,
		dataHome: join(baseFolder(env, 'XDG_DATA_HOME', '.local/share'), 'agent-relay'),
		cacheHome: join(baseFolder(env, 'XDG_CACHE_HOME', '.cache'), 'agent-relay'),
		userConfig: join(configHome, 'config.toml'),
		limits: join(stateHome, 'limits.json'),
		quota: join(stateHome, 'quota.json'),
		trust: join(stateHome, 'trust.json'),
		running: join(stateHome, 'running'),
		witness: join(stateHome, 'witness'),
	};
}

function baseFolder(
	env: Readonly<Record<string, string | undefined>>,
	variable: string,
	belowHome: string,
): string {
	const named = env[variable];
	if (named !== undefined && isAbsolute(named)) return named;
	const home = env.HOME;
	if (home !== undefined && isAbsolute(home)) return join(home, belowHome);
	throw new RelayError(
		'bad_config',
		`no place for files: HOME is ${home ? 'not an absolute path' : 'not set'}`,
		{
			hint: `set HOME, or ${variable} to an absolute path`,
		},
	);
}
