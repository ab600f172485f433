/** Puts a limit into words. Pure: the same limit, time and time zone give the same text. */
import type { Limit, LimitKind } from '../agents/events.ts';
import { waitsForPerson } from './back-off.ts';
import { describeWindow } from './window-name.ts';

export interface DescribeOptions {
	/** Epoch ms. */
	now: number;
	/** When it ends according to the ledger, epoch ms; default: the limit's own reset. */
	until?: number | null;
	/** True: `until` is the relay's own back-off. */
	isEstimated?: boolean;
	/** IANA name; default: the machine's. */
	timeZone?: string;
}

export interface LimitText {
	/** `5-hour window used up`: true whenever it is read. */
	what: string;
	/** `5-hour window used up, resets 10:09 (in 1 h 12 min)`. */
	summary: string;
	/** The text that matched, the rule and the channel. The excerpt is untrusted: show it through `core/text.ts`. */
	evidence: string;
}

const KINDS: Record<LimitKind, string> = {
	window: 'plan window used up',
	rate: 'too many requests',
	quota: 'quota used up',
	billing: 'no credit left',
	overloaded: 'provider overloaded',
};

const BRIEF = { window: 'plan window', quota: 'quota' } as const;

export function describeLimit(limit: Limit, options: DescribeOptions): LimitText {
	const model = limit.scope === 'model' ? ', this model only' : '';
	const { channel, rule, excerpt } = limit.source;
	const what = `${kindOf(limit)}${model}`;
	return {
		what,
		summary: `${what}, ${resetText(limit, options)}`,
		evidence: `${rule} on ${channel}: ${excerpt}`,
	};
}

function kindOf({ kind, window }: Limit): string {
	if (window === null) return KINDS[kind];
	return kind === 'window'
		? `${describeWindow(window)} used up`
		: `${KINDS[kind]} (${describeWindow(window)})`;
}

/** `5-hour window`, `too many requests`: without what is plain in a list of limits. */
export function limitInBrief({ kind, window }: Limit): string {
	if (window === null) return kind === 'window' || kind === 'quota' ? BRIEF[kind] : KINDS[kind];
	return kind === 'window' ? describeWindow(window) : `${KINDS[kind]} (${describeWindow(window)})`;
}

/** The end that the ledger has is when the relay tries again; none was reported. */
export const isOwnGuess = (limit: Limit, isEstimated = limit.confidence === 'estimated') =>
	isEstimated || waitsForPerson(limit);

function resetText(limit: Limit, options: DescribeOptions): string {
	const until = options.until ?? limit.resetAt;
	if (until === null) return 'reset not reported';
	if (waitsForPerson(limit)) return `until you change it; tried again from ${describeTime(until, options)}`;
	const verb = isOwnGuess(limit, options.isEstimated) ? 'tried again from' : 'resets';
	return `${verb} ${describeTime(until, options)}`;
}

/** `10:09 (in 1 h 12 min)`; with the day unless it is today: `Tue 24 Nov, 10:09 (in 2 d 3 h)`. Local time. */
export function describeTime(
	at: number,
	{ now, timeZone }: Pick<DescribeOptions, 'now' | 'timeZone'>,
): string {
	return `${describeMoment(at, { now, timeZone })} (${describeDistance(at - now)})`;
}

/** `10:09`; with the day unless it is today: `Tue 24 Nov, 10:09`. Local time. */
export function describeMoment(
	at: number,
	{ now, timeZone }: Pick<DescribeOptions, 'now'> & { timeZone?: string | undefined },
): string {
	const [moment, today] = [wallClock(at, timeZone), wallClock(now, timeZone)];
	const time = moment.toISOString().slice(-13, -8);
	if (dayOf(moment) === dayOf(today)) return time;
	const year = moment.getUTCFullYear() === today.getUTCFullYear() ? '' : ` ${moment.getUTCFullYear()}`;
	const [weekday, month] = [WEEKDAYS[moment.getUTCDay()], MONTHS[moment.getUTCMonth()]];
	return `${weekday} ${moment.getUTCDate()} ${month}${year}, ${time}`;
}

const dayOf = (date: Date) => date.toISOString().slice(0, -14);

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** A date whose UTC fields are what a clock on the wall shows then; of this machine, where no zone is named. */
function wallClock(at: number, timeZone: string | undefined): Date {
	// A format of `Intl` takes 5 ms to make, in the middle of a hand-over.
	if (timeZone === undefined) return new Date(at - new Date(at).getTimezoneOffset() * 60_000);
	const fields = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
	}).formatToParts(at);
	const field = (name: string) => Number(fields.find(({ type }) => type === name)?.value);
	return new Date(Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute')));
}

/**
 * `in 1 h 12 min`, `in 45 s`, `2 min ago`, `now`. The two largest units; a future time is rounded up, so that it is never too
 * early.
 */
export function describeDistance(ms: number): string {
	if (Math.abs(ms) < 1000) return 'now';
	return ms > 0 ? `in ${describeSpan(ms)}` : `${describeSpan(-ms)} ago`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

function describeSpan(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	if (seconds < MINUTE_S) return `${seconds} s`;
	const minutes = Math.ceil(seconds / MINUTE_S) * MINUTE_S;
	if (minutes < HOUR_S) return `${minutes / MINUTE_S} min`;
	if (minutes < DAY_S) return twoUnits(minutes, HOUR_S, 'h', MINUTE_S, 'min');
	return twoUnits(Math.ceil(seconds / HOUR_S) * HOUR_S, DAY_S, 'd', HOUR_S, 'h');
}

function twoUnits(
	seconds: number,
	large: number,
	largeName: string,
	small: number,
	smallName: string,
): string {
	const rest = Math.round((seconds % large) / small);
	const head = `${Math.floor(seconds / large)} ${largeName}`;
	return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}
