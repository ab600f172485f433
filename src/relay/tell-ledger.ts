import type { LoginState } from '../agents/contract.ts';
import type { Limit } from '../agents/events.ts';
import { fromIso } from '../core/clock.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { limitFromDisk } from '../turns/event-log.ts';
import type { RelayDeps } from './relay-deps.ts';

/**
 * A success clears the agent's entry, a limit makes one; returns that limit. `model`: as it was asked for. A sub-agent's
 * refused model gets an entry of its own, and the turn's none.
 */
export function tellLedger(
	state: TurnState,
	{ model, login }: { model: string | null; login: LoginState | undefined },
	{ ledger, clock }: Pick<RelayDeps, 'ledger' | 'clock'>,
): Limit | null {
	const subject = { agent: state.agent, account: login?.account ?? 'default', model };
	if (state.status === 'completed')
		ledger.succeeded({ ...subject, startedAt: fromIso(state.started_at) ?? clock.now() });
	for (const refused of state.refused_models ?? [])
		ledger.record({ ...subject, model: refused.model, limit: limitFromDisk(refused.limit) });
	if (state.status !== 'limited' || state.limit === null) return null;
	const limit = limitFromDisk(state.limit);
	ledger.record({ ...subject, limit });
	return limit;
}
