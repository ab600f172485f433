import type { NativeFacts, ParserContext } from '../../agent-adapter.ts';
import { type AgentEvent, NO_TOKENS, type TokenCounts } from '../../events.ts';
import type { JsonObject } from '../../reading/json-fields.ts';
import { readUsage, sameTokens, subtractTokens, ZERO_TOKENS } from './usage.ts';

/** The thread that codex says it opened, whether it is the one that was asked for, and its totals. */
export class OpenedSession {
	readonly #context: ParserContext;
	#id: string | null = null;
	#mismatch: string | null = null;
	#totals: TokenCounts | null = null;

	constructor(context: ParserContext) {
		this.#context = context;
	}

	get id(): string | null {
		return this.#id;
	}

	/** Set when a new thread answers a resume: what happened, as a sentence. */
	get mismatch(): string | null {
		return this.#mismatch;
	}

	/** After the turn, as the stream reported them. */
	get totals(): TokenCounts | null {
		return this.#totals;
	}

	/** `thread.started`. */
	started(id: string | null): AgentEvent[] {
		if (id === null || this.#id !== null) return [];
		this.#id = id;
		const { resume, requestedSessionId, requestedModel } = this.#context;
		const started: AgentEvent = { type: 'session_started', nativeSessionId: id, model: requestedModel };
		if (!resume || id === requestedSessionId) return [started];
		const message = `codex did not resume ${requestedSessionId} but began the new thread ${id}`;
		this.#mismatch = message;
		return [
			{ ...started, lacksStory: true },
			{ type: 'error', code: 'session_mismatch', message },
		];
	}

	/** The `usage` of `turn.completed`: totals of the thread. */
	usage(usage: JsonObject): AgentEvent[] {
		this.#totals = readUsage(usage);
		return [{ type: 'usage', scope: 'cumulative', tokens: this.#totals, costUsd: null }];
	}

	/** The difference of totals, so that no turn is counted twice; the record's own count if one of them is unknown. */
	turnTokens(native: NativeFacts | null): TokenCounts {
		const before = this.#isNew() ? ZERO_TOKENS : this.#context.cumulativeBefore;
		if (this.#totals !== null && before !== null) return subtractTokens(this.#totals, before);
		// A thread whose total has not moved holds an earlier turn as its last.
		const hasMoved = !before || !native?.cumulative || !sameTokens(native.cumulative, before);
		return (hasMoved ? native?.tokens : null) ?? NO_TOKENS;
	}

	/** codex answers a resume of a word that is not a thread id with a new thread and exit 0. */
	#isNew(): boolean {
		const { resume, requestedSessionId } = this.#context;
		return !resume || (this.#id !== null && this.#id !== requestedSessionId);
	}
}
