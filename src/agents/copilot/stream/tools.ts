/** Copilot's tool calls and results as normalized events. */
import type { AgentEvent, FileEdit } from '../../events.ts';
import { excerptOutput } from '../../reading/excerpt.ts';
import { unifiedEdits } from '../../reading/file-edits.ts';
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	textOrNull,
} from '../../reading/json-fields.ts';
import { type ToolCall, type ToolWords, toolCall } from '../../reading/tool-call.ts';

const WORDS: ToolWords = {
	kinds: new Map([
		['view', 'read'],
		['create', 'edit'],
		['edit', 'edit'],
		['str_replace_editor', 'edit'],
		['apply_patch', 'edit'],
		...['bash', 'powershell'].flatMap((shell) =>
			[shell, `read_${shell}`, `write_${shell}`, `stop_${shell}`, `list_${shell}`].map(
				(name) => [name, 'execute'] as const,
			),
		),
		['grep', 'search'],
		['rg', 'search'],
		['glob', 'search'],
		['web_search', 'search'],
		['web_fetch', 'fetch'],
	]),
	titles: ['command', 'path', 'pattern', 'query', 'url', 'description', 'shellId', 'name', 'skill'],
	paths: ['path'],
};

type ToolResult = Extract<AgentEvent, { type: 'tool_result' }>;

/** A call by the fields of its `tool.execution_start`, or of the request that the model made. */
export function readToolCall(id: string, name: string | null, args: unknown): ToolCall {
	const call = toolCall({ id, name, input: objectOrEmpty(args) }, WORDS);
	const patch = textOrNull(args);
	if (call.kind !== 'edit' || patch === null) return call;
	const paths = pathsInPatch(patch);
	return { ...call, paths, title: paths.join(', ').slice(0, 500) || call.title };
}

const MAX_PATHS = 50;

/** `*** Add File: src/a.ts` and the like. */
function pathsInPatch(patch: string): string[] {
	const heads = patch.matchAll(/^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm);
	return [...new Set(Array.from(heads, ([, path = '']) => path.trim()))].slice(0, MAX_PATHS);
}

/**
 * A `tool.execution_complete` line. A shell command that ran is a success to the CLI whatever its exit code; one that goes on in
 * the background has none.
 */
export function readToolResult(id: string, data: JsonObject, kind: ToolCall['kind'] | null): ToolResult {
	const error = objectOrEmpty(data.error);
	const result = objectOrEmpty(data.result);
	const exitCode = numberOrNull(objectOrEmpty(data.shellExecution).exitCode);
	const isSuccess = data.success === true;
	const output = textOrNull(result.content) ?? textOrNull(error.message) ?? '';
	const edits = isSuccess && kind === 'edit' ? editsOf(data, result) : [];
	return {
		type: 'tool_result',
		id,
		ok: isSuccess ? exitCode === null || exitCode === 0 : data.success === false ? false : null,
		denied: !isSuccess && error.code === 'denied',
		exitCode,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
		...(edits.length > 0 && { edits }),
	};
}

/** The diff puts `a` right before an absolute path; the list of edited files has the paths as they are. */
function editsOf(data: JsonObject, result: JsonObject): FileEdit[] {
	const paths = listOrEmpty(data.fileEdits).flatMap((edit) => textOrNull(objectOrEmpty(edit).path) ?? []);
	return unifiedEdits(textOrNull(result.detailedContent) ?? '').map((edit) => ({
		...edit,
		path: paths.find((path) => path === `/${edit.path}` || path === edit.path) ?? edit.path,
	}));
}
