import type { AgentId } from '../agents/contract.ts';
import { loginsOf } from './candidates.ts';
import type { AgentOverview } from './contract.ts';
import type { RelayDeps } from './relay-deps.ts';
import { refusalOf } from './require-executable.ts';

/** Every agent with what is known of it without starting any. */
export async function agentOverviews(deps: RelayDeps, active: AgentId | null): Promise<AgentOverview[]> {
	const logins = await loginsOf(deps);
	return deps.registry.adapters.map((adapter) => {
		const { path } = deps.findExecutable(adapter.id);
		const login = logins.get(adapter.id) ?? null;
		const entry = deps.ledger.isLimited({
			agent: adapter.id,
			account: login?.account ?? 'default',
			model: null,
		});
		return {
			agent: adapter.id,
			title: adapter.title,
			aliases: adapter.aliases,
			isDemo: adapter.isDemo,
			executable: path,
			version: path === null ? null : deps.knownVersion(adapter.id, path),
			login,
			install: adapter.install,
			limitedUntil: entry?.until ?? null,
			isLimited: entry !== null,
			isActive: adapter.id === active,
			refused: refusalOf(adapter.id, deps),
		};
	});
}
