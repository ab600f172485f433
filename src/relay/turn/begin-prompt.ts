/** Makes or prepares the session of a prompt, and reports what the user should know before its first turn. */
import type { SuccessorChoice } from '../../limits/successor.ts';
import { hasUnusedPacket } from '../../sessions/listing/session-status.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { addNotes, keepPrompt } from '../../sessions/transitions.ts';
import type { AgentChoice, SendOptions } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import { whyElsewhere } from '../first-step.ts';
import type { RelayDeps, RelayStart } from '../ports.ts';
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

function createSession(
	objective: string,
	{ state, start }: { state: ConversationState; start: RelayStart },
	{ store }: RelayDeps,
): OpenSession {
	const { kind, parent = null, parentTurn } = start;
	const session = store.create({ kind, objective, parent, parentTurn });
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

export interface Beginning {
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
	{ isNew, placed, chosen, state, onEvent }: Beginning,
	deps: RelayDeps,
): void {
	const inform = (text: string) => onEvent({ type: 'notice', level: 'info', text });
	onEvent({ type: 'session_opened', sessionId: session.id, directory: session.folder, isNew });
	if (isNew) for (const text of session.notices) onEvent({ type: 'notice', level: 'warning', text });
	if (isNew && deps.snapshots === null)
		inform("Not in a git work tree: which files change is known only from the agents' tool calls.");
	if (placed !== null) inform(placed);
	const why = whyElsewhere(chosen, state, deps);
	if (chosen.choice !== null && why !== null)
		onEvent({ type: 'agent_chosen', ...chosen.choice, why, candidates: chosen.candidates });
}
