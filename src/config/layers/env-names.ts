import { RelayError } from '../../core/errors.ts';
import { nearestName } from '../nearest-name.ts';

/** Prefix of a variable that sets one key: `AGENT_RELAY_CFG_TURN__IDLE_S`. */
export const CONFIG_VARIABLE_PREFIX = 'AGENT_RELAY_CFG_';

/**
 * The relay's own variables besides `AGENT_RELAY_CFG_*`. The list is closed: a new one gets a line here and in the docs.
 * @internal For tests: they compare the documentation with it.
 */
export const RELAY_VARIABLES = {
	AGENT_RELAY_SESSION: 'set for agents: the session a process belongs to',
	AGENT_RELAY_TURN: 'set for agents: the turn a process belongs to',
	AGENT_RELAY_ASK: 'set for agents that may ask: where the questions of their turn go',
	AGENT_RELAY_NAME: 'the name to work under, as with --name',
	AGENT_RELAY_ALLOW_NAMED_SESSIONS: '1 lets relays start under names',
	AGENT_RELAY_PAGER: 'what reading commands print through on a terminal, instead of PAGER',
	AGENT_RELAY_PAIR: 'set for the shells of a pair: when it began',
	AGENT_RELAY_HOOKS: '0 switches off the hooks of agents that you use by hand',
	AGENT_RELAY_DEPTH: 'set for agents: how many relays stand above (at most 2)',
} as const;

/**
 * Throws RelayError `bad_config` for an `AGENT_RELAY_*` variable that nobody reads: a typing error in one would otherwise go
 * unnoticed.
 */
export function checkRelayVariables(env: Readonly<Record<string, string | undefined>>): void {
	for (const name of Object.keys(env).sort()) {
		if (!name.startsWith('AGENT_RELAY_') || name.startsWith(CONFIG_VARIABLE_PREFIX)) continue;
		if (Object.hasOwn(RELAY_VARIABLES, name)) continue;
		const known = [...Object.keys(RELAY_VARIABLES), `${CONFIG_VARIABLE_PREFIX}<SECTION>__<KEY>`];
		const nearest = nearestName(name, Object.keys(RELAY_VARIABLES));
		throw new RelayError('bad_config', `${name}: unknown variable; ${didYouMean(nearest, known)}`, {
			hint: `unset ${name}`,
		});
	}
}

/** Whether a variable names a configuration key. Whether that key exists costs more to find out. */
export function setsConfig(env: Readonly<Record<string, string | undefined>>): boolean {
	return Object.keys(env).some((name) => name.startsWith(CONFIG_VARIABLE_PREFIX));
}

/** `did you mean X?`, else `known: A, B`. */
export function didYouMean(nearest: string | null, known: readonly string[]): string {
	return nearest === null ? `known: ${known.join(', ')}` : `did you mean ${nearest}?`;
}
