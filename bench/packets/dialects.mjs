// Scripted acts as the CLIs print them, so that the packet is built from what the adapters really read.
const MARKS = { x: 'completed', '>': 'in_progress', ' ': 'pending' };
const planItems = ({ items }) => items.map((line) => ({ text: line.slice(2), status: MARKS[line[0]] }));
const pathOf = (act) => act.path ?? act.to;

/** `lines(acts, {turn, isLast})` gives the stream of one turn, `rollout` the CLI's own record where it has one. */
export const DIALECTS = {
	claude: { lines: claudeLines, native: () => null },
	codex: { lines: codexLines, native: codexRollout },
	gemini: { lines: geminiLines, native: geminiRecord },
	opencode: { lines: opencodeLines, native: () => null },
};

const CLAUDE_SESSION = '00000000-0000-4000-8000-000000000001';

/** A message of the model, with one part. */
export const claudeMessage = (id, content) => ({
	type: 'assistant',
	message: {
		id,
		type: 'message',
		role: 'assistant',
		model: 'claude-sonnet-4-5',
		content: [content],
		usage: {},
	},
});

function claudeLines(acts, { turn, isLast }) {
	const session = { session_id: CLAUDE_SESSION, parent_tool_use_id: null };
	const message = (id, content) => ({ ...claudeMessage(id, content), ...session });
	const result = (id, content, isError) => ({
		type: 'user',
		message: {
			role: 'user',
			content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }],
		},
		...session,
	});
	const lines = acts.flatMap((act, at) => {
		const id = `t${turn}a${at}`;
		if (act.act === 'say') return [message(id, { type: 'text', text: act.text })];
		if (act.act === 'think')
			return [message(id, { type: 'thinking', thinking: act.text, signature: 'c2ln' })];
		const { name, input, output, isError } = claudeTool(act);
		return [
			message(id, { type: 'tool_use', id: `tool-${id}`, name, input }),
			result(`tool-${id}`, output, isError),
		];
	});
	return [
		{ type: 'system', subtype: 'init', model: 'claude-sonnet-4-5', tools: [], ...session },
		...lines,
		...(isLast ? claudeLimit(session) : [claudeEnd(session, acts)]),
	];
}

export function claudeTool(act) {
	const failed = (act.exit ?? 0) !== 0;
	switch (act.act) {
		case 'run':
			return {
				name: 'Bash',
				input: { command: act.command },
				output: failed ? `Exit code ${act.exit}\n${act.output}` : act.output,
				isError: failed,
			};
		case 'edit':
			return {
				name: 'Edit',
				input: { file_path: act.path, old_string: act.before, new_string: act.after },
				output: 'updated',
				isError: false,
			};
		case 'write':
			return {
				name: 'Write',
				input: { file_path: act.path, content: act.content },
				output: 'created',
				isError: false,
			};
		case 'remove':
			return { name: 'Bash', input: { command: `rm ${act.path}` }, output: '', isError: false };
		case 'rename':
			return { name: 'Bash', input: { command: `git mv ${act.from} ${act.to}` }, output: '', isError: false };
		default: {
			const todos = planItems(act).map(({ text, status }) => ({ content: text, status, activeForm: text }));
			return { name: 'TodoWrite', input: { todos }, output: 'ok', isError: false };
		}
	}
}

const claudeEnd = (session, acts) => ({
	type: 'result',
	subtype: 'success',
	is_error: false,
	result: acts.findLast(({ act }) => act === 'say')?.text ?? '',
	stop_reason: 'end_turn',
	usage: {},
	...session,
});
const claudeLimit = (session) => [
	{
		type: 'rate_limit_event',
		rate_limit_info: { status: 'rejected', resetsAt: 1767625200, rateLimitType: 'five_hour' },
		...session,
	},
	{
		type: 'result',
		subtype: 'success',
		is_error: true,
		api_error_status: 429,
		result: "You've hit your session limit",
		stop_reason: 'stop_sequence',
		usage: {},
		...session,
	},
];

