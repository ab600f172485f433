import type { AgentEvent, PlanItem } from '../../events.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';
import type { ToolCall } from '../../reading/tool-call.ts';
import type { BackgroundWork } from './background.ts';
import { TodoTable } from './todos.ts';
import { readToolCall, readToolResult } from './tools.ts';

/** Calls that are remembered at once; a turn has a handful, only a broken stream has more. */
const MAX_OPEN = 10_000;

interface Open {
	call: ToolCall;
	args: unknown;
}

/** Pairs tool calls with their results, the agent's own and its sub-agents', and follows the to-do list. */
export class ToolCalls {
	readonly #work: BackgroundWork;
	readonly #todos: TodoTable;
	readonly #open = new Map<string, Open>();
	/** As the model asked for them: a call that is refused for the session's budget is never started. */
	readonly #requested = new Map<string, { name: string | null; args: unknown }>();

	constructor(work: BackgroundWork, planBefore: readonly PlanItem[] | null) {
		this.#work = work;
		this.#todos = new TodoTable(planBefore);
	}

	/** The `toolRequests` of an `assistant.message`. */
	requested(data: JsonObject): void {
		for (const item of listOrEmpty(data.toolRequests)) {
			const { toolCallId, name, arguments: args } = objectOrEmpty(item);
			const id = textOrNull(toolCallId);
			if (id !== null && this.#requested.size < MAX_OPEN)
				this.#requested.set(id, { name: textOrNull(name), args });
		}
	}

	/** `assistant.tool_call_delta`, the only sign of a call whose message never comes. */
	named(data: JsonObject): void {
		const id = textOrNull(data.toolCallId);
		if (id !== null && !this.#requested.has(id) && this.#requested.size < MAX_OPEN)
			this.#requested.set(id, { name: textOrNull(data.toolName), args: null });
	}

	started(data: JsonObject, isOwn: boolean): AgentEvent[] {
		const id = textOrNull(data.toolCallId);
		if (id === null || this.#open.has(id)) return [];
		return this.#begin(id, { name: textOrNull(data.toolName), args: data.arguments }, isOwn);
	}

	#begin(id: string, { name, args }: { name: string | null; args: unknown }, isOwn: boolean): AgentEvent[] {
		const call = readToolCall(id, name, args);
		this.#requested.delete(id);
		if (this.#open.size < MAX_OPEN) this.#open.set(id, { call, args });
		return [isOwn ? call : { ...call, speaker: 'sub_agent' }];
	}

	ended(data: JsonObject, isOwn: boolean): AgentEvent[] {
		const id = textOrNull(data.toolCallId);
		if (id === null) return [];
		const request = this.#requested.get(id);
		const begun = this.#open.has(id) || request === undefined ? [] : this.#begin(id, request, isOwn);
		const open = this.#open.get(id);
		this.#open.delete(id);
		const result = readToolResult(id, data, open?.call.kind ?? null);
		return [
			...begun,
			result,
			...(open === undefined ? [] : this.#follow(open, data, result.ok, result.exitCode)),
		];
	}

	#follow({ call, args }: Open, data: JsonObject, ok: boolean | null, exitCode: number | null): AgentEvent[] {
		if (ok !== true) return [];
		const given = objectOrEmpty(args);
		if (call.name === 'sql') return this.#plan(textOrNull(given.query) ?? '');
		if (call.name.startsWith('stop_')) return this.#work.shellStopped(given);
		const isShell = call.kind === 'execute' && call.command !== null;
		return isShell && exitCode === null ? this.#work.shellWentOn(data, call.title) : [];
	}

	#plan(query: string): AgentEvent[] {
		const items = this.#todos.run(query) ? this.#todos.items : null;
		return items === null ? [] : [{ type: 'plan', items }];
	}
}
