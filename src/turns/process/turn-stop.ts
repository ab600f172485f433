/** Why and how a running turn is stopped. The first reason wins; a later, harder request only shortens the graces. */
import type { AgentExit } from '../../agents/agent-adapter.ts';
import type { AgentProcess, ProcessIdentity, StopGraces } from '../../terminal/agent-process.ts';

export type TurnStopReason = NonNullable<AgentExit['stopRequested']>;

/** An agent at work gets time to end its tool and write its record; one that only waits for a retry gets none. */
const GRACES: Record<TurnStopReason | 'kill', StopGraces> = {
	cancelled: { interruptMs: 2000, terminateMs: 1500 },
	timed_out: { interruptMs: 2000, terminateMs: 1500 },
	limited: { interruptMs: 0, terminateMs: 150 },
	failed: { interruptMs: 0, terminateMs: 150 },
	linger: { interruptMs: 0, terminateMs: 500 },
	background: { interruptMs: 2000, terminateMs: 1500 },
	kill: { interruptMs: 0, terminateMs: 100 },
};

export class TurnStop {
	reason: TurnStopReason | null = null;
	#process: AgentProcess | null = null;
	#known: () => readonly ProcessIdentity[];
	#done: Promise<unknown> = Promise.resolve();

	constructor(known: () => readonly ProcessIdentity[]) {
		this.#known = known;
	}

	/** Takes the process once it runs; a stop requested before is carried out now. */
	attach(process: AgentProcess): void {
		this.#process = process;
		if (this.reason) this.#stop(GRACES[this.reason]);
	}

	request(reason: TurnStopReason): void {
		if (this.reason) return;
		this.reason = reason;
		this.#stop(GRACES[reason]);
	}

	/** Ends the graces of a stop in progress, or starts one without. */
	kill(reason: TurnStopReason): void {
		this.reason ??= reason;
		this.#stop(GRACES.kill);
	}

	/** Resolves when every stop that was started is done. */
	async settled(): Promise<void> {
		await this.#done;
	}

	#stop(graces: StopGraces): void {
		if (!this.#process) return;
		const before = this.#done;
		const stop = this.#process.stop(graces, this.#known());
		this.#done = Promise.all([before, stop]);
	}
}
