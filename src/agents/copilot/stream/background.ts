import type { AgentEvent, BackgroundTask } from '../../events.ts';
import { excerptLine } from '../../reading/excerpt.ts';
import { type JsonObject, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';

/** More than any session runs; what comes after them is not followed. */
const MAX_TASKS = 100;
/** The CLI's own words in the result of a shell call that goes on. */
const GOES_ON = /<command (?:started in background )?with shellId: ([\w-]{1,64})(?:>| is still running\b)/g;

/**
 * What goes on after an answer and wakes the model when it ends: commands, and sub-agents that were not waited for. A detached
 * command is not among them: the CLI leaves it running.
 */
export class BackgroundWork {
	readonly #tasks = new Map<string, string>();

	get tasks(): BackgroundTask[] {
		return [...this.#tasks].map(([id, title]) => ({ id, title }));
	}

	/** A shell call that ended without an exit code. `title`: what it is shown as. */
	shellWentOn(data: JsonObject, title: string): AgentEvent[] {
		const { detached } = objectOrEmpty(objectOrEmpty(data.toolTelemetry).properties);
		if (data.success !== true || detached === 'true' || detached === true) return [];
		const text = textOrNull(objectOrEmpty(data.result).content) ?? '';
		const id = [...text.slice(-2000).matchAll(GOES_ON)].at(-1)?.[1];
		return id === undefined ? [] : this.#began(`shell ${id}`, title);
	}

	/** `system.notification`. */
	notified(kind: JsonObject): AgentEvent[] {
		const shell = textOrNull(kind.shellId);
		return shell === null ? [] : this.#ended(`shell ${shell}`);
	}

	/** `stop_bash` has ended it, and nothing notifies of that. */
	shellStopped(args: JsonObject): AgentEvent[] {
		const shell = textOrNull(args.shellId);
		return shell === null ? [] : this.#ended(`shell ${shell}`);
	}

	/** `subagent.started`, `subagent.completed` and `subagent.failed`; other lines of sub-agents change nothing. */
	subAgent(type: string, agentId: string, data: JsonObject): AgentEvent[] {
		const isOver = type === 'subagent.completed' || type === 'subagent.failed';
		if (isOver) return this.#ended(`agent ${agentId}`);
		if (type !== 'subagent.started') return [];
		const mode = textOrNull(data.executionMode);
		if (mode === null || mode === 'sync') return [];
		const title = textOrNull(data.agentDescription) ?? textOrNull(data.agentDisplayName) ?? 'sub-agent';
		return this.#began(`agent ${agentId}`, excerptLine(title));
	}

	#began(id: string, title: string): AgentEvent[] {
		if (this.#tasks.size >= MAX_TASKS) return [];
		this.#tasks.set(id, title);
		return [{ type: 'background_tasks', tasks: this.tasks }];
	}

	#ended(id: string): AgentEvent[] {
		return this.#tasks.delete(id) ? [{ type: 'background_tasks', tasks: this.tasks }] : [];
	}
}
