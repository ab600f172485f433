// Numbers of a benchmark: repeated in turn (A B A B …), reduced to medians, held against a bar.
import { spawn, spawnSync } from 'node:child_process';

/** The middle figure; of an even number, the mean of the middle two, so that two runs never count as the better one. */
export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** Nearest rank; `share` from 0 to 1. */
export function quantile(values, share) {
	const sorted = [...values].sort((a, b) => a - b);
	const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
	return sorted[at] ?? Number.NaN;
}

/**
 * Runs each of `cases` (name -> function that gives a figure) once to warm up and then `rounds` times in turn, so that
 * noise of the machine meets all alike. Gives name -> figures.
 */
export async function inTurn(cases, rounds, { warmUps = 1 } = {}) {
	const figures = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
	for (let round = -warmUps; round < rounds; round++) {
		for (const [name, run] of Object.entries(cases)) {
			const figure = await run();
			if (round >= 0) figures[name].push(figure);
		}
	}
	return figures;
}

/** One row of the report. `limit`: the bar, as `{ atMost }` or `{ atLeast }`; without one the figure is only told. */
export function measure(name, unit, value, { atMost, atLeast, runs, values = [], details = {} } = {}) {
	const bar = atMost ?? atLeast ?? null;
	const isWithin = atMost !== undefined ? value <= atMost : atLeast === undefined || value >= atLeast;
	return {
		name,
		value: round(value),
		unit,
		bar,
		rule: atMost !== undefined ? '<=' : atLeast !== undefined ? '>=' : null,
		passed: bar === null ? null : Number.isFinite(value) && isWithin,
		runs: runs ?? values.length,
		spread: spreadOf(values),
		...details,
	};
}

/** The middle half of the figures and their ends. */
export function spreadOf(values) {
	if (values.length === 0) return null;
	return {
		min: round(Math.min(...values)),
		p25: round(quantile(values, 0.25)),
		median: round(median(values)),
		p75: round(quantile(values, 0.75)),
		max: round(Math.max(...values)),
	};
}

export function round(value) {
	return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}

/** Milliseconds from start to exit. Throws when the program fails: a figure of a failure is none. */
export function timeProcess(file, args, options = {}) {
	const { exitCodes = [0], ...rest } = options;
	const start = process.hrtime.bigint();
	const result = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...rest });
	const ms = Number(process.hrtime.bigint() - start) / 1e6;
	if (result.error) throw result.error;
	if (!exitCodes.includes(result.status))
		throw new Error(`${file} ${args.join(' ')} ended with ${result.status}: ${result.stderr}`);
	return ms;
}

/** Runs a program to its end and gives what it wrote to stdout; stderr goes to the terminal. */
export function readProcess(file, args, options = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
		const chunks = [];
		child.stdout.on('data', (chunk) => chunks.push(chunk));
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(Buffer.concat(chunks).toString());
			else reject(new Error(`${file} ${args.join(' ')} ended with ${code}`));
		});
	});
}
