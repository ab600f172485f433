import type { AgentEvent, BackgroundTask } from '../../../events.ts';
import { excerptLine } from '../../../reading/excerpt.ts';
import { type JsonObject, objectOrEmpty, textOrNull } from '../../../reading/json-fields.ts';

/** More than any session runs; the rest of a longer list is ignored. */
const MAX_TASKS = 100;

/**
 * What claude runs in the background, by its own list (`background_tasks_changed`, newer than 2.1.197): as long as it
 * names a task, the process lives on and wakes the model when the task has ended.
 */
export class BackgroundTasks {
	#listed: BackgroundTask[] = [];
	/** By task id, from the call that began it. */
	readonly #titles = new Map<string, string>();

	get listed(): BackgroundTask[] {
		return this.#listed.map(({ id, title }) => ({ id, title: this.#titles.get(id) ?? title }));
	}

	changed(message: JsonObject): AgentEvent[] {
		if (!Array.isArray(message.tasks)) return [];
		this.#listed = message.tasks.slice(0, MAX_TASKS).flatMap((item) => readTask(objectOrEmpty(item)));
		return [{ type: 'background_tasks', tasks: this.listed }];
	}

	/** `callTitle`: what the call that began the task is shown as; a description of it says less. */
	started(message: JsonObject, callTitle: (toolUseId: string) => string | null): void {
		const id = textOrNull(message.task_id);
		const title = callTitle(textOrNull(message.tool_use_id) ?? '');
		if (id !== null && title !== null && this.#titles.size < MAX_TASKS * 10) this.#titles.set(id, title);
	}
}

function readTask(task: JsonObject): BackgroundTask[] {
	const id = textOrNull(task.task_id);
	if (id === null) return [];
	return [{ id, title: excerptLine(textOrNull(task.description) ?? textOrNull(task.task_type) ?? id) }];
}
