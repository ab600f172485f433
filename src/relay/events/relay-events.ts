import type { AgentId, PermissionPreset } from '../../agents/agent-adapter.ts';
import type { AgentEvent, Limit } from '../../agents/events.ts';
import type { Answer, AnsweredBy, Question } from '../../agents/questions.ts';
import type { SessionId } from '../../core/ids.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { LeftReason } from '../../sessions/session-meta.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** Who has a turn of a chat. */
export interface Speaker {
	participant: string;
	/** In the user's words. */
	role: string | null;
	/** Of this run, from 1 on. */
	number: number;
	maxTurns: number;
}

/**
 * What happens in a conversation, in order, for whoever shows it (the shell's view, `run`'s stream, `--json`).
 * Text in it is as recorded: untrusted, shown only through `core/text.ts`.
 */
export type RelayEvent =
	| { type: 'session_opened'; sessionId: SessionId; directory: string; isNew: boolean }
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
	/** No byte for `turn.idle_s`. Once a turn. */
	| { type: 'turn_idle'; turn: number; idleMs: number }
	/** Something asks on the agent's terminal, past the agent. `text` is empty where it only reads. */
	| { type: 'terminal_asked'; turn: number; agent: AgentId; text: string; refusedInMs: number | null }
	/** The question was answered, refused, or went away. */
	| { type: 'terminal_settled'; turn: number }
	/** The agent asks something and waits for the answer. Denied by itself after `deniedInMs`. */
	| { type: 'question_asked'; turn: number; agent: AgentId; question: Question; deniedInMs: number }
	/** It was answered, denied or withdrawn; `answer` null: denied, or no longer wanted. */
	| { type: 'question_settled'; turn: number; id: string; answer: Answer | null; by: AnsweredBy }
	| { type: 'turn_finished'; turn: number; state: TurnState }
	/** Work moves on by itself or on request; `candidates` says who was considered and why. */
	| {
			type: 'handed_over';
			from: AgentId;
			to: AgentId;
			reason: 'limit' | 'switch' | 'failed_successor';
			/** Of a failed successor: why it could not begin. */
			failure: string | null;
			limit: Limit | null;
			packet: string;
			candidates: CandidateVerdict[];
			/** Abilities that the successor lacks under the same preset, in words; empty when none. */
			losses: string[];
	  }
	| {
			type: 'nobody_left';
			/** What the agent that stopped last met; null where it could not begin, and `failure` says why. */
			limit: Limit | null;
			failure: string | null;
			earliestReset: number | null;
			candidates: CandidateVerdict[];
			packet: string;
			/** The reset is waited for, and the prompt then goes out by itself. */
			isWaiting?: boolean;
	  }
	| { type: 'waiting'; agent: AgentId; until: number; now: number }
	| { type: 'utilization_warning'; agent: AgentId; window: string; ratio: number; resetAt: number | null }
	/** Someone speaks no more in this chat; `until`: when its limit ends, null when not known or another reason. */
	| {
			type: 'participant_left';
			participant: string;
			agent: AgentId;
			reason: LeftReason;
			text: string;
			until: number | null;
	  }
	| { type: 'notice'; level: 'info' | 'warning'; text: string };
