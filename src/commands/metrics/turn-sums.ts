/**
 * What turns add up to. Pure. Every sum is of whole numbers (dollars in millionths), so that any grouping of the same turns has the
 * same totals. Only wall time is no sum: turns that run at the same time share it.
 */
import { fromIso } from '../../core/clock.ts';
import { oldestPrices } from '../../sessions/lineage/price-dates.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { writtenOf } from '../../sessions/turns/turn-tokens.ts';
import { TimeSpans } from './time-spans.ts';

/** No token is counted twice: `output` is without reasoning, `input` without what came from a cache. */
export interface TokenSums {
	input: number;
	cacheRead: number;
	cacheWrite: number;
	output: number;
	reasoning: number;
}

/** In millionths of a dollar, each turn in one of them. */
interface CostSums {
	reported: number;
	estimated: number;
	/** At list prices, of turns that a plan paid for. */
	inPlan: number;
	/** The day of the oldest price list behind an estimate; null: there is none. */
	pricesAsOf: string | null;
}

export interface Sums {
	turns: number;
	/** Those of them that are over. */
	ended: number;
	/** Those of them that did all they were asked. */
	done: number;
	tokens: TokenSums;
	/** Turns of which no count of tokens is known. */
	uncounted: number;
	cost: CostSums;
	/** All turns one after the other, ms. */
	agentMs: number;
	/** In which at least one turn ran, ms. */
	wallMs: number;
	/** Turns that a limit ended. */
	limits: number;
	/** Turns that took over from another agent. */
	handOvers: number;
}

export const MICROS_PER_USD = 1e6;

/** What a record claims beyond this is no figure. Ten thousand of them still add up without an error. */
const LARGEST = 1e11;

const figure = (value: number | null) =>
	value !== null && value >= 0 && value <= LARGEST ? Math.round(value) : 0;

/** A login; null where the record does not tell it from others of the agent. */
export function loginOf({ agent, account }: Pick<TurnState, 'agent' | 'account'>): string | null {
	if (account === undefined || account.hash === 'default') return null;
	return JSON.stringify([agent, account.hash]);
}

/** Only a plan has windows: an agent that works for an API key reports none. */
export function showsPlan({ utilization, limit }: Pick<TurnState, 'utilization' | 'limit'>): boolean {
	return utilization.length > 0 || limit?.kind === 'window';
}

type Priced = Record<'reported' | 'estimated', number>;

/** Adds up turns. Its memory grows with logins and with gaps between turns alone. */
export class Figures {
	readonly #sums = {
		turns: 0,
		ended: 0,
		done: 0,
		uncounted: 0,
		agentMs: 0,
		limits: 0,
		handOvers: 0,
	};
	readonly #tokens: TokenSums = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
	readonly #spans = new TimeSpans();
	/** The cost of turns that show a plan themselves. */
	#inPlan = 0;
	/** Whether a plan paid for these is known once all turns were seen: an agent does not report its windows in each. */
	readonly #byLogin = new Map<string | null, Priced>();
	#prices: { prices_as_of?: string } = {};

	/** `before`: the agent of the turn before it, if there is one. */
	add(turn: TurnState, before: string | null): void {
		const { status, limit, trigger, agent } = turn;
		const sums = this.#sums;
		sums.turns++;
		if (status !== 'running') sums.ended++;
		if (isDone(turn)) sums.done++;
		if (limit !== null) sums.limits++;
		const isHandOver = trigger === 'switch' || trigger === 'failover';
		if (isHandOver && before !== null && before !== agent) sums.handOvers++;
		this.#addTime(turn);
		this.#addTokens(turn);
		this.#addCost(turn);
	}

	#addTime({ started_at, ended_at, duration_ms }: TurnState): void {
		const [from, to] = [fromIso(started_at), fromIso(ended_at)];
		const ms = figure(duration_ms ?? (from === null || to === null ? null : to - from));
		this.#sums.agentMs += ms;
		if (from !== null) this.#spans.add(from, from + ms);
	}

	#addTokens({ tokens }: TurnState): void {
		const { input, output, cache_read, cache_write, reasoning } = tokens;
		if ([input, output, cache_read, cache_write, reasoning].every((count) => count === null))
			this.#sums.uncounted++;
		const counts = { ...tokens, input: figure(input), output: output === null ? null : figure(output) };
		const written = writtenOf({ ...counts, reasoning: reasoning === null ? null : figure(reasoning) });
		const thought = Math.min(figure(reasoning), written);
		this.#tokens.input += counts.input;
		this.#tokens.cacheRead += figure(cache_read);
		this.#tokens.cacheWrite += figure(cache_write);
		this.#tokens.output += written - thought;
		this.#tokens.reasoning += thought;
	}

	#addCost(turn: TurnState): void {
		const { cost_usd, cost_source, prices_as_of } = turn;
		if (cost_usd === null || cost_source === 'none') return;
		const micros = figure(cost_usd <= LARGEST / MICROS_PER_USD ? cost_usd * MICROS_PER_USD : null);
		if (cost_source === 'estimated') this.#prices = oldestPrices([this.#prices, { prices_as_of }]);
		if (showsPlan(turn)) {
			this.#inPlan += micros;
			return;
		}
		const login = loginOf(turn);
		const priced = this.#byLogin.get(login) ?? { reported: 0, estimated: 0 };
		priced[cost_source] += micros;
		this.#byLogin.set(login, priced);
	}

	/** `isInPlan`: whether any turn of that login, in whatever group, showed a plan. */
	sums(isInPlan: (login: string) => boolean): Sums {
		const cost = { reported: 0, estimated: 0, inPlan: this.#inPlan };
		for (const [login, { reported, estimated }] of this.#byLogin) {
			if (login !== null && isInPlan(login)) cost.inPlan += reported + estimated;
			else {
				cost.reported += reported;
				cost.estimated += estimated;
			}
		}
		return {
			...this.#sums,
			tokens: { ...this.#tokens },
			cost: { ...cost, pricesAsOf: this.#prices.prices_as_of ?? null },
			wallMs: this.#spans.length(),
		};
	}
}

/** All that was read and written. */
export function allTokens(tokens: TokenSums): number {
	return Object.values(tokens).reduce((sum, count) => sum + count, 0);
}

/** The share of the turns that are over, 0..1; null: none is. */
export const successRate = ({ ended, done }: Pick<Sums, 'ended' | 'done'>): number | null =>
	ended === 0 ? null : done / ended;
