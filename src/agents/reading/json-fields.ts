/**
 * Reading fields of JSON that another program wrote: every reader takes any value and answers with the expected type or
 * nothing, so that a hostile or newer shape is skipped and never throws.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

const EMPTY: JsonObject = {};

/** The object itself, or null for everything else (arrays too). */
export function objectOrNull(value: unknown): JsonObject | null {
	return isObject(value) ? value : null;
}

/** The object itself, or an empty one. */
export function objectOrEmpty(value: unknown): JsonObject {
	return isObject(value) ? value : EMPTY;
}

export function textOrNull(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}

/** A finite number, or null. */
export function numberOrNull(value: unknown): number | null {
	return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A whole count of zero or more, or null. */
export function countOrNull(value: unknown): number | null {
	const number = numberOrNull(value);
	return number === null || number < 0 ? null : Math.round(number);
}

export function listOrEmpty(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The parsed object of a line, or null when the line is not one JSON object. */
export function parseObject(line: string): JsonObject | null {
	try {
		return objectOrNull(JSON.parse(line));
	} catch {
		return null;
	}
}

/**
 * The event of a line of a CLI's output, or null. A question on the terminal ends without a newline, so the next event
 * follows it in the same line.
 */
export function parseEventLine(line: string): JsonObject | null {
	const whole = parseObject(line);
	if (whole !== null || line.startsWith('{')) return whole;
	const start = line.indexOf('{"');
	return start < 0 ? null : parseObject(line.slice(start));
}

/** No message of a CLI is nested so deeply; the time to write one grows with the square of its depth. */
const MAX_DEPTH = 200;

/** The JSON of a parsed value; '' where it is nested too deeply. */
export function writtenJson(value: unknown): string {
	return isWithin(value, MAX_DEPTH) ? (JSON.stringify(value) ?? '') : '';
}

function isWithin(value: unknown, depth: number): boolean {
	if (typeof value !== 'object' || value === null) return true;
	return depth > 0 && Object.values(value).every((child) => isWithin(child, depth - 1));
}

/** Largest time `Date` can hold, ms. */
export const MAX_TIME_MS = 8.64e15;

/** As seconds, the year 5138; as milliseconds, a day of 1973. No CLI reports either. */
const MILLISECONDS_FROM = 1e11;

/** Epoch ms of Unix seconds, or of the milliseconds that some CLIs write instead; null for what no calendar holds. */
export function secondsToEpochMs(value: unknown): number | null {
	const reported = numberOrNull(value);
	if (reported === null || reported <= 0) return null;
	const epochMs = reported >= MILLISECONDS_FROM ? reported : reported * 1000;
	return epochMs > MAX_TIME_MS ? null : Math.round(epochMs);
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
