/** What the user has allowed agents to do without a question. */
import type { AllowRule } from '../../agents/asking/allow-rules.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { RelayDeps } from '../ports.ts';

/** Beyond the preset, by the user: for this session, and by the configuration as it is now. */
export function allowedRules(
	session: Pick<OpenSession, 'allowed'>,
	{ settings, repo }: Pick<RelayDeps, 'settings' | 'repo'>,
): AllowRule[] {
	const { allow_commands, repo_unsandboxed, repo_edits } = settings().config.permissions;
	const here = (list: Readonly<Record<string, readonly string[]>>) => list[repo.worktree] ?? [];
	return [
		...allow_commands.map((what) => ({ action: 'run' as const, what })),
		...here(repo_unsandboxed).map((what) => ({ action: 'leave' as const, what })),
		...here(repo_edits).map((what) => ({ action: 'edit' as const, what })),
		...session.allowed(),
	];
}
