import { type AgentEvent, type ToolKind, toolKind } from '../events.ts';
import { excerptLine } from './excerpt.ts';
import { type JsonObject, textOrNull } from './json-fields.ts';

export type ToolCall = Extract<AgentEvent, { type: 'tool_call' }>;

/** How a CLI names its tools and the fields of what they are given. */
export interface ToolWords {
	kinds: ReadonlyMap<string, ToolKind>;
	/** Fields that say best what a call is about, best first. */
	titles: readonly string[];
	paths: readonly string[];
}

const MAX_NAME_CHARS = 200;

/** `title`: what the CLI itself calls it, used where no field says it. */
export function toolCall(
	call: { id: string; name: string | null; input: JsonObject; title?: string | null },
	{ kinds, titles, paths }: ToolWords,
): ToolCall {
	const { id, input } = call;
	const name = excerptLine(call.name ?? 'unknown', MAX_NAME_CHARS);
	const kind = toolKind(kinds, name);
	const reported = titles.map((field) => textOrNull(input[field])).find((text) => text?.trim());
	return {
		type: 'tool_call',
		id,
		name,
		kind,
		title: excerptLine(reported ?? call.title ?? name),
		command: kind === 'execute' ? textOrNull(input.command) : null,
		paths: paths.map((field) => textOrNull(input[field])).filter((path) => path !== null),
	};
}
