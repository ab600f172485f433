/** The items of a transcript as turns: a prompt and all that came of it. What was taken back since, and sub-agents, are left out. */
import { addTokens } from '../agents/claude/stream/usage.ts';
import { NO_TOKENS, type TokenCounts } from '../agents/events.ts';
import type { PromptSource, TranscriptFacts, TranscriptItem } from './transcript-items.ts';

type Event = Extract<TranscriptItem, { kind: 'event' }>['event'];

export type TurnStep =
	/** `turn`: from 1 on. */
	| { step: 'begin'; turn: number; by: PromptSource; text: string; at: number | null }
	| { step: 'event'; event: Event; at: number | null }
	| { step: 'end'; turn: TranscriptTurn };

export interface TranscriptTurn {
	turn: number;
	/** `limited` and `failed`: what the CLI showed in place of an answer came last. */
	outcome: 'completed' | 'cancelled' | 'limited' | 'failed';
	message: string | null;
	/** Epoch ms, as its lines have it. */
	startedAt: number | null;
	endedAt: number | null;
	model: string | null;
	version: string | null;
	tokens: TokenCounts;
	/** Totals of the whole conversation after it, where the CLI reports them. */
	totals: TokenCounts | null;
	/** As the agent named them, each once. */
	edited: readonly string[];
}

type OpenTurn = Omit<TranscriptTurn, 'edited'> & { edited: Set<string> };

/** Files of one turn that are remembered. */
const MAX_EDITED = 2_000;

export class TurnGrouping {
	readonly facts: Partial<TranscriptFacts> = {};
	torn = 0;
	#count = 0;
	#open: OpenTurn | null = null;
	/** Words that are a turn only if something comes of them. */
	#waiting: { by: PromptSource; text: string; at: number | null } | null = null;
	#isLeftOut = false;
	#totals: TokenCounts | null = null;

	push(item: TranscriptItem): TurnStep[] {
		if (item.kind === 'facts') return this.#learn(item.facts);
		if (item.kind === 'torn') this.torn++;
		if (item.kind === 'prompt') return this.#prompt(item);
		if (item.kind === 'usage' && item.scope === 'conversation') return this.#total(item.tokens);
		if (this.#isLeftOut || ('isSide' in item && item.isSide)) return [];
		const begun = item.kind === 'event' ? this.#beginWaiting() : [];
		if (this.#open === null) return begun;
		if (item.at !== null) this.#open.endedAt = Math.max(item.at, this.#open.endedAt ?? item.at);
		return [...begun, ...this.#within(this.#open, item)];
	}

	end(): TurnStep[] {
		return this.#endOpen();
	}

	/** The turn that is open, as it is so far; null: none is. */
	get open(): TranscriptTurn | null {
		return this.#open === null ? null : { ...this.#open, edited: [...this.#open.edited] };
	}

	#learn(facts: Partial<TranscriptFacts>): TurnStep[] {
		const { startedAt, cwd, ...latest } = facts;
		Object.assign(this.facts, latest);
		if (startedAt !== undefined) this.facts.startedAt ??= startedAt;
		if (cwd !== undefined) this.facts.cwd ??= cwd;
		if (this.#open !== null && facts.model !== undefined) this.#open.model = facts.model;
		return [];
	}

	#prompt(item: Extract<TranscriptItem, { kind: 'prompt' }>): TurnStep[] {
		const { by, text, at, isInForce } = item;
		if (by === 'shell' || (by === 'agent' && this.facts.isSubAgent !== true)) return [];
		const ended = this.#endOpen();
		this.#waiting = null;
		this.#isLeftOut = !isInForce;
		if (!isInForce) return ended;
		if (by === 'person') return [...ended, this.#begin({ by, text, at })];
		this.#waiting = { by, text, at };
		return ended;
	}

	#beginWaiting(): TurnStep[] {
		if (this.#waiting === null) return [];
		const begun = this.#begin(this.#waiting);
		this.#waiting = null;
		return [begun];
	}

	#begin({ by, text, at }: { by: PromptSource; text: string; at: number | null }): TurnStep {
		const turn = ++this.#count;
		this.#open = {
			turn,
			outcome: 'completed',
			message: null,
			startedAt: at,
			endedAt: at,
			model: this.facts.model ?? null,
			version: this.facts.version ?? null,
			tokens: NO_TOKENS,
			totals: null,
			edited: new Set(),
		};
		return { step: 'begin', turn, by, text, at };
	}

	#within(open: OpenTurn, item: TranscriptItem): TurnStep[] {
		switch (item.kind) {
			case 'event':
				// An answer after a failure means that the agent got over it.
				Object.assign(open, { outcome: 'completed', message: null });
				return [{ step: 'event', event: item.event, at: item.at }];
			case 'edit':
				if (open.edited.size < MAX_EDITED) open.edited.add(item.path);
				return [];
			case 'usage':
				open.tokens = addTokens(open.tokens, item.tokens);
				return [];
			case 'stopped':
				open.outcome = 'cancelled';
				return [];
			case 'failed':
				Object.assign(open, { outcome: item.isLimit ? 'limited' : 'failed', message: item.message });
				return [];
			default:
				return [];
		}
	}

	/** A total counts for the turn that is open, as far as it exceeds the one before. */
	#total(totals: TokenCounts): TurnStep[] {
		const before = this.#totals ?? NO_TOKENS;
		this.#totals = totals;
		if (this.#open === null) return [];
		this.#open.totals = totals;
		this.#open.tokens = addTokens(this.#open.tokens, difference(totals, before));
		return [];
	}

	#endOpen(): TurnStep[] {
		const open = this.#open;
		this.#open = null;
		return open === null ? [] : [{ step: 'end', turn: { ...open, edited: [...open.edited] } }];
	}
}

function difference(later: TokenCounts, earlier: TokenCounts): TokenCounts {
	const over = (one: number | null, other: number | null) =>
		one === null ? null : Math.max(0, one - (other ?? 0));
	return {
		input: over(later.input, earlier.input),
		output: over(later.output, earlier.output),
		cacheRead: over(later.cacheRead, earlier.cacheRead),
		cacheWrite: over(later.cacheWrite, earlier.cacheWrite),
		reasoning: over(later.reasoning, earlier.reasoning),
		...(later.reasoningInOutput ? { reasoningInOutput: true as const } : {}),
	};
}
