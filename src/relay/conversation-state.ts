import type { AgentId } from '../agents/agent-adapter.ts';
import { type Clock, toIso } from '../core/clock.ts';
import type { SessionMeta, SessionNote } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { addNotes } from '../sessions/transitions.ts';
import type { AnswerQuestion } from '../turns/turn-spec.ts';
import type { Selection } from './agents/selection.ts';
import type { AgentChoice } from './conversation-contract.ts';
import type { RelayStart } from './ports.ts';
import { noSessionYet } from './session-view.ts';

/** What a conversation remembers between prompts; everything else is on disk. */
export interface ConversationState {
	session: OpenSession | null;
	readonly selection: Selection;
	/** The agent that would have got the prompt when last asked. */
	expected: AgentChoice | null;
	/** Notes and `!cmd` results from before the session exists. */
	earlyNotes: SessionMeta['notes'];
	/** The workstream that the user chose for sessions that are not there yet; null: none. */
	readonly workstream: { chosen: string | null; isNamed: boolean };
	/** Windows whose utilization warning was given. */
	readonly warnedWindows: Set<string>;
	/** What was said of agents that cannot ask. */
	readonly toldOfAsking: Set<string>;
	/** The session whose unconfirmed words were reported to the user. */
	unconfirmedReportedIn: string | null;
	/** Answers what asks on the agent's terminal; null: nothing does. */
	answerTerminal: ((line: string | null) => void) | null;
	/** Answers what an agent asked in the newest turn with questions; null: none did. */
	answerQuestion: AnswerQuestion | null;
	hardStop: AbortController;
}

export function beginState(
	selection: Selection,
	{ workstream = null }: Pick<RelayStart, 'workstream'> = {},
): ConversationState {
	return {
		session: null,
		selection,
		expected: null,
		earlyNotes: [],
		workstream: { chosen: workstream, isNamed: workstream !== null },
		warnedWindows: new Set(),
		toldOfAsking: new Set(),
		unconfirmedReportedIn: null,
		answerTerminal: null,
		answerQuestion: null,
		hardStop: new AbortController(),
	};
}

/** Before the session exists, the note is kept for it. */
export function addNote(
	note: Pick<SessionNote, 'kind' | 'text' | 'exit_code'>,
	state: ConversationState,
	{ clock }: { clock: Clock },
): void {
	const { session } = state;
	const entry = { at: toIso(clock.now()), after_turn: session?.meta.turn_count ?? 0, ...note };
	if (session === null) state.earlyNotes.push(entry);
	else session.apply(addNotes, { notes: [entry] });
}

/** The agent whose work is continued: the one that the user left, else the one of the last turn. */
export function previousAgent({
	session,
	selection,
}: Pick<ConversationState, 'session' | 'selection'>): AgentId | null {
	return selection.switchedFrom ?? session?.turns().at(-1)?.agent ?? null;
}

/** Throws `no_such_session` before the first prompt. */
export function heldSession({ session }: Pick<ConversationState, 'session'>): OpenSession {
	if (session !== null) return session;
	throw noSessionYet();
}
