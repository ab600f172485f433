/** The items of codex's stream (a message, a command, a patch, a plan, …) as normalized events. */
import {
	type AgentEvent,
	type EditKind,
	type FileEdit,
	type PlanItem,
	type ToolKind,
	toolKind,
} from '../../events.ts';
import { excerptLine, excerptOutput } from '../../reading/excerpt.ts';
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
	writtenJson,
} from '../../reading/json-fields.ts';
import { unwrapShell } from './unwrap-shell.ts';

export type ItemPhase = 'started' | 'updated' | 'completed';

/** Ids of the tool items seen in this turn: a call is announced once, even when only its end is shown. */
export type OpenTools = Set<string>;

const TOOL_KINDS: ReadonlyMap<string, ToolKind> = new Map([
	['command_execution', 'execute'],
	['file_change', 'edit'],
	['web_search', 'search'],
	['image_view', 'read'],
]);
const isNoTool = new Set(['agent_message', 'reasoning', 'todo_list', 'error']);

export function readItem(item: JsonObject, phase: ItemPhase, open: OpenTools): AgentEvent[] {
	const id = textOrNull(item.id) ?? '';
	const type = textOrNull(item.type) ?? '';
	switch (type) {
		case 'agent_message':
		case 'reasoning':
			return phase === 'completed' ? readText(type, id, textOrNull(item.text)) : [];
		case 'todo_list':
			return [{ type: 'plan', items: readPlan(item) }];
		case 'error': {
			const message = textOrNull(item.message);
			return message === null ? [] : [{ type: 'error', code: 'warning', message }];
		}
	}
	return isTool(item, type) ? readTool(item, id, type, phase, open) : [];
}

function readText(type: 'agent_message' | 'reasoning', messageId: string, text: string | null): AgentEvent[] {
	if (text === null || text === '') return [];
	return type === 'agent_message'
		? [{ type: 'agent_message_chunk', messageId, text }]
		: [{ type: 'agent_thought_chunk', messageId, text }];
}

function readPlan(item: JsonObject): PlanItem[] {
	return listOrEmpty(item.items).flatMap((entry) => {
		const { text, completed } = objectOrEmpty(entry);
		if (typeof text !== 'string') return [];
		return [{ text, status: completed === true ? 'completed' : 'pending' }];
	});
}

/** Types of other versions count as tools when they carry a tool's `status`. */
function isTool(item: JsonObject, type: string): boolean {
	if (type === '' || isNoTool.has(type)) return false;
	return TOOL_KINDS.has(type) || typeof item.status === 'string';
}

function readTool(
	item: JsonObject,
	id: string,
	type: string,
	phase: ItemPhase,
	open: OpenTools,
): AgentEvent[] {
	const events: AgentEvent[] = [];
	if (!open.has(id)) {
		open.add(id);
		events.push(toolCall(item, id, type));
	}
	if (phase === 'completed') {
		open.delete(id);
		events.push(toolResult(item, id, type));
	}
	return events;
}

function toolCall(item: JsonObject, id: string, type: string): AgentEvent {
	const command = textOrNull(item.command);
	const script = command === null ? null : unwrapShell(command);
	const kind = toolKind(TOOL_KINDS, type);
	return {
		type: 'tool_call',
		id,
		name: toolName(item, type),
		kind,
		title: excerptLine(script ?? toolTitle(item, type)),
		command: kind === 'execute' ? script : null,
		paths: changes(item).map(({ path }) => path),
	};
}

function toolName(item: JsonObject, type: string): string {
	const [server, tool] = [textOrNull(item.server), textOrNull(item.tool)];
	return server !== null && tool !== null ? `${server}.${tool}` : type;
}

function toolTitle(item: JsonObject, type: string): string {
	if (type === 'file_change')
		return changes(item)
			.map(({ path }) => path)
			.join(', ');
	const action = objectOrEmpty(item.action);
	const reported = [item.query, action.query, item.path, item.prompt].find(
		(value) => typeof value === 'string' && value !== '',
	);
	if (typeof reported === 'string') return reported;
	const args = objectOrNull(item.arguments);
	return args === null ? toolName(item, type) : writtenJson(args);
}

interface Change {
	path: string;
	/** `add`, `delete`, or `update`. */
	kind: string;
}

const MAX_CHANGES = 500;

function changes(item: JsonObject): Change[] {
	return listOrEmpty(item.changes)
		.slice(0, MAX_CHANGES)
		.flatMap((entry) => {
			const { path, kind } = objectOrEmpty(entry);
			return typeof path === 'string' ? [{ path, kind: textOrNull(kind) ?? 'change' }] : [];
		});
}

function toolResult(item: JsonObject, id: string, type: string): AgentEvent {
	const status = textOrNull(item.status);
	const exitCode = numberOrNull(item.exit_code);
	const output = toolOutput(item);
	const ok = toolOk(status, exitCode, type);
	const edits = ok === true ? changes(item).map(editOf) : [];
	return {
		type: 'tool_result',
		id,
		ok,
		denied: status === 'declined',
		exitCode,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
		...(edits.length > 0 && { edits }),
	};
}

const EDIT_KINDS: ReadonlyMap<string, EditKind> = new Map([
	['add', 'create'],
	['delete', 'delete'],
]);

/** The stream names the files and no lines. */
function editOf({ path, kind }: Change): FileEdit {
	return { path, kind: EDIT_KINDS.get(kind) ?? 'edit', added: null, removed: null, hunks: [] };
}

/** A web search has no status of its own: it is shown as completed only when it was done. */
function toolOk(status: string | null, exitCode: number | null, type: string): boolean | null {
	if (status === 'completed') return true;
	if (status === 'failed' || status === 'declined') return false;
	if (exitCode !== null) return exitCode === 0;
	return type === 'web_search' ? true : null;
}

function toolOutput(item: JsonObject): string {
	const own = textOrNull(item.aggregated_output);
	if (own !== null) return own;
	const failure = textOrNull(item.error) ?? textOrNull(objectOrEmpty(item.error).message);
	if (failure !== null) return failure;
	return listOrEmpty(objectOrEmpty(item.result).content)
		.map((part) => textOrNull(objectOrEmpty(part).text) ?? '')
		.join('');
}
