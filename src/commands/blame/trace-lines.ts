/**
 * Follows each line of a file back through its recorded versions to whoever made it. Pure. Nobody's name is given where the
 * records leave a choice: such a line is unknown.
 */
import type { Hunk } from '../../git/snapshots/blame-lines.ts';

/** Who worked between two versions: a turn (by its number in the caller's list), nobody, or more than can be told apart. */
export type Worker =
	| { kind: 'turn'; turn: number }
	| { kind: 'nobody' }
	| { kind: 'unknown'; why: UnknownReason };

export type UnknownReason =
	/** Several turns ran at once. */
	| 'overlap'
	/** No snapshot says what a turn left, or the store no longer holds it. */
	| 'no_snapshot'
	/** The line looks like one of a turn's, and as much like somebody else's. */
	| 'ambiguous'
	/** A commit of somebody else has it. */
	| 'commit'
	/** It changed during a turn that used no tool which writes. */
	| 'no_tool';

/** From one version of the file to the next. */
export interface Step {
	worker: Worker;
	/** Whitespace apart; in order. null: the store no longer holds one of the versions. */
	hunks: readonly Hunk[] | null;
	/** When the newer version was seen; epoch ms. */
	seenAt: number;
}

/** `content`: not by the place of the line but by what stands in it, after a formatter, a checkout, an undo. */
export type Evidence = 'exact' | 'content';

export type Origin =
	| { kind: 'turn'; turn: number; evidence: Evidence }
	/** It appeared while no turn ran. */
	| { kind: 'between' }
	/** It was there before the first recorded version. */
	| { kind: 'before' }
	| { kind: 'unknown'; why: UnknownReason };

/** Lines that a turn wrote into the same file elsewhere: another worktree, a branch. */
export interface WrittenElsewhere {
	turn: number;
	/** Epoch ms. */
	at: number;
	lines: readonly string[];
}

interface Traced {
	/** The oldest first. */
	steps: readonly Step[];
	/** Lines in the newest version. */
	lineCount: number;
	elsewhere: readonly WrittenElsewhere[];
}

/** The origin of each line of the newest version, from line 1 on; index 0 is empty. */
export function traceLines(traced: Traced): Array<Origin | undefined> {
	const tracer = new Tracer(traced);
	return Array.from({ length: traced.lineCount + 1 }, (_, line) =>
		line === 0 ? undefined : tracer.originOf(line, traced.steps.length),
	);
}

/** The lines that a step removed: their keys, with their numbers before it. */
interface Removed {
	byKey: ReadonlyMap<string, number>;
	byNumber: ReadonlyMap<number, string>;
}

/** Asked line by line, from the first on. */
interface BroughtBack {
	/** Where a telling line comes from. */
	of(line: string): Origin;
	/** For a line that tells nothing, the one that followed the last one there; null: it did not. */
	next(line: string): Origin | null;
}

function writtenBy({ turn, keys }: { turn: number; keys: ReadonlySet<string> }): BroughtBack {
	const origin: Origin = { kind: 'turn', turn, evidence: 'content' };
	return { of: () => origin, next: (line) => (line.trim() !== '' && keys.has(keyOf(line)) ? origin : null) };
}

const alwaysGives = (origin: Origin): BroughtBack => ({ of: () => origin, next: () => null });

const UNKNOWN: Origin = { kind: 'unknown', why: 'ambiguous' };

class Tracer {
	readonly #steps: readonly Step[];
	readonly #elsewhere: ReadonlyArray<{ turn: number; at: number; keys: ReadonlySet<string> }>;
	readonly #removed = new Map<number, Removed>();
	/** How the new lines of each hunk that nobody's turn made came about. */
	readonly #carried = new Map<Hunk, ReadonlyArray<Origin>>();

	constructor({ steps, elsewhere }: Pick<Traced, 'steps' | 'elsewhere'>) {
		this.#steps = steps;
		this.#elsewhere = elsewhere.map(({ turn, at, lines }) => ({ turn, at, keys: new Set(lines.map(keyOf)) }));
	}

