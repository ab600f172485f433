/** Turns in groups. Pure. */
import { fromIso } from '../../core/clock.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { localDay } from './local-days.ts';
import { Figures, loginOf, type Sums, showsPlan } from './turn-sums.ts';

export type GroupedBy = 'agent' | 'account' | 'day' | 'model' | 'repo' | 'lineage';

/** Where a turn was found. */
export interface TurnPlace {
	/** The repo's. */
	root: string;
	/** The oldest session of its line of work. */
	lineage: string;
	/** Whose the turn before it was, in that line of work; null: it is the first. */
	before: string | null;
}

interface Group {
	/** null: the records do not say. */
	key: string | null;
	sums: Sums;
}

/** The sums of turns given one by one, which are not kept. */
export class Grouping {
	readonly #by: GroupedBy;
	readonly #groups = new Map<string | null, Figures>();
	readonly #days = new Map<string, number>();
	readonly #total = new Figures();
	readonly #plans = new Set<string>();

	constructor(by: GroupedBy) {
		this.#by = by;
	}

	add(turn: TurnState, place: TurnPlace): void {
		const login = loginOf(turn);
		if (login !== null && showsPlan(turn)) this.#plans.add(login);
		const key = keyOf(turn, place, this.#by);
		const group = this.#groups.get(key) ?? new Figures();
		this.#groups.set(key, group);
		group.add(turn, place.before);
		this.#total.add(turn, place.before);
		const day = dayOf(turn);
		if (day !== null) this.#days.set(day, (this.#days.get(day) ?? 0) + 1);
	}

	/** Days in their order, other groups by turns, most first; what is not known is last. */
	groups(): Group[] {
		return [...this.#groups]
			.map(([key, figures]) => ({ key, sums: this.#sumsOf(figures) }))
			.sort((a, b) => this.#compare(a, b));
	}

	total(): Sums {
		return this.#sumsOf(this.#total);
	}

	/** Turns that began on each day that has any, in order. */
	days(): ReadonlyArray<readonly [day: string, turns: number]> {
		return [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1));
	}

	#sumsOf(figures: Figures): Sums {
		return figures.sums((login) => this.#plans.has(login));
	}

	#compare(a: Group, b: Group): number {
		if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
		const byKey = a.key < b.key ? -1 : 1;
		return this.#by === 'day' ? byKey : b.sums.turns - a.sums.turns || byKey;
	}
}

function keyOf(turn: TurnState, { root, lineage }: TurnPlace, by: GroupedBy): string | null {
	switch (by) {
		case 'agent':
			return turn.agent;
		case 'account':
			return accountOf(turn);
		case 'day':
			return dayOf(turn);
		case 'model':
			return turn.model;
		case 'repo':
			return root;
		case 'lineage':
			return lineage;
		default:
			return by satisfies never;
	}
}

/** `claude 1f2e3d4c`, `claude-work`; the bare agent where its login is not known. */
function accountOf({ agent, account }: TurnState): string {
	const name = account?.profile ?? (account?.hash === 'default' ? undefined : account?.hash.slice(0, 8));
	return name === undefined || name === agent ? agent : `${agent} ${name}`;
}

/** On which it began. */
function dayOf({ started_at }: TurnState): string | null {
	const at = fromIso(started_at);
	return at === null ? null : localDay(at);
}
