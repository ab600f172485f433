import type { AgentId, PermissionPreset } from '../../agents/agent-adapter.ts';
import type { KeptSetting } from '../../config/given-settings.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ChatParticipant, SessionMeta } from '../../sessions/session-meta.ts';
import type { Conversation } from '../conversation-contract.ts';
import type { RelayEvent } from '../events/relay-events.ts';
import type { Verdict } from './chat-verdict.ts';
import type { RoleRequest } from './participants.ts';

export interface ChatRequest {
	/** The user's words, verbatim. */
	topic: string;
	/** `claude`, `claude:opus`, in the order in which they speak. */
	agents: readonly string[];
	roles: readonly RoleRequest[];
	/** What must hold before anyone may say that the chat is done, in words. */
	until: string | null;
	/** null: `DEFAULT_CHAT_TURNS`. */
	maxTurns: number | null;
	/** null: read-only. */
	permissions: PermissionPreset | null;
	/** The time limit of the whole chat, ms; null: none. */
	timeoutMs: number | null;
	/** `SESSION/TURN` of the relay turn that started this relay, or null. */
	parentTurn: string | null;
	/** True: somebody is there to answer what a participant asks, by `answer`; default: nobody is. */
	mayAsk?: boolean;
	/** Settings that the user gave for the chat; default: none. */
	config?: readonly KeptSetting[];
}

/** How a chat continues; null: as before. */
export interface ChatChanges
	extends Pick<
		ChatRequest,
		'until' | 'maxTurns' | 'permissions' | 'timeoutMs' | 'parentTurn' | 'mayAsk' | 'config'
	> {
	/** More of the user's words, for everyone. */
	words: string | null;
	/** The chat continues in this folder, wherever it was held. */
	isHere?: boolean;
	/** The user accepts the chat, whoever began it. */
	isAccepted?: boolean;
}

/** `session`: the session to continue (id, prefix, suffix, @name, latest); null: the newest chat with work left. */
export type ChatOpening =
	| ({ type: 'new' } & Omit<ChatRequest, 'parentTurn' | 'mayAsk'>)
	| ({ type: 'earlier'; session: string | null } & Omit<ChatChanges, 'parentTurn' | 'mayAsk'>);

export const DEFAULT_CHAT_TURNS = 6;

/** `too_few`: fewer than two can continue. `out_of_turns`: `budgets.max_turns`. `out_of_budget`: `budgets.max_cost`. */
export type ChatOutcome =
	| 'agreed'
	| 'max_turns'
	| 'timed_out'
	| 'interrupted'
	| 'too_few'
	| 'out_of_turns'
	| 'out_of_budget';

export interface ChatResult {
	outcome: ChatOutcome;
	sessionId: SessionId;
	/** How many turns this run had. */
	turns: number;
	/** The newest message of the whole chat; null when nobody said anything. */
	lastMessage: { participant: string; agent: AgentId; text: string; verdict: Verdict | null } | null;
	participants: readonly ChatParticipant[];
	/** Relative to the session's folder; null when agreed. */
	packet: string | null;
	/** When the first limited participant is free again, epoch ms; null when not known. */
	earliestReset: number | null;
}

export interface ChatOptions {
	/** Aborting interrupts the running turn and ends the chat. */
	signal: AbortSignal;
	onEvent: (event: RelayEvent) => void;
	/** As in `SendOptions`. */
	showsEdits?: boolean;
}

/** A chat whose session this process holds. */
export interface Chat extends Pick<Conversation, 'answer' | 'change' | 'setAllowed'> {
	session(): { id: SessionId; folder: string; meta: SessionMeta };
	/** Called once. Ends as `ChatOutcome` says; rejects only if the records cannot be written. */
	run(options: ChatOptions): Promise<ChatResult>;
	/** Adds the user's own words to the next prompt of each participant. */
	say(text: string): void;
	/** Ends the graces of the running turn (the second Ctrl+C). */
	stopHard(): void;
	/** Stops what runs, keeps the work, releases the session. Idempotent. */
	close(): Promise<void>;
}
