/**
 * Who may have been refused. A `rate_limit_event` does not name its speaker; the agent and its sub-agents send requests at
 * the same time, and to different models. The main conversation's own refusal is always followed by claude's own message in it.
 */
import type { Limit } from '../../../events.ts';
import { type JsonObject, objectOrEmpty, textOrNull } from '../../../reading/json-fields.ts';

/** More than a turn starts; only a broken stream has more. */
const MAX_AGENTS = 1000;

/** `Task` in versions before 2.1. */
const TOOLS: ReadonlySet<string> = new Set(['Agent', 'Task']);
const AT_WORK: ReadonlySet<string> = new Set(['pending', 'running', 'in_progress', 'paused']);

export class SubAgents {
	/** Calls without a result. */
	readonly #calls = new Set<string>();
	/** Tasks of sub-agents that have not ended; one in the background outlives the result of its call. */
	readonly #tasks = new Set<string>();
	/** Models by the names that were asked for. */
	readonly #models = new Set<string>();
	#haveBeen = false;

	get areAtWork(): boolean {
		return this.#calls.size > 0 || this.#tasks.size > 0;
	}

	/** A `tool_use` block of anyone. */
	called(block: JsonObject): void {
		const id = textOrNull(block.id);
		if (id === null || !TOOLS.has(textOrNull(block.name) ?? '')) return;
		const model = textOrNull(objectOrEmpty(block.input).model);
		if (model !== null && this.#models.size < MAX_AGENTS) this.#models.add(model.slice(0, 100));
		if (this.#calls.size < MAX_AGENTS) this.#calls.add(id);
		this.#haveBeen = true;
	}

	/** A line of a sub-agent, however it was started. */
	spoke(): void {
		this.#haveBeen = true;
	}

	answered(toolUseId: string): void {
		this.#calls.delete(toolUseId);
	}

	/** `system/task_started`, `task_updated` and `task_notification`. */
	task(message: JsonObject): void {
		const id = textOrNull(message.task_id);
		if (id === null) return;
		if (message.subtype === 'task_started') {
			const type = textOrNull(message.task_type);
			if (type === null || type === 'local_bash') return;
			this.#haveBeen = true;
			if (this.#tasks.size < MAX_AGENTS) this.#tasks.add(id);
			return;
		}
		const status = textOrNull(message.status) ?? textOrNull(objectOrEmpty(message.patch).status);
		if (status !== null && !AT_WORK.has(status)) this.#tasks.delete(id);
	}

	/**
	 * The refused model if it is surely not the main conversation's (`main`: its name): the name that was asked for, else that
	 * of the window's family. Without sub-agents every request is the main conversation's, whatever its model is called.
	 */
	refusedModel(limit: Limit, main: string | null): string | null {
		const family = this.#haveBeen && limit.scope === 'model' ? familyOf(limit.window) : null;
		if (family === null || main === null || wordsIn(main).includes(family)) return null;
		return [...this.#models].find((model) => wordsIn(model).includes(family)) ?? family;
	}
}

/** `seven_day_opus` -> `opus`; `seven_day_overage_included` is shown as "Fable 5 limit" by 2.1.197. */
function familyOf(window: string | null): string | null {
	if (window === 'seven_day_overage_included') return 'fable';
	return window?.split('_').at(-1) ?? null;
}

function wordsIn(model: string): string[] {
	return model.toLowerCase().split(/[^a-z0-9]+/);
}