	/** `version` n: the one that step n - 1 made. */
	originOf(line: number, version: number): Origin {
		let at = line;
		for (let step = version - 1; step >= 0; step--) {
			const { hunks, worker } = this.#steps[step] ?? NO_STEP;
			if (hunks === null) return { kind: 'unknown', why: 'no_snapshot' };
			const { hunk, shift } = hunkAt(hunks, at);
			if (hunk === null) {
				at += shift;
				continue;
			}
			if (worker.kind === 'turn') return { kind: 'turn', turn: worker.turn, evidence: 'exact' };
			if (worker.kind === 'unknown') return { kind: 'unknown', why: worker.why };
			return this.#carriedIn(hunk, step)[at - hunk.newStart] ?? UNKNOWN;
		}
		return { kind: 'before' };
	}

	#carriedIn(hunk: Hunk, step: number): readonly Origin[] {
		const known = this.#carried.get(hunk);
		if (known !== undefined) return known;
		const origins = this.#carry(hunk, step);
		this.#carried.set(hunk, origins);
		return origins;
	}

	/** Nobody's turn made these lines: a formatter or an editor did, or they came back from elsewhere. */
	#carry(hunk: Hunk, step: number): Origin[] {
		const oldOrigin = (index: number) => byContent(this.originOf(hunk.oldStart + index, step));
		const reshaped = reshapedLines(hunk);
		if (reshaped !== null)
			return betweenNeighbours(
				reshaped.map((from) => (from.length === 0 ? null : agreed(from.map(oldOrigin)))),
			);
		const same = sameLines(hunk);
		const rest = hunk.newLines.filter((line, i) => same[i] === undefined && isTelling(line));
		const back = this.#broughtBack(rest, step);
		const found = hunk.newLines.map((line, i) => {
			const from = same[i];
			if (from !== undefined) return oldOrigin(from);
			return isTelling(line) ? back.of(line) : back.next(line);
		});
		const isOwn = found.every((origin) => origin === null || origin.kind === 'between');
		return found.map((origin) => origin ?? (isOwn ? { kind: 'between' } : UNKNOWN));
	}

	/** Whether lines were there once, all of them together: removed earlier in this file, or written by one turn elsewhere. */
	#broughtBack(lines: readonly string[], step: number): BroughtBack {
		const keys = lines.map(keyOf);
		const isCertain = keys.length > 1 || keys.some((key) => key.length >= LONG_LINE);
		const hasAll = (known: { has(key: string): boolean }) =>
			keys.length > 0 && keys.every((key) => known.has(key));
		for (let earlier = step; earlier >= 0; earlier--) {
			const { byKey, byNumber } = this.#removedIn(earlier);
			if (!hasAll(byKey)) continue;
			if (!isCertain) return alwaysGives(UNKNOWN);
			let at = 0;
			const origin = () => byContent(this.originOf(at, earlier));
			return {
				of: (line) => {
					at = byKey.get(keyOf(line)) ?? 0;
					return origin();
				},
				next: (line) => (line.trim() !== '' && byNumber.get(++at) === keyOf(line) ? origin() : null),
			};
		}
		const writers = this.#writtenBefore(step).filter(({ keys: written }) => hasAll(written));
		const [writer, ...others] = writers;
		if (writer !== undefined && isCertain && others.every(({ turn }) => turn === writer.turn))
			return writtenBy(writer);
		return {
			of: (line) => (this.#isSeenBefore(keyOf(line), step) ? UNKNOWN : { kind: 'between' }),
			next: () => null,
		};
	}

	#removedIn(step: number): Removed {
		const known = this.#removed.get(step);
		if (known !== undefined) return known;
		const found = { byKey: new Map<string, number>(), byNumber: new Map<number, string>() };
		for (const { oldStart, oldLines } of this.#steps[step]?.hunks ?? [])
			for (const [i, line] of oldLines.entries()) {
				found.byKey.set(keyOf(line), oldStart + i);
				found.byNumber.set(oldStart + i, keyOf(line));
			}
		this.#removed.set(step, found);
		return found;
	}

	#isSeenBefore(key: string, step: number): boolean {
		for (let earlier = step; earlier >= 0; earlier--)
			if (this.#removedIn(earlier).byKey.has(key)) return true;
		return this.#writtenBefore(step).some(({ keys }) => keys.has(key));
	}

	#writtenBefore(step: number) {
		const seenAt = this.#steps[step]?.seenAt ?? 0;
		return this.#elsewhere.filter(({ at }) => at <= seenAt);
	}
}

