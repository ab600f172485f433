/** Counts what a session does as it happens, from what its records say of the time before. */
import type { AgentEvent } from '../../agents/events.ts';
import type { SessionId } from '../../core/ids.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Workstreams } from '../workstreams-contract.ts';
import { describeWarning, type Gauge, type GaugeMarks, markBetween } from './gauge.ts';
import { recordedGauge, tokensOf } from './recorded-gauge.ts';

export class SessionGauge {
	readonly #session: SessionId;
	readonly #workstreams: Pick<Workstreams, 'savedAt'>;
	readonly #marks: GaugeMarks;
	/** When the save was that it counts from; null: the session works on none. */
	#savedAt: string | null = null;
	#done: Gauge = { calls: 0, tokens: 0 };
	/** Ids of the running turn's calls: a CLI may report one twice. */
	readonly #calls = new Set<string>();
	/** What the running turn has used so far, and how much of it was there at the save. */
	#turnTokens = 0;
	#tokensAtSave = 0;

	constructor(
		session: SessionId,
		marks: GaugeMarks,
		{
			workstreams,
			store,
		}: { workstreams: Pick<Workstreams, 'savedAt'>; store: Pick<SessionStore, 'turns' | 'folderOf'> },
	) {
		this.#session = session;
		this.#marks = marks;
		this.#workstreams = workstreams;
		this.#savedAt = workstreams.savedAt(session)?.at ?? null;
		if (this.#savedAt !== null) this.#done = recordedGauge(session, this.#savedAt, store);
	}

	/** An event of the agent that works. Gives the warning that is due, in a line; null: none is. */
	count(event: AgentEvent): string | null {
		if (event.type === 'usage' && event.scope === 'turn') this.#turnTokens = tokensOf(event.tokens);
		if (event.type !== 'tool_call' || event.speaker !== undefined || this.#calls.has(event.id)) return null;
		this.#calls.add(event.id);
		const saved = this.#workstreams.savedAt(this.#session);
		if (saved === null) return null;
		if (saved.at !== this.#savedAt) this.#beginAt(saved.at);
		const before = this.#done.calls++;
		if (markBetween(before, this.#done.calls, this.#marks) === null) return null;
		return describeWarning(saved.name, {
			calls: this.#done.calls,
			tokens: this.#done.tokens + this.#turnTokens - this.#tokensAtSave,
		});
	}

	turnEnded(): void {
		this.#done.tokens += Math.max(0, this.#turnTokens - this.#tokensAtSave);
		this.#calls.clear();
		this.#turnTokens = 0;
		this.#tokensAtSave = 0;
	}

	#beginAt(at: string): void {
		this.#savedAt = at;
		this.#done = { calls: 0, tokens: 0 };
		this.#tokensAtSave = this.#turnTokens;
	}
}
