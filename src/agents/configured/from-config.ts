import { profileNames } from '../../config/layers/check-agents.ts';
import { configError } from '../../config/layers/layer-values.ts';
import type { LoadedConfig } from '../../config/layers/layers.ts';
import type { AgentSettings } from '../../config/schema.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { genericAdapter } from '../generic/adapter.ts';
import { problemIn } from '../generic/settings-problem.ts';
import { BUILT_IN_ADAPTERS } from '../registry.ts';
import { mayHoldSecret } from '../secret-values.ts';
import { profileAdapter, SOURCE, withVariables } from './profile.ts';

/**
 * The built-in agents, then those that the configuration defines, by a `command` or as profiles; each with the variables set for it.
 * The file of an untrusted repo never gets here: the layers leave it out. Throws RelayError `bad_config` with the place of the first
 * contradiction.
 */
export function agentsOf(loaded: Pick<LoadedConfig, 'config' | 'origins'>): AgentAdapter[] {
	const tables = Object.entries(loaded.config.agents.by_name);
	const settingsOf = new Map(tables);
	for (const [name, settings] of tables) refuseProblem(name, settings, loaded);
	return [
		...BUILT_IN_ADAPTERS.map((adapter) => withVariables(adapter, settingsOf.get(adapter.id)?.env ?? {})),
		...tables.flatMap(([name, settings]) => {
			const base = BUILT_IN_ADAPTERS.find(({ id }) => id === settings.base);
			if (base !== undefined)
				return [profileAdapter(name, settings, { base, names: profileNames(name, base.id) })];
			if (settings.command.length === 0) return [];
			return [withVariables(genericAdapter(name, settings), settings.env)];
		}),
	];
}

function refuseProblem(
	name: string,
	settings: AgentSettings,
	{ origins }: Pick<LoadedConfig, 'origins'>,
): void {
	const found = secretProblem(name, settings) ?? (settings.command.length > 0 ? problemIn(settings) : null);
	if (found === null) return;
	const key = `agents.${name}.${found.key}`;
	const origin = origins.get(key) ?? origins.get(`agents.${name}.command`);
	throw configError(origin ?? { layer: 'default', place: 'configuration' }, `${key}: ${found.problem}`);
}

function secretProblem(name: string, { base, env, secret_variables: own }: AgentSettings) {
	const adapter = BUILT_IN_ADAPTERS.find(({ id }) => id === (base ?? name));
	const owned = [...(adapter?.secretVariables ?? []), ...own];
	const written = Object.entries(env).find(
		([variable, value]) => value !== '' && !SOURCE.test(value) && mayHoldSecret(variable, owned),
	);
	if (written === undefined) return null;
	return {
		key: 'env' as const,
		problem: `${written[0]} holds a secret, which does not belong in this file; allowed: "$NAME", the variable that has it`,
	};
}
