/** Decides when a running turn must be stopped, and why: pure, over events and time. */
import type { AgentId } from '../../agents/agent-adapter.ts';
import type { AgentEvent, Limit } from '../../agents/events.ts';
import { createPatience } from '../../limits/patience.ts';
import type { TurnTimes } from '../turn-spec.ts';
import type { TurnStopReason } from './turn-stop.ts';

/** How long the CLI may write its own last lines after a hard limit or a refused login, before its tree is stopped. */
const LIMIT_GRACE_MS = 400;

type WatchTimes = Omit<TurnTimes, 'answerMs' | 'questionMs'>;
export type WatchVerdict = { stop: TurnStopReason } | { idleMs: number } | null;

export class TurnWatch {
	readonly #times: WatchTimes;
	readonly #startedAt: number;
	readonly #patience;
	#limitSeenAt: number | null = null;
	#refusedAt: number | null = null;
	#lacksStory = false;
	#finalAt: number | null = null;
	#lingerCapMs = Number.POSITIVE_INFINITY;
	#hasWarnedIdle = false;
	/** The agent has answered and waits for its background tasks. */
	#isWaiting = false;
	#silentMs: number | null = null;

	constructor(times: WatchTimes, startedAt: number) {
		this.#times = times;
		this.#startedAt = startedAt;
		this.#patience = createPatience({ patienceMs: times.patienceMs });
	}

	/** Takes in an event; returns a stop if one follows at once. */
	observe(event: AgentEvent, atMs: number): WatchVerdict {
		this.#patience.observe(event, atMs);
		if (event.type === 'limit' && event.speaker === undefined) this.#limitSeenAt ??= atMs;
		if (isOwnOutput(event)) this.#limitSeenAt = null;
		if (event.type === 'turn_ended') this.#end(event, atMs);
		if (event.type === 'interim_answer') this.#isWaiting = true;
		if (event.type === 'continued') this.#resume();
		if (event.type === 'retry' && event.reason === 'auth') this.#refusedAt ??= atMs;
		this.#lacksStory ||= event.type === 'session_started' && event.lacksStory === true;
		return event.type === 'retry' && event.reason !== 'auth' ? this.#patienceVerdict(atMs) : null;
	}

	/** Call it a few times a second. `isToolRunning`: a tool is known to run, so the agent has no reason to print anything. */
	tick(now: number, lastByteAt: number, isToolRunning = false): WatchVerdict {
		const { lingerMs, timeoutMs, idleMs, backgroundMs } = this.#times;
		if (this.#finalAt !== null)
			return now - this.#finalAt >= Math.min(lingerMs, this.#lingerCapMs) ? { stop: 'linger' } : null;
		if (this.#limitSeenAt !== null && now - this.#limitSeenAt >= LIMIT_GRACE_MS) return { stop: 'limited' };
		// Only before the model's first word: until then nothing was done without the story.
		if (this.#lacksStory) return { stop: 'failed' };
		if (timeoutMs > 0 && now - this.#startedAt >= timeoutMs) return { stop: 'timed_out' };
		const patience = this.#patienceVerdict(now);
		const isDue = this.#refusedAt === null || now - this.#refusedAt >= LIMIT_GRACE_MS;
		if (patience !== null && isDue) return patience;
		if (this.#isWaiting) return now - lastByteAt >= backgroundMs ? { stop: 'background' } : null;
		if (this.#isTooSilent(now - lastByteAt, isToolRunning)) return { stop: 'limited' };
		if (this.#hasWarnedIdle || idleMs === 0 || now - lastByteAt < idleMs) return null;
		this.#hasWarnedIdle = true;
		return { idleMs: now - lastByteAt };
	}

	/** The limit that ended the patience, or that silence stands for; for a turn whose own stream named none. */
	impatientLimit(now: number, agent: AgentId): Limit | null {
		const verdict = this.#patience.verdict(now);
		if (verdict?.type === 'limited') return verdict.limit;
		return this.#silentMs === null ? null : limitOfSilence(this.#silentMs, agent);
	}

	/** Only if the user configured silence as a sign. */
	#isTooSilent(silentMs: number, isToolRunning: boolean): boolean {
		const { silenceMs = 0 } = this.#times;
		const isTooSilent = silenceMs > 0 && !isToolRunning && silentMs >= silenceMs;
		this.#silentMs = isTooSilent ? silentMs : null;
		return isTooSilent;
	}

	/** A background tool may continue after a good answer; after a failed one there is nothing to wait for. */
	#end({ outcome }: Extract<AgentEvent, { type: 'turn_ended' }>, atMs: number): void {
		this.#isWaiting = false;
		if (this.#finalAt !== null) return;
		this.#finalAt = atMs;
		if (outcome !== 'completed') this.#lingerCapMs = LIMIT_GRACE_MS;
	}

	#resume(): void {
		this.#isWaiting = false;
		this.#finalAt = null;
		this.#lingerCapMs = Number.POSITIVE_INFINITY;
	}

	#patienceVerdict(now: number): WatchVerdict {
		const verdict = this.#patience.verdict(now);
		return verdict === null ? null : { stop: verdict.type };
	}
}

/** The main conversation has produced output: earlier refusals are over. */
function isOwnOutput(event: AgentEvent): boolean {
	if (event.type === 'tool_call') return event.speaker === undefined;
	return event.type === 'agent_message_chunk' || event.type === 'agent_thought_chunk';
}

function limitOfSilence(silentMs: number, agent: AgentId): Limit {
	const excerpt = `no output for ${Math.round(silentMs / 1000)} s`;
	return {
		kind: 'overloaded',
		resetAt: null,
		window: null,
		scope: null,
		source: { channel: 'silence', rule: `${agent}:silence_s`, excerpt },
		confidence: 'estimated',
	};
}
