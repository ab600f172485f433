import type { AgentId, PermissionPreset } from '../agents/contract.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import type { AgentChoice } from './contract.ts';

/** What a conversation remembers between prompts; everything else is on disk. */
export interface ConversationState {
	session: OpenSession | null;
	/** Who works now; null until the first prompt chose. */
	active: AgentChoice | null;
	/** The user named the active agent, so the ledger does not overrule the choice. */
	isExplicit: boolean;
	/** The model that the user named for each agent; it is given again on every later turn of that agent. */
	models: Map<AgentId, string>;
	/** `--model` without an agent, until it is clear whose it is. */
	looseModel: string | null;
	/** The agent that works only because that model is of it; null once the user named one. */
	ownerOfModel: AgentId | null;
	permissions: PermissionPreset;
	order: readonly AgentChoice[];
	/** Notes and `!cmd` results from before the session exists. */
	earlyNotes: SessionMeta['notes'];
	/** The agent that `/use` left, while no prompt went to the new one. */
	switchedFrom: AgentId | null;
	/** Agents that the user named, or that worked in this session already. */
	named: Set<AgentId>;
	/** Windows whose utilization warning was given. */
	warnedWindows: Set<string>;
	/** The session of which the user was told that words in it are not known to be his. */
	toldOfWords: string | null;
	/** Answers what asks on the agent's terminal; null: nothing does. */
	answerTerminal: ((line: string | null) => void) | null;
	hardStop: AbortController;
}
