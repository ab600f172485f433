import type { AgentProcess, ProcessIdentity } from '../../terminal/agent-process.ts';
import type { TurnFiles } from '../record/turn-files.ts';

/** How often the descendants of an agent at work are sampled. */
const SAMPLE_MS = 1000;

/** The processes that a working agent has started, kept on disk so that the next start can end what a crash left behind. */
export class SampledDescendants {
	readonly #files: Pick<TurnFiles, 'change' | 'markChanged'>;
	readonly #known = new Map<string, ProcessIdentity>();
	#sampledAt = 0;

	constructor(files: Pick<TurnFiles, 'change' | 'markChanged'>) {
		this.#files = files;
	}

	all(): ProcessIdentity[] {
		return [...this.#known.values()];
	}

	/** Call it while a tool may run; samples once a second. */
	sample(agent: Pick<AgentProcess, 'descendants'>, now: number): void {
		if (now - this.#sampledAt < SAMPLE_MS) return;
		this.#sampledAt = now;
		for (const identity of agent.descendants()) {
			const key = `${identity.pid} ${identity.start}`;
			if (!this.#known.has(key)) this.#files.markChanged();
			this.#known.set(key, identity);
		}
		this.#files.change({ strays: this.all().map(({ pid, start, command }) => ({ pid, start, command })) });
	}
}
