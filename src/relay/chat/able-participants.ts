/** Who of a chat can speak now, and why another cannot. Looks only at files, variables and the ledger; starts nothing. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import { refusalText } from '../../limits/successor.ts';
import type { ChatParticipant, ChatRecord, LeftReason } from '../../sessions/session-meta.ts';
import { agentFacts } from '../agents/agent-facts.ts';
import { commandRefusal, requireCommand } from '../agents/require-command.ts';
import { requireExecutable } from '../agents/require-executable.ts';
import type { RelayDeps } from '../ports.ts';

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
	permissions: PermissionPreset,
	deps: RelayDeps,
): Hindrance | null {
	const adapter = deps.registry.adapters.find(({ id }) => id === agent);
	const cannot = (reason: LeftReason, text: string, until: number | null = null) => ({ reason, text, until });
	if (adapter === undefined) return cannot('not_installed', 'is not known here any more');
	const facts = agentFacts(adapter, { isNamed: true }, deps);
	const { refused, installed, install } = facts;
	if (refused !== null) return cannot('refused', `cannot be started: ${refused}`);
	if (!installed) return cannot('not_installed', `is not installed (${install})`);
	const { loggedIn, loginAdvice, refusedLogin } = facts;
	if (loggedIn === 'no') return cannot('auth', `is not logged in (${loginAdvice})`);
	const now = deps.clock.now();
	if (refusedLogin !== null)
		return cannot('auth', `cannot work: ${refusalText(refusedLogin, loginAdvice, now)}`);
	const refusal = commandRefusal({ agent, model }, { permissions }, deps);
	if (refusal !== null) return cannot('refused', `cannot be started: ${refusal.message}`);
	const limit = facts.limitOf(model);
	if (limit === null) return null;
	const when = limit.until === null ? '' : ` until ${describeTime(limit.until, { now })}`;
	return cannot('limit', `has met its limit${when}`, limit.until);
}

/** By participant, for those who cannot speak. */
export function findHindrances(
	{ participants, permissions }: Pick<ChatRecord, 'participants' | 'permissions'>,
	deps: RelayDeps,
): Map<string, Hindrance> {
	return new Map(
		participants.flatMap((one): Array<[string, Hindrance]> => {
			const hindrance = hindranceOf(one, permissions, deps);
			return hindrance === null ? [] : [[one.id, hindrance]];
		}),
	);
}

/**
 * Throws `agent_not_installed`, `not_trusted`, `refused` or `not_logged_in` where fewer than two are there to be started at
 * all. Who waits for a limit to end does not count as missing: the chat is kept for then.
 */
export function refuseLonely(
	{ participants, permissions }: Pick<ChatRecord, 'participants' | 'permissions'>,
	hindrances: ReadonlyMap<string, Hindrance>,
	deps: RelayDeps,
): void {
	const cannotStart = participants.filter(({ id }) => {
		const reason = hindrances.get(id)?.reason;
		return reason !== undefined && reason !== 'limit';
	});
	if (participants.length - cannotStart.length >= 2) return;
	for (const { agent } of cannotStart) requireExecutable(agent, deps);
	for (const choice of cannotStart) requireCommand(choice, { permissions }, deps);
	const reasons = cannotStart.map(({ id }) => `${id} ${hindrances.get(id)?.text}`);
	throw new RelayError('not_logged_in', 'Fewer than two of this chat can speak.', {
		hint: `${reasons.join('; ')}.`,
	});
}
