import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/agents/reading/json-fields.ts';
import { tuiOf } from '../../../../src/agents/tui/tuis.ts';

const NOW = Date.parse('2026-01-01T10:00:00Z');
const recordOf = (agent: string) => {
	const tui = tuiOf(agent);
	if (tui === null) throw new Error(`${agent} has no TUI`);
	return tui.record;
};
const marks = (agent: string, ...lines: JsonObject[]) => {
	const read = recordOf(agent).marks();
	return lines.map((line) => read(line, NOW)).at(-1);
};
const assistant = (more: JsonObject, message: JsonObject = {}) => ({
	type: 'assistant',
	message: {
		content: [{ type: 'text', text: "You've hit your 5-hour limit · resets 11:00am (UTC)" }],
		...message,
	},
	...more,
});
const event = (payload: JsonObject) => ({ type: 'event_msg', payload });

describe('what a transcript of claude says of a turn', () => {
	it('is that it ended, once the model stopped for its user', () => {
		expect(marks('claude', assistant({}, { stop_reason: 'end_turn' }))?.endsTurn).toBe(true);
		expect(marks('claude', assistant({}, { stop_reason: 'tool_use' }))?.endsTurn).toBe(false);
		expect(marks('claude', assistant({ isSidechain: true }, { stop_reason: 'end_turn' }))?.endsTurn).toBe(
			false,
		);
		expect(marks('claude', { type: 'system', subtype: 'turn_duration' })?.endsTurn).toBe(true);
		const stopped = { content: '[Request interrupted by user for tool use]' };
		expect(marks('claude', { type: 'user', message: stopped })?.endsTurn).toBe(true);
	});

	it('is its window with the reset, and one of older versions by its own sentence', () => {
		const refused = { isApiErrorMessage: true, error: 'rate_limit', apiErrorStatus: 429 };
		const quotaLimits = { status: 'rejected', resetsAt: NOW / 1000 + 60, rateLimitType: 'five_hour' };
		expect(marks('claude', assistant({ ...refused, quotaLimits }))?.limit).toMatchObject({
			...{ kind: 'window', window: 'five_hour', resetAt: NOW + 60_000, confidence: 'exact' },
			source: { channel: 'native' },
		});
		expect(marks('claude', assistant(refused))?.limit).toMatchObject({
			...{ kind: 'window', window: 'five_hour', resetAt: NOW + 3_600_000 },
		});
		const login = assistant(
			{ isApiErrorMessage: true, error: 'authentication_failed' },
			{ content: 'Please run /login' },
		);
		expect(marks('claude', login)).toEqual({ endsTurn: true, failed: 'Please run /login', limit: null });
	});
});

describe('what a rollout of codex says of a turn', () => {
	it('is that it ended, was aborted, or met its window', () => {
		expect(marks('codex', event({ type: 'task_complete' }))).toEqual({
			endsTurn: true,
			failed: null,
			limit: null,
		});
		expect(marks('codex', event({ type: 'turn_aborted' }))?.endsTurn).toBe(true);
		expect(marks('codex', event({ type: 'agent_message', message: 'x' }))?.endsTurn).toBe(false);
		const primary = { used_percent: 100, window_minutes: 300, resets_at: NOW / 1000 + 60 };
		const message = "You've hit your usage limit. Try again at 6:04 AM.";
		const error = { message, codex_error_info: 'usage_limit_exceeded' };
		expect(
			marks(
				'codex',
				event({ type: 'token_count', rate_limits: { primary } }),
				event({ type: 'task_complete', error }),
			),
		).toMatchObject({
			endsTurn: true,
			failed: message,
			limit: { kind: 'window', window: 'primary', resetAt: NOW + 60_000, confidence: 'exact' },
		});
	});
});

describe('the state files of claude', () => {
	let home: string;
	beforeEach(() => {
		home = mkdtempSync(join(tmpdir(), 'relay-tui-'));
		mkdirSync(join(home, '.claude/sessions'), { recursive: true });
	});
	afterEach(() => rmSync(home, { recursive: true, force: true }));

	const write = (pid: number, more: JsonObject) =>
		writeFileSync(
			join(home, `.claude/sessions/${pid}.json`),
			JSON.stringify({ pid, sessionId: 'one', ...more }),
		);
	const at = (...pids: number[]) => ({ pids: new Set(pids), env: { HOME: home } });

	it('name the conversation of a process, and whether it is busy', async () => {
		const record = recordOf('claude');
		write(11, { status: 'busy' });
		write(12, { sessionId: 'two', status: 'idle' });
		writeFileSync(join(home, '.claude/sessions/13.json'), '{torn');
		expect(await record.conversations(at(11))).toEqual(['one']);
		expect(await record.conversations(at(13))).toEqual([]);
		expect([await record.isBusy(at(11)), await record.isBusy(at(12)), await record.isBusy(at(13))]).toEqual([
			...[true, false, null],
		]);
	});

	it('name who works on in a conversation beside its TUI, while they live', async () => {
		const record = recordOf('claude');
		write(11, { kind: 'bg', jobId: 'a1b2' });
		write(12, { kind: 'interactive' });
		write(14, { sessionId: 'other' });
		const workers = (alive: number[]) =>
			record.workers(['one'], { env: { HOME: home }, isAlive: (pid) => alive.includes(pid) });
		expect(await workers([11, 12, 14])).toEqual([
			'claude went on in the background (pid 11); end it with: claude stop a1b2',
			'another claude (pid 12) works in the same conversation',
		]);
		expect(await workers([])).toEqual([]);
	});
});
