import type { AgentAdapter } from './agent-adapter.ts';

const SECRET_NAME =
	/(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH)(?:$|_)/i;
/** Whether a variable may hold a secret: `owned` names those that an adapter lists, other names speak for themselves. */
export const mayHoldSecret = (name: string, owned: readonly string[]): boolean =>
	owned.includes(name) || SECRET_NAME.test(name);

/** Shorter values (a flag, a port) would be found everywhere in ordinary text. */
const MIN_CHARS = 8;

/** Values of the variables that hold secrets, going by an adapter's own list or by their name; longest first. */
export function secretValues(
	env: Readonly<Record<string, string>>,
	adapters: readonly Pick<AgentAdapter, 'secretVariables'>[],
): string[] {
	const owned = adapters.flatMap(({ secretVariables }) => secretVariables);
	const values = Object.entries(env).flatMap(([name, value]) =>
		mayHoldSecret(name, owned) && value.length >= MIN_CHARS ? [value] : [],
	);
	return [...new Set(values)].sort((a, b) => b.length - a.length);
}
