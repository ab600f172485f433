import { join } from 'node:path';
import type { PlanItem } from '../events.ts';
import type { DemoOutput, DemoTool, DemoToolResult, DemoUsage, DemoVoice } from './voice.ts';
import { commandLine } from './voice.ts';

interface CloserSetting {
	sessionId: string;
	folder: string;
	output: DemoOutput;
}

/** Speaks the stream dialect of Codex (`exec --json`), the part that the demo needs. */
export class CloserVoice implements DemoVoice {
	readonly #setting: CloserSetting;
	#items = 0;
	#plan: { id: string; items: readonly PlanItem[] } | null = null;

	constructor(setting: CloserSetting) {
		this.#setting = setting;
	}

	start(): void {
		this.#line({ type: 'thread.started', thread_id: this.#setting.sessionId });
		this.#line({ type: 'turn.started' });
	}

	async say(text: string): Promise<void> {
		await this.#setting.output.pause();
		this.#item('completed', { id: this.#nextItem(), type: 'agent_message', text });
		await this.#setting.output.pause();
	}

	plan(items: readonly PlanItem[]): void {
		const isFirst = this.#plan === null;
		this.#plan = { id: this.#plan?.id ?? this.#nextItem(), items };
		this.#item(isFirst ? 'started' : 'updated', this.#planItem(this.#plan));
	}

	toolStarts(id: string, tool: DemoTool): void {
		this.#item('started', { id, ...this.#toolItem(tool), status: 'in_progress' });
	}

	toolEnds(id: string, tool: DemoTool, result: DemoToolResult): void {
		const status = result.ok ? 'completed' : result.denied ? 'declined' : 'failed';
		const ended = isCommand(tool) ? { aggregated_output: result.output, exit_code: result.exitCode } : {};
		this.#item('completed', { id, ...this.#toolItem(tool), ...ended, status });
	}

	windowUsed(): void {}

	end(_usage: DemoUsage, total: DemoUsage): void {
		if (this.#plan !== null) this.#item('completed', this.#planItem(this.#plan));
		const usage = {
			input_tokens: total.input,
			cached_input_tokens: 0,
			cache_write_input_tokens: 0,
			output_tokens: total.output,
			reasoning_output_tokens: 0,
		};
		this.#line({ type: 'turn.completed', usage });
	}

	endLimited(): void {
		const message = '[demo] The pretend usage window is used up';
		this.#line({ type: 'turn.failed', error: { message } });
	}

	#toolItem(tool: DemoTool): Readonly<Record<string, unknown>> {
		switch (tool.kind) {
			case 'run':
				return { type: 'command_execution', command: commandLine(tool.args) };
			case 'read':
				return { type: 'command_execution', command: `cat ${tool.path}` };
			case 'write':
			case 'edit': {
				const kind = tool.kind === 'write' ? 'add' : 'update';
				return { type: 'file_change', changes: [{ path: join(this.#setting.folder, tool.path), kind }] };
			}
		}
	}

	#planItem({ id, items }: { id: string; items: readonly PlanItem[] }): Readonly<Record<string, unknown>> {
		const list = items.map(({ text, status }) => ({ text, completed: status === 'completed' }));
		return { id, type: 'todo_list', items: list };
	}

	#item(phase: 'started' | 'updated' | 'completed', item: Readonly<Record<string, unknown>>): void {
		this.#line({ type: `item.${phase}`, item });
	}

	#nextItem(): string {
		return `item_${this.#items++}`;
	}

	#line(value: Readonly<Record<string, unknown>>): void {
		this.#setting.output.line(value);
	}
}

function isCommand(tool: DemoTool): boolean {
	return tool.kind === 'run' || tool.kind === 'read';
}
