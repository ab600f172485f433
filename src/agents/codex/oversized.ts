/**
 * A line too long to keep whole (16 MiB) is known by its head and tail only. The CLI's own fields come before and after
 * the long text; what a tool printed is JSON-escaped and cannot look like them.
 */
import type { Line } from '../../core/files/line-splitter.ts';
import type { JsonObject } from '../reading/json-fields.ts';

type Oversized = Extract<Line, { kind: 'oversized' }>;

const START = /^\{"type":"([\w.]+)"(?:,"item":\{"id":"([^"\\]*)","type":"(\w+)")?/;
const END_OF_COMMAND = /","exit_code":(-?\d+|null),"status":"(\w+)"\}\}\s*$/;
const LONG_FIELD = /"(text|aggregated_output|message)":"/g;

/** The line's object with its long text replaced by head and tail; null when the head is not a line of codex. */
export function rebuildOversized(line: Oversized): JsonObject | null {
	const [, type, id, itemType] = START.exec(line.head) ?? [];
	if (type === undefined) return null;
	const text = keptText(line);
	if (itemType === undefined) return { type, message: text, error: { message: text } };
	const [, exitCode, status] = END_OF_COMMAND.exec(line.tail) ?? [];
	const ended =
		status === undefined ? {} : { status, exit_code: exitCode === 'null' ? null : Number(exitCode) };
	const command = /"command":("(?:[^"\\]|\\.)*")/.exec(line.head)?.[1];
	return {
		type,
		item: {
			id,
			type: itemType,
			text,
			message: text,
			aggregated_output: text,
			...(command === undefined ? {} : { command: decode(command) }),
			...ended,
		},
	};
}

function keptText({ bytes, head, tail }: Oversized): string {
	const from = [...head.matchAll(LONG_FIELD)].at(-1);
	const start = from ? head.slice(from.index + from[0].length) : '';
	const end = tail.replace(END_OF_COMMAND, '').replace(/"\}\}\s*$/, '');
	return `${decodeStart(start)}\n[… a line of ${bytes} bytes, cut …]\n${decodeEnd(end)}`;
}

/** An escape (at most 6 characters) may be cut at either border: the cut piece is dropped. */
function decodeStart(text: string): string {
	for (let cut = 0; cut <= 6; cut++) {
		const whole = decode(`"${text.slice(0, text.length - cut)}"`);
		if (whole !== null) return whole;
	}
	return '';
}

function decodeEnd(text: string): string {
	for (let cut = 0; cut <= 6; cut++) {
		const whole = decode(`"${text.slice(cut)}"`);
		if (whole !== null) return whole;
	}
	return '';
}

function decode(literal: string): string | null {
	try {
		const value: unknown = JSON.parse(literal);
		return typeof value === 'string' ? value : null;
	} catch {
		return null;
	}
}
