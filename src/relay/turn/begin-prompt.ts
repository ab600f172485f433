/** Makes or prepares the session of a prompt, and reports what the user should know before its first turn. */
import { agentSettings } from '../../config/defaults.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import type { SuccessorChoice } from '../../limits/successor.ts';
import { hasUnusedPacket } from '../../sessions/listing/session-status.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { addNotes, keepPrompt } from '../../sessions/transitions.ts';
import type { AgentChoice, SendOptions } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import type { Beginning } from '../events/relay-events.ts';
import { whyElsewhere } from '../first-step.ts';
import type { RelayDeps, RelayStart } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';
import { keepWaiting, type Task } from './task.ts';

/** The current session, which keeps the prompt, or a new one with the prompt as its objective. */
export function openFor(
	task: Task,
	choice: AgentChoice | null,
	{ state, start }: { state: ConversationState; start: RelayStart },
	deps: RelayDeps,
): OpenSession {
	const { session } = state;
	if (session === null) return createSession(task.text, { state, start }, deps);
	// Somebody may have cleaned the repo since the last prompt.
	session.restore();
	rememberPrompt(session, task, { choice, isExplicit: state.selection.explicit !== null }, deps);
	return session;
}

/** The current session, or a new one that nothing has been said in. */
export function openWithoutTask(
	{ state, start }: { state: ConversationState; start: RelayStart },
	deps: RelayDeps,
): OpenSession {
	const { session } = state;
	if (session === null) return createSession(null, { state, start }, deps);
	session.restore();
	return session;
}

function createSession(
	objective: string | null,
	{ state, start }: { state: ConversationState; start: RelayStart },
	{ store }: RelayDeps,
): OpenSession {
	const { kind, parent = null, parentTurn, config = [] } = start;
	const session = store.create({ kind, objective, parent, parentTurn, config });
	state.session = session;
	if (state.earlyNotes.length > 0) session.apply(addNotes, { notes: state.earlyNotes });
	state.earlyNotes = [];
	return session;
}

/**
 * A child or a switched session keeps the prompt with the checkpoint until its turn is on disk, so that a relay that dies in
 * between leaves something to resume.
 */
function rememberPrompt(
	session: OpenSession,
	task: Task,
	{ choice, isExplicit }: { choice: AgentChoice | null; isExplicit: boolean },
	{ clock }: RelayDeps,
): void {
	const { meta } = session;
	const last = session.turns().at(-1) ?? null;
	const isWaiting = last === null || hasUnusedPacket({ meta, lastTurn: last });
	if (!isWaiting || task.recordedAt !== null || meta.checkpoint?.pending_prompt === task.text) return;
	keepWaiting(session, task);
	session.apply(keepPrompt, {
		text: task.text,
		nextAgent: choice?.agent ?? null,
		reason: isExplicit ? 'switch' : 'interrupted',
		at: clock.now(),
	});
}

export interface Announced {
	isNew: boolean;
	/** A notice about a model that was named alone; null: none. */
	placed: string | null;
	chosen: SuccessorChoice;
	state: ConversationState;
	onEvent: SendOptions['onEvent'];
}

/** Reports where the prompt goes, and why if that is unexpected. */
export function announceBeginning(
	session: OpenSession,
	{ isNew, placed, chosen, state, onEvent }: Announced,
	deps: RelayDeps,
): void {
	const inform = (text: string) => onEvent({ type: 'notice', level: 'info', text });
	const begins = beginningOf(session, { isNew, chosen, state }, deps);
	onEvent({ type: 'session_opened', sessionId: session.id, directory: session.folder, isNew, begins });
	if (isNew) for (const text of session.notices) onEvent({ type: 'notice', level: 'warning', text });
	if (isNew && deps.snapshots === null)
		inform("Not in a git work tree: which files change is known only from the agents' tool calls.");
	if (placed !== null) inform(placed);
	const why = whyElsewhere(chosen, state, deps);
	if (chosen.choice !== null && why !== null)
		onEvent({ type: 'agent_chosen', ...chosen.choice, why, candidates: chosen.candidates });
}

function beginningOf(
	{ meta }: OpenSession,
	{ isNew, chosen: { choice }, state }: Pick<Announced, 'isNew' | 'chosen' | 'state'>,
	{ store, repo, config }: RelayDeps,
): Beginning {
	return {
		folder: presentPlace(repo).folder,
		agent: choice?.agent ?? null,
		model: choice && (choice.model ?? agentSettings(config, choice.agent).model),
		permissions: state.selection.permissions,
		turns: isNew ? 0 : turnsSoFar(meta, store),
	};
}

/** By the records alone: a look at every turn of a long line of work would hold up its next prompt. */
function turnsSoFar(session: SessionMeta, { read }: Pick<RelayDeps['store'], 'read'>): number {
	const seen = new Set<string>();
	let turns = 0;
	for (let meta: SessionMeta | null = session; meta !== null && !seen.has(meta.id); ) {
		seen.add(meta.id);
		turns += meta.turn_count;
		meta = parentOf(meta, read);
	}
	return turns;
}

function parentOf({ parent }: SessionMeta, read: RelayDeps['store']['read']): SessionMeta | null {
	const id = parent === null ? null : parseSessionId(parent);
	try {
		return id === null ? null : read(id);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
