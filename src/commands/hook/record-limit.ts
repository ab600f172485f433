/** Puts a limit that a hook was told of into the ledger. */
import type { Limit } from '../../agents/events.ts';
import type { HookAgent } from '../../agents/hooks/hook-dialect.ts';
import { BUILT_IN_ADAPTERS } from '../../agents/registry.ts';
import { ledgerKey } from '../../relay/agents/update-ledger.ts';
import type { CommandContext } from '../context.ts';

export async function recordLimit(
	agent: HookAgent,
	limit: Limit,
	{ env, ledger }: Pick<CommandContext, 'env' | 'ledger'>,
): Promise<void> {
	const login = BUILT_IN_ADAPTERS.find(({ id }) => id === agent)?.probeLogin(env);
	(await ledger()).record({ ...ledgerKey(agent, login), model: null, limit });
}
