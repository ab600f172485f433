/** Decides how long an agent may retry by itself before its work is handed over. Pure: the time is passed in with each call. */
import type { AgentEvent, Limit, LimitSource } from '../agents/events.ts';

export interface PatienceOptions {
	/** `limits.patience_s` in ms. */
	patienceMs: number;
}

/**
 * What the relay must do now.
 * @internal For tests: they name it.
 */
export type PatienceVerdict =
	/** Stop the tree and hand over. */
	| { type: 'limited'; limit: Limit }
	/** Stop the tree; the turn is `failed` / `auth`. */
	| { type: 'failed'; stopReason: 'auth'; source: LimitSource };

export interface Patience {
	/** Feed every event of the turn, in order. `atMs`: when it was read, epoch ms (a reset may be derived from it). */
	observe(event: AgentEvent, atMs: number): void;
	/** When to ask for a verdict if no event comes first; null: nothing is pending. May be in the past. */
	dueAt(): number | null;
	/** null: continue. Once it is not null it stays the same until there is progress. */
	verdict(nowMs: number): PatienceVerdict | null;
}

type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** After its last wait the agent still has to ask, and to report the provider's words if it is refused again. */
const LAST_TRY_MS = 5000;

interface Pending {
	firstAt: number;
	/** The newest retry and when it was seen. */
	last: Retry;
	lastAt: number;
}

/**
 * Rate and overload retries are the agent's business until their announced delay, or the time since the first of them, exceeds the
 * patience; any progress resets this. A retry on stderr counts only while no tool call is open, because a tool's error text may be
 * echoed there. Retries of server and network errors never become limits, and while one of them is the newest sign the wait for the
 * limit is paused. An agent that has announced its last try gets the time for it, since it then reports why it was refused. A
 * refused login is never worth waiting for.
 */
export function createPatience({ patienceMs }: PatienceOptions): Patience {
	const openTools = new Set<string>();
	let pending: Pending | null = null;
	let refused: { retry: Retry; at: number } | null = null;

	const restart = () => {
		pending = null;
		refused = null;
	};

	const observeRetry = (retry: Retry, atMs: number) => {
		if (retry.source.channel === 'stderr' && openTools.size > 0) return;
		if (retry.reason === 'auth') refused = { retry, at: atMs };
		else if (pending !== null) pending = { ...pending, last: retry, lastAt: atMs };
		else if (isTransientLimit(retry)) pending = { firstAt: atMs, last: retry, lastAt: atMs };
	};

	const dueAt = () => {
		if (refused !== null) return refused.at;
		if (pending === null || !isTransientLimit(pending.last)) return null;
		if (announcedTooLong(pending, patienceMs)) return pending.lastAt;
		return Math.max(pending.firstAt + patienceMs, lastTryEnd(pending) ?? 0);
	};

	return {
		observe(event, atMs) {
			switch (event.type) {
				case 'retry':
					observeRetry(event, atMs);
					return;
				case 'tool_call':
					openTools.add(event.id);
					restart();
					return;
				case 'tool_result':
					openTools.delete(event.id);
					restart();
					return;
				case 'agent_message_chunk':
				case 'agent_thought_chunk':
				case 'plan':
				case 'usage':
					restart();
					return;
				default:
					return;
			}
		},
		dueAt,
		verdict(nowMs) {
			if (refused !== null) return { type: 'failed', stopReason: 'auth', source: refused.retry.source };
			const due = dueAt();
			if (pending === null || due === null || nowMs < due) return null;
			return { type: 'limited', limit: limitOf(pending, patienceMs) };
		},
	};
}

function isTransientLimit(retry: Retry): retry is Retry & { reason: 'rate' | 'overloaded' } {
	return retry.reason === 'rate' || retry.reason === 'overloaded';
}

function announcedTooLong({ last }: Pending, patienceMs: number): boolean {
	return last.delayMs !== null && last.delayMs > patienceMs;
}

/** When the try that the agent announced as its last must be over; null when it has more or does not say. */
function lastTryEnd({ last: { attempt, maxAttempts, delayMs }, lastAt }: Pending): number | null {
	if (attempt === null || maxAttempts === null || delayMs === null) return null;
	return attempt < maxAttempts ? null : lastAt + delayMs + LAST_TRY_MS;
}

/** Only a delay longer than the patience says when the limit ends; a short one is just the agent's own back-off. */
function limitOf(pending: Pending, patienceMs: number): Limit {
	const { last, lastAt } = pending;
	const isReported = announcedTooLong(pending, patienceMs);
	return {
		kind: last.reason === 'overloaded' ? 'overloaded' : 'rate',
		resetAt: isReported && last.delayMs !== null ? Math.round(lastAt + last.delayMs) : null,
		window: null,
		scope: null,
		source: last.source,
		confidence: isReported ? 'derived' : 'estimated',
	};
}
