import type { TurnRequest } from '../../src/agents/agent-adapter.ts';

/** A first turn in a trusted repo under the preset `edit`, which asks nothing. */
export function fakeTurnRequest(more: Partial<TurnRequest> = {}): TurnRequest {
	return {
		nativeSessionId: null,
		resume: false,
		model: null,
		permissions: 'edit',
		allowCommands: [],
		isTrusted: true,
		folder: '/repo',
		worktree: '/repo',
		isGitRepo: true,
		isRoot: false,
		env: {},
		...more,
	};
}
