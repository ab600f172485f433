import { configError } from '../../config/layers/layer-values.ts';
import type { LoadedConfig } from '../../config/layers/layers.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { genericAdapter } from './adapter.ts';
import { problemIn } from './settings-problem.ts';

/**
 * The agents that the configuration defines by a `command`. The file of an untrusted repo never gets here: the layers
 * leave it out. Throws RelayError `bad_config` with the place of the first contradiction.
 */
export function adaptersFromConfig({
	config,
	origins,
}: Pick<LoadedConfig, 'config' | 'origins'>): AgentAdapter[] {
	return Object.entries(config.agents.by_name).flatMap(([name, settings]) => {
		if (settings.command.length === 0) return [];
		const found = problemIn(settings);
		if (found === null) return [genericAdapter(name, settings)];
		const key = `agents.${name}.${found.key}`;
		const origin = origins.get(key) ?? origins.get(`agents.${name}.command`);
		throw configError(origin ?? { layer: 'default', place: 'configuration' }, `${key}: ${found.problem}`);
	});
}
