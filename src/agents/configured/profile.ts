/**
 * A further account of a built-in agent: its adapter, under another name and with variables of its own. The vendor's program logs
 * in, with whatever login the user made where those variables point; nothing of it is read, copied or written here.
 */
import type { AgentSettings } from '../../config/schema.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter, AgentId } from '../agent-adapter.ts';
import { withAdditions } from '../environment.ts';
import { mayHoldSecret } from '../secret-values.ts';

type Env = Readonly<Record<string, string>>;

/** `names`: further ones it answers to. */
export function profileAdapter(
	id: AgentId,
	{ env, title }: Pick<AgentSettings, 'env' | 'title'>,
	{ base, names }: { base: AgentAdapter; names: readonly string[] },
): AgentAdapter {
	return withVariables(
		{ ...base, id, title: title ?? `${base.title} (${id})`, aliases: names, base: base.id },
		env,
	);
}

/** `adapter` with variables that the user sets for it alone, as they stand in `agents.NAME.env`. */
export function withVariables(adapter: AgentAdapter, variables: Env): AgentAdapter {
	if (Object.keys(variables).length === 0) return adapter;
	const sources = Object.entries(variables).flatMap(([name, value]) =>
		mayHoldSecret(name, adapter.secretVariables) ? (SOURCE.exec(value)?.[1] ?? []) : [],
	);
	return {
		...adapter,
		secretVariables: [...new Set([...adapter.secretVariables, ...sources])],
		ownVariables: (env) => resolved(variables, env),
		probeLogin: (env) => {
			const login = adapter.probeLogin(withAdditions(env, resolved(variables, env)));
			return { ...login, advice: `${placesOf(variables)}${login.advice}` };
		},
		resumeHint: (nativeSessionId) => `${placesOf(variables)}${adapter.resumeHint(nativeSessionId)}`,
	};
}

/** `$NAME`: the value of the user's variable NAME. */
export const SOURCE = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

/** null takes a variable away. */
function resolved(variables: Env, env: Env): Record<string, string | null> {
	const meantBy = (value: string) => {
		const source = SOURCE.exec(value)?.[1];
		if (source !== undefined) return env[source] ?? '';
		return value.startsWith('~/') && env.HOME ? `${env.HOME}${value.slice(1)}` : value;
	};
	return Object.fromEntries(
		Object.entries(variables).map(([name, value]) => [name, meantBy(value) || null] as const),
	);
}

/** Only paths are shown: another value may be a secret. */
function placesOf(variables: Env): string {
	return Object.entries(variables)
		.filter(([, value]) => /^~?\//.test(value))
		.map(([name, value]) => {
			const path = value.startsWith('~/') ? `~/${quoteForShell(value.slice(2))}` : quoteForShell(value);
			return `${name}=${path} `;
		})
		.join('');
}
