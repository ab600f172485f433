import type { Limit } from '../../agents/events.ts';
import type { HookAgent } from '../../agents/hooks/hook-dialect.ts';
import type { CommandContext } from '../context.ts';

/** What a hook works with: little, since it runs at every tool call of an agent. What is asked for is loaded when it is asked for. */
export interface HookContext
	extends Pick<
		CommandContext,
		'env' | 'home' | 'paths' | 'processes' | 'clock' | 'folder' | 'repo' | 'workstreams'
	> {
	/** What the agent says on stdin; null: nothing, or more than `maxBytes`. */
	readInput(maxBytes: number): Promise<string | null>;
	recordLimit(agent: HookAgent, limit: Limit): Promise<void>;
}
