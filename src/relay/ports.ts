import type { AgentAdapter, AgentId, LoginState, PermissionPreset } from '../agents/agent-adapter.ts';
import type { LastingRule } from '../agents/asking/allow-rules.ts';
import type { AskingKeyQuery } from '../agents/asking/question.ts';
import type { AgentEvent, TokenCounts } from '../agents/events.ts';
import type { AgentRegistry } from '../agents/registry.ts';
import type { ToolServer } from '../agents/tool-server.ts';
import type { KeptSetting } from '../config/given-settings.ts';
import type { RelayConfig } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { SessionId } from '../core/ids.ts';
import type { FoundExecutable } from '../core/processes/find-executable.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import type { RepoFacts, Snapshots } from '../git/repo-facts.ts';
import type { Ledger } from '../limits/ledger.ts';
import type { Quota } from '../limits/quota.ts';
import type { NativeConversations } from '../sessions/lineage/native-conversations.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { StartAgentProcess } from '../terminal/agent-process.ts';
import type { StartTui } from '../terminal/tui-process.ts';
import type { RunningAgents } from '../turns/process/running-agents.ts';
import type { RelayEvent } from './events/relay-events.ts';
import type { Survivors } from './resume/survivors.ts';

/** What an agent's program says to its `askingKeyQuery`; asked once for each version of it. */
export interface AskingKeys {
	/** null: no answer in time, or none of use; then this relay does not ask again. Never rejects. */
	of(
		query: AskingKeyQuery,
		program: {
			executable: string;
			version: string | null;
			env: Readonly<Record<string, string>>;
			/** Ends the wait, and says nothing about the program. */
			signal?: AbortSignal | undefined;
		},
	): Promise<string | null>;
}

/**
 * What a conversation depends on as long as it lasts, one set for each folder where agents start. Wired in
 * `app/open-ports.ts`. No getters: a copy is as good as the original.
 */
export interface Ports {
	clock: Clock;
	repo: RepoFacts;
	isRoot: boolean;
	/** The user's environment. */
	env: Readonly<Record<string, string>>;
	store: SessionStore;
	/** null outside git. */
	snapshots: Snapshots | null;
	places: Places;
	processes: ProcessTable;
	startProcess: StartAgentProcess;
	/** For agents' own TUIs. */
	startTui: StartTui;
	ledger: Ledger;
	/** How full the windows of agents are; absent: nothing is remembered. */
	quota?: Quota;
	/** For files of one turn that only its agent and the relay see; absent: an agent that needs one does not start. */
	privateFolder?: string;
	/** As in `TurnDeps`. */
	socketFolders?: readonly string[];
	runningAgents: RunningAgents;
	/** Who works in which conversation of an agent. */
	conversations: NativeConversations;
	/** Lines of work that outlive sessions; absent: sessions work on none. */
	workstreams?: SessionWorkstreams;
	/** The user's own commands for what happens; absent: there are none. */
	hooks?: RelayHooks;
	/** Agents that outlived their relay. */
	survivors: Survivors;
	estimateCost: (model: string | null, tokens: TokenCounts) => number | null;
	versions: AgentVersions;
	newNativeId: () => string;
	/** `bin/ask.js` as a command for a POSIX shell. */
	asker: () => string;
	/** Absent: agents get no tools of the relay. */
	toolServer?: (permissions: PermissionPreset) => ToolServer;
	askingKeys: AskingKeys;
	/**
	 * Adds a command, or the edit of a file, to what the user's configuration allows in this repo or everywhere, or removes it there; false
	 * when that is so already. Edits and what leaves a sandbox (`leave`) are allowed in this repo alone.
	 */
	setAllowed: (rule: LastingRule, where: AllowScope, isAllowed: boolean) => boolean;
	/**
	 * Has these settings of a session hold from now on, beneath the flags of the command line and in place of those of another session.
	 * Returns why they cannot be obeyed, in a line for people; null: they are.
	 */
	holdSettings: (kept: readonly KeptSetting[]) => Promise<string | null>;
	/** What the user has set; reading it examines nothing. */
	settings(): Settings;
	/** What holds now. Taken once for each turn, and passed on. */
	policy(): Policy;
}

/** What a session has to do with workstreams. Nothing here fails a prompt: what cannot be read or written is said in a notice. */
export interface SessionWorkstreams {
	/**
	 * Attaches a session that never was: to `chosen`, else to that of the session it continues, else to the one that is active alone.
	 * `isNamed`: the user named `chosen` for this session, whatever it was attached to. Gives the name that it works on, null for none, and what the user should know, in a line.
	 */
	attach(
		session: { id: SessionId; meta: SessionMeta },
		chosen: { name: string | null; isNamed: boolean },
	): Promise<{ name: string | null; notice: string | null }>;
	/** The workstream of a session, and its state as a prompt carries it, at most so many bytes; null: none. */
	stateOf(session: SessionId, maxBytes: number): Promise<{ name: string; text: string } | null>;
	/** Saves what the records of the session say. */
	save(session: SessionId): Promise<void>;
	/**
	 * The same in the words of the agent that `ws.summarize_with` names, which then stand until something new has happened. Saves
	 * nothing where it names none or nothing has happened since, nor, with a notice, where the agent gives no words of use in time.
	 */
	saveInWords(session: SessionId, how: InWords): Promise<void>;
	/** Counts what the session does from now on since its workstream was saved; null: there are no workstreams. */
	gauge(session: SessionId): Promise<ContextGauge | null>;
}

