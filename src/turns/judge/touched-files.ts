import type { AgentExit } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import type { Snapshot, Snapshots } from '../../git/repo-facts.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** How many of the paths that are in no snapshot a record names. */
const MAX_SKIPPED = 100;

const SLOW = 'Storing what the turn changed takes longer than usual; its undo needs it.';
const BY_TOOLS = "Files touched are taken from the agent's tool calls: ";

/** Finds the files a turn touched: from git if possible, otherwise from the agent's reports, and then `warn` says why. */
export class TouchedFiles {
	readonly #snapshots: Snapshots | null;
	readonly #warn: (text: string) => void;
	#before: Snapshot | null = null;
	#after: Snapshot | null = null;

	constructor(snapshots: Snapshots | null, warn: (text: string) => void) {
		this.#snapshots = snapshots;
		this.#warn = warn;
	}

	/** `known`: a snapshot taken right before the turn, such as the newest one of the turn before it. */
	async begin(known: Snapshot | null): Promise<void> {
		if (known !== null) this.#warnOf(known);
		this.#before = known ?? (await this.#take());
	}

	/** The snapshot of a turn that nobody cancelled may take longer. Again where the agent went on: the last one counts. */
	async end(stopped: AgentExit['stopRequested']): Promise<void> {
		const isPatient = stopped !== 'cancelled';
		const onSlow = () => this.#warn(SLOW);
		this.#after = await this.#take({ isPatient, ...(isPatient ? { onSlow } : {}) });
	}

	get trees(): TurnState['tree'] {
		const skipped = [...new Set([...(this.#before?.skipped ?? []), ...(this.#after?.skipped ?? [])])];
		return {
			before: this.#before?.tree ?? null,
			after: this.#after?.tree ?? null,
			...(skipped.length === 0 ? {} : { skipped: skipped.slice(0, MAX_SKIPPED) }),
		};
	}

	/** null: none was taken. */
	get newest(): Snapshot | null {
		return this.#after ?? this.#before;
	}

	/** `reported`: the edits that the agent reports. */
	async changes(reported: () => TurnState['files']): Promise<TurnState['files']> {
		const { before, after } = this.trees;
		if (before && after && this.#snapshots) {
			try {
				const changes = await this.#snapshots.changes(before, after);
				return changes.map((change) => ({ ...change }));
			} catch (error) {
				if (!(error instanceof RelayError)) throw error;
				this.#warn(BY_TOOLS + error.message);
			}
		}
		return reported();
	}

	async #take(options?: Parameters<Snapshots['take']>[0]): Promise<Snapshot | null> {
		const snapshot = (await this.#snapshots?.take(options)) ?? null;
		if (snapshot !== null) this.#warnOf(snapshot);
		return snapshot;
	}

	#warnOf({ unavailable, skipped }: Snapshot): void {
		if (unavailable) this.#warn(BY_TOOLS + unavailable);
		if (skipped.length > 0) this.#warn(`Not in the snapshot: ${skipped.slice(0, 5).join(', ')}`);
	}
}
