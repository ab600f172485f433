import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { agentsOf } from '../../agents/configured/from-config.ts';
import { DEMO_ADAPTERS } from '../../agents/demo/adapter.ts';
import { BUILT_IN_ADAPTERS } from '../../agents/registry.ts';
import { loadConfig } from '../../config/layers/layers.ts';
import { agentsWithoutCommand } from '../../config/schema.ts';
import { RelayError } from '../../core/errors.ts';
import type { CommandContext } from '../context.ts';

/**
 * Every name that an agent answers to, aliases included, for a Tab: reads the user's file and asks neither git nor the
 * repo. A file that is wrong adds nothing; the commands themselves say what is wrong with it.
 */
export function agentNames({ paths }: Pick<CommandContext, 'paths'>): string[] {
	const adapters = [...agentsOfUser(paths.userConfig), ...DEMO_ADAPTERS];
	return [...new Set([...adapters.map(({ id }) => id), ...adapters.flatMap(({ aliases }) => aliases)])];
}

function agentsOfUser(userFile: string): readonly AgentAdapter[] {
	const knownAgents = agentsWithoutCommand(DEMO_ADAPTERS.map(({ id }) => id));
	try {
		return agentsOf(
			loadConfig({ env: {}, userFile, repoFile: null, isRepoTrusted: () => false, knownAgents }),
		);
	} catch (error) {
		if (error instanceof RelayError) return BUILT_IN_ADAPTERS;
		throw error;
	}
}
