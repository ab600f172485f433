/** A row of facts: nothing in it wraps. What does not fit goes as a whole, and what the row is about is shortened with `…`. */
import { columnsOf, cutToColumns } from './text-width.ts';
import type { Paint, Theme } from './theme.ts';

/** What a row is about, safe to show and not styled. */
interface Target {
	text: string;
	/** A path loses its middle, a text its end. */
	shape: 'path' | 'text';
	/** More of the same shape in the row, at most `MAX_NAMES` in all. */
	others?: readonly string[];
	/** How many are left out already. */
	more?: number;
}

/** Text is safe to show and not styled. */
export interface Fact {
	text: string;
	/** The highest goes first where there is no room for all. */
	rank: number;
	/** True: it goes only when the target would become too short to be recognized. */
	isNeeded?: boolean;
	/** What stands before it; ` · ` by default, and in place of `, ` where the fact before it is left out. */
	joint?: ' · ' | ', ' | ' ';
	/** Dim by default. */
	paint?: Paint;
}

export interface FactRow {
	/** Styled. */
	mark: string;
	verb: string;
	target: Target;
	/** In the order in which they are shown. */
	facts: readonly Fact[];
}

/** Names in one row. */
export const MAX_NAMES = 5;
/** A target is not cut to less while there are facts that can go. */
const TARGET_COLUMNS = 8;

export function layoutFactRow({ mark, verb, target, facts }: FactRow, columns: number, theme: Theme): string {
	const head = `${mark} ${verb}`;
	const whole = wholeTarget(target);
	const gap = whole === '' || verb === '' ? '' : ' ';
	const room = (kept: readonly Fact[]) =>
		columns - columnsOf(head) - gap.length - columnsOf(joined(kept, facts, theme));
	const needed = columnsOf(whole);
	const shortest = Math.min(needed, Math.max(TARGET_COLUMNS, Math.floor(columns / 3)));
	let kept = facts;
	while (kept.some(isSpare) && room(kept) < needed) kept = without(kept, kept.filter(isSpare));
	while (kept.length > 0 && room(kept) < shortest) kept = without(kept, kept);
	return `${head}${gap}${fitTarget(target, room(kept))}${joined(kept, facts, theme)}`;
}

const isSpare = ({ isNeeded }: Fact) => isNeeded !== true;

/** Without the one of `some` that goes first. */
function without(facts: readonly Fact[], some: readonly Fact[]): readonly Fact[] {
	const last = some.reduce((worst, fact) => (fact.rank >= worst.rank ? fact : worst));
	return facts.filter((fact) => fact !== last);
}

/** The facts that are kept, of all, each behind its joint. */
function joined(kept: readonly Fact[], all: readonly Fact[], theme: Theme): string {
	return kept
		.map((fact) => {
			const { joint = ' · ', text, paint = theme.dim } = fact;
			const before = all[all.indexOf(fact) - 1];
			const isAlone = joint === ', ' && (before === undefined || !kept.includes(before));
			return theme.dim(isAlone ? ' · ' : joint) + paint(text);
		})
		.join('');
}

function wholeTarget(target: Target): string {
	return namesRow([target.text, ...(target.others ?? [])], target.more ?? 0);
}

/** Names at the end are counted until the rest fits, and then the only one left is cut. */
function fitTarget(target: Target, columns: number): string {
	const names = [target.text, ...(target.others ?? [])];
	for (let count = names.length; count > 0; count--) {
		const row = namesRow(names.slice(0, count), (target.more ?? 0) + names.length - count);
		if (columnsOf(row) <= columns) return row;
	}
	const counted = (target.more ?? 0) + names.length - 1;
	const rest = counted > 0 ? `, ${counted} more` : '';
	const room = columns - rest.length;
	if (room < 1) return cutToColumns(rest.slice(2), columns);
	return (target.shape === 'path' ? cutPath(target.text, room) : cutToColumns(target.text, room)) + rest;
}

const namesRow = (names: readonly string[], more: number) =>
	[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ');

/** `src/…/slug.js`: as many folders of the end as fit, then of the beginning the first; at last the end of the name. */
export function cutPath(path: string, columns: number): string {
	if (columnsOf(path) <= columns) return path;
	const parts = path.split('/');
	const first = parts[0] ?? '';
	for (let from = 2; from < parts.length; from++) {
		const cut = `${first}/…/${parts.slice(from).join('/')}`;
		if (columnsOf(cut) <= columns) return cut;
	}
	const name = parts.at(-1) ?? path;
	const short = `…/${name}`;
	if (parts.length > 1 && columnsOf(short) <= columns) return short;
	return cutToColumns(name, columns);
}
