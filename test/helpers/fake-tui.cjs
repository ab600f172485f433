/**
 * A TUI that keeps records as claude or codex does: `fake-tui.cjs claude|codex ARGS…`. Each line that is typed is a prompt:
 * `write FILE` makes a file, `call FILE` says so and never does, `limit` meets a plan window, `slow` never ends, `/clear` begins another conversation, `stop` stops it as
 * Ctrl+Z does, `exit` leaves. It switches on more modes than any of them, and puts none back.
 */
const fs = require('node:fs');
const path = require('node:path');
const { randomUUID } = require('node:crypto');

const [agent, ...args] = process.argv.slice(2);
const { HOME } = process.env;
const optionOf = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null);
const now = () => new Date().toISOString();
const isClaude = agent === 'claude';

fs.appendFileSync(path.join(HOME, 'tui-args.jsonl'), `${JSON.stringify({ agent, args })}\n`);

let id = isClaude
	? (optionOf('--session-id') ?? optionOf('--resume'))
	: args[0] === 'resume'
		? args.find((arg) => /^[0-9a-f]{8}-/.test(arg))
		: randomUUID();
let file = null;
let last = null;
const folder = path.join(HOME, isClaude ? '.claude/projects/-r' : '.codex/sessions/2026/01/01');
const statePath = path.join(HOME, '.claude/sessions', `${process.pid}.json`);

function open() {
	fs.mkdirSync(folder, { recursive: true });
	const name = isClaude ? `${id}.jsonl` : `rollout-2026-01-01T00-00-00-${id}.jsonl`;
	const isNew = !fs.existsSync(path.join(folder, name));
	file = fs.openSync(path.join(folder, name), 'a');
	if (!isClaude && isNew)
		put({ type: 'session_meta', payload: { id, cwd: process.cwd(), cli_version: '0.171.0' } });
}

function put(line) {
	fs.writeSync(file, `${JSON.stringify({ timestamp: now(), ...line })}\n`);
}

function state(status) {
	if (!isClaude) return;
	fs.mkdirSync(path.dirname(statePath), { recursive: true });
	const facts = { pid: process.pid, sessionId: id, cwd: process.cwd(), kind: 'interactive', status };
	fs.writeFileSync(statePath, JSON.stringify(facts));
}

function claudeLine(type, message, more = {}) {
	const uuid = randomUUID();
	put({
		...{ uuid, parentUuid: last, type, message, isSidechain: false, sessionId: id },
		...{ cwd: process.cwd(), userType: 'external', version: '2.1.332', ...more },
	});
	last = uuid;
}

const said = (text, stop) => ({
	...{ id: `m-${randomUUID()}`, role: 'assistant', model: 'claude-x', stop_reason: stop },
	...{ content: [{ type: 'text', text }], usage: { input_tokens: 10, output_tokens: 5 } },
});

const claude = {
	prompt: (text) =>
		claudeLine('user', { role: 'user', content: text }, { origin: { kind: 'human' }, promptSource: 'typed' }),
	answer(text) {
		claudeLine('assistant', said(text, 'end_turn'));
		put({
			type: 'system',
			subtype: 'turn_duration',
			durationMs: 5,
			sessionId: id,
			uuid: randomUUID(),
			parentUuid: last,
		});
	},
	call(name) {
		const call = {
			type: 'tool_use',
			id: 'toolu_1',
			name: 'Write',
			input: { file_path: path.resolve(name), content: 'x' },
		};
		claudeLine('assistant', { ...said('', 'tool_use'), content: [call] });
	},
	write(name) {
		claude.call(name);
		fs.writeFileSync(name, 'written in the TUI\n');
		claudeLine('user', {
			role: 'user',
			content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }],
		});
	},
	limit() {
		const text = "You've hit your 5-hour limit · resets 5:48am (UTC)";
		claudeLine(
			'assistant',
			{ ...said(text, 'stop_sequence'), model: '<synthetic>' },
			{
				...{
					isApiErrorMessage: true,
					error: 'rate_limit',
					apiErrorStatus: 429,
					apiError: 'usage_limit_reached',
				},
				quotaLimits: {
					status: 'rejected',
					resetsAt: Math.round(Date.now() / 1000) + 3600,
					rateLimitType: 'five_hour',
				},
			},
		);
	},
};

const event = (payload) => put({ type: 'event_msg', payload });
const codex = {
	prompt(text) {
		event({ type: 'task_started', turn_id: randomUUID() });
		put({ type: 'turn_context', payload: { model: 'gpt-x' } });
		event({ type: 'user_message', message: text });
	},
	answer(text) {
		event({ type: 'agent_message', message: text });
		event({ type: 'task_complete', last_agent_message: text });
	},
	write(name) {
		fs.writeFileSync(name, 'written in the TUI\n');
		event({ type: 'patch_apply_end', call_id: 'c1', success: true, changes: { [path.resolve(name)]: {} } });
	},
	limit() {
		const resets_at = Math.round(Date.now() / 1000) + 3600;
		event({
			type: 'token_count',
			info: null,
			rate_limits: { primary: { used_percent: 100, window_minutes: 300, resets_at } },
		});
		const message = "You've hit your usage limit. Try again at 6:04 AM.";
		event({ type: 'task_complete', error: { message, codex_error_info: 'usage_limit_exceeded' } });
	},
};
const record = isClaude ? claude : codex;

function take(text) {
	if (text === 'exit') process.exit(0);
	if (text === 'stop') return process.kill(process.pid, 'SIGTSTP');
	if (text === '/clear') {
		id = randomUUID();
		last = null;
		fs.closeSync(file);
		open();
		state('idle');
		return show('cleared');
	}
	state('busy');
	record.prompt(text);
	if (text === 'slow') return show('working');
	const [word, name] = text.split(' ');
	if (word === 'call') {
		record.call(name);
		return show('calling');
	}
	if (word === 'write') record.write(name);
	if (word === 'limit') record.limit();
	else record.answer(`I did: ${text.split('\n')[0]}`);
	state('idle');
	show(word === 'limit' ? 'limit reached' : `did ${word}`);
}

const show = (text) =>
	process.stdout.write(`\r\n[${agent}] ${text} ${process.stdout.columns}x${process.stdout.rows}\r\n`);

open();
state('idle');
process.stdin.setRawMode(true);
process.stdout.write('\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[>1u\x1b[>5u\x1b[?25l\x1b]0;fake\x07');
process.on('SIGWINCH', () => show('resized'));
process.on('SIGCONT', () => {
	process.stdin.setRawMode(true);
	show('continued');
});
let line = '';
process.stdin.on('data', (chunk) => {
	for (const char of chunk.toString()) {
		if (char === '\x1b' && isClaude) {
			// As Esc: the turn is interrupted.
			claudeLine('user', { role: 'user', content: '[Request interrupted by user]' });
			state('idle');
		} else if (char === '\r') {
			const typed = line;
			line = '';
			take(typed);
		} else line += char;
	}
});
const first = isClaude
	? args[0]?.startsWith('-') === false
		? args[0]
		: null
	: args.at(-1)?.includes(' ') && !args.at(-1).includes('=')
		? args.at(-1)
		: null;
show('ready');
if (first !== null && first !== undefined) take(first);
