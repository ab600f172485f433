/** The environment of a turn's agent. */
import { delimiter, dirname } from 'node:path';
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { agentEnvironment } from '../../agents/environment.ts';
import { DEFAULT_NAME, nameOf } from '../../sessions/names/name-id.ts';
import { PAIR_VARIABLE } from '../../sessions/names/pair-mail.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { RelayDeps } from '../ports.ts';

/** Without what widens the agent's permissions and without others' secrets; `executable` is absolute. */
export function turnEnvironment(
	{ session, adapter }: { session: Pick<OpenSession, 'id' | 'meta'>; adapter: AgentAdapter },
	executable: string,
	deps: Pick<RelayDeps, 'agentEnv' | 'registry' | 'env'>,
): Record<string, string> {
	const { env } = agentEnvironment(deps.agentEnv, adapter, deps.registry.adapters, {
		session: session.id,
		turn: session.meta.turn_count + 1,
	});
	return {
		...withoutPair(env),
		PATH: withFolderOf(executable, env.PATH ?? ''),
		...nameForAgents(session.meta, env),
		AGENT_RELAY_DEPTH: String(Number(deps.env.AGENT_RELAY_DEPTH ?? 0) + 1),
	};
}

/** A relay within the turn works under the name of its session. */
function nameForAgents(
	meta: Pick<SessionMeta, 'name'>,
	{ AGENT_RELAY_NAME: inherited }: Readonly<Record<string, string | undefined>>,
) {
	const name = nameOf(meta);
	return name === DEFAULT_NAME && inherited === undefined ? {} : { AGENT_RELAY_NAME: name };
}

/** A relay within the turn is no shell of the pair. */
function withoutPair({ [PAIR_VARIABLE]: _, ...env }: Readonly<Record<string, string>>) {
	return env;
}

/** A program that was found off PATH also finds its neighbours (such as a version manager's `node`), after all else. */
function withFolderOf(executable: string, searchPath: string): string {
	const folder = dirname(executable);
	const folders = searchPath === '' ? [] : searchPath.split(delimiter);
	return folders.includes(folder) ? searchPath : [...folders, folder].join(delimiter);
}
