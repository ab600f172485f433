/**
 * What a fuzz target is, and how long one is tried. Without `FUZZ_SECONDS` each target gets its own number of inputs from
 * one fixed seed, so that a run is the same everywhere; with it the seconds are shared out among the targets.
 */
import fc from 'fast-check';

export interface FuzzTarget {
	/** `FUZZ_ONLY` chooses by it: `claude parser`. */
	name: string;
	/** What must hold, as the end of a sentence. */
	promise: string;
	/** Inputs where no time is given: some 100 ms of them. */
	runs: number;
	/** Rejects with the smallest input found for which it does not hold. */
	attempt(limits: fc.Parameters<unknown>): Promise<Attempt>;
}

interface Attempt {
	inputs: number;
	broken: { path: string; input: unknown; error: unknown } | null;
}

/** `check` throws, or rejects, where the promise is broken. */
export function target<T>(
	name: string,
	promise: string,
	runs: number,
	input: fc.Arbitrary<T>,
	check: (input: T) => void | Promise<void>,
): FuzzTarget {
	const isAsync = check.constructor.name === 'AsyncFunction';
	const property = isAsync
		? fc.asyncProperty(input, async (one) => check(one))
		: fc.property(input, (one) => void check(one));
	return {
		name,
		promise,
		runs,
		async attempt(limits) {
			const result = await fc.check(property as fc.IRawProperty<[T]>, limits as fc.Parameters<[T]>);
			const { counterexample, counterexamplePath: path, errorInstance: error } = result;
			const broken =
				counterexample === null || path === null ? null : { path, input: counterexample[0], error };
			return { inputs: result.numRuns, broken };
		},
	};
}

const FIXED_SEED = 20_261_128;
const MAX_RUNS = 100_000_000;
const { FUZZ_SECONDS = '', FUZZ_ONLY = '', FUZZ_SEED = '', FUZZ_PATH = '' } = process.env;
const seconds = Number(FUZZ_SECONDS);
const isTimed = seconds > 0;
const seed = FUZZ_SEED !== '' ? Number(FUZZ_SEED) : isTimed ? Date.now() % 2 ** 31 : FIXED_SEED;

export function chosen(targets: readonly FuzzTarget[]): FuzzTarget[] {
	return targets.filter(({ name }) => FUZZ_ONLY === '' || new RegExp(FUZZ_ONLY).test(name));
}

/** Rejects with the smallest failing input found, and how to meet it again. `shares`: among how many the time is divided. */
export async function tryTarget({ name, runs, attempt }: FuzzTarget, shares: number): Promise<void> {
	const { inputs, broken } = await attempt({
		seed,
		...(FUZZ_PATH === '' ? {} : { path: FUZZ_PATH }),
		...(isTimed
			? { numRuns: MAX_RUNS, interruptAfterTimeLimit: (seconds * 1000) / shares }
			: { numRuns: runs }),
	});
	if (isTimed) console.log(`${name}: ${inputs} inputs from seed ${seed}`);
	if (broken === null) return;
	const again = `FUZZ_SEED=${seed} FUZZ_PATH='${broken.path}' FUZZ_ONLY='^${name}$' npm run fuzz`;
	const { error } = broken;
	const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
	throw new Error(`${why}\n\ninput: ${shown(broken.input)}\nto repeat: ${again}`);
}

/** Bytes as the text that they nearly are. */
function shown(input: unknown): string {
	const text = JSON.stringify(
		input,
		function asText(this: Record<string, unknown>, key: string, value: unknown) {
			const held = this[key];
			if (Array.isArray(held) && held.length > MANY) return `${held.length} of them`;
			return Buffer.isBuffer(held) ? held.toString('utf8') : value;
		},
	);
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const MAX_SHOWN = 4000;
/** Places to cut, usually. */
const MANY = 100;
