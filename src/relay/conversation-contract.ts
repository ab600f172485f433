import type { AgentId, LoginState, PermissionPreset } from '../agents/agent-adapter.ts';
import type { Answer, AnsweredBy } from '../agents/asking/question.ts';
import type { Limit } from '../agents/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { SeenWindow } from '../limits/quota.ts';
import type { CandidateVerdict } from '../limits/successor.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { Transition } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { Carried, RelayEvent } from './events/relay-events.ts';
import type { Ports } from './ports.ts';
import type { SessionView } from './session-view.ts';

/** An agent as the user named it: `claude`, `claude:opus`, `c`. */
export interface AgentChoice {
	agent: AgentId;
	model: string | null;
}

export interface SendOptions {
	/** Aborting interrupts the turn; `stopHard` (below) ends the graces. */
	signal: AbortSignal;
	/** Hand-overs already spent on this prompt are counted inside; callers never pass them. */
	onEvent: (event: RelayEvent) => void;
	/** False: whoever hears the events shows no edits; default: it does. */
	showsEdits?: boolean;
	/** Wait for the earliest reset when nobody is left (overrides `limits.when_exhausted`). */
	wait?: boolean;
}

/** How one prompt ended, after all hand-overs. */
export interface SendResult {
	/** `out_of_budget`: `budgets.max_turns` or `budgets.max_cost` ended it; the work is checkpointed. */
	outcome: TurnState['status'] | 'nobody_left' | 'out_of_budget';
	/** The last turn's state; null when no turn could start. */
	state: TurnState | null;
	sessionId: SessionId;
	/** Why work is left, null when done. */
	limit: Limit | null;
	earliestReset: number | null;
	/** With `out_of_budget`: the flag that gives the session room again, `--max-turns 4`. */
	largerBudget?: string;
}

export interface Upcoming {
	/** null: nobody can work. */
	choice: AgentChoice | null;
	/** Why the agent is not the first choice, in one line; null: it is. */
	why: string | null;
	/** True: an agent is installed, and only a login is missing. */
	lacksLogins: boolean;
	candidates: readonly CandidateVerdict[];
}

export interface AgentOverview {
	agent: AgentId;
	title: string;
	aliases: readonly string[];
	/** Of a profile, the agent that it is a further account of; null: it is none. */
	base: AgentId | null;
	isDemo: boolean;
	/** Absolute path, or null when not installed. */
	executable: string | null;
	/** Where the program was looked for, in order. */
	lookedAt: readonly string[];
	/** Cached; null when not known yet. */
	version: string | null;
	/** Why it cannot ask the user while it works, as the end of "NAME cannot ask: …"; null: it can. */
	cannotAsk: string | null;
	login: LoginState | null;
	install: string;
	limitedUntil: number | null;
	/** Set when a limit without a known end applies. */
	isLimited: boolean;
	isActive: boolean;
	/** Why the agent may not be started, for instance an executable inside an untrusted repo. */
	refused: string | null;
}

export interface ShellCommandOptions {
	/** Stops the command: interrupt, SIGTERM, SIGKILL. */
	signal: AbortSignal;
	/** Ends the graces of that. */
	hardSignal?: AbortSignal;
	onOutput: (chunk: Buffer) => void;
	/** Called once, when the command waits for something typed, which never comes. */
	onTerminalRead?: () => void;
}

export interface ResumeOptions {
	/** The session continues in this folder, wherever and by whomever it was made. */
	isHere?: boolean;
	/** The user accepts the session, whoever made it. */
	isAccepted?: boolean;
	/** A completed session continues itself, not in a child. */
	isInPlace?: boolean;
	/** Ends a wait for an agent that outlived its relay there. */
	signal?: AbortSignal;
}

/** Which agents could work on the current conversation. Looked up on demand; starts nothing. */
export interface AgentsAtHand {
	all(): Promise<AgentOverview[]>;
	/** Which agent would be next, and why the others would not. */
	candidates(): Promise<CandidateVerdict[]>;
	/** Which agent would get the next prompt now. */
	upcoming(): Promise<Upcoming>;
	/** How full the windows of the logins in use are, as last reported to any relay of this user. */
	windows(): SeenWindow[];
	/** An agent that is preferred over the active one and whose limit has ended. Returned once. */
	offerBack(): AgentChoice | null;
}

/**
 * One conversation: the state behind the shell and behind `run`. Methods that need a session create one only when the
 * first prompt is sent. One call of `send` at a time; the shell queues.
 */
