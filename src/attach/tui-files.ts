/** Which files a turn of a TUI changed: a look at them holds until the agent goes on. */
import type { LineMark } from '../agents/tui/agent-tui.ts';
import type { Snapshot, Snapshots } from '../git/repo-facts.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { TouchedFiles } from '../turns/judge/touched-files.ts';

export type Looked = Pick<TurnState, 'files' | 'tree'>;

export class TuiFiles {
	readonly #touched: TouchedFiles;
	/** As of that mark. */
	#held: { mark: LineMark; files: Looked['files'] } | null = null;

	readonly #warnings = new Set<string>();

	constructor(snapshots: Snapshots | null) {
		this.#touched = new TouchedFiles(snapshots, (text) => this.warn(text));
	}

	/** What the turn's record lacks, each once. */
	get warnings(): readonly string[] {
		return [...this.#warnings];
	}

	/** null: nothing is wrong. */
	warn(text: string | null): void {
		if (text !== null) this.#warnings.add(text);
	}

	/** `before`: the newest snapshot of the turn before, or the one from before the TUI began. */
	async begin(before: Snapshot | null): Promise<Looked> {
		await this.#touched.begin(before);
		return { files: [], tree: this.#touched.trees };
	}

	get newest(): Snapshot | null {
		return this.#touched.newest;
	}

	/** `mark`: what the last line said of the turn's end; null: none did. `reported`: the edits that its tools report. */
	async look(
		mark: LineMark | null,
		{ isCancelled, reported }: { isCancelled: boolean; reported(): Looked['files'] },
	): Promise<Looked> {
		const held = mark !== null && this.#held?.mark === mark ? this.#held : null;
		if (held === null) await this.#touched.end(isCancelled ? 'cancelled' : null);
		const files = held?.files ?? (await this.#touched.changes(reported));
		this.#held = mark && { mark, files };
		return { files, tree: this.#touched.trees };
	}
}
