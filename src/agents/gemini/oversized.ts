/**
 * A line too long to keep whole (16 MiB) is known by its head and tail only. The CLI's own short fields come before the
 * long text; what the model or a tool wrote is JSON-escaped and cannot look like them.
 */
import type { Line } from '../../core/files/line-splitter.ts';
import type { JsonObject } from '../reading/json-fields.ts';

type Oversized = Extract<Line, { kind: 'oversized' }>;

const FIELD = /"(type|role|tool_name|tool_id|status|session_id|model)":"((?:[^"\\]|\\.){0,500})"/g;
const LONG_FIELD = /"(?:content|output|parameters)":/;

/** The line's short fields with a word in place of the long text; an empty object when the head has no type. */
export function readOversized({ head, bytes }: Oversized): JsonObject {
	const cut = LONG_FIELD.exec(head)?.index ?? head.length;
	const fields: Record<string, unknown> = {};
	for (const [, name, value] of head.slice(0, cut).matchAll(FIELD))
		if (name !== undefined) fields[name] = value;
	const text = `[… a text in a line of ${bytes} bytes was left out …]`;
	return { ...fields, content: text, output: text };
}
