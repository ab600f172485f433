import type { AgentEvent, FileEdit } from '../../events.ts';
import { excerptLine, excerptOutput } from '../../reading/excerpt.ts';
import { createdFile, structuredEdit } from '../../reading/file-edits.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';
import { type ToolCall, type ToolWords, toolCall } from '../../reading/tool-call.ts';

const WORDS: ToolWords = {
	kinds: new Map([
		['Read', 'read'],
		['NotebookRead', 'read'],
		['LS', 'read'],
		['Edit', 'edit'],
		['MultiEdit', 'edit'],
		['Write', 'edit'],
		['NotebookEdit', 'edit'],
		['Bash', 'execute'],
		['Grep', 'search'],
		['Glob', 'search'],
		['WebSearch', 'search'],
		['WebFetch', 'fetch'],
	]),
	titles: [
		'command',
		'file_path',
		'notebook_path',
		'pattern',
		'query',
		'url',
		'subject',
		'description',
		'skill',
		'path',
	],
	paths: ['file_path', 'notebook_path'],
};

/** A `tool_use` block as an event; null when it has no id to match a result with. */
export function readToolCall(block: JsonObject): ToolCall | null {
	const id = textOrNull(block.id);
	if (id === null) return null;
	const input = objectOrEmpty(block.input);
	const call = toolCall({ id, name: textOrNull(block.name), input }, WORDS);
	const task = textOrNull(input.taskId);
	return task === null ? call : { ...call, title: excerptLine(`#${task} ${textOrNull(input.status) ?? ''}`) };
}

interface ResultContext {
	/** The line's `tool_use_result`. */
	extras: unknown;
	/** The name of the call that this answers, if known. */
	toolName: string | null;
	/** False when the line's end was cut away, and with it perhaps the word that the call failed. */
	isWhole: boolean;
}

/**
 * A `tool_result` block as an event; no `is_error` means it succeeded. A shell's exit code is reported only as text, on the
 * first line and only when it failed.
 */
export function toolResult(
	block: JsonObject,
	{ extras, toolName, isWhole }: ResultContext,
): Extract<AgentEvent, { type: 'tool_result' }> | null {
	const id = textOrNull(block.tool_use_id);
	if (id === null) return null;
	const printed = outputText(block.content);
	const output = INTERRUPTED.test(printed) ? '' : printed;
	const ok = block.is_error === true ? false : isWhole ? true : null;
	const edit = ok === true && toolName !== null ? readEdit(toolName, objectOrEmpty(extras)) : null;
	return {
		type: 'tool_result',
		id,
		ok,
		denied: ok === false && isRefusal(output),
		exitCode: toolName === 'Bash' && ok !== null ? shellExitCode(ok, output, objectOrEmpty(extras)) : null,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
		...(edit && { edits: [edit] }),
	};
}

/** The CLI reports what it wrote as a patch with three lines around each change, and of a new file all of it. */
function readEdit(
	toolName: string,
	{ filePath, structuredPatch, type, content }: JsonObject,
): FileEdit | null {
	const path = textOrNull(filePath);
	if (path === null || WORDS.kinds.get(toolName) !== 'edit') return null;
	const text = textOrNull(content);
	if (type === 'create' && text !== null) return createdFile(path, text);
	return Array.isArray(structuredPatch) ? structuredEdit(path, 'edit', structuredPatch) : null;
}

/** What the CLI answers in place of a tool that the user's interrupt stopped or kept from its start (2.1.332). */
const INTERRUPTED =
	/^The user doesn't want to proceed with this tool use\. The tool use was rejected .{0,200}STOP what you are doing/s;

function outputText(content: unknown): string {
	const whole = textOrNull(content);
	if (whole !== null) return whole;
	return listOrEmpty(content)
		.map((item) => {
			const block = objectOrEmpty(item);
			return textOrNull(block.text) ?? `[${textOrNull(block.type) ?? 'unknown content'}]`;
		})
		.join('\n');
}

/**
 * 0 for a command that succeeded in the foreground. The CLI also calls some non-zero codes a success (`grep` without a
 * match, marked by `returnCodeInterpretation`); the code of those, and of background and interrupted commands, is unknown.
 */
function shellExitCode(ok: boolean, output: string, extras: JsonObject): number | null {
	if (!ok) {
		const reported = /^Exit code (\d{1,3})(?:\n|$)/.exec(output)?.[1];
		return reported === undefined ? null : Number(reported);
	}
	const isUnsure =
		extras.interrupted === true ||
		textOrNull(extras.backgroundTaskId) !== null ||
		textOrNull(extras.returnCodeInterpretation) !== null;
	return isUnsure ? null : 0;
}

/**
 * The CLI's own sentences for a call it did not run (2.1.197). Only how the call is shown depends on them; the list in
 * `result.permission_denials` corrects it at the end of the turn.
 */
const REFUSALS = [
	/^Claude requested permissions? to /,
	/^This command requires approval/,
	/^This Bash command contains multiple operations\. The following parts? requires? approval/,
	/^Permission to (?:use|read|edit|write) .{1,4000} (?:has been|is) denied/s,
	/^PreToolUse:\S+ hook (?:error|denied)/,
	/^Contains (?:command|process)_substitution$/,
	/^.{1,4000} was blocked\. For security, Claude Code may only /s,
	/^(?:<tool_use_error>)?(?:Error: )?No such tool available: \S+ \S+ exists but is not enabled/,
];

function isRefusal(output: string): boolean {
	const head = output.slice(0, 5000).replace(/^Error: /, '');
	return REFUSALS.some((sentence) => sentence.test(head));
}
