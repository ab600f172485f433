/** Durations, sizes, tokens, costs and times of day as people read them. */

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

/** `$0.0042`, `$0.13`, `$12.40`; an estimate is marked `~`. */
export function formatCost(usd: number, isEstimated = false): string {
	const digits = usd > 0 && usd < 0.01 ? 4 : 2;
	return `${isEstimated ? '~' : ''}$${usd.toFixed(digits)}`;
}

/** A reset or a last change seen from `now`, local time: `14:30`, `tomorrow 09:00`, `Mon 3 Aug 09:00`. */
export function formatMoment(at: number, now: number): string {
	const moment = new Date(at);
	const clock = `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`;
	const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY);
	if (days === 0) return clock;
	if (days === 1) return `tomorrow ${clock}`;
	if (days === -1) return `yesterday ${clock}`;
	return `${WEEKDAYS[moment.getDay()]} ${moment.getDate()} ${MONTHS[moment.getMonth()]} ${clock}`;
}

/** `14:30 (in 2 h 10 min)`; a moment in the past is given without the span. */
export function formatReset(at: number, now: number): string {
	return at <= now
		? formatMoment(at, now)
		: `${formatMoment(at, now)} (in ${formatDuration(wholeMinutes(at - now))})`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(at: number, now: number): string {
	const span = now - at;
	if (span < MINUTE) return 'just now';
	if (span < HOUR) return `${Math.floor(span / MINUTE)} min ago`;
	if (span < DAY) return `${Math.floor(span / HOUR)} h ago`;
	return `${Math.floor(span / DAY)} d ago`;
}

/** `1 file`, `3 files`. */
export function formatPlural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function wholeMinutes(span: number): number {
	return span < MINUTE ? Math.ceil(span / SECOND) * SECOND : Math.ceil(span / MINUTE) * MINUTE;
}

function startOfDay(at: number): number {
	const moment = new Date(at);
	return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
