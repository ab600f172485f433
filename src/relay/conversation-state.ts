import type { SessionMeta } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { AnswerQuestion } from '../turns/turn-spec.ts';
import type { Selection } from './agents/selection.ts';

/** What a conversation remembers between prompts; everything else is on disk. */
export interface ConversationState {
	session: OpenSession | null;
	readonly selection: Selection;
	/** Notes and `!cmd` results from before the session exists. */
	earlyNotes: SessionMeta['notes'];
	/** Windows whose utilization warning was given. */
	readonly warnedWindows: Set<string>;
	/** The session of which the user was told that words in it are not known to be his. */
	toldOfWords: string | null;
	/** Answers what asks on the agent's terminal; null: nothing does. */
	answerTerminal: ((line: string | null) => void) | null;
	/** Answers what an agent asked in the newest turn with questions; null: none did. */
	answerQuestion: AnswerQuestion | null;
	hardStop: AbortController;
}
