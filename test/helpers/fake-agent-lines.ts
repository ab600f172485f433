/** Lines as claude 2.1.197 and codex 0.169.0 print them, for scripts of fake agents. */
import type { FakeStep } from './fake-agents.ts';

export const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const USAGE = {
	input_tokens: 100,
	output_tokens: 10,
	cache_read_input_tokens: 0,
	cache_creation_input_tokens: 0,
};

const claudeResult = (more: object) =>
	line({
		type: 'result',
		subtype: 'success',
		is_error: false,
		api_error_status: null,
		num_turns: 1,
		stop_reason: 'end_turn',
		session_id: '{{session}}',
		total_cost_usd: 0.001,
		usage: USAGE,
		modelUsage: {
			m: { inputTokens: 100, outputTokens: 10, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 },
		},
		permission_denials: [],
		terminal_reason: 'completed',
		...more,
	});

const claudeMessage = (content: unknown[], more: object = {}) =>
	line({
		type: 'assistant',
		message: {
			id: `msg_${JSON.stringify(content).length}`,
			model: 'claude-sonnet-4-5',
			role: 'assistant',
			content,
		},
		parent_tool_use_id: null,
		session_id: '{{session}}',
		...more,
	});

const claudeRefusal = (error: string, text: string) =>
	line({
		type: 'assistant',
		message: { id: 's', model: '<synthetic>', role: 'assistant', content: [{ type: 'text', text }] },
		parent_tool_use_id: null,
		error,
		session_id: '{{session}}',
	});

export const claude = {
	init: line({
		type: 'system',
		subtype: 'init',
		session_id: '{{session}}',
		model: 'claude-sonnet-4-5',
		tools: [],
	}),
	text: (text: string) => claudeMessage([{ type: 'text', text }]),
	tool: (id: string, command: string) =>
		claudeMessage([{ type: 'tool_use', id, name: 'Bash', input: { command, description: 'run' } }]),
	call: (id: string, name: string, input: object) => claudeMessage([{ type: 'tool_use', id, name, input }]),
	callResult: (id: string, content: string, extras: object) =>
		line({
			type: 'user',
			message: { role: 'user', content: [{ tool_use_id: id, type: 'tool_result', content }] },
			parent_tool_use_id: null,
			session_id: '{{session}}',
			tool_use_result: extras,
		}),
	toolResult: (id: string, content: string, isError = false) =>
		line({
			type: 'user',
			message: {
				role: 'user',
				content: [{ tool_use_id: id, type: 'tool_result', content, is_error: isError }],
			},
			parent_tool_use_id: null,
			session_id: '{{session}}',
		}),
	result: (text: string) => claudeResult({ result: text }),
	subAgent: (id: string, model: string) =>
		claudeMessage([
			{ type: 'tool_use', id, name: 'Agent', input: { description: 'review', prompt: 'review', model } },
		]),
	/** The list of 2.1.332; each task is known by its description. */
	backgroundTasks: (...descriptions: string[]) =>
		line({
			type: 'system',
			subtype: 'background_tasks_changed',
			tasks: descriptions.map((description, at) => ({
				task_id: `b${at}`,
				task_type: 'local_bash',
				description,
			})),
			session_id: '{{session}}',
		}),
	/** Epoch ms. */
	windowLimit: (resetsAt: number) =>
		line({
			type: 'rate_limit_event',
			rate_limit_info: {
				status: 'rejected',
				resetsAt: Math.floor(resetsAt / 1000),
				rateLimitType: 'five_hour',
				isUsingOverage: false,
			},
			session_id: '{{session}}',
		}) +
		claudeRefusal('rate_limit', "You've hit your session limit") +
		claudeResult({ is_error: true, api_error_status: 429, result: "You've hit your session limit" }),
	billing:
		claudeRefusal('billing_error', 'Credit balance is too low') +
		claudeResult({ is_error: true, api_error_status: 400, result: 'Credit balance is too low' }),
	tooLong:
		claudeRefusal('invalid_request', 'Prompt is too long') +
		claudeResult({
			is_error: true,
			api_error_status: 400,
			terminal_reason: 'prompt_too_long',
			result: 'Prompt is too long',
		}),
	retry: (attempt: number, delayMs: number) =>
		line({
			type: 'system',
			subtype: 'api_retry',
			attempt,
			max_retries: 10,
			retry_delay_ms: delayMs,
			error_status: 429,
			error: 'rate_limit',
			session_id: '{{session}}',
		}),
	notLoggedIn:
		claudeRefusal('authentication_failed', 'Not logged in · Please run /login') +
		claudeResult({ is_error: true, result: 'Not logged in · Please run /login' }),
};

export const codex = {
	init: line({ type: 'thread.started', thread_id: '{{session}}' }) + line({ type: 'turn.started' }),
	text: (text: string) =>
		line({ type: 'item.completed', item: { id: 'item_1', type: 'agent_message', text } }),
	plan: (items: ReadonlyArray<{ text: string; completed: boolean }>) =>
		line({ type: 'item.completed', item: { id: 'item_9', type: 'todo_list', items } }),
	/** Files by what was done to them: it says no lines. */
	fileChange: (id: string, changes: Readonly<Record<string, 'add' | 'update' | 'delete'>>) => {
		const item = {
			id,
			type: 'file_change',
			changes: Object.entries(changes).map(([path, kind]) => ({ path, kind })),
		};
		return (
			line({ type: 'item.started', item: { ...item, status: 'in_progress' } }) +
			line({ type: 'item.completed', item: { ...item, status: 'completed' } })
		);
	},
	result: line({
		type: 'turn.completed',
		usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10, reasoning_output_tokens: 0 },
	}),
	failed: (message: string) =>
		line({ type: 'error', message }) + line({ type: 'turn.failed', error: { message } }),
	/** A clock time in UTC. */
	windowLimit: (time: string) =>
		codex.failed(`You’ve hit your usage limit. Upgrade to Pro or try again at ${time}.`),
	billing: '',
};

/** A whole turn that answers. */
export const claudeAnswers = (text: string): FakeStep[] => [
	{ emit: claude.init + claude.text(text) + claude.result(text) },
	{ exit: 0 },
];
export const codexAnswers = (text: string): FakeStep[] => [
	{ emit: codex.init + codex.text(text) + codex.result },
	{ exit: 0 },
];
/** A turn that says something, then meets its plan's limit. */
export const claudeLimited = (resetsAt: number): FakeStep[] => [
	{ emit: claude.init + claude.text('I began with the first half.') + claude.windowLimit(resetsAt) },
	{ exit: 1 },
];
export const codexLimited = (time: string): FakeStep[] => [
	{ emit: codex.init + codex.text('codex began.') + codex.windowLimit(time) },
	{ exit: 1 },
];
