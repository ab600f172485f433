/** Who of a chat can speak now, and why another cannot. Looks only at files, variables and the ledger; starts nothing. */
import type { AgentId, LoginState } from '../../agents/contract.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { ChatParticipant, LeftReason } from '../../sessions/session-meta.ts';
import { loginsOf } from '../candidates.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { refusalOf, requireExecutable } from '../require-executable.ts';
import { loginOf } from '../tell-ledger.ts';

export interface Hindrance {
	reason: LeftReason;
	/** For the user, without the participant's name in front. */
	text: string;
	/** Epoch ms; null when not known, or another reason than a limit. */
	until: number | null;
}

/** What keeps a participant from speaking; null: nothing known. */
export function hindranceOf(
	{ agent, model }: Pick<ChatParticipant, 'agent' | 'model'>,
	logins: ReadonlyMap<AgentId, LoginState>,
	deps: RelayDeps,
): Hindrance | null {
	const { registry, ledger, clock } = deps;
	const adapter = registry.adapters.find(({ id }) => id === agent);
	const cannot = (reason: LeftReason, text: string, until: number | null = null) => ({ reason, text, until });
	if (adapter === undefined) return cannot('not_installed', 'is not known here any more');
	const found = deps.findExecutable(agent);
	const refused = refusalOf(agent, deps, found);
	if (refused !== null) return cannot('refused', `cannot be started: ${refused}`);
	if (found.path === null) return cannot('not_installed', `is not installed (${adapter.install})`);
	const login = logins.get(agent);
	if (login?.loggedIn === 'no') return cannot('auth', `is not logged in (${login.advice})`);
	const entry = ledger.isLimited({ ...loginOf(agent, login), model });
	if (entry === null) return null;
	const now = clock.now();
	const when = entry.until === null ? '' : ` until ${describeTime(entry.until, { now })}`;
	return cannot('limit', `has met its limit${when}`, entry.until);
}

/** By participant, for those who cannot speak. */
export async function findHindrances(
	participants: readonly ChatParticipant[],
	deps: RelayDeps,
): Promise<Map<string, Hindrance>> {
	const logins = await loginsOf(deps);
	return new Map(
		participants.flatMap((one): Array<[string, Hindrance]> => {
			const hindrance = hindranceOf(one, logins, deps);
			return hindrance === null ? [] : [[one.id, hindrance]];
		}),
	);
}

/** Throws `agent_not_installed` or `not_trusted` where fewer than two are there to be started at all. */
export function refuseLonely(
	participants: readonly ChatParticipant[],
	hindrances: ReadonlyMap<string, Hindrance>,
	deps: RelayDeps,
): void {
	const cannotStart = participants.filter(({ id }) => {
		const reason = hindrances.get(id)?.reason;
		return reason === 'not_installed' || reason === 'refused';
	});
	if (participants.length - cannotStart.length >= 2) return;
	for (const { agent } of cannotStart) requireExecutable(agent, deps);
}
