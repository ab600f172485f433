// Scripted sessions as each CLI records them itself: one transcript a session, in a home and a folder of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claudeMessage, claudeTool, codexOutput, codexTool, geminiTool, opencodeTool } from './dialects.mjs';

const START_MS = 1767607200000;
const TURN_MS = 60_000;
const isoAt = (ms) => new Date(ms).toISOString();
const LIMIT = 'You’ve hit your usage limit. Try again at 11:27 AM.';

/** `write({session, home, cwd})` gives the path of the transcript. */
export const TRANSCRIPTS = { claude, codex, gemini, opencode };

function put(path, text) {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
	return path;
}

const jsonLines = (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Calls `each(act, id, ms)` for every act of every turn, between `begin(user, at, ms)` and `end(at, ms)`. */
function tell({ turns }, { begin, each, end = () => undefined }) {
	for (const [at, { user, acts }] of turns.entries()) {
		const ms = START_MS + at * TURN_MS;
		begin(user, at, ms);
		for (const [place, act] of acts.entries()) each(act, `t${at + 1}a${place}`, ms + 1 + place);
		end(at === turns.length - 1, ms + acts.length + 2);
	}
}

const CLAUDE_ID = '00000000-0000-4000-8000-000000000001';

function claude({ session, home, cwd }) {
	const lines = [];
	let parent = null;
	const add = (ms, value) => {
		const uuid = `00000000-0000-4000-8000-${String(lines.length + 10).padStart(12, '0')}`;
		const place = {
			uuid,
			parentUuid: parent,
			isSidechain: false,
			sessionId: CLAUDE_ID,
			cwd,
			version: '2.1.0',
		};
		lines.push({ ...place, timestamp: isoAt(ms), ...value });
		parent = uuid;
	};
	const assistant = (ms, id, content, more = {}) => add(ms, { ...claudeMessage(id, content), ...more });
	const user = (ms, content) => add(ms, { type: 'user', message: { role: 'user', content } });
	tell(session, {
		begin: (words, _, ms) => user(ms, words),
		each: (act, id, ms) => {
			if (act.act === 'say') return assistant(ms, id, { type: 'text', text: act.text });
			if (act.act === 'think') return assistant(ms, id, { type: 'thinking', thinking: act.text });
			const { name, input, output, isError } = claudeTool(act);
			assistant(ms, id, { type: 'tool_use', id: `tool-${id}`, name, input });
			user(ms, [{ type: 'tool_result', tool_use_id: `tool-${id}`, content: output, is_error: isError }]);
		},
		end: (isLast, ms) => {
			const text = { type: 'text', text: "You've hit your session limit" };
			if (isLast) assistant(ms, 'limit', text, { isApiErrorMessage: true, error: 'rate_limit' });
		},
	});
	return put(join(home, '.claude/projects/-work', `${CLAUDE_ID}.jsonl`), jsonLines(lines));
}

const CODEX_ID = '01a1fd61-0890-7c41-ad25-eb981e1a7c8a';

function codex({ session, home, cwd }) {
	const lines = [];
	const add = (ms, type, payload) => lines.push({ timestamp: isoAt(ms), type, payload });
	const message = (ms, role, text) =>
		add(ms, 'response_item', {
			type: 'message',
			role,
			content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
		});
	add(START_MS, 'session_meta', { id: CODEX_ID, timestamp: isoAt(START_MS), cwd, cli_version: '0.155.0' });
	tell(session, {
		begin: (words, at, ms) => {
			add(ms, 'event_msg', { type: 'task_started', turn_id: `${CODEX_ID}-${at}` });
			add(ms, 'turn_context', { model: 'gpt-5-codex', cwd });
			message(ms, 'user', words);
			add(ms, 'event_msg', { type: 'user_message', message: words });
		},
		each: (act, id, ms) => {
			if (act.act === 'think')
				return add(ms, 'response_item', { type: 'reasoning', summary: [{ text: act.text }] });
			if (act.act === 'say') {
				message(ms, 'assistant', act.text);
				return add(ms, 'event_msg', { type: 'agent_message', message: act.text });
			}
			add(ms, 'response_item', { call_id: id, ...codexTool(act) });
			const type =
				codexTool(act).type === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output';
			add(ms, 'response_item', { type, call_id: id, output: codexOutput(act) });
		},
		end: (isLast, ms) => {
			if (isLast)
				add(ms, 'event_msg', { type: 'error', message: LIMIT, codex_error_info: 'usage_limit_exceeded' });
			else add(ms, 'event_msg', { type: 'task_complete' });
		},
	});
	const path = join(home, '.codex/sessions/2026/01/05', `rollout-2026-01-05T10-00-00-${CODEX_ID}.jsonl`);
	return put(path, jsonLines(lines));
}

const GEMINI_ID = 'f6854b43-fe95-4a35-b522-d441fdae6000';

function gemini({ session, home, cwd }) {
	const messages = [];
	const add = (ms, value) => messages.push({ id: `m${messages.length}`, timestamp: isoAt(ms), ...value });
	tell(session, {
		begin: (words, _, ms) => add(ms, { type: 'user', content: words }),
		each: (act, id, ms) => {
			if (act.act === 'think') return;
			const says = { type: 'gemini', model: 'gemini-2.5-pro' };
			if (act.act === 'say') return add(ms, { ...says, content: act.text });
			const { name, input } = geminiTool(act);
			const output =
				act.act === 'run'
					? `Output: ${act.output || '(empty)'}${act.exit === 0 ? '' : `\nExit Code: ${act.exit}`}\nProcess Group PGID: 1`
					: 'ok';
			const result = [{ functionResponse: { id, name, response: { output } } }];
			add(ms, { ...says, content: '', toolCalls: [{ id, name, args: input, status: 'success', result }] });
		},
		end: (isLast, ms) => {
			if (isLast) add(ms, { type: 'error', content: 'You have exhausted your quota (429).' });
		},
	});
	put(join(home, '.gemini/projects.json'), JSON.stringify({ projects: { [cwd]: 'work' } }));
	const path = join(home, '.gemini/tmp/work/chats', `session-2026-01-05T10-00-${GEMINI_ID.slice(0, 8)}.json`);
	const header = {
		sessionId: GEMINI_ID,
		projectHash: 'x',
		startTime: isoAt(START_MS),
		lastUpdated: isoAt(START_MS),
	};
	return put(path, JSON.stringify({ ...header, messages }));
}

const OPENCODE_ID = 'ses_e02dff2e2ffeh2L0ZmbqVHH9Pc';

/** As `opencode export` prints it. */
function opencode({ session, home, cwd }) {
	const messages = [];
	const add = (role, ms, more = {}) => {
		const id = `msg_${String(messages.length).padStart(6, '0')}`;
		const one = { info: { id, role, sessionID: OPENCODE_ID, time: { created: ms }, ...more }, parts: [] };
		messages.push(one);
		return one;
	};
	const part = ({ info, parts }, value) => parts.push({ id: `prt_${info.id}_${parts.length}`, ...value });
	let answer = null;
	tell(session, {
		begin: (words, _, ms) => {
			part(add('user', ms), { type: 'text', text: words });
			answer = add('assistant', ms + 1, {
				modelID: 'big-pickle',
				time: { created: ms + 1, completed: ms + 2 },
			});
		},
		each: (act, id) => {
			if (act.act === 'say') return part(answer, { type: 'text', text: act.text });
			if (act.act === 'think') return part(answer, { type: 'reasoning', text: act.text });
			const { tool, input, output, exit } = opencodeTool(act);
			const metadata = exit === undefined ? {} : { exit };
			part(answer, {
				type: 'tool',
				tool,
				callID: id,
				state: { status: 'completed', input, output, metadata },
			});
		},
		end: (isLast) => {
			const error = { name: 'APIError', data: { message: 'Rate limit exceeded', statusCode: 429 } };
			if (isLast) answer.info.error = error;
		},
	});
	const info = { id: OPENCODE_ID, directory: cwd, title: 'x', version: '1.0.0', time: { created: START_MS } };
	return put(join(home, 'export.json'), JSON.stringify({ info, messages }));
}
