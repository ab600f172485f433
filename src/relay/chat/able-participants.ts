/** Which participants of a chat can speak now, and why the others cannot. Looks only at files, variables and the ledger. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import { refusalText } from '../../limits/successor.ts';
import type { ChatParticipant, ChatRecord, LeftReason } from '../../sessions/session-meta.ts';
import { agentFacts } from '../agents/agent-facts.ts';
import { commandRefusal, requireCommand } from '../agents/require-command.ts';
import { requireExecutable } from '../agents/require-executable.ts';
import type { RelayDeps } from '../ports.ts';

export interface Obstacle {
	reason: LeftReason;
	/** For the user, without the participant's name in front. */
	text: string;
	/** Epoch ms; null when not known, or for another reason than a limit. */
	until: number | null;
}

/** What keeps a participant from speaking; null: nothing known. */
export function obstacleOf(
	{ agent, model }: Pick<ChatParticipant, 'agent' | 'model'>,
	permissions: PermissionPreset,
	deps: RelayDeps,
): Obstacle | null {
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

/** Keyed by participant, for those who cannot speak. */
export function findObstacles(
	{ participants, permissions }: Pick<ChatRecord, 'participants' | 'permissions'>,
	deps: RelayDeps,
): Map<string, Obstacle> {
	return new Map(
		participants.flatMap((one): Array<[string, Obstacle]> => {
			const obstacle = obstacleOf(one, permissions, deps);
			return obstacle === null ? [] : [[one.id, obstacle]];
		}),
	);
}

/**
 * Throws `agent_not_installed`, `not_trusted`, `refused` or `not_logged_in` if fewer than two can be started at all. A
 * participant that waits for a limit to end does not count as missing: the chat is kept until then.
 */
export function requireTwoAbleToStart(
	{ participants, permissions }: Pick<ChatRecord, 'participants' | 'permissions'>,
	obstacles: ReadonlyMap<string, Obstacle>,
	deps: RelayDeps,
): void {
	const cannotStart = participants.filter(({ id }) => {
		const reason = obstacles.get(id)?.reason;
		return reason !== undefined && reason !== 'limit';
	});
	if (participants.length - cannotStart.length >= 2) return;
	for (const { agent } of cannotStart) requireExecutable(agent, deps);
	for (const choice of cannotStart) requireCommand(choice, { permissions }, deps);
	const reasons = cannotStart.map(({ id }) => `${id} ${obstacles.get(id)?.text}`);
	throw new RelayError('not_logged_in', 'Fewer than two participants of this chat can speak.', {
		hint: `${reasons.join('; ')}.`,
	});
}
