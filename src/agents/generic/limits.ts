/** The signs of a limit that the user named: lines of stderr, fields of a JSON line, exit codes. */
import stripAnsi from 'strip-ansi';
import type { AgentSettings } from '../../config/schema.ts';
import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentId } from '../agent-adapter.ts';
import type { AgentEvent, Limit, LimitKind, LimitSource, StopReason } from '../events.ts';
import { judgeEvidence, readEvidence } from '../evidence/judge-evidence.ts';
import { excerptLine } from '../reading/excerpt.ts';
import { numberOrNull, textOrNull, writtenJson } from '../reading/json-fields.ts';
import { readReportedTime, reportedReset } from '../reading/reported-reset.ts';
import { readField } from './read-field.ts';

/** What a user's rule found: a limit or, from the provider's words, a failure of another kind. */
export type Sign = Limit | { stopReason: StopReason };

/** The rest of a line is not searched: a user's pattern may be slow. */
const MAX_SEARCHED_CHARS = 2000;
const MAX_LINE_BYTES = 64 * 1024;
/** An error that ends a program is among its last lines. */
const LAST_LINES = 20;

/** A plan window, quota or credit that is used up does not come back while the agent waits. */
export function isHard({ kind }: Limit): boolean {
	return kind === 'window' || kind === 'quota' || kind === 'billing';
}

/** The limit of a rule that names the kind itself. */
function namedLimit(kind: LimitKind, resetAt: number | null, source: LimitSource): Limit {
	const confidence = resetAt === null ? 'estimated' : 'exact';
	return { kind, resetAt, window: null, scope: null, source, confidence };
}

/** A sign that the agent may still get over by itself: patience decides. */
export function retryOf({ kind, resetAt, source }: Limit, now: number): AgentEvent {
	return {
		type: 'retry',
		reason: kind === 'overloaded' ? 'overloaded' : 'rate',
		attempt: null,
		maxAttempts: null,
		delayMs: resetAt === null ? null : Math.max(0, resetAt - now),
		source,
	};
}

/** The limit that an exit code stands for, by the user's list. */
export function signOfExit(
	name: AgentId,
	rules: AgentSettings['limit_exit'],
	exitCode: number | null,
): Limit | null {
	const rule = rules.find(({ code }) => code === exitCode);
	if (rule === undefined) return null;
	const source = {
		channel: 'exit',
		rule: `${name}:limit_exit.${rule.code}`,
		excerpt: `exit code ${rule.code}`,
	} as const;
	return namedLimit(rule.kind, null, source);
}

/** The first sign in one JSON line (`now`: epoch ms). */
export function signInFields(
	name: AgentId,
	rules: AgentSettings['limit_fields'],
	line: unknown,
	now: number,
): Sign | null {
	for (const rule of rules) {
		const hit = readField(line, rule.field).find(({ value }) => fits(value, rule));
		if (hit === undefined) continue;
		const resets = readField(line, rule.reset_field).map(({ value }) => resetTime(value, now));
		const resetAt = resets.find((reset) => reset !== null) ?? null;
		const source = {
			channel: 'event',
			rule: `${name}:limit_fields.${rule.field}`,
			excerpt: excerptLine(`${rule.field} = ${wordsOf(hit.value)}`),
		} as const;
		if (rule.kind !== 'told') return namedLimit(rule.kind, resetAt, source);
		const sign = reportedSign(wordsOf(hit.value), { source, resetAt }, now);
		if (sign !== null) return sign;
	}
	return null;
}

function fits(value: unknown, { equals, matches }: AgentSettings['limit_fields'][number]): boolean {
	if (Array.isArray(equals)) return equals.some((one) => isSame(value, one));
	if (equals !== undefined) return isSame(value, equals);
	if (matches === undefined) return value !== null && value !== false && value !== '' && value !== 0;
	if (!['string', 'number', 'boolean'].includes(typeof value)) return false;
	return new RegExp(matches, 'u').test(String(value).slice(0, MAX_SEARCHED_CHARS));
}

/** A number and the text of it are the same: a CLI may write either, and so may the user. */
function isSame(value: unknown, wanted: string | number | boolean): boolean {
	if (value === wanted) return true;
	const kinds = [typeof value, typeof wanted];
	return (
		kinds.includes('number') && kinds.includes('string') && String(value).trim() === String(wanted).trim()
	);
}

function wordsOf(value: unknown): string {
	return typeof value === 'object' && value !== null ? writtenJson(value) : String(value);
}

/** `[API Error: 403 …]`, `HTTP 429`, `status code: 402`, `403 …`: a status near the start of the words. */
const STATUS = /(?:^|\berror\W{1,3}|\bhttp(?:\/[\d.]+)?\W{1,2}|\b(?:status|code)\W{1,3})([45]\d\d)(?![\w.])/i;
const STATUS_CHARS = 80;
const MAX_REPORTED_CHARS = 16 * 1024;

