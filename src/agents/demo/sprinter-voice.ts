import { join } from 'node:path';
import type { PlanItem } from '../events.ts';
import type { DemoOutput, DemoTool, DemoToolResult, DemoUsage, DemoVoice } from './voice.ts';
import { commandLine } from './voice.ts';

const SPRINTER_MODEL = 'demo-script';
const WINDOW = 'demo_window';

interface SprinterSetting {
	sessionId: string;
	folder: string;
	output: DemoOutput;
}

/** Speaks the stream dialect of Claude Code (`stream-json` with partial messages), the part that the demo needs. */
export class SprinterVoice implements DemoVoice {
	readonly #setting: SprinterSetting;
	readonly #denials: unknown[] = [];
	#messages = 0;
	#answer = '';

	constructor(setting: SprinterSetting) {
		this.#setting = setting;
	}

	start(): void {
		const { folder } = this.#setting;
		this.#line({
			type: 'system',
			subtype: 'init',
			cwd: folder,
			model: SPRINTER_MODEL,
			tools: [],
			demo: true,
		});
	}

	async say(text: string): Promise<void> {
		const id = this.#nextMessage();
		const event = (value: object) =>
			this.#line({ type: 'stream_event', event: value, parent_tool_use_id: null });
		event({ type: 'message_start', message: { id, role: 'assistant', model: SPRINTER_MODEL, content: [] } });
		for (const piece of text.match(/\S+\s*|\s+/g) ?? []) {
			event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
			await this.#setting.output.pause();
		}
		event({ type: 'content_block_stop', index: 0 });
		this.#message(id, { type: 'text', text });
		this.#answer = text;
	}

	plan(items: readonly PlanItem[]): void {
		const todos = items.map(({ text, status }) => ({ content: text, status, activeForm: text }));
		const id = `toolu_plan_${this.#messages + 1}`;
		this.#message(this.#nextMessage(), { type: 'tool_use', id, name: 'TodoWrite', input: { todos } });
		this.#result(id, 'The plan is noted.', false);
	}

	toolStarts(id: string, tool: DemoTool): void {
		const { name, input } = this.#call(tool);
		this.#message(this.#nextMessage(), { type: 'tool_use', id, name, input });
	}

	toolEnds(id: string, tool: DemoTool, result: DemoToolResult): void {
		const { name, input } = this.#call(tool);
		if (result.denied) this.#denials.push({ tool_name: name, tool_use_id: id, tool_input: input });
		const failure =
			result.exitCode === null ? result.output : `Exit code ${result.exitCode}\n${result.output}`;
		this.#result(id, result.ok ? result.output : failure, !result.ok);
	}

	windowUsed(ratio: number, resetAt: number): void {
		const status = ratio >= 0.9 ? 'allowed_warning' : 'allowed';
		this.#rateLimit({
			status,
			resetsAt: Math.ceil(resetAt / 1000),
			rateLimitType: WINDOW,
			utilization: ratio,
		});
	}

	end(usage: DemoUsage): void {
		const counts = { inputTokens: usage.input, outputTokens: usage.output, costUSD: 0 };
		this.#line({
			type: 'result',
			subtype: 'success',
			is_error: false,
			result: this.#answer,
			stop_reason: 'end_turn',
			total_cost_usd: 0,
			modelUsage: { [SPRINTER_MODEL]: { ...counts, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 } },
			permission_denials: this.#denials,
		});
	}

	endLimited(resetAt: number): void {
		this.#rateLimit({ status: 'rejected', resetsAt: Math.ceil(resetAt / 1000), rateLimitType: WINDOW });
		const text = `[demo] The pretend usage window is used up until ${new Date(resetAt).toISOString()}`;
		const message = {
			id: 'msg_limit',
			role: 'assistant',
			model: '<synthetic>',
			content: [{ type: 'text', text }],
		};
		this.#line({ type: 'assistant', message, parent_tool_use_id: null, error: 'rate_limit' });
		this.#line({
			type: 'result',
			subtype: 'success',
			is_error: true,
			api_error_status: 429,
			result: text,
			total_cost_usd: 0,
			modelUsage: {},
			permission_denials: this.#denials,
		});
	}

	#call(tool: DemoTool): { name: string; input: object } {
		if (tool.kind === 'run') return { name: 'Bash', input: { command: commandLine(tool.args) } };
		const file_path = join(this.#setting.folder, tool.path);
		switch (tool.kind) {
			case 'read':
				return { name: 'Read', input: { file_path } };
			case 'write':
				return { name: 'Write', input: { file_path, content: tool.content } };
			case 'edit':
				return { name: 'Edit', input: { file_path, old_string: tool.before, new_string: tool.after } };
		}
	}

	#message(id: string, block: object): void {
		const message = { id, type: 'message', role: 'assistant', model: SPRINTER_MODEL, content: [block] };
		this.#line({ type: 'assistant', message, parent_tool_use_id: null });
	}

	#result(id: string, content: string, isError: boolean): void {
		const block = { type: 'tool_result', tool_use_id: id, content, ...(isError ? { is_error: true } : {}) };
		this.#line({ type: 'user', message: { role: 'user', content: [block] }, parent_tool_use_id: null });
	}

	#rateLimit(info: object): void {
		this.#line({ type: 'rate_limit_event', rate_limit_info: { ...info, isUsingOverage: false } });
	}

	#nextMessage(): string {
		return `msg_${++this.#messages}`;
	}

	#line(value: Readonly<Record<string, unknown>>): void {
		this.#setting.output.line({ ...value, session_id: this.#setting.sessionId });
	}
}