export interface Conversation {
	/** What can be read of the current session. */
	readonly view: SessionView;
	/** Which agents could work on it. */
	readonly agents: AgentsAtHand;
	/** null until the first prompt or `resume`. */
	session(): { id: SessionId; folder: string; meta: SessionMeta } | null;
	/** Where agents start, and the worktree around it. Real paths. */
	place(): { folder: string; worktree: string };
	active(): AgentChoice & { permissions: PermissionPreset };
	send(prompt: string, options: SendOptions): Promise<SendResult>;
	/** Sends the last prompt again, to `agent` when given. */
	retry(choice: AgentChoice | null, options: SendOptions): Promise<SendResult>;
	/** Sends what still waits for an answer: the pending prompt of a checkpoint, else the newest unfinished one. */
	continuePending(options: SendOptions): Promise<SendResult>;
	/** Ends a running turn with the shortest graces (the second Ctrl+C). */
	stopHard(): void;
	/**
	 * One line for what asks on the agent's terminal, never recorded; null refuses. False when nothing asks (any more).
	 */
	answerTerminal(line: string | null): boolean;
	/**
	 * Answers a question of the agent that works (`question_asked`). `too_late`: it was answered, denied or withdrawn, or its
	 * turn has ended. Throws RelayError `usage` for an answer that it does not take; it stays open then.
	 */
	answer(id: string, answer: Answer, by: AnsweredBy): 'taken' | 'too_late';
	/** Change of agent: with turns a checkpoint and a packet that goes with the next prompt; explicit, so the ledger is ignored. */
	use(
		choice: AgentChoice,
		permissions: PermissionPreset | null,
	): Promise<{ packet: string | null; losses: string[]; switched?: { from: AgentId; carried: Carried } }>;
	/**
	 * Leaves the session to an agent, with a packet in it: the next prompt goes there, whoever sends it. Throws
	 * `nothing_to_continue` where no agent has worked yet, and like `use`.
	 */
	handOff(choice: AgentChoice): Promise<{ packet: string; losses: string[] }>;
	setModel(model: string | null): void;
	setPermissions(permissions: PermissionPreset): void;
	/** As the port of that name. */
	setAllowed: Ports['setAllowed'];
	/** The workstream of the sessions that this conversation begins; null: none was chosen. */
	readonly workstream: { chosen: string | null };
	/** Remembered in the session and sent with the next packet. Before the first turn it is kept for it. */
	note(text: string): void;
	/** Runs a shell command where agents start, recorded; output is streamed as it arrives. */
	runShellCommand(command: string, options: ShellCommandOptions): Promise<{ exitCode: number | null }>;
	/** Changes the record of the session. Throws `no_such_session` before the first prompt. */
	change<Facts>(transition: Transition<Facts>, facts: Facts): SessionMeta;
	/** Writes a packet for any next agent now. `isNew` false: there is one, and nothing has happened since. */
	checkpoint(note: string | null): Promise<{ packet: string; isNew: boolean }>;
	/**
	 * Opens a session: in place when it is checkpointed or active, as a child when completed. Repairs what a crash left; the
	 * returned lines say what was found and done, and where the session works if that is not this folder.
	 * Throws `refused` for one that no relay of this user began, unless the user accepts it.
	 */
	resume(id: SessionId, options?: ResumeOptions): Promise<string[]>;
	/** Repairs the newest sessions that a crashed relay left, without opening them. Lines say what was found and done. */
	repairAbandoned(): Promise<string[]>;
	/**
	 * As `holding`; where no session is open, one is begun that nothing has been said in. Whoever works in it goes on with the next
	 * prompt. `notice`: what the user should know of it.
	 */
	beginning<T>(
		act: (held: { session: OpenSession; ports: Ports }) => Promise<T>,
		notice: (text: string) => void,
	): Promise<T>;
	/**
	 * Lets `act` work on the session that is open, while no prompt runs. `ports`: those of the worktree where it works. Throws
	 * RelayError `no_such_session` where none is open.
	 */
	holding<T>(act: (held: { session: OpenSession; ports: Ports }) => Promise<T>): Promise<T>;
	/** Leaves the session (completed or checkpointed by the status rule); the next prompt starts a new one. */
	startNew(): Promise<void>;
	/** Stops what runs, checkpoints, releases the lock. Idempotent; takes at most 5 s. */
	close(): Promise<void>;
}
