import type { AgentEvent, PlanItem, PlanStatus } from '../../../events.ts';
import {
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
} from '../../../reading/json-fields.ts';

const MAX_ITEMS = 500;

/**
 * Follows the plan through the CLI's two sets of tools: `TodoWrite` replaces the list at once; `TaskCreate`, `TaskUpdate` and
 * `TaskList` change a numbered list when their result arrives. Task numbers continue across resumes, so a resumed turn starts
 * from the plan before it, whose items keep their numbers. As long as only a part of the list is known (a resumed turn
 * without that plan), no plan is reported: it would replace a fuller one.
 */
export class PlanTracker {
	/** By number. */
	readonly #tasks = new Map<string, Omit<PlanItem, 'id'>>();
	readonly #open = new Map<string, { name: string; input: JsonObject }>();

	#isComplete: boolean;

	/** `before` is null when there may be an unknown plan. */
	constructor(before: readonly PlanItem[] | null) {
		this.#isComplete = before !== null;
		for (const [at, { id, text, status }] of (before ?? []).entries())
			this.#tasks.set(id ?? String(at + 1), { text, status });
	}

	call(id: string, name: string, input: JsonObject): AgentEvent[] {
		if (name === 'TodoWrite') return this.#replaceByTodos(input);
		if (/^Task(?:Create|Update|List)$/.test(name) && this.#open.size < MAX_ITEMS)
			this.#open.set(id, { name, input });
		return [];
	}

	result(id: string, ok: boolean, output: string, extras: unknown): AgentEvent[] {
		const call = this.#open.get(id);
		this.#open.delete(id);
		if (call === undefined || !ok) return [];
		const reported = objectOrEmpty(extras);
		const hasChanged =
			call.name === 'TaskCreate'
				? this.#create(call.input, reported, output)
				: call.name === 'TaskUpdate'
					? this.#update(call.input)
					: this.#replaceByList(reported);
		return hasChanged && this.#isComplete ? [this.#event()] : [];
	}

	#create(input: JsonObject, reported: JsonObject, output: string): boolean {
		const id = textOrNull(objectOrEmpty(reported.task).id) ?? /^Task #(\d+) /.exec(output)?.[1];
		const text = textOrNull(input.subject);
		if (id === undefined || text === null || this.#tasks.size >= MAX_ITEMS) return false;
		// A number that starts again at 1 is a new list: the old one is gone.
		if (id === '1') this.#startOver();
		this.#tasks.set(id, { text, status: 'pending' });
		return true;
	}

	#update(input: JsonObject): boolean {
		const id = textOrNull(input.taskId) ?? '';
		const task = this.#tasks.get(id);
		if (task === undefined) return false;
		if (input.status === 'deleted') return this.#tasks.delete(id);
		this.#tasks.set(id, {
			text: textOrNull(input.subject) ?? task.text,
			status: planStatus(input.status) ?? task.status,
		});
		return true;
	}

	#replaceByList(reported: JsonObject): boolean {
		if (!Array.isArray(reported.tasks)) return false;
		this.#startOver();
		for (const item of listOrEmpty(reported.tasks).slice(0, MAX_ITEMS)) {
			const task = objectOrEmpty(item);
			const id = textOrNull(task.id);
			const text = textOrNull(task.subject);
			if (id !== null && text !== null)
				this.#tasks.set(id, { text, status: planStatus(task.status) ?? 'pending' });
		}
		return true;
	}

	#replaceByTodos(input: JsonObject): AgentEvent[] {
		if (!Array.isArray(input.todos)) return [];
		this.#startOver();
		for (const [at, item] of listOrEmpty(input.todos).slice(0, MAX_ITEMS).entries()) {
			const todo = objectOrNull(item);
			const text = textOrNull(todo?.content);
			if (text !== null)
				this.#tasks.set(String(at + 1), { text, status: planStatus(todo?.status) ?? 'pending' });
		}
		return [this.#event()];
	}

	#startOver(): void {
		this.#tasks.clear();
		this.#isComplete = true;
	}

	#event(): AgentEvent {
		const items = [...this.#tasks].map(([id, task], at) => (id === String(at + 1) ? task : { ...task, id }));
		return { type: 'plan', items };
	}
}

function planStatus(value: unknown): PlanStatus | null {
	return value === 'pending' || value === 'in_progress' || value === 'completed' ? value : null;
}
