import type { AgentId, PermissionPreset } from '../../agents/agent-adapter.ts';
import type { Answer, AnsweredBy, Question } from '../../agents/asking/question.ts';
import type { AgentEvent, FileEdit, Limit } from '../../agents/events.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Packet } from '../../handoff/packet.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { LeftReason } from '../../sessions/session-meta.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

export type Carried = Packet['carried'];

/** Who has a turn of a chat. */
export interface Speaker {
	participant: string;
	/** In the user's words. */
	role: string | null;
	/** Counts within this run, from 1 on. */
	number: number;
	maxTurns: number;
}

/** Where a prompt begins, before anybody works on it. */
export interface Beginning {
	/** Where its agent starts. Absolute. */
	folder: string;
	/** null: nobody can work at the moment. */
	agent: AgentId | null;
	/** null: the CLI decides. */
	model: string | null;
	permissions: PermissionPreset;
	/** The turns so far, with those of the sessions that this one continues. */
	turns: number;
}

/**
 * What happens in a conversation, in order, for the code that shows it (the shell's view, `run`'s stream, `--json`).
 * Text in it is as recorded: untrusted, shown only through `core/text.ts`.
 */
export type RelayEvent =
	| {
			type: 'session_opened';
			sessionId: SessionId;
			directory: string;
			isNew: boolean;
			/** How its next prompt begins; absent in a chat. */
			begins?: Beginning;
	  }
	| {
			type: 'turn_started';
			turn: number;
			agent: AgentId;
			model: string | null;
			permissions: PermissionPreset;
			trigger: TurnState['trigger'];
			resumed: boolean;
			/** Path of the packet that went with the prompt, relative to the session directory, or null. */
			packet: string | null;
			/** Where in the worktree the agent starts, relative to it; absent: at its root. */
			folder?: string;
			/** Set in a chat. */
			speaker?: Speaker;
	  }
	/** The prompt goes to another agent than the first choice; `why` says so in one line. */
	| {
			type: 'agent_chosen';
			agent: AgentId;
			model: string | null;
			why: string;
			candidates: CandidateVerdict[];
	  }
	| { type: 'agent_event'; turn: number; event: AgentEvent }
	/** No byte for `turn.idle_s`. Once per turn. */
	| { type: 'turn_idle'; turn: number; idleMs: number }
	/** Something asks on the agent's terminal, bypassing the agent. `text` is empty if it only reads. */
	| { type: 'terminal_asked'; turn: number; agent: AgentId; text: string; refusedInMs: number | null }
	/** The question was answered, refused, or went away. */
	| { type: 'terminal_settled'; turn: number }
	/**
	 * The agent asks something and waits for the answer. Denied automatically after `deniedInMs`. `isAllowed`: the user has allowed
	 * it before, and the answer follows at once.
	 */
	| {
			type: 'question_asked';
			turn: number;
			agent: AgentId;
			question: Question;
			deniedInMs: number;
			isAllowed?: boolean;
	  }
	/** It was answered, denied or withdrawn; `answer` null: denied, or no longer wanted. */
	| { type: 'question_settled'; turn: number; id: string; answer: Answer | null; by: AnsweredBy }
	/** `edits`: what changed in the worktree meanwhile, of which no tool reported the lines. */
	| { type: 'turn_finished'; turn: number; state: TurnState; edits?: FileEdit[] }
	/** Work moves on, automatically or on request; `candidates` says who was considered and why. */
	| {
			type: 'handed_over';
			from: AgentId;
			to: AgentId;
			reason: 'limit' | 'switch' | 'failed_successor';
			/** Why a failed successor could not begin. */
			failure: string | null;
			limit: Limit | null;
			packet: string;
			/** What is in it; absent: an older record does not say. */
			carried?: Carried;
			candidates: CandidateVerdict[];
			/** Abilities that the successor lacks under the same preset, in words; empty when none. */
			losses: string[];
	  }
	| {
			type: 'nobody_left';
			/** Who worked last; absent or null: nobody did, or an older record does not say. */
			from?: AgentId | null;
			/** The limit of the agent that stopped last; null if it could not begin, and `failure` says why. */
			limit: Limit | null;
			failure: string | null;
			earliestReset: number | null;
			candidates: CandidateVerdict[];
			packet: string;
			/** The relay waits for the reset, and then sends the prompt itself. */
			isWaiting?: boolean;
	  }
	| { type: 'waiting'; agent: AgentId; until: number; now: number }
	/** `next`: who takes over at the limit, null: nobody can; absent: it is not said. */
	| {
			type: 'utilization_warning';
			agent: AgentId;
			window: string;
			ratio: number;
			resetAt: number | null;
			next?: AgentId | null;
	  }
	/** A participant leaves this chat; `until`: when its limit ends, null when not known or for another reason. */
	| {
			type: 'participant_left';
			participant: string;
			agent: AgentId;
			reason: LeftReason;
			text: string;
			until: number | null;
	  }
	| { type: 'notice'; level: 'info' | 'warning'; text: string };
