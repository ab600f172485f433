import type { PermissionPreset } from '../agents/agent-adapter.ts';
import type { KeptSetting } from '../config/given-settings.ts';
import type { SessionId } from '../core/ids.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Worktrees } from '../git/worktrees/worktree-types.ts';
import type { AgentChoice } from '../relay/conversation-contract.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import type { Ports } from '../relay/ports.ts';
import type { EntrantRecord, RaceRecord, RaceTerms } from './record/race-record.ts';

/** Everything a race stands on, wired in `app/open-race.ts`. */
export interface RaceDeps {
	/** The main checkout's: store, ledger, clock, processes, registry. */
	relay: Ports;
	/** RelayError `refused` where there is no git repo with a commit. */
	worktrees: Worktrees;
	/** The same relay for an entrant's worktree: its snapshots, its repo facts in the sessions it creates. */
	inWorktree(repo: RepoFacts): Promise<Ports>;
	/** `<XDG data>/agent-relay/worktrees`. Absolute. */
	worktreesFolder: string;
}

export interface RaceRequest extends Omit<RaceTerms, 'permissions'> {
	task: string;
	entrants: readonly AgentChoice[];
	/** null: HEAD. */
	base: string | null;
	includeDirty: boolean;
	/** null: as configured. */
	permissions: PermissionPreset | null;
	parentTurn: string | null;
	/** Settings that the user gave for the race; default: none. */
	config?: readonly KeptSetting[];
}

/** What happens in a race, for whoever shows it. Text in it is untrusted: shown only through `core/text.ts`. */
export type RaceEvent =
	| { type: 'race_started'; record: RaceRecord }
	/** An entrant's record changed (state, outcome, checks, cost). */
	| { type: 'entrant'; entrant: EntrantRecord }
	| { type: 'entrant_event'; entrant: string; event: RelayEvent }
	| { type: 'command_output'; entrant: string; command: string; chunk: Buffer }
	| { type: 'notice'; level: 'info' | 'warning'; text: string }
	| { type: 'race_ended'; record: RaceRecord };

export interface RaceOptions {
	/** Aborting stops all entrants in good order; the race is then checked and ranked no further. */
	signal: AbortSignal;
	onEvent: (event: RaceEvent) => void;
}

/** A race that this process runs. */
export interface Race {
	readonly id: SessionId;
	/**
	 * Runs what is not done yet to the end. Never rejects for what one entrant does; rejects with `disk_full` or
	 * `session_locked`, agents stopped, when nothing more can be recorded. Of a race that was stopped the record has
	 * `state: running`, and `race_ended` is emitted all the same.
	 */
	run(options: RaceOptions): Promise<RaceRecord>;
	/**
	 * Interrupts what one entrant does now: its work (its files are kept and checked as they are), then its checks. No effect
	 * when it has ended.
	 */
	stopEntrant(id: string): void;
	/** Ends all graces (the second Ctrl+C). */
	stopHard(): void;
	/** Lets go of the session's lock. Idempotent. */
	close(): Promise<void>;
}

// Exported by the neighbouring modules (signatures are part of the contract):
// start-race.ts    startRace(request: RaceRequest, deps: RaceDeps): Promise<Race>      refuses before anything is created
// resume-race.ts   resumeRace(id: SessionId, deps: RaceDeps): Promise<Race>
// race-store.ts    readRace(id, store): RaceRecord; listRaces(store): RaceRecord[]; updateRace(session, change): RaceRecord
// rank.ts          rankEntrants(entrants: readonly EntrantRecord[]): { ranking: string[]; winner: string | null; verdict: string }
// adopt/adopt.ts   adopt(request: AdoptRequest, deps: AdoptDeps): Promise<AdoptResult>
// clean.ts         planClean(id, deps): Promise<CleanPlan>; applyClean(plan, deps): Promise<CleanResult>
// adopt/race-diff.ts  raceDiff(record, a, b | null, deps): Promise<string>
