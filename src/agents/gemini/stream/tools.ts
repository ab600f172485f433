/** gemini's tool calls and results as normalized events. */
import type { AgentEvent, FileEdit, PlanItem, PlanStatus } from '../../events.ts';
import { excerptOutput } from '../../reading/excerpt.ts';
import { editOfInput } from '../../reading/file-edits.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';
import { type ToolCall, type ToolWords, toolCall } from '../../reading/tool-call.ts';

const WORDS: ToolWords = {
	kinds: new Map([
		['read_file', 'read'],
		['read_many_files', 'read'],
		['list_directory', 'read'],
		['write_file', 'edit'],
		['replace', 'edit'],
		['run_shell_command', 'execute'],
		['grep_search', 'search'],
		['search_file_content', 'search'],
		['glob', 'search'],
		['google_web_search', 'search'],
		['web_fetch', 'fetch'],
	]),
	titles: ['command', 'file_path', 'dir_path', 'pattern', 'query', 'prompt', 'title', 'description', 'path'],
	paths: ['file_path', 'dir_path', 'absolute_path'],
};
const MAX_PLAN_ITEMS = 500;

/** The CLI's own words for a call that was refused and not tried (`policy_violation`: under an approval mode's rules). */
const REFUSALS: ReadonlySet<string> = new Set(['tool_not_registered', 'policy_violation']);

/** A `tool_use` line as an event; null when it has no id to match a result with. */
export function readToolCall(line: JsonObject): ToolCall | null {
	const id = textOrNull(line.tool_id);
	if (id === null) return null;
	return toolCall({ id, name: textOrNull(line.tool_name), input: objectOrEmpty(line.parameters) }, WORDS);
}

/** What a `replace` call does if it succeeds: the result says nothing of it. Of `write_file` only the file is known. */
export function editOf(line: JsonObject): FileEdit | null {
	const input = objectOrEmpty(line.parameters);
	const path = textOrNull(input.file_path);
	return line.tool_name === 'replace' && path !== null ? editOfInput(path, input) : null;
}

/** The plan of a `write_todos` call, null for every other call. */
export function planOf(line: JsonObject): AgentEvent | null {
	const { todos } = objectOrEmpty(line.parameters);
	if (line.tool_name !== 'write_todos' || !Array.isArray(todos)) return null;
	const items: PlanItem[] = listOrEmpty(todos)
		.slice(0, MAX_PLAN_ITEMS)
		.flatMap((entry) => {
			const { description, status } = objectOrEmpty(entry);
			return typeof description === 'string' && status !== 'cancelled'
				? [{ text: description, status: planStatus(status) }]
				: [];
		});
	return { type: 'plan', items };
}

function planStatus(status: unknown): PlanStatus {
	return status === 'in_progress' || status === 'completed' ? status : 'pending';
}

/**
 * A `tool_result` line as an event. A shell command that ran is a success to the CLI whatever its exit code, so whether
 * it succeeded is unknown here; the session record says.
 */
export function toolResult(
	line: JsonObject,
	{ toolName, edit }: { toolName: string | null; edit: FileEdit | null },
): Extract<AgentEvent, { type: 'tool_result' }> | null {
	const id = textOrNull(line.tool_id);
	if (id === null) return null;
	const error = objectOrEmpty(line.error);
	const hasFailed = line.status === 'error' || line.error != null;
	const output = textOrNull(line.output) ?? textOrNull(error.message) ?? '';
	return {
		type: 'tool_result',
		id,
		ok: hasFailed ? false : isUnsure(line, toolName) ? null : true,
		denied: hasFailed && REFUSALS.has(textOrNull(error.type) ?? ''),
		exitCode: null,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
		...(edit && !hasFailed && { edits: [edit] }),
	};
}

function isUnsure(line: JsonObject, toolName: string | null): boolean {
	return line.status !== 'success' || toolName === 'run_shell_command' || toolName === null;
}
