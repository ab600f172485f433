/**
 * A line too long to keep whole (16 MiB) is known by its head and tail only. The CLI's own short fields come before the
 * long text; what the model or a tool wrote is JSON-escaped and cannot look like them.
 */
import type { Line } from '../../core/files/line-splitter.ts';
import type { JsonObject } from '../reading/json-fields.ts';

type Oversized = Extract<Line, { kind: 'oversized' }>;

const LINE = /^\{"type":"(\w{1,40})","timestamp":\d+,"sessionID":"(ses_\w{1,64})","(?:part|error)":\{/;
const FIELD = /"(tool|callID|id|status)":"((?:[^"\\]|\\.){0,300})"/g;
const LONG_FIELD = /"(?:text|input|output|error)":/;

/** The line's short fields with a word in place of the long text; null when the head is not a line of opencode. */
export function readOversized({ head, bytes }: Oversized): JsonObject | null {
	const [start, type, sessionID] = LINE.exec(head) ?? [];
	if (start === undefined) return null;
	const body = head.slice(start.length);
	const fields: Record<string, unknown> = {};
	const short = body.slice(0, LONG_FIELD.exec(body)?.index ?? body.length);
	for (const [, name, value] of short.matchAll(FIELD)) if (name !== undefined) fields[name] ??= value;
	const text = `[… a text in a line of ${bytes} bytes was left out …]`;
	return {
		type,
		sessionID,
		part: { ...fields, text, state: { status: fields.status, output: text } },
		error: { name: 'Unknown', data: { message: text } },
	};
}