const NO_STEP: Step = { worker: { kind: 'nobody' }, hunks: [], seenAt: 0 };

/** The hunk that made a new line, else how far its number was from it before. */
function hunkAt(hunks: readonly Hunk[], line: number): { hunk: Hunk | null; shift: number } {
	let shift = 0;
	for (const hunk of hunks) {
		const { newStart, newLines, oldLines } = hunk;
		if (newLines.length > 0 && line >= newStart && line < newStart + newLines.length) return { hunk, shift };
		if (line < newStart + (newLines.length === 0 ? 1 : 0)) break;
		shift += oldLines.length - newLines.length;
	}
	return { hunk: null, shift };
}

/** The number that a line had before; null: it is one of the new ones. */
export function lineBefore(hunks: readonly Hunk[], line: number): number | null {
	const { hunk, shift } = hunkAt(hunks, line);
	return hunk === null ? line + shift : null;
}

/** A line by which a piece of text is known again. */
const isTelling = (line: string) => keyOf(line).length >= 3;
/** So long that nobody types it twice by chance. */
const LONG_LINE = 24;

/** A line without what formatters change. */
const keyOf = (line: string) => line.replace(/[\s,;()'"`]+/g, '');

/**
 * For a hunk that only arranges the same text anew, the old lines (by index) that each new line holds parts of; null for any
 * other hunk.
 */
function reshapedLines({ oldLines, newLines }: Hunk): number[][] | null {
	const old = oldLines.map(keyOf);
	const fresh = newLines.map(keyOf);
	const text = old.join('');
	if (text === '' || text !== fresh.join('')) return null;
	const ends: number[] = [];
	for (const key of old) ends.push((ends.at(-1) ?? 0) + key.length);
	let at = 0;
	return fresh.map((key) => {
		const from = at;
		at += key.length;
		return old.flatMap((part, i) => {
			const end = ends[i] ?? 0;
			return part !== '' && end > from && end - part.length < at ? [i] : [];
		});
	});
}

/** For each new line the old one of the same hunk that says the same, in the same order. */
function sameLines({ oldLines, newLines }: Hunk): Array<number | undefined> {
	let from = 0;
	return newLines.map((line) => {
		if (!isTelling(line)) return undefined;
		const found = oldLines.findIndex((old, i) => i >= from && keyOf(old) === keyOf(line));
		if (found < 0) return undefined;
		from = found + 1;
		return found;
	});
}

function byContent(origin: Origin): Origin {
	return origin.kind === 'turn' ? { ...origin, evidence: 'content' } : origin;
}

/** One origin where all are of one kind and turn. */
function agreed(origins: readonly Origin[]): Origin {
	const [first = UNKNOWN, ...rest] = origins;
	return rest.every((other) => isSame(other, first)) ? first : UNKNOWN;
}

function isSame(a: Origin, b: Origin): boolean {
	return a.kind === 'turn' ? b.kind === 'turn' && a.turn === b.turn : a.kind === b.kind;
}

/** What a formatter put on a line of its own (`);`) belongs to its neighbours where these are of one origin. */
function betweenNeighbours(found: ReadonlyArray<Origin | null>): Origin[] {
	return found.map((origin, i) => {
		if (origin !== null) return origin;
		const above = found.slice(0, i).findLast((other) => other !== null);
		const below = found.slice(i + 1).find((other) => other !== null);
		return agreed([above, below].filter((other) => other != null));
	});
}
