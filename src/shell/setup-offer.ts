import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../commands/context.ts';
import { createWithFolder } from '../core/files/write-file.ts';
import type { AgentOverview } from '../relay/conversation-contract.ts';

/** A line for each user who has an agent and no configuration yet, once; null: it was said, or nothing is to be set up. */
export function setupOffer(
	agents: readonly AgentOverview[],
	{ paths, ownName }: Pick<CommandContext, 'paths' | 'ownName'>,
): string | null {
	const mark = join(paths.stateHome, 'setup-offered');
	if (existsSync(paths.userConfig) || existsSync(mark)) return null;
	const isUsable = agents.some(
		({ isDemo, executable, refused }) => !isDemo && executable !== null && refused === null,
	);
	if (!isUsable || !tryMark(mark)) return null;
	return `order of agents, permissions, completion: ${ownName} setup`;
}

/** False where it cannot be remembered: then it is not said at all. */
function tryMark(path: string): boolean {
	try {
		return createWithFolder(path, '');
	} catch {
		return false;
	}
}
