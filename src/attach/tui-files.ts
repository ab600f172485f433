/** Which files the turns of a TUI changed: from snapshots, one at the start and one whenever the agent is done. */
import { RelayError } from '../core/errors.ts';
import type { Snapshot, Snapshots } from '../git/repo-facts.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { Looked, OpenTurn } from './tui-turn-state.ts';

export class TuiFiles {
	readonly warnings: string[] = [];
	readonly #snapshots: Snapshots | null;
	#newest: Snapshot | null;

	/** `before`: from before the TUI began. */
	constructor(snapshots: Snapshots | null, before: Snapshot | null) {
		this.#snapshots = snapshots;
		this.#newest = before;
	}

	atStart(): Looked {
		return { files: [], tree: { before: this.#newest?.tree ?? null, after: null } };
	}

	/** Those of the last look, where nothing happened since. `known`: the turn's state so far. */
	async look(
		{ mark, settled }: Pick<OpenTurn, 'mark' | 'settled'>,
		known: TurnState | undefined,
	): Promise<Looked> {
		const before = known?.tree.before ?? this.#newest?.tree ?? null;
		if (known !== undefined && mark !== null && settled === mark)
			return { files: known.files, tree: known.tree };
		const after = (await this.#snapshots?.take({ isPatient: true })) ?? null;
		this.#newest = after ?? this.#newest;
		const files = await this.#changes(before, after?.tree ?? null);
		return { files, tree: { before, after: after?.tree ?? null } };
	}

	async #changes(before: string | null, after: string | null): Promise<Looked['files']> {
		if (before === null || after === null || this.#snapshots === null) return null;
		try {
			return (await this.#snapshots.changes(before, after)).map((change) => ({ ...change }));
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			this.warnings.push(`Files touched are taken from the agent's tool calls: ${error.message}`);
			return null;
		}
	}
}
