import type { AgentId } from '../agents/agent-adapter.ts';
import type { AgentRegistry } from '../agents/registry.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import type { LoadedConfig } from '../config/layers/layers.ts';
import type { RelayPaths } from '../config/xdg-paths.ts';
import type { Clock } from '../core/clock.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Git } from '../git/run-git.ts';
import type { IndexDatabase } from '../history/index/open-index.ts';
import type { Ledger } from '../limits/ledger.ts';
import type { Quota } from '../limits/quota.ts';
import type { CandidateVerdict } from '../limits/successor.ts';
import type { PruneDeps } from '../prune/prune.ts';
import type { RaceDeps } from '../race/race-contract.ts';
import type { AgentOverview, Conversation } from '../relay/conversation-contract.ts';
import type { Ports } from '../relay/ports.ts';
import type { NamesOfRepo } from '../sessions/names/line-of-work.ts';
import type { NameId } from '../sessions/names/name-id.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { Workstreams } from '../workstreams/workstreams-contract.ts';
import type { FrontEnd } from './front-end.ts';

/** All that a command may work with; implemented in `app`, each part loaded when it is asked for. */
export interface CommandContext extends FrontEnd {
	/** Where the command works: `-C DIR`, else the current folder. Absolute. */
	readonly folder: string;
	/** `SESSION/TURN` of the relay turn that this relay runs in, or null. */
	readonly parentTurn: string | null;
	readonly env: Readonly<Record<string, string>>;
	/** HOME, else what the system knows. */
	readonly home: string;
	readonly clock: Clock;
	readonly paths: RelayPaths;
	readonly processes: ProcessTable;
	/** How a printed command calls this program. */
	readonly ownName: string;
	/** How a command is called where its answer is read: `agent-relay race show`, in the shell `/race show`. */
	called(path: string): string;
	/** A line for people on stderr; each text once. */
	notice(text: string): void;
	repo(): Promise<RepoFacts>;
	git(): Promise<Git>;
	store(): Promise<SessionStore>;
	/** Those of other repos in which this user has sessions. */
	otherStores(): Promise<KnownStore[]>;
	ledger(): Promise<Ledger>;
	/**
	 * Brings the index of all conversations of this user up to date, and has it open for as long as `act` takes. Throws what
	 * `openIndex` and `bringUpToDate` throw.
	 */
	history<Value>(act: (db: IndexDatabase) => Value | Promise<Value>): Promise<Value>;
	/** How full the windows of plans are, as last reported. */
	quota(): Promise<Quota>;
	/** Lines of work of this user, in every repo. */
	workstreams(): Promise<Workstreams>;
	/** The names of this repo, and what is live under them. */
	names(): Promise<NamesOfRepo>;
	/** Throws what stands against `enterName`. */
	checkName(id: NameId): Promise<void>;
	/** Works under that name from now on, which launches it. Throws what stands against that; then nothing changed. */
	enterName(id: NameId): Promise<void>;
	/** The absolute path of a program of this machine, which the repo does not hold; null: there is none. */
	findProgram(name: string): Promise<string | null>;
	/** Puts text into the clipboard: by what, for people; null: there is none. */
	copy(text: string): Promise<string | null>;
	/** What `prune` looks at: the records of this repo, and what all repos share. */
	pruneDeps(): Promise<PruneDeps>;
	/**
	 * What a race stands on here; `asked` of a command that begins turns. RelayError `nested_too_deep`, and `refused` where
	 * there is no git repo with a commit.
	 */
	raceDeps(asked?: AskedSettings): Promise<RaceDeps>;
	/** In force here; of `ports`, where those were opened. RelayError `bad_config` where a file cannot be obeyed. */
	settings(): Promise<CommandSettings>;
	/**
	 * What conversations stand on, for a command that begins turns; the same ones for the whole call. Says once where agents
	 * start without the repo's own settings. RelayError `bad_config`, `nested_too_deep`.
	 */
	ports(asked: AskedSettings): Promise<Ports>;
	/** The same for another folder and environment, under that name (`default` if absent). */
	elsewhere(place: { folder: string; env: Readonly<Record<string, string>>; name?: NameId }): CommandContext;
	/** The one at hand; null on the command line, where none is open. */
	readonly conversation: Conversation | null;
	/** Every agent with what is known of it without starting any. */
	agents(): Promise<AgentOverview[]>;
	/** Who would be next, and what keeps the others back. */
	candidates(): Promise<CandidateVerdict[]>;
	/** Starts the agent's program for its version, where that is not known; null: it does not say. */
	askVersion(agent: AgentId, executable: string): Promise<string | null>;
}

export interface KnownStore {
	/** The repo's, which may be gone. */
	root: string;
	store: SessionStore;
}

/** What the options of a command add to the settings of files and environment; nothing where the shell has read them. */
export interface AskedSettings {
	/** Trust this repo for this run, without remembering it. */
	isTrusted: boolean;
	config: readonly ConfigFlag[];
	/** On a terminal the command asks about trust itself, so nothing is said about it. */
	willAsk?: boolean;
}

export interface CommandSettings {
	loaded: LoadedConfig;
	registry: AgentRegistry;
	/** Agents obey what the repo sets for them, or it sets nothing. */
	isRepoObeyed: boolean;
}
