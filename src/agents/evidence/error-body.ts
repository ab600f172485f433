/**
 * The parts of a provider's JSON error that say what it is: machine words, message, status, and when to try again, in any of
 * the usual nestings (`error`, `error.details[]`, `error.metadata`, a JSON text inside a message). Pure and bounded.
 */
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../reading/json-fields.ts';
import { readDuration } from '../reading/reported-duration.ts';
import { readReportedTime } from '../reading/reported-reset.ts';
import { resetFromHeaders } from './reset-headers.ts';

export interface ErrorBody {
	/** Most specific last in the body, first here. */
	words: string[];
	/** The provider's messages, joined. */
	text: string;
	status: number | null;
	/** Epoch ms. */
	resetAt: number | null;
	delayMs: number | null;
}

const MAX_DEPTH = 6;
const MAX_WORDS = 40;
/** Fields whose value is a machine's word. */
const WORD_FIELDS = [
	'code',
	'type',
	'reason',
	'status',
	'name',
	'__type',
	'Code',
	'codexErrorInfo',
	'codex_error_info',
	'quotaId',
	'quota_limit',
	'limit_type',
	'status_code',
];
/** Fields whose value is the provider's own sentence. */
const TEXT_FIELDS = [
	'message',
	'msg',
	'Message',
	'error_msg',
	'status_msg',
	'detail',
	'error_description',
	'title',
];
const RESET_FIELDS = [
	'resets_at',
	'reset_at',
	'resetsAt',
	'resetAt',
	'reset_time',
	'resetTime',
	'quotaResetTimeStamp',
];
const DELAY_FIELDS = ['resets_in_seconds', 'retry_after_seconds', 'retry_after', 'retryAfter'];

/** Reads `text` (a body, or a message that holds one); null when there is no JSON object in it. */
export function readErrorBody(text: string, now: number): ErrorBody | null {
	const object = parseObject(text.trim()) ?? embedded(text);
	if (object === null) return null;
	const body: ErrorBody = { words: [], text: '', status: null, resetAt: null, delayMs: null };
	gather(object, body, now, 0);
	return body;
}

/** The JSON object inside other words: from the first brace to the last. */
function embedded(text: string): JsonObject | null {
	const start = text.indexOf('{');
	const end = text.lastIndexOf('}');
	return start < 0 || end <= start ? null : parseObject(text.slice(start, end + 1));
}

function gather(object: JsonObject, body: ErrorBody, now: number, depth: number): void {
	if (depth > MAX_DEPTH) return;
	for (const [key, value] of Object.entries(object)) {
		if (WORD_FIELDS.includes(key)) noteWord(value, body);
		if (TEXT_FIELDS.includes(key)) noteText(value, body, now, depth);
		if (RESET_FIELDS.includes(key)) body.resetAt ??= timeOf(value, now);
		if (DELAY_FIELDS.includes(key)) body.delayMs ??= secondsOf(value);
		if (key === 'retryDelay') body.delayMs ??= readDuration(textOrNull(value) ?? '');
		if (key === 'headers') body.resetAt ??= resetFromHeaders(objectOrEmpty(value), now);
		else if (key === 'raw') noteText(value, body, now, depth);
		else descend(key, value, body, now, depth);
	}
}

/** Fields that hold more of the error; all else may be what was asked for. */
const CONTAINERS = [
	'error',
	'errors',
	'err',
	'detail',
	'details',
	'metadata',
	'violations',
	'cause',
	'innererror',
	'inner_error',
	'base_resp',
	'response',
	'body',
];

function descend(key: string, value: unknown, body: ErrorBody, now: number, depth: number): void {
	if (!CONTAINERS.includes(key)) return;
	if (key === 'error' && typeof value === 'string') noteText(value, body, now, depth);
	const inner = objectOrNull(value);
	if (inner !== null) gather(inner, body, now, depth + 1);
	for (const item of listOrEmpty(value).slice(0, 20)) {
		const entry = objectOrNull(item);
		if (entry !== null) gather(entry, body, now, depth + 1);
	}
}

function noteWord(value: unknown, body: ErrorBody): void {
	const word = textOrNull(value) ?? (typeof value === 'number' ? String(value) : null);
	if (word === null || body.words.length >= MAX_WORDS) return;
	if (/^[45]\d\d$/.test(word)) body.status ??= Number(word);
	else body.words.unshift(word);
}

/** A message may be a whole error of the provider behind a gateway, as JSON. */
function noteText(value: unknown, body: ErrorBody, now: number, depth: number): void {
	const text = textOrNull(value);
	if (text === null) return;
	const inner = parseObject(text.trim()) ?? embedded(text);
	if (inner === null) {
		if (/^[a-z]+(?:_[a-z]+)+$/.test(text)) noteWord(text, body);
		if (!body.text.includes(text)) body.text = body.text === '' ? text : `${body.text}\n${text}`;
		return;
	}
	const before = text.slice(0, text.indexOf('{')).trim();
	if (before !== '') body.text = body.text === '' ? before : `${body.text}\n${before}`;
	gather(inner, body, now, depth + 1);
}

/** Epoch seconds lie below this until the year 5138, epoch milliseconds above it since 1973. */
const MIN_MILLISECONDS = 1e11;

function timeOf(value: unknown, now: number): number | null {
	const text = textOrNull(value)?.trim();
	if (text !== undefined && !/^\d+(?:\.\d+)?$/.test(text)) {
		// A parser of dates takes `+0800 CST` for Chicago.
		const at = readReportedTime(text, now) ?? Date.parse(text);
		return Number.isNaN(at) ? null : at;
	}
	const number = text === undefined ? numberOrNull(value) : Number(text);
	if (number === null || number <= 0) return null;
	// A small number is a delay in seconds.
	if (number < 1e8) return now + Math.round(number * 1000);
	return Math.round(number < MIN_MILLISECONDS ? number * 1000 : number);
}

function secondsOf(value: unknown): number | null {
	const text = textOrNull(value);
	const number =
		text === null ? numberOrNull(value) : /^\d+(?:\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : null;
	return number === null || number < 0 ? null : Math.round(number * 1000);
}
