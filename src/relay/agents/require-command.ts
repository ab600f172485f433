/** Checks an agent's command line before anything is created for its turn. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { agentSettings } from '../../config/defaults.ts';
import { RelayError } from '../../core/errors.ts';
import { privatePathToLookAt } from '../../turns/process/private-files.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';

export interface AskedTurn {
	permissions: PermissionPreset;
	/** The prompt as it will be sent; absent if not known yet. */
	text?: string;
}

/** Throws what the adapter throws for a model, a preset or a prompt that its CLI cannot take. Starts nothing. */
export function requireCommand({ agent, model }: AgentChoice, asked: AskedTurn, deps: RelayDeps): void {
	const { config, env, isRoot, isTrusted, registry, repo } = deps;
	registry.find(agent).command({
		nativeSessionId: null,
		resume: false,
		model: model ?? agentSettings(config, agent).model,
		permissions: asked.permissions,
		allowCommands: config.permissions.allow_commands,
		isTrusted,
		folder: presentPlace(repo).folder,
		worktree: repo.worktree,
		isGitRepo: repo.kind !== 'none',
		isRoot,
		env,
		...privatePathToLookAt(deps.privateFolder),
		...(asked.text === undefined ? {} : { prompt: { path: '', text: asked.text } }),
	});
}

/** Why the agent refuses such a turn; null: it does not. */
export function commandRefusal(choice: AgentChoice, asked: AskedTurn, deps: RelayDeps): RelayError | null {
	try {
		requireCommand(choice, asked, deps);
		return null;
	} catch (error) {
		if (error instanceof RelayError && (error.code === 'refused' || error.code === 'not_trusted'))
			return error;
		throw error;
	}
}
