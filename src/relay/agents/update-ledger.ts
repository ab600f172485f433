import type { AgentAdapter, LoginState } from '../../agents/agent-adapter.ts';
import type { Limit, Utilization } from '../../agents/events.ts';
import { fromIso } from '../../core/clock.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { limitFromDisk } from '../../turns/event-log.ts';
import type { RelayDeps } from '../ports.ts';

const HOUR_MS = 3600_000;
/** A change of a visible login is noticed; one that cannot be seen may have been fixed meanwhile. */
const REFUSED_FOR_MS = { yes: 24 * HOUR_MS, no: 24 * HOUR_MS, unknown: HOUR_MS };

/**
 * A success clears the agent's entries, a limit adds one, a refused login is remembered; returns that limit. `model`: as
 * requested. A sub-agent's refused model gets an entry of its own, and the turn's none.
 */
export function updateLedger(
	state: TurnState,
	{ model, login }: { model: string | null; login: LoginState },
	{ ledger, clock }: Pick<RelayDeps, 'ledger' | 'clock'>,
): Limit | null {
	const subject = { ...ledgerKey(state.agent, login), model };
	if (state.status === 'completed')
		ledger.succeeded({ ...subject, startedAt: fromIso(state.started_at) ?? clock.now() });
	for (const refused of state.refused_models ?? [])
		ledger.record({ ...subject, model: refused.model, limit: limitFromDisk(refused.limit) });
	if (state.status === 'failed' && state.stop_reason === 'auth')
		ledger.refuseLogin({
			...subject,
			reason: state.error?.message ?? 'the login was refused',
			until: clock.now() + REFUSED_FOR_MS[login.loggedIn],
		});
	if (state.status !== 'limited' || state.limit === null) return null;
	const limit = limitFromDisk(state.limit);
	ledger.record({ ...subject, limit });
	return limit;
}

/** How the ledger names a login. */
export function ledgerKey(agent: AgentAdapter['id'], login: LoginState | null | undefined) {
	return { agent, account: login?.account ?? 'default', mark: login?.mark ?? null };
}

/** For every relay of this user. */
export function rememberWindows(
	agent: AgentAdapter['id'],
	windows: readonly Utilization[],
	{ quota, loginOf }: Pick<RelayDeps, 'quota' | 'loginOf'>,
): void {
	quota?.record({ agent, account: ledgerKey(agent, loginOf(agent)).account }, windows);
}
