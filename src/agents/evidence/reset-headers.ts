/** When a refused request may be tried again, from the headers of the answer. */
import { type JsonObject, MAX_TIME_MS, textOrNull } from '../reading/json-fields.ts';
import { readDuration } from '../reading/reported-duration.ts';

/** Seconds below this are a delay, above it a time since 1973. */
const MAX_DELAY_S = 1e8;
const MIN_MILLISECONDS = 1e11;

/** Names as OpenRouter, GitHub, OpenAI and others write them; case does not count. The first that reports an end counts. */
const NAMES: ReadonlyArray<readonly [string, 'ms' | 'seconds']> = [
	['retry-after-ms', 'ms'],
	['retry-after', 'seconds'],
	['x-ratelimit-reset', 'seconds'],
	['x-rate-limit-reset', 'seconds'],
	['ratelimit-reset', 'seconds'],
	['x-ratelimit-reset-requests', 'seconds'],
	['x-ratelimit-reset-tokens', 'seconds'],
];

/** Epoch ms (`now` too), or null. Seconds, milliseconds, epoch seconds and milliseconds, durations and dates are read. */
export function resetFromHeaders(headers: JsonObject, now: number): number | null {
	const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
	for (const [name, unit] of NAMES) {
		const at = timeOf(values.get(name), unit, now);
		if (at !== null && at > now && at <= MAX_TIME_MS) return at;
	}
	return null;
}

function timeOf(value: unknown, unit: 'ms' | 'seconds', now: number): number | null {
	const text = (textOrNull(value) ?? (typeof value === 'number' ? String(value) : '')).trim();
	if (text === '') return null;
	if (!/^\d+(?:\.\d+)?$/.test(text)) {
		const delayMs = readDuration(text);
		const at = delayMs === null ? Date.parse(text) : now + delayMs;
		return Number.isNaN(at) ? null : at;
	}
	const number = Number(text);
	if (unit === 'ms') return Math.round(now + number);
	if (number < MAX_DELAY_S) return Math.round(now + number * 1000);
	return Math.round(number < MIN_MILLISECONDS ? number * 1000 : number);
}
