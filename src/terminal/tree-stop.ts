import type { Clock } from '../core/clock.ts';
import type { ProcessEntry, ProcessTable } from '../core/processes/process-table.ts';
import { isMultiplexer, membersOf } from '../core/processes/process-tree.ts';
import type { ProcessIdentity, StopGraces } from './agent-process.ts';

export interface StopTarget {
	/** Leader of the tree's first session; ended last, and only if it does not end by itself. */
	root: ProcessIdentity;
	processes: ProcessTable;
	clock: Clock;
	/** Resolves when the root has reported its end. */
	ended: Promise<unknown>;
	/** Called with each signal before it is sent for the first time. */
	onSignal(signal: NodeJS.Signals): void;
}

/** How often recorded processes are checked. */
const POLL_MS = 15;
/** How often the whole process table is read again, for processes started meanwhile (1-10 ms a look). */
const LOOK_MS = 100;
/** How long the root may take to report its end when nothing below it runs. */
const ROOT_GRACE_MS = 1_000;
/** A process that a SIGKILL has not ended by then hangs in the kernel; waiting longer helps nobody. */
const UNKILLABLE_MS = 5_000;
/** Rounds of stop-and-look before the kill; each is one generation of processes forked meanwhile. */
const FREEZE_ROUNDS = 20;

/**
 * Ends a process tree once: interrupt, SIGTERM, SIGKILL. Every process ever seen in the tree is recorded with its start stamp and
 * stays a target wherever it moves; the table is read again throughout, so that processes forked meanwhile are found through their
 * parent or session.
 */
export class TreeStop {
	readonly #target: StopTarget;
	readonly #recorded = new Map<string, ProcessEntry>();
	readonly #signalled = new Set<string>();
	readonly #killed = new Set<string>();
	readonly #names = new Map<string, ProcessIdentity>();
	#alive: ProcessEntry[] = [];
	#interruptUntil = Number.POSITIVE_INFINITY;
	#terminateUntil = Number.POSITIVE_INFINITY;
	#giveUpAt = Number.POSITIVE_INFINITY;
	#sessions: Set<number>;
	#endingMembers: Promise<void> | null = null;
	#endingRoot: Promise<void> | null = null;

