/** Formats durations, sizes, tokens and costs for people. For moments see `limits/describe-limit.ts`. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `840 ms`, `12.3 s`, `4 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
	const span = Math.max(0, ms);
	if (span < SECOND) return `${Math.round(span)} ms`;
	if (span < 59.95 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
	if (span < HOUR) return pair(Math.round(span / SECOND), 60, 'min', 's');
	if (span < DAY) return pair(Math.round(span / MINUTE), 60, 'h', 'min');
	return pair(Math.round(span / HOUR), 24, 'd', 'h');
}

/** `0.4 s`, `8.8 s`, `11 s`, and from a minute on as `formatDuration`: how long something took, for a row of facts. */
export function formatSpan(ms: number): string {
	const span = Math.max(0, ms);
	if (span < 9.95 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
	return span < 59.5 * SECOND ? `${Math.round(span / SECOND)} s` : formatDuration(Math.max(span, MINUTE));
}

function pair(count: number, base: number, large: string, small: string): string {
	const rest = count % base;
	return rest === 0
		? `${Math.floor(count / base)} ${large}`
		: `${Math.floor(count / base)} ${large} ${rest} ${small}`;
}

/** `12 B`, `1.5 KB`, `40 MB`, in steps of 1024. */
export function formatBytes(bytes: number): string {
	const units = ['B', 'KB', 'MB', 'GB', 'TB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `950`, `1.2k`, `34k`, `1.2M`. */
export function formatCount(count: number): string {
	if (count < 1000) return String(Math.round(count));
	if (count < 999_500) return `${scaled(count / 1000)}k`;
	return `${scaled(count / 1e6)}M`;
}

function scaled(value: number): string {
	return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
}

/** A cost as recorded. `prices_as_of`: the date of the price list behind an estimate, `2025-11-30`. */
export interface Cost {
	cost_usd: number | null;
	cost_source: 'reported' | 'estimated' | 'mixed' | 'none';
	prices_as_of?: string | undefined;
}

/** `$0.13`, `~$0.13 (prices of 2025-11-30)`; empty when no cost is known. */
export function describeCost(cost: Cost): string {
	const day = cost.prices_as_of;
	return `${shortCost(cost)}${day === undefined || cost.cost_usd === null ? '' : ` (prices of ${day})`}`;
}

/** `$0.13`, `~$0.13`, for tables that state the date of the prices below; empty when no cost is known. */
export function shortCost({ cost_usd, cost_source }: Cost): string {
	return cost_usd === null ? '' : formatCost(cost_usd, cost_source !== 'reported');
}

/** `$0.0042`, `$0.13`, `$12.40`; an estimate is marked `~`. */
export function formatCost(usd: number, isEstimated = false): string {
	const digits = usd > 0 && usd < 0.01 ? 4 : 2;
	return `${isEstimated ? '~' : ''}$${usd.toFixed(digits)}`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(at: number, now: number): string {
	const span = now - at;
	if (span < MINUTE) return 'just now';
	if (span < HOUR) return `${Math.floor(span / MINUTE)} min ago`;
	if (span < DAY) return `${Math.floor(span / HOUR)} h ago`;
	return `${Math.floor(span / DAY)} d ago`;
}
