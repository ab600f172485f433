/** opencode's tool parts as normalized events: a call is shown once it has ended, with its result. */
import type { AgentEvent, FileEdit, PlanItem } from '../../events.ts';
import { excerptOutput } from '../../reading/excerpt.ts';
import { createdFile, editOfInput, unifiedEdits } from '../../reading/file-edits.ts';
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	textOrNull,
} from '../../reading/json-fields.ts';
import { type ToolCall, type ToolWords, toolCall } from '../../reading/tool-call.ts';
import { REFUSAL } from './refusal.ts';

const WORDS: ToolWords = {
	kinds: new Map([
		['read', 'read'],
		['list', 'read'],
		['edit', 'edit'],
		['multiedit', 'edit'],
		['write', 'edit'],
		['patch', 'edit'],
		['apply_patch', 'edit'],
		['bash', 'execute'],
		['grep', 'search'],
		['glob', 'search'],
		['codesearch', 'search'],
		['websearch', 'search'],
		['webfetch', 'fetch'],
	]),
	titles: ['command', 'filePath', 'path', 'pattern', 'query', 'url', 'description', 'name', 'tool'],
	paths: ['filePath', 'path'],
};
const MAX_PLAN_ITEMS = 500;

/** The CLI's own words for a call it refused; they only say how the call is shown. */
const REFUSALS = [
	/^(?:Error: )?The user rejected permission to use this specific tool call/,
	/^(?:Error: )?The user has specified a rule which prevents you from using this specific tool call/,
	new RegExp(`^(?:Error: )?${REFUSAL.replaceAll('.', '\\.')}`),
];
const REJECTED = REFUSALS[0];

/** The events of one `tool_use` line; `isRejected`: nobody could be asked, and the turn ends there. */
export function readTool(part: JsonObject): { events: AgentEvent[]; isRejected: boolean } {
	const id = textOrNull(part.callID) ?? textOrNull(part.id);
	if (id === null) return { events: [], isRejected: false };
	const state = objectOrEmpty(part.state);
	const input = objectOrEmpty(state.input);
	const call = toolCall({ id, name: textOrNull(part.tool), input, title: textOrNull(state.title) }, WORDS);
	const result = toolResult(call, state);
	const plan = call.name === 'todowrite' ? planOf(input) : null;
	const events: AgentEvent[] = plan === null ? [call, result] : [call, result, plan];
	const failure = textOrNull(state.error) ?? '';
	return { events, isRejected: REJECTED?.test(failure) ?? false };
}

function toolResult(
	{ id, name, kind }: ToolCall,
	state: JsonObject,
): Extract<AgentEvent, { type: 'tool_result' }> {
	const failure = textOrNull(state.error);
	const output = textOrNull(state.output) ?? failure ?? '';
	const exitCode = name === 'bash' ? numberOrNull(objectOrEmpty(state.metadata).exit) : null;
	const ok = isOk(name, state, exitCode);
	const edits = ok === true && kind === 'edit' ? editsOf(state) : [];
	return {
		type: 'tool_result',
		id,
		ok,
		denied: isDenied(name, state, failure),
		exitCode,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
		...(edits.length > 0 && { edits }),
	};
}

/** The CLI reports the patch that it made; a file that did not exist is one by its content. */
function editsOf(state: JsonObject): FileEdit[] {
	const [input, metadata] = [objectOrEmpty(state.input), objectOrEmpty(state.metadata)];
	const [path, content] = [textOrNull(input.filePath), textOrNull(input.content)];
	if (metadata.exists === false && path !== null && content !== null) return [createdFile(path, content)];
	const edits = unifiedEdits(textOrNull(metadata.diff) ?? '');
	const replaced = edits.length > 0 || path === null ? null : editOfInput(path, input);
	return replaced === null ? edits : [replaced];
}

/** A shell command is `completed` whatever its exit code; a call of a tool that is not offered is `completed` as `invalid`. */
function isOk(name: string, state: JsonObject, exitCode: number | null): boolean | null {
	if (state.status === 'error' || name === 'invalid') return false;
	if (state.status !== 'completed') return null;
	if (name !== 'bash') return true;
	return exitCode === null ? null : exitCode === 0;
}

function isDenied(name: string, state: JsonObject, failure: string | null): boolean {
	if (failure !== null) return REFUSALS.some((sentence) => sentence.test(failure));
	const reason = textOrNull(objectOrEmpty(state.input).error) ?? '';
	return name === 'invalid' && reason.startsWith('Model tried to call unavailable tool');
}

function planOf(input: JsonObject): AgentEvent | null {
	if (!Array.isArray(input.todos)) return null;
	const items: PlanItem[] = listOrEmpty(input.todos)
		.slice(0, MAX_PLAN_ITEMS)
		.flatMap((entry) => {
			const { content, status } = objectOrEmpty(entry);
			if (typeof content !== 'string' || status === 'cancelled') return [];
			return [
				{ text: content, status: status === 'in_progress' || status === 'completed' ? status : 'pending' },
			];
		});
	return { type: 'plan', items };
}
