/** What may follow from what happened to a prompt; `next-step.ts` decides, `carry-out.ts` acts. */
import type { AgentId } from '../../agents/agent-adapter.ts';
import type { Limit } from '../../agents/events.ts';
import type { Snapshot } from '../../git/repo-facts.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { SpentBudget } from './budgets.ts';

/** Why a packet goes with the prompt; `continue`: only if the agent's own conversation lacks something. */
type PacketReason = 'continue' | 'switch' | 'limit' | 'failed_successor';

export interface HandOver {
	from: AgentId;
	reason: Extract<PacketReason, 'limit' | 'failed_successor'>;
	candidates: CandidateVerdict[];
	/** Why a successor could not begin; null: `from` met the limit. */
	failure: string | null;
}

/** The prompt goes to an agent. */
export interface Send {
	do: 'send';
	to: AgentChoice;
	trigger: TurnState['trigger'];
	/** The agent whose work is continued; null if nobody had a turn. */
	from: AgentId | null;
	packetFor: PacketReason;
	/** The limit that the work moves away from. */
	limit: Limit | null;
	/** True: in a new conversation of the agent, with the whole story. */
	isFresh: boolean;
	/** The turn that the hand-over followed; null for a prompt's first turn. */
	last: TurnState | null;
	/** The files as that turn left them, if this one follows at once. */
	before: Snapshot | null;
	handOver: HandOver | null;
}

/** Nobody can take the prompt now. */
export interface NobodyLeft {
	/** The limit of the agent that stopped last. */
	limit: Limit | null;
	/** Why a successor could not begin. */
	failure: string | null;
	last: TurnState | null;
	earliestReset: number | null;
	candidates: CandidateVerdict[];
}

/** The prompt is kept, and sent automatically at `until` (epoch ms). */
export interface Wait extends NobodyLeft {
	do: 'wait';
	for: AgentChoice;
	until: number;
}

export interface GiveUp extends NobodyLeft {
	do: 'give_up';
	/** The reset is later than the user lets the relay wait. */
	isTooLate: boolean;
	/** A wait was cancelled: everything else was reported when it began. */
	isReported: boolean;
}

/** The work is kept; a budget is spent, so nothing more is started. */
export interface SaveBudget {
	do: 'save_budget';
	spent: SpentBudget;
	last: TurnState | null;
}

/** The prompt has ended as its last turn did. */
interface End {
	do: 'end';
	state: TurnState;
	limit: Limit | null;
}

/** Nothing is created for a prompt that is refused, and nothing more for a turn that was. */
interface Refuse {
	do: 'refuse';
	error: unknown;
}

/** `notices`: warnings for the user, given before all else. */
export type Step = (Send | Wait | GiveUp | SaveBudget | End | Refuse) & { notices: readonly string[] };
