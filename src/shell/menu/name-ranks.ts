/** Which names fit what is typed, best first: those that begin with it, then those that hold it, then its letters in their order. Pure. */

export interface Ranked {
	/** Index into the names. */
	at: number;
	/** The name begins with what is typed. */
	isPrefix: boolean;
}

/** So many tiers of fitness, each wide enough for the length of a name. */
const TIER = 4096;
/** Enough to walk through with arrows. */
const MAX_RANKED = 200;

export interface Names {
	readonly names: readonly string[];
	/** Lower case. */
	readonly low: readonly string[];
	/** Where the last part of each begins, that of a folder included (`src/ui/` -> 4); 0 for a name without parts. */
	readonly bases: readonly number[];
}

export function toNames(names: readonly string[]): Names {
	const low = names.map((name) => name.toLowerCase());
	return { names, low, bases: low.map((name) => name.lastIndexOf('/', name.length - 2) + 1) };
}

/**
 * The best of them. With nothing typed: the shallow ones first. `isShortFirst`: of those that fit equally well; else they keep
 * their order, a name that is typed in full apart.
 */
export function rankNames({ low, bases }: Names, typed: string, { isShortFirst = true } = {}): Ranked[] {
	const wanted = typed.toLowerCase();
	const scores: number[] = [];
	const span = low.length + 1;
	for (let at = 0; at < low.length; at++) {
		const name = low[at] ?? '';
		const score =
			wanted === '' ? depthOf(name, bases[at] ?? 0) : scoreOf(name, bases[at] ?? 0, wanted, isShortFirst);
		// One number a name sorts faster than a pair.
		if (score !== null) scores.push(score * span + at);
	}
	const sorted = Float64Array.from(scores).sort();
	return [...sorted.subarray(0, MAX_RANKED)].map((one) => ({
		at: one % span,
		isPrefix: Math.floor(one / span) < 2 * TIER,
	}));
}

/** The characters of `name` that `typed` matches, for emphasis. */
export function matchedAt(name: string, typed: string): ReadonlySet<number> {
	const low = name.toLowerCase();
	const wanted = typed.toLowerCase();
	const base = low.lastIndexOf('/', low.length - 2) + 1;
	const whole = [base, 0].map((from) => low.indexOf(wanted, from)).find((at) => at >= 0);
	if (whole !== undefined) return new Set(Array.from(wanted, (_, i) => whole + i));
	const from = isWithin(low, wanted, base) ? base : 0;
	const found = new Set<number>();
	let at = from;
	for (const letter of wanted) {
		at = low.indexOf(letter, at);
		if (at < 0) return new Set();
		found.add(at++);
	}
	return found;
}

/** Smaller is better; null: it does not fit. */
function scoreOf(name: string, base: number, wanted: string, isShortFirst: boolean): number | null {
	const length = name === wanted ? 0 : isShortFirst ? Math.min(name.length, TIER - 1) : 1;
	const inBase = name.indexOf(wanted, base);
	if (inBase === base) return length;
	const anywhere = inBase < 0 ? name.indexOf(wanted) : inBase;
	if (anywhere === 0) return TIER + length;
	if (inBase > 0) return (/[a-z0-9]/.test(name[inBase - 1] ?? '') ? 4 : 3) * TIER + length;
	if (anywhere > 0) return 5 * TIER + length;
	if (isWithin(name, wanted, base)) return 6 * TIER + length;
	return isWithin(name, wanted, 0) ? 7 * TIER + length : null;
}

/** The letters in their order, with others between. */
function isWithin(name: string, wanted: string, from: number): boolean {
	let at = from;
	for (let i = 0; i < wanted.length; i++) {
		at = name.indexOf(wanted[i] ?? '', at) + 1;
		if (at === 0) return false;
	}
	return true;
}

function depthOf(name: string, base: number): number {
	if (base === 0) return 0;
	let depth = 0;
	for (let at = name.indexOf('/'); at >= 0 && at < base; at = name.indexOf('/', at + 1)) depth++;
	return depth;
}