function codexLines(acts, { isLast }) {
	const items = acts.flatMap((act, at) => codexItems(act, `item_${at}`));
	const limit = 'You’ve hit your usage limit. Try again at 11:27 AM.';
	return [
		{ type: 'thread.started', thread_id: '01a1fd61-0890-7c41-ad25-eb981e1a7c8a' },
		{ type: 'turn.started' },
		...items,
		...(isLast
			? [
					{ type: 'error', message: limit },
					{ type: 'turn.failed', error: { message: limit } },
				]
			: [{ type: 'turn.completed', usage: { input_tokens: 10, cached_input_tokens: 0, output_tokens: 10 } }]),
	];
}

function codexItems(act, id) {
	const done = (item) => ({ type: 'item.completed', item: { id, ...item } });
	const started = (item) => ({ type: 'item.started', item: { id, ...item } });
	const changes = (kind) => {
		const item = { type: 'file_change', changes: [{ path: pathOf(act), kind }] };
		return [started({ ...item, status: 'in_progress' }), done({ ...item, status: 'completed' })];
	};
	switch (act.act) {
		case 'say':
			return [done({ type: 'agent_message', text: act.text })];
		case 'think':
			return [done({ type: 'reasoning', text: act.text })];
		case 'run': {
			const item = { type: 'command_execution', command: `/bin/bash -lc '${act.command}'` };
			const status = act.exit === 0 ? 'completed' : 'failed';
			return [
				started({ ...item, aggregated_output: '', exit_code: null, status: 'in_progress' }),
				done({ ...item, aggregated_output: act.output, exit_code: act.exit, status }),
			];
		}
		case 'plan':
			return [
				done({
					type: 'todo_list',
					items: planItems(act).map(({ text, status }) => ({ text, completed: status === 'completed' })),
				}),
			];
		case 'remove':
			return changes('delete');
		case 'write':
			return changes('add');
		default:
			return changes('update');
	}
}

/** The record that codex keeps beside its stream; only its plan has the states. */
function codexRollout(acts) {
	const line = (type, payload) => JSON.stringify({ timestamp: '2026-01-05T10:00:00.000Z', type, payload });
	const plans = acts
		.filter(({ act }) => act === 'plan')
		.map((act, at) =>
			line('response_item', {
				type: 'function_call',
				name: 'update_plan',
				call_id: `plan-${at}`,
				arguments: JSON.stringify({
					plan: planItems(act).map(({ text, status }) => ({ step: text, status })),
				}),
			}),
		);
	return [
		line('event_msg', { type: 'task_started' }),
		line('turn_context', { model: 'gpt-5-codex' }),
		...plans,
		line('event_msg', { type: 'task_complete', error: null }),
	].join('\n');
}

/** A call of a tool as codex records it. */
export function codexTool(act) {
	const calls = (name, input) => ({ type: 'function_call', name, arguments: JSON.stringify(input) });
	const patches = (...lines) => ({
		type: 'custom_tool_call',
		name: 'apply_patch',
		input: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n'),
	});
	const marked = (mark, text) => text.split('\n').map((line) => mark + line);
	switch (act.act) {
		case 'run':
			return calls('shell', { command: ['bash', '-lc', act.command] });
		case 'plan':
			return calls('update_plan', {
				plan: planItems(act).map(({ text, status }) => ({ step: text, status })),
			});
		case 'write':
			return patches(`*** Add File: ${act.path}`, ...marked('+', act.content));
		case 'edit':
			return patches(
				`*** Update File: ${act.path}`,
				'@@',
				...marked('-', act.before),
				...marked('+', act.after),
			);
		case 'remove':
			return patches(`*** Delete File: ${act.path}`);
		default:
			return patches(`*** Update File: ${act.from}`, `*** Move to: ${act.to}`);
	}
}

/** What came of it. */
export function codexOutput(act) {
	const output = act.act === 'run' ? act.output : 'Success.';
	return JSON.stringify({ output, metadata: { exit_code: act.exit ?? 0, duration_seconds: 0.1 } });
}

const GEMINI_SESSION = 'f6854b43-fe95-4a35-b522-d441fdae6000';

