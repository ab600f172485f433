/**
 * What claude's own files say of its TUI. `sessions/<pid>.json` (2.1.197 and 2.1.332; undocumented) names the conversation of each
 * process and whether it is busy, within 0.2 s; a `/clear` or `/resume` changes the id there. Measured: Esc and the wait for `idle`
 * before SIGTERM keep prompt and interruption in the transcript, SIGTERM alone lost a running prompt in 1 of 3.
 */
import { join } from 'node:path';
import type { Limit } from '../../events.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';
import { namesIn, readTail } from '../../reading/native-files.ts';
import { type LineMark, NO_MARK, type TuiRecord } from '../../tui/agent-tui.ts';
import { judgeRefused, limitFromEvent } from '../limits.ts';
import { isInterruption } from './interruption.ts';

const MAX_STATE_BYTES = 64 * 1024;

export const claudeTuiRecord: TuiRecord = {
	interrupt: '\x1b',
	conversations: async ({ pids, env }) =>
		(await statesOf(env)).flatMap(({ pid, id }) => (pids.has(pid) ? [id] : [])),
	isBusy: async ({ pids, env }) => {
		const own = (await statesOf(env)).filter(({ pid }) => pids.has(pid));
		return own.length === 0 ? null : own.some(({ status }) => status === 'busy');
	},
	workers: async (ids, { env, isAlive }) =>
		(await statesOf(env)).flatMap(({ pid, id, kind, job }) =>
			ids.includes(id) && isAlive(pid)
				? [
						kind === 'bg' && job !== null
							? `claude went on in the background (pid ${pid}); end it with: claude stop ${job}`
							: `another claude (pid ${pid}) works in the same conversation`,
					]
				: [],
		),
	marks: () => markOf,
};

interface State {
	pid: number;
	id: string;
	status: string | null;
	kind: string | null;
	job: string | null;
}

async function statesOf(env: Readonly<Record<string, string>>): Promise<State[]> {
	const home = env.CLAUDE_CONFIG_DIR || (env.HOME ? join(env.HOME, '.claude') : null);
	if (home === null) return [];
	const folder = join(home, 'sessions');
	const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
	const texts = await Promise.all(names.map((name) => readTail(join(folder, name), MAX_STATE_BYTES)));
	return texts.flatMap((text) => {
		const state = objectOrEmpty(parseObject(text ?? ''));
		const [pid, id] = [countOrNull(state.pid), textOrNull(state.sessionId)];
		if (pid === null || id === null) return [];
		const job = textOrNull(state.jobId);
		const isName = job !== null && /^[\w-]{1,64}$/.test(job);
		return [
			{ pid, id, status: textOrNull(state.status), kind: textOrNull(state.kind), job: isName ? job : null },
		];
	});
}

/** A turn has ended where claude says how long it took, where the model has stopped for its user, and where a request was refused. */
function markOf(line: JsonObject, now: number): LineMark {
	if (line.isSidechain === true) return NO_MARK;
	if (line.type === 'system') return { ...NO_MARK, endsTurn: line.subtype === 'turn_duration' };
	if (line.type === 'user') return { ...NO_MARK, endsTurn: isInterruption(textOf(line)) };
	if (line.type !== 'assistant') return NO_MARK;
	if (line.isApiErrorMessage === true) return refusal(line, now);
	const stopped = textOrNull(objectOrEmpty(line.message).stop_reason);
	return { ...NO_MARK, endsTurn: stopped !== null && stopped !== 'tool_use' };
}

const textOf = (line: JsonObject) => {
	const { content } = objectOrEmpty(line.message);
	return (
		textOrNull(content) ??
		listOrEmpty(content)
			.map((block) => textOrNull(objectOrEmpty(block).text) ?? '')
			.join('')
	);
};

function refusal(line: JsonObject, now: number): LineMark {
	const words = textOf(line);
	const windows = limitFromEvent(objectOrEmpty(line.quotaLimits), null);
	const result = { api_error_status: line.apiErrorStatus, api_error: line.apiError, result: words };
	const errorName = textOrNull(line.error);
	const judged = judgeRefused({ result, errorName, words, retry: null, now });
	const limit =
		windows?.kind === 'window' ? windows : judged !== null && 'limit' in judged ? judged.limit : null;
	return { endsTurn: true, failed: words, limit: limit === null ? null : fromTranscript(limit, words) };
}

const fromTranscript = (limit: Limit, words: string): Limit => ({
	...limit,
	source: { ...limit.source, channel: 'native', excerpt: words.slice(0, 500) || limit.source.excerpt },
});
