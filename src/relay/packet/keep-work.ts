/** What a prompt leaves while it is carried out: checkpoints, packets, and the news of who takes over. */
import type { AgentAdapter, AgentId } from '../../agents/agent-adapter.ts';
import { lostAbilities } from '../../agents/permission-presets.ts';
import { safeLine } from '../../core/text.ts';
import type { CheckpointReason } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint } from '../../sessions/transitions.ts';
import type { AgentChoice, SendOptions } from '../conversation-contract.ts';
import { type ConversationState, previousAgent } from '../conversation-state.ts';
import type { RelayDeps } from '../ports.ts';
import type { PreparedTurn } from '../turn/prepare-turn.ts';
import type { GiveUp, HandOver, Send, Wait } from '../turn/step.ts';
import { keepWaiting, nowPromptOf, type Task } from '../turn/task.ts';
import type { MadePacket } from './make-packet.ts';

/** The present state of a prompt. */
export interface WorkAtHand {
	session: OpenSession;
	task: Task;
	state: ConversationState;
	deps: RelayDeps;
	onEvent: SendOptions['onEvent'];
}

/** Reports what has changed since the agent's previous turn, and who takes over from whom with which packet. */
export function announceTurn(
	step: Send,
	{ packet, leaves, between, gone, cannotAsk, ofPictures }: PreparedTurn,
	work: WorkAtHand,
): void {
	const { session, onEvent } = work;
	const inform = (text: string) => onEvent({ type: 'notice', level: 'info', text });
	const warn = (text: string) => onEvent({ type: 'notice', level: 'warning', text });
	const change = modelChange(session.meta.agents[step.to.agent]?.model_asked, step.to);
	if (change !== null) inform(change);
	if (gone !== null) warn(gone);
	for (const text of ofPictures) warn(text);
	for (const text of [leaves, between]) if (text !== null) inform(text);
	if (cannotAsk !== null && !work.state.toldOfAsking.has(cannotAsk)) {
		work.state.toldOfAsking.add(cannotAsk);
		inform(cannotAsk);
	}
	if (packet === null) return;
	// Before the packet is sent: a crash from here on finds a checkpoint that `--continue` finishes.
	const isOfLimit = step.packetFor === 'limit' || step.packetFor === 'failed_successor';
	const next = { nextAgent: step.to.agent, reset: step.limit?.resetAt ?? null };
	saveCheckpoint(isOfLimit ? 'limit' : 'switch', packet.path, next, work);
	if (step.handOver !== null) announceHandOver(step, step.handOver, packet, work);
	for (const text of packet.losses) warn(text);
	const unconfirmed = newlyUnconfirmed(packet.unconfirmed, work);
	if (unconfirmed !== null) warn(unconfirmed);
}

function announceHandOver(
	{ to, limit }: Send,
	{ from, reason, candidates, failure }: HandOver,
	{ path, packet }: MadePacket,
	{ state, deps, onEvent }: WorkAtHand,
): void {
	onEvent({
		type: 'handed_over',
		from,
		to: to.agent,
		reason,
		limit: failure === null ? limit : null,
		failure,
		packet: path,
		carried: packet.carried,
		candidates,
		losses: lostAbilities(from, to.agent, state.selection.permissions, deps.registry.adapters),
	});
}

/** `text`, once per session. */
function newlyUnconfirmed(text: string | null, { state, session }: WorkAtHand): string | null {
	if (text === null || state.unconfirmedReportedIn === session.id) return null;
	state.unconfirmedReportedIn = session.id;
	return text;
}

/** Keeps the prompt with a packet for the next agent, and reports that nobody is left. */
export async function announceNobodyLeft(
	step: Wait | GiveUp,
	isWaiting: boolean,
	work: WorkAtHand,
): Promise<void> {
	const { limit, failure, earliestReset, candidates } = step;
	const packet = await packWork('limit', step, work);
	work.onEvent({
		type: 'nobody_left',
		from: previousAgent(work.state),
		limit: failure === null ? limit : null,
		failure,
		earliestReset,
		candidates,
		packet,
		isWaiting,
	});
}

/** Keeps the work with a packet; returns its path. */
export async function packWork(
	reason: CheckpointReason,
	{ limit, earliestReset }: Pick<GiveUp, 'limit' | 'earliestReset'>,
	work: WorkAtHand,
): Promise<string> {
	const { session, state, deps } = work;
	const nowPrompt = nowPromptOf(work.task);
	const from = adapterOf(previousAgent(state), deps);
	const { makePacket } = await import('./make-packet.ts');
	const made = await makePacket(
		{ session, from, to: null, reason: 'limit', limit, nowPrompt, since: null },
		deps,
	);
	saveCheckpoint(reason, made.path, { nextAgent: null, reset: earliestReset }, work);
	return made.path;
}

function saveCheckpoint(
	reason: CheckpointReason,
	packet: string,
	next: { nextAgent: string | null; reset: number | null },
	{ session, task, deps }: WorkAtHand,
): void {
	keepWaiting(session, task);
	session.apply(checkpoint, {
		reason,
		at: deps.clock.now(),
		packet,
		nextAgent: next.nextAgent,
		resetAt: next.reset,
		pendingPrompt: task.recordedAt === null ? task.text : null,
	});
}

/** null: none has that name here. */
export function adapterOf(
	agent: AgentId | null,
	{ registry }: Pick<RelayDeps, 'registry'>,
): AgentAdapter | null {
	return registry.adapters.find(({ id }) => id === agent) ?? null;
}

/** `before` is undefined if the agent had no turn yet or the record does not say. */
function modelChange(before: string | null | undefined, { agent, model }: AgentChoice): string | null {
	if (before === undefined || before === model) return null;
	const was = before === null ? 'its own default' : safeLine(before, 80);
	return `${agent} works with ${model ?? 'its own default model'} from here on (before: ${was})`;
}