	constructor(target: StopTarget) {
		this.#target = target;
		this.#sessions = new Set([target.root.pid]);
		void target.ended.then(() => this.#sessions.delete(target.root.pid));
	}

	/** Starts the stop, or shortens the one under way. Resolves when the root has ended and nothing recorded is alive. */
	async stop(graces: StopGraces, known: readonly ProcessIdentity[]): Promise<{ killed: ProcessIdentity[] }> {
		await this.endMembers(graces, known);
		this.#endingRoot ??= this.#endRoot();
		await this.#endingRoot;
		return { killed: [...this.#killed].flatMap((key) => this.#names.get(key) ?? []) };
	}

	/** As `stop`, but leaves the root alone. */
	endMembers(graces: StopGraces, known: readonly ProcessIdentity[]): Promise<void> {
		const now = this.#target.clock.monotonic();
		this.#interruptUntil = Math.min(this.#interruptUntil, now + graces.interruptMs);
		this.#terminateUntil = Math.min(this.#terminateUntil, this.#interruptUntil + graces.terminateMs);
		this.#look(known);
		this.#endingMembers ??= this.#endMembers();
		return this.#endingMembers;
	}

	async #endMembers(): Promise<void> {
		while (this.#alive.length > 0 && this.#target.clock.monotonic() < this.#giveUpAt) {
			this.#signal();
			await this.#wait();
			this.#look();
		}
	}

	/** Records the processes that belong to the tree now, and which of them live. */
	#look(known: readonly ProcessIdentity[] = []): void {
		const { processes, root } = this.#target;
		const entries = processes.snapshot();
		const isKnown = new Set(known.map(keyOf));
		const roots = [root, ...this.#recorded.values(), ...known];
		const members = membersOf(entries, { roots, sessions: this.#sessions });
		const isOurs = (entry: ProcessEntry) => this.#recorded.has(keyOf(entry)) || isKnown.has(keyOf(entry));
		for (const entry of [...members, ...entries.filter(isOurs)]) this.#recorded.set(keyOf(entry), entry);
		this.#recorded.delete(keyOf(root));
		// A multiplexer's server has its client's name until it is up, so it may have been recorded as a client.
		for (const entry of entries) if (isMultiplexer(entry)) this.#recorded.delete(keyOf(entry));
		this.#alive = entries.filter((entry) => this.#recorded.has(keyOf(entry)));
		this.#keepLiveSessions();
	}

	/** A session's number cannot be reused while a member lives, so only those with a member at the last look count. */
	#keepLiveSessions(): void {
		const { pid } = this.#target.root;
		const isRootLive = this.#sessions.has(pid);
		this.#sessions = new Set(this.#alive.map((entry) => entry.session ?? entry.group));
		if (isRootLive) this.#sessions.add(pid);
	}

	#signal(): void {
		const now = this.#target.clock.monotonic();
		const inTerminal = this.#alive.filter((entry) => this.#isInTerminal(entry));
		// The interrupt is for the agent. Tools it left running get no second grace.
		if (now < this.#interruptUntil && inTerminal.length === 0) this.#skipInterrupt(now);
		if (now < this.#interruptUntil) this.#send('SIGINT', inTerminal);
		else if (now < this.#terminateUntil) this.#send('SIGTERM', this.#alive);
		else this.#kill(now);
	}

	#skipInterrupt(now: number): void {
		this.#terminateUntil -= this.#interruptUntil - now;
		this.#interruptUntil = now;
	}

	/** Stops each process before it is killed, until a look finds nothing new: a stopped process cannot fork. */
	#kill(now: number): void {
		if (this.#giveUpAt === Number.POSITIVE_INFINITY) this.#giveUpAt = now + UNKILLABLE_MS;
		for (let round = 0; round < FREEZE_ROUNDS; round++) {
			if (!this.#send('SIGSTOP', this.#alive)) break;
			this.#look();
		}
		for (const entry of this.#alive) {
			const identity = this.#target.processes.identify(entry.pid);
			if (identity?.start === entry.start) this.#names.set(keyOf(entry), identity);
			this.#killed.add(keyOf(entry));
		}
		this.#send('SIGKILL', this.#alive);
	}

	/** Sends a signal at most once to each. True when one was sent. */
	#send(signal: NodeJS.Signals, entries: readonly ProcessEntry[]): boolean {
		const fresh = entries.filter((entry) => !this.#signalled.has(`${signal} ${keyOf(entry)}`));
		if (fresh.length > 0) this.#target.onSignal(signal);
		for (const entry of fresh) {
			this.#signalled.add(`${signal} ${keyOf(entry)}`);
			this.#target.processes.signal(entry, signal);
		}
		return fresh.length > 0;
	}

	/** Waits until the next look or step is due, or nothing recorded lives. */
	async #wait(): Promise<void> {
		const { clock, processes } = this.#target;
		const until = clock.monotonic() + LOOK_MS;
		const isDue = (now: number) =>
			now >= until || (now >= this.#terminateUntil && this.#giveUpAt === Number.POSITIVE_INFINITY);
		do {
			await clock.sleep(POLL_MS);
			this.#alive = processes.alive(this.#alive);
		} while (this.#alive.length > 0 && !isDue(clock.monotonic()));
	}

	async #endRoot(): Promise<void> {
		const { clock, ended, onSignal, processes, root } = this.#target;
		const patience = new AbortController();
		const isEnded = ended.then(() => patience.abort());
		await clock.sleep(ROOT_GRACE_MS, patience.signal);
		if (!patience.signal.aborted) {
			onSignal('SIGKILL');
			processes.signal(root, 'SIGKILL');
		}
		await isEnded;
	}

	#isInTerminal(entry: ProcessEntry): boolean {
		return (entry.session ?? entry.group) === this.#target.root.pid;
	}
}

function keyOf(identity: Pick<ProcessIdentity, 'pid' | 'start'>): string {
	return `${identity.pid} ${identity.start}`;
}
