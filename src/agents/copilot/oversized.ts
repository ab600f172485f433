/**
 * A line too long to keep whole (16 MiB) is known by its head and tail only. Its short fields come before the long text, and the
 * line's own `agentId` after it; what the model or a tool wrote is JSON-escaped and cannot look like them.
 */
import type { Line } from '../../core/files/line-splitter.ts';
import type { JsonObject } from '../reading/json-fields.ts';

type Oversized = Extract<Line, { kind: 'oversized' }>;

const LINE = /^\{"type":"([\w.]{1,60})","data":\{/;
const FIELD =
	/"(messageId|reasoningId|toolCallId|toolName|model|errorType|errorCode)":"((?:[^"\\]|\\.){0,300})"/g;
const LONG_FIELD =
	/"(?:content|transformedContent|deltaContent|message|errorMessage|arguments|result|error|text|partialOutput|inputDelta)":/;
const TAIL_FIELDS = /"success":(true|false)[,}]/;
const AGENT =
	/"agentId":"([\w-]{1,64})","id":"[\w-]{1,64}","timestamp":"[^"]{1,40}"(?:,"parentId":(?:"[\w-]{1,64}"|null))?\}\s*$/;

/** The line's short fields with a word in place of the long text; null when the head is not a line of copilot. */
export function readOversized({ head, tail, bytes }: Oversized): JsonObject | null {
	const [start, type] = LINE.exec(head) ?? [];
	if (start === undefined) return null;
	const body = head.slice(start.length);
	const short = body.slice(0, LONG_FIELD.exec(body)?.index ?? body.length);
	const fields: Record<string, unknown> = {};
	for (const [, name, value] of short.matchAll(FIELD)) if (name !== undefined) fields[name] ??= value;
	const agentId = AGENT.exec(tail)?.[1];
	const text = `[… a text in a line of ${bytes} bytes was left out …]`;
	const success = TAIL_FIELDS.exec(short)?.[1];
	const ended = success === undefined ? {} : { success: success === 'true' };
	const data = { ...fields, ...ended, content: text, message: text, result: { content: text } };
	return { type, data, ...(agentId === undefined ? {} : { agentId }) };
}