/** How long an agent may write. */
export interface InWords {
	/** Ends the wait; then the records are saved as they are. */
	signal: AbortSignal;
	/** Hears who writes, in a few safe words, once somebody does. */
	began(what: string): void;
}

/** How much of the agent's context was filled since the state was saved. */
export interface ContextGauge {
	/** Gives the warning that is due with this event, in a line; null: none is. Throws RelayError where a record cannot be read. */
	count(event: AgentEvent): string | null;
	turnEnded(): void;
}

/** The user's commands that hear of what happens. They run beside the work; nothing waits for them but `settle`. */
export interface RelayHooks {
	event(event: RelayEvent, session: { id: SessionId; folder: string }): void;
	sessionEnded(session: { id: SessionId; folder: string; status: SessionMeta['status'] }): void;
	/** Resolves once none runs any more; what takes too long is ended. */
	settle(): Promise<void>;
}

export interface Settings {
	registry: AgentRegistry;
	config: RelayConfig;
	/** Agents that the user's configuration names: in an order of his own, as the default, or by describing them. */
	namedAgents: ReadonlySet<AgentId>;
}

/**
 * What the user has set and what the repo and the machine hold, at one moment: a plain value that does not change while it is in
 * use.
 */
export interface Policy extends Settings {
	/** The user's environment for agents; in an untrusted repo without paths to the repo's own programs. */
	agentEnv: Readonly<Record<string, string>>;
	/** For what the repo's files hold. */
	isTrusted: boolean;
	/** Each agent's program is looked for at most once. */
	findExecutable: (agent: AgentId) => FoundExecutable;
	/** Each agent's login is checked at most once. */
	loginOf: (agent: AgentId) => LoginState;
}

/** Where a command is allowed. */
export type AllowScope = 'repo' | 'everywhere';

/** Ports with what holds for one turn. */
export type RelayDeps = Ports & Policy;

export const withPolicy = (ports: Ports): RelayDeps => ({ ...ports, ...ports.policy() });

interface AgentVersions {
	/** null when not known yet. Starts nothing. */
	known(adapter: AgentAdapter, executable: string): string | null;
	/** Asks the program in the background; never waited for on the path of a turn. */
	learn(adapter: AgentAdapter, executable: string): void;
}

/** What is asked about the machine to place a session. Wired in `app/open-ports.ts`. */
export interface Places {
	/** What a folder belongs to; null when it is not there or git refuses it. */
	find(folder: string): Promise<RepoFacts | null>;
	/** null: not known. */
	hasCommit(repo: RepoFacts, commit: string): Promise<boolean | null>;
	/** null: not known. */
	firstCommits(repo: RepoFacts): Promise<ReadonlySet<string> | null>;
	/** The same relay for another worktree or folder: its snapshots, its trust, its facts in the sessions it creates. */
	portsAt(repo: RepoFacts): Promise<Ports>;
}

/** What the command line sets for this conversation. */
export interface RelayStart {
	kind: SessionMeta['kind'];
	/** Named by the user; null: the successor rule chooses. */
	agent: AgentId | null;
	model: string | null;
	/** null: the configured preset. `full` must be given again. */
	permissions: PermissionPreset | null;
	order: readonly string[] | null;
	/** Agents that the user named, if he did not type `order`; default: those of `agent` and `order`. */
	named?: readonly AgentId[];
	timeoutMs: number | null;
	/** True: somebody is there to answer what asks on an agent's terminal. */
	canAnswer?: boolean;
	/** True: somebody is there to answer what an agent asks, by `answer`. */
	mayAsk?: boolean;
	/** `SESSION/TURN` of the relay turn that started this relay, or null. */
	parentTurn: string | null;
	/** The user wants an earlier session to continue in this folder, wherever it was made. */
	isHere?: boolean;
	/** Settings that the user gave for the sessions of this conversation; default: none. */
	config?: readonly KeptSetting[];
	/** The workstream that the user named for them; default: none. */
	workstream?: string | null;
	/** The parent of new sessions; default: none. */
	parent?: SessionId;
	/** Why a prompt's first turn runs, for the record; default: `user`. */
	trigger?: Extract<TurnState['trigger'], 'race'>;
}
