import type { AgentSettings } from '../../config/schema.ts';
import { type AgentEvent, type FileEdit, type ToolKind, toolKind } from '../events.ts';
import { excerptLine, excerptOutput } from '../reading/excerpt.ts';
import { editOfInput } from '../reading/file-edits.ts';
import {
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
	writtenJson,
} from '../reading/json-fields.ts';
import type { ToolCall } from '../reading/tool-call.ts';
import { firstField, readField } from './read-field.ts';

/** Calls that are remembered; only a broken stream has more. */
const MAX_CALLS = 100_000;

/** Names that many CLIs give these tools, in lower case; any other name is `other`. */
const KINDS: ReadonlyMap<string, ToolKind> = new Map([
	...(
		['bash', 'shell', 'execute', 'run_command', 'run_shell_command', 'execute_command', 'exec'] as const
	).map((name) => [name, 'execute'] as const),
	...(['read', 'read_file', 'view', 'read_many_files'] as const).map((name) => [name, 'read'] as const),
	...(
		[
			'edit',
			'write',
			'write_file',
			'replace',
			'edit_file',
			'str_replace',
			'apply_patch',
			'create_file',
		] as const
	).map((name) => [name, 'edit'] as const),
	...(['grep', 'glob', 'search', 'grep_search', 'list_directory', 'ls', 'web_search'] as const).map(
		(name) => [name, 'search'] as const,
	),
	...(['fetch', 'web_fetch'] as const).map((name) => [name, 'fetch'] as const),
]);

/** Pairs tool calls with their results, by the ids at the paths that the user named. */
export class ToolCalls {
	readonly #fields: AgentSettings['fields'];
	/** What a call does to a file if it succeeds, where its input says so, by its id. */
	readonly #open = new Map<string, FileEdit | null>();
	/** Every id that was a call: a later line about it is not a new one. */
	readonly #known = new Set<string>();

	constructor(fields: AgentSettings['fields']) {
		this.#fields = fields;
	}

	get areReported(): boolean {
		return this.#fields.tool_call !== undefined && this.#fields.tool_result !== undefined;
	}

	/** Calls so far. */
	get count(): number {
		return this.#known.size;
	}

	get hasOpen(): boolean {
		return this.#open.size > 0;
	}

	/** Must run before `calls` of the same line: if one path serves both, an id is a call first and then a result. */
	results(line: JsonObject): AgentEvent[] {
		const { tool_result, tool_output, tool_error } = this.#fields;
		return readField(line, tool_result).flatMap(({ at, value }): AgentEvent[] => {
			const id = idOf(value);
			const edit = id === null ? undefined : this.#open.get(id);
			if (id === null || edit === undefined) return [];
			this.#open.delete(id);
			const output = asText(firstField(line, tool_output, at));
			const isError = Boolean(firstField(line, tool_error, at));
			return [
				{
					type: 'tool_result',
					id,
					ok: tool_error === undefined ? null : !isError,
					denied: false,
					exitCode: null,
					output: excerptOutput(output),
					outputBytes: Buffer.byteLength(output),
					...(edit && tool_error !== undefined && !isError && { edits: [edit] }),
				},
			];
		});
	}

	calls(line: JsonObject): AgentEvent[] {
		const { tool_call, tool_name, tool_input } = this.#fields;
		return readField(line, tool_call).flatMap(({ at, value }): AgentEvent[] => {
			const id = idOf(value);
			if (id === null || this.#known.has(id) || this.#known.size >= MAX_CALLS) return [];
			this.#known.add(id);
			const name = asText(firstField(line, tool_name, at)) || 'tool';
			const input = firstField(line, tool_input, at);
			const call = toolCall(id, name, input);
			const [path] = call.paths;
			const isEdit = call.kind === 'edit' && path !== undefined;
			this.#open.set(id, isEdit ? editOfInput(path, objectOrEmpty(input)) : null);
			return [call];
		});
	}
}

function toolCall(id: string, name: string, input: unknown): ToolCall {
	const kind = toolKind(KINDS, name.toLowerCase());
	const command = textOrNull(input) ?? textOrNull(objectOrNull(input)?.command);
	const paths = ['path', 'file_path', 'absolute_path', 'filename'].flatMap(
		(key) => textOrNull(objectOrNull(input)?.[key]) ?? [],
	);
	const title = command ?? paths[0] ?? asText(input);
	return {
		type: 'tool_call',
		id,
		name: excerptLine(name, 100),
		kind,
		title: excerptLine(title === '' ? name : title),
		command: kind === 'execute' ? command : null,
		paths,
	};
}

function idOf(value: unknown): string | null {
	return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}

function asText(value: unknown): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : writtenJson(value);
}
