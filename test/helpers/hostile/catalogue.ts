/** All that a repo can do to a relay, by name; and a way to draw from it that is the same for the same seed. */
import { NAME_VECTORS } from './names.ts';
import { PLACE_VECTORS } from './places.ts';
import { PROGRAM_VECTORS } from './programs.ts';
import { RECORD_VECTORS } from './records.ts';
import type { Vector } from './scene.ts';

/** By what is attacked: each kind is drawn as often as the others, however many vectors it has. */
export const KINDS: Readonly<Record<string, readonly Vector[]>> = {
	records: RECORD_VECTORS,
	places: PLACE_VECTORS,
	programs: PROGRAM_VECTORS,
	names: NAME_VECTORS,
};

export const VECTORS: readonly Vector[] = Object.values(KINDS).flat();

export type Random = () => number;

/** Mulberry32: numbers from 0 up to 1. */
export function randomFrom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export function pick<T>(random: Random, from: readonly T[]): T {
	const found = from[Math.floor(random() * from.length)];
	if (found === undefined) throw new Error('nothing to pick from');
	return found;
}

/** So many different ones, in the order of `from`. */
export function pickSome<T>(random: Random, from: readonly T[], count: number): T[] {
	const left = [...from];
	while (left.length > count) left.splice(Math.floor(random() * left.length), 1);
	return left;
}

/** Two or three vectors; where two want the same place, the later one has it. */
export function drawCombination(random: Random): Vector[] {
	const count = random() < 0.5 ? 2 : 3;
	const drawn = new Set<Vector>();
	while (drawn.size < count) drawn.add(pick(random, pick(random, Object.values(KINDS))));
	return [...drawn];
}
