import type { ParsedTurn } from '../../../agent-adapter.ts';
import type { AgentEvent, PlanItem } from '../../../events.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../../reading/json-fields.ts';
import { readToolCall, toolResult } from '../tools.ts';
import { PlanTracker } from './plan.ts';

/** Calls without a result that are remembered; a turn has a handful, only a broken stream has more. */
const MAX_OPEN = 10_000;

/** Pairs tool calls with their results, the agent's own and its sub-agents', and follows the agent's own plan. */
export class ToolTracker {
	readonly #plan: PlanTracker;
	/** Names and titles by call id. */
	readonly #open = new Map<string, { name: string; title: string; runsBeside: boolean; isOwn: boolean }>();
	readonly #denied = new Set<string>();
	/** Calls that claude's own line reports as refused; the result follows. */
	readonly #refused = new Set<string>();

	constructor(planBefore: readonly PlanItem[] | null) {
		this.#plan = new PlanTracker(planBefore);
	}

	call(block: JsonObject, isOwn: boolean): AgentEvent[] {
		const call = readToolCall(block);
		if (call === null || this.#open.has(call.id)) return [];
		const runsBeside = call.kind !== 'execute' && call.kind !== 'edit';
		const isQueued = isOwn && this.#isQueued(runsBeside);
		if (this.#open.size < MAX_OPEN)
			this.#open.set(call.id, { name: call.name, title: call.title, runsBeside, isOwn });
		if (!isOwn) return [{ ...call, speaker: 'sub_agent' }];
		return [
			isQueued ? { ...call, queued: true } : call,
			...this.#plan.call(call.id, call.name, objectOrEmpty(block.input)),
		];
	}

	/** Calls of one answer are named at once. Those that only read run side by side, others one after the other (2.1.332). */
	#isQueued(runsBeside: boolean): boolean {
		for (const open of this.#open.values()) if (open.isOwn && !(runsBeside && open.runsBeside)) return true;
		return false;
	}

	/** `system/permission_denied` of 2.1.332, which comes before the result of the call it names. */
	refused(message: JsonObject): void {
		const id = textOrNull(message.tool_use_id);
		if (id !== null && this.#refused.size < MAX_OPEN) this.#refused.add(id);
	}

	/** The results in a `user` line; its text (a sub-agent's prompt, an interrupt) is not an answer. */
	results(line: JsonObject, isWhole: boolean): AgentEvent[] {
		return listOrEmpty(objectOrEmpty(line.message).content).flatMap((item) => {
			const block = objectOrEmpty(item);
			if (block.type !== 'tool_result') return [];
			const name = this.#open.get(textOrNull(block.tool_use_id) ?? '')?.name ?? null;
			const reported = toolResult(block, { extras: line.tool_use_result, toolName: name, isWhole });
			if (reported === null) return [];
			const isRefused =
				reported.ok === false && (this.#refused.has(reported.id) || isRejected(line, reported.id));
			const result = isRefused ? { ...reported, denied: true } : reported;
			this.#refused.delete(result.id);
			this.#open.delete(result.id);
			if (result.denied && this.#denied.size < MAX_OPEN) this.#denied.add(result.id);
			const plan = this.#plan.result(result.id, result.ok === true, result.output, line.tool_use_result);
			return [result, ...plan];
		});
	}

	/** What a call that has no result yet is shown as; null for another. */
	titleOf(id: string): string | null {
		return this.#open.get(id)?.title ?? null;
	}

	/** Calls that `permission_denials` of the result line names and whose own result did not read as a refusal. */
	corrections(result: JsonObject): ParsedTurn['toolResults'] {
		const ids = listOrEmpty(result.permission_denials)
			.map((item) => textOrNull(objectOrEmpty(item).tool_use_id))
			.filter((id) => id !== null);
		return [...new Set(ids)]
			.filter((id) => !this.#denied.has(id))
			.map((id) => ({ id, ok: false, exitCode: null, denied: true }));
	}
}

/** 2.1.332 says with each result how its call was decided. */
function isRejected(line: JsonObject, id: string): boolean {
	return listOrEmpty(line.tool_result_meta).some((item) => {
		const meta = objectOrEmpty(item);
		return meta.id === id && objectOrEmpty(meta.permission_decision).decision === 'reject';
	});
}
