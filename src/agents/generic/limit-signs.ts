/** What the user named as signs of a limit: lines of stderr, fields of a JSON line, exit codes. */
import type { AgentSettings } from '../../config/schema.ts';
import { type Line, LineSplitter } from '../../core/line-splitter.ts';
import { safeText } from '../../core/text.ts';
import type { AgentId } from '../contract.ts';
import type { AgentEvent, Limit, LimitKind, LimitSource } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { numberOrNull, textOrNull } from '../json-fields.ts';
import { readField } from './read-field.ts';

export interface LimitSign {
	kind: LimitKind;
	/** Epoch ms, null when none is told. */
	resetAt: number | null;
	source: LimitSource;
}

/** More of a line is not searched: a pattern of the user's may be slow. */
const MAX_SEARCHED_CHARS = 2000;
const MAX_LINE_BYTES = 64 * 1024;
/** An error that ends a program stands among its last lines. */
const LAST_LINES = 20;

/** A plan window, quota or credit that is used up does not come back while the agent waits. */
export function isHard({ kind }: LimitSign): boolean {
	return kind === 'window' || kind === 'quota' || kind === 'billing';
}

export function limitOf({ kind, resetAt, source }: LimitSign): Limit {
	const confidence = source.channel === 'stderr' ? 'derived' : 'exact';
	return { kind, resetAt, window: null, scope: null, source, confidence };
}

/** A sign that the agent may still get over by itself: patience decides. */
export function retryOf({ kind, resetAt, source }: LimitSign, now: number): AgentEvent {
	return {
		type: 'retry',
		reason: kind === 'overloaded' ? 'overloaded' : 'rate',
		attempt: null,
		maxAttempts: null,
		delayMs: resetAt === null ? null : Math.max(0, resetAt - now),
		source,
	};
}

/** The sign that an exit code is. */
export function signOfExit(
	name: AgentId,
	rules: AgentSettings['limit_exit'],
	exitCode: number | null,
): LimitSign | null {
	const rule = rules.find(({ code }) => code === exitCode);
	if (rule === undefined) return null;
	const source = {
		channel: 'exit',
		rule: `${name}:limit_exit.${rule.code}`,
		excerpt: `exit code ${rule.code}`,
	} as const;
	return { kind: rule.kind, resetAt: null, source };
}

/** The first sign in one JSON line. */
export function signInFields(
	name: AgentId,
	rules: AgentSettings['limit_fields'],
	line: unknown,
): LimitSign | null {
	for (const rule of rules) {
		const { field, kind, reset_field } = rule;
		const hit = readField(line, field).find(({ value }) => fits(value, rule));
		if (hit === undefined) continue;
		const resets = readField(line, reset_field).map(({ value }) => resetTime(value));
		const source = {
			channel: 'event',
			rule: `${name}:limit_fields.${field}`,
			excerpt: excerptLine(`${field} = ${String(hit.value)}`),
		} as const;
		return { kind, resetAt: resets.find((reset) => reset !== null) ?? null, source };
	}
	return null;
}

function fits(value: unknown, { equals, matches }: AgentSettings['limit_fields'][number]): boolean {
	if (equals !== undefined) return value === equals;
	if (matches === undefined || !['string', 'number', 'boolean'].includes(typeof value)) return false;
	return new RegExp(matches, 'u').test(String(value).slice(0, MAX_SEARCHED_CHARS));
}

/** Epoch seconds lie below this until the year 5138, epoch milliseconds above it since 1973. */
const MIN_MILLISECONDS = 1e11;
const MAX_TIME_MS = 8.64e15;

/** Epoch ms of epoch seconds, epoch milliseconds or ISO-8601; null for anything else. */
function resetTime(value: unknown): number | null {
	const text = textOrNull(value)?.trim();
	if (text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text)) {
		const at = Date.parse(text);
		return Number.isNaN(at) ? null : at;
	}
	const number = text === undefined ? numberOrNull(value) : /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
	if (number === null || number <= 0) return null;
	const at = Math.round(number < MIN_MILLISECONDS ? number * 1000 : number);
	return at <= MAX_TIME_MS ? at : null;
}

/** Reads stderr line by line, colours taken out. */
export class StderrWatch {
	readonly #rules: Array<{ pattern: RegExp; kind: LimitKind; name: string }>;
	readonly #lines = new LineSplitter(MAX_LINE_BYTES);
	/** The last lines that say something, each with its sign. */
	readonly #last: Array<{ text: string; sign: LimitSign | null }> = [];

	constructor(name: AgentId, rules: AgentSettings['limit_stderr']) {
		this.#rules = rules.map(({ pattern, kind }, index) => ({
			pattern: new RegExp(pattern, 'u'),
			kind,
			name: `${name}:limit_stderr.${index}`,
		}));
	}

	/** With `isMute` (a tool is at work, whose words may be echoed there) lines are kept to be shown, and no sign is seen. */
	push(chunk: Buffer, isMute: boolean): LimitSign[] {
		return this.#lines.push(chunk).flatMap((line) => this.#read(line, isMute));
	}

	end(isMute: boolean): LimitSign[] {
		const line = this.#lines.end();
		return line === null ? [] : this.#read(line, isMute);
	}

	/** The newest sign among the last lines. */
	lastSign(): LimitSign | null {
		return this.#last.findLast(({ sign }) => sign !== null)?.sign ?? null;
	}

	/** The agent went on: what stood there was not its end. */
	forgetSigns(): void {
		for (const line of this.#last) line.sign = null;
	}

	/** '' when stderr said nothing. */
	lastLine(): string {
		return this.#last.at(-1)?.text ?? '';
	}

	#read(line: Line, isMute: boolean): LimitSign[] {
		const raw = line.kind === 'line' ? line.text : line.head;
		const text = safeText(raw.slice(0, MAX_SEARCHED_CHARS).replace(/\r+$/, '')).trimEnd();
		if (text === '') return [];
		const rule = isMute ? undefined : this.#rules.find(({ pattern }) => pattern.test(text));
		const source = { channel: 'stderr', rule: rule?.name ?? '', excerpt: excerptLine(text) } as const;
		const sign = rule === undefined ? null : { kind: rule.kind, resetAt: null, source };
		this.#last.push({ text, sign });
		if (this.#last.length > LAST_LINES) this.#last.shift();
		return sign === null ? [] : [sign];
	}
}