function geminiLines(acts, { turn, isLast }) {
	const lines = acts.flatMap((act, at) => {
		if (act.act === 'think') return [];
		if (act.act === 'say') return [{ type: 'message', role: 'assistant', content: act.text, delta: true }];
		const { name, input, output } = geminiTool(act);
		const id = `${name}-${turn}-${at}`;
		return [
			{ type: 'tool_use', tool_name: name, tool_id: id, parameters: input },
			{ type: 'tool_result', tool_id: id, status: 'success', output },
		];
	});
	return [
		{ type: 'init', session_id: GEMINI_SESSION, model: 'gemini-2.5-pro' },
		...lines,
		...(isLast ? [] : [{ type: 'result', status: 'success', stats: {} }]),
	];
}

export function geminiTool(act) {
	switch (act.act) {
		case 'run':
			return { name: 'run_shell_command', input: { command: act.command }, output: act.output };
		case 'edit':
			return {
				name: 'replace',
				input: { file_path: act.path, old_string: act.before, new_string: act.after },
				output: '',
			};
		case 'write':
			return { name: 'write_file', input: { file_path: act.path, content: act.content }, output: '' };
		case 'plan': {
			const todos = planItems(act).map(({ text, status }) => ({ description: text, status }));
			return { name: 'write_todos', input: { todos }, output: '' };
		}
		default:
			return { name: 'run_shell_command', input: { command: shellOf(act) }, output: '' };
	}
}

const shellOf = (act) => (act.act === 'remove' ? `rm ${act.path}` : `git mv ${act.from} ${act.to}`);

/** gemini's stream tells no exit code; its session record has it behind the output. */
function geminiRecord(acts, turn) {
	const toolCalls = acts.flatMap((act, at) => {
		if (act.act !== 'run') return [];
		const output = `Output: ${act.output || '(empty)'}${act.exit === 0 ? '' : `\nExit Code: ${act.exit}`}\nProcess Group PGID: 1`;
		return [
			{
				id: `run_shell_command-${turn}-${at}`,
				name: 'run_shell_command',
				status: 'success',
				resultDisplay: act.output,
				result: [{ functionResponse: { response: { output } } }],
			},
		];
	});
	return JSON.stringify({ type: 'gemini', model: 'gemini-2.5-pro', toolCalls });
}

const OPENCODE_SESSION = 'ses_e02dff2e2ffeh2L0ZmbqVHH9Pc';

function opencodeLines(acts, { turn, isLast }) {
	const line = (type, part) => ({
		type,
		sessionID: OPENCODE_SESSION,
		part: { sessionID: OPENCODE_SESSION, ...part },
	});
	const lines = acts.map((act, at) => {
		const id = `prt_${turn}_${at}`;
		if (act.act === 'say') return line('text', { id, type: 'text', text: act.text });
		if (act.act === 'think') return line('reasoning', { id, type: 'reasoning', text: act.text });
		const { tool, input, output, exit } = opencodeTool(act);
		const metadata = exit === undefined ? {} : { exit };
		return line('tool_use', {
			id,
			type: 'tool',
			tool,
			callID: `call_${turn}_${at}`,
			state: { status: 'completed', input, output, metadata },
		});
	});
	const error = {
		name: 'APIError',
		data: { message: 'Rate limit exceeded', statusCode: 429, isRetryable: true },
	};
	return [
		line('step_start', {}),
		...lines,
		isLast
			? { type: 'error', sessionID: OPENCODE_SESSION, error }
			: line('step_finish', { reason: 'stop', tokens: {} }),
	];
}

export function opencodeTool(act) {
	switch (act.act) {
		case 'run':
			return { tool: 'bash', input: { command: act.command }, output: act.output, exit: act.exit };
		case 'edit':
			return {
				tool: 'edit',
				input: { filePath: act.path, oldString: act.before, newString: act.after },
				output: '',
			};
		case 'write':
			return { tool: 'write', input: { filePath: act.path, content: act.content }, output: '' };
		case 'plan': {
			const todos = planItems(act).map(({ text, status }) => ({ content: text, status, priority: 'medium' }));
			return { tool: 'todowrite', input: { todos }, output: '' };
		}
		default:
			return { tool: 'bash', input: { command: shellOf(act) }, output: '', exit: 0 };
	}
}