/** What the provider's own words or JSON mean, in the one order of evidence; null if nothing in them is known. */
function reportedSign(
	text: string,
	{ source, resetAt }: { source: LimitSource; resetAt: number | null },
	now: number,
): Sign | null {
	const reported = text.slice(0, MAX_REPORTED_CHARS);
	const evidence = readEvidence(reported, now);
	const status = evidence.status ?? Number(STATUS.exec(reported.slice(0, STATUS_CHARS))?.[1] ?? Number.NaN);
	const verdict = judgeEvidence(
		{
			...evidence,
			status: Number.isNaN(status) ? null : status,
			resetAt: resetAt ?? evidence.resetAt ?? null,
		},
		now,
	);
	if (verdict === null) return null;
	if (verdict.kind === 'failure') return { stopReason: verdict.stopReason };
	const { limitKind: kind, scope, window, confidence } = verdict;
	const rule = `${source.rule}.${verdict.rule}`;
	return { kind, resetAt: verdict.resetAt, window, scope, source: { ...source, rule }, confidence };
}

/** Epoch seconds lie below this until the year 5138, epoch milliseconds above it since 1973. */
const MIN_MILLISECONDS = 1e11;
const MAX_TIME_MS = 8.64e15;

/** A number below this is a wait in seconds. */
const MIN_EPOCH_SECONDS = 1e8;

/** Epoch ms of epoch seconds, epoch milliseconds, ISO-8601, a wait in seconds, or an end in words; null for anything else. */
function resetTime(value: unknown, now: number): number | null {
	const text = textOrNull(value)?.trim();
	if (text !== undefined && !/^\d+(\.\d+)?$/.test(text))
		return (
			reportedReset(text.slice(0, MAX_SEARCHED_CHARS), now) ??
			(/\d/.test(text) ? readReportedTime(text, now) : null)
		);
	const number = text === undefined ? numberOrNull(value) : Number(text);
	if (number === null || number <= 0) return null;
	if (number < MIN_EPOCH_SECONDS) return Math.round(now + number * 1000);
	const at = Math.round(number < MIN_MILLISECONDS ? number * 1000 : number);
	return at <= MAX_TIME_MS ? at : null;
}

/** Reads stderr line by line, without colours. */
export class StderrWatch {
	readonly #rules: Array<{ pattern: RegExp; kind: LimitKind | 'told'; name: string }>;
	readonly #now: () => number;
	readonly #lines = new LineSplitter(MAX_LINE_BYTES);
	/** The last lines that are not empty, each with its sign. */
	readonly #last: Array<{ text: string; sign: Limit | null }> = [];

	constructor(name: AgentId, rules: AgentSettings['limit_stderr'], now: () => number) {
		this.#now = now;
		this.#rules = rules.map(({ pattern, kind }, index) => ({
			pattern: new RegExp(pattern, 'u'),
			kind,
			name: `${name}:limit_stderr.${index}`,
		}));
	}

	/** With `isMute` (a tool is at work, and its words may be echoed there) lines are kept to be shown, but give no signs. */
	push(chunk: Buffer, isMute: boolean): Limit[] {
		return this.#lines.push(chunk).flatMap((line) => this.#read(line, isMute));
	}

	end(isMute: boolean): Limit[] {
		const line = this.#lines.end();
		return line === null ? [] : this.#read(line, isMute);
	}

	/** The newest sign among the last lines. */
	lastSign(): Limit | null {
		return this.#last.findLast(({ sign }) => sign !== null)?.sign ?? null;
	}

	/** The agent continued: the lines so far were not its end. */
	forgetSigns(): void {
		for (const line of this.#last) line.sign = null;
	}

	/** '' when stderr said nothing. */
	lastLine(): string {
		return this.#last.at(-1)?.text ?? '';
	}

	#read(line: Line, isMute: boolean): Limit[] {
		const raw = line.kind === 'line' ? line.text : line.head;
		const text = stripAnsi(raw.slice(0, MAX_SEARCHED_CHARS).replace(/\r+$/, '')).trimEnd();
		if (text === '') return [];
		const sign = isMute ? null : this.#signIn(text);
		this.#last.push({ text, sign });
		if (this.#last.length > LAST_LINES) this.#last.shift();
		return sign === null ? [] : [sign];
	}

	#signIn(text: string): Limit | null {
		const rule = this.#rules.find(({ pattern }) => pattern.test(text));
		if (rule === undefined) return null;
		const source = { channel: 'stderr', rule: rule.name, excerpt: excerptLine(text) } as const;
		if (rule.kind !== 'told') return namedLimit(rule.kind, null, source);
		const sign = reportedSign(text, { source, resetAt: null }, this.#now());
		return sign === null || 'stopReason' in sign ? null : sign;
	}
}
