/** Inputs as the real CLIs gave them (claude 2.1.332, codex 0.171.0, copilot 1.0.102, opencode 1.18.33), shortened. */
import { describe, expect, it } from 'vitest';
import { hookDialect } from '../../../../src/agents/hooks/dialects.ts';
import { HOOK_AGENTS, HOOK_EVENTS } from '../../../../src/agents/hooks/hook-dialect.ts';
import { hook } from '../../../../src/commands/hook/options.ts';
import { hooksInstall, hooksStatus, hooksUninstall } from '../../../../src/commands/hooks/options.ts';

const NOW = Date.parse('2026-11-30T22:47:40Z');
const place = { env: {}, home: '/home/ann' };
const SNAKE = {
	session_id: '7fed36bc-b6cd-4d27-bfb4-fc9d82607c61',
	transcript_path: '/home/ann/t.jsonl',
	cwd: '/repo',
	hook_event_name: 'SessionStart',
	source: 'startup',
};

describe('the hooks of each CLI', () => {
	it.each(['claude', 'codex', 'gemini'] as const)(
		'%s names conversation, folder and transcript',
		async (agent) => {
			const dialect = await hookDialect(agent);
			expect(dialect.read(SNAKE, place)).toEqual({
				session: SNAKE.session_id,
				cwd: '/repo',
				transcript: '/home/ann/t.jsonl',
				isSide: false,
				isCompacted: false,
			});
			expect(dialect.read({ ...SNAKE, agent_id: 'a1', source: 'compact' }, place)).toMatchObject({
				isSide: true,
				isCompacted: true,
			});
			expect(JSON.parse(dialect.say('start', SNAKE, 'words') ?? '')).toEqual({
				hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: 'words' },
			});
		},
	);

	it('copilot and opencode keep conversations where their ids say', async () => {
		const copilot = await hookDialect('copilot');
		const session = '0b1f3ea7-5c3f-4f7e-9c22-111111111111';
		expect(copilot.read({ sessionId: session, cwd: '/repo' }, place)?.transcript).toBe(
			`/home/ann/.copilot/session-state/${session}/events.jsonl`,
		);
		expect(copilot.read({ sessionId: '../../evil', cwd: '/repo' }, place)).toBeNull();
		const opencode = await hookDialect('opencode');
		expect(opencode.read({ session_id: 'ses_dd15', cwd: '/repo' }, place)?.transcript).toBe(
			'/home/ann/.local/share/opencode/opencode.db#ses_dd15',
		);
		expect(opencode.read({ session_id: 'ses_../x' }, place)).toBeNull();
	});

	it('are offered by the commands, with every event', () => {
		expect(hook.options.get('event')?.kind).toMatchObject({ words: HOOK_EVENTS });
		for (const command of [hook, hooksInstall, hooksUninstall, hooksStatus])
			expect(command.options.get('agent')?.kind).toMatchObject({ words: HOOK_AGENTS });
	});

	it.each(HOOK_AGENTS)('%s takes no input without a conversation', async (agent) => {
		const dialect = await hookDialect(agent);
		for (const input of [{}, { session_id: 7 }, { sessionId: null }])
			expect(dialect.read(input, place)).toBeNull();
	});
});

describe('a limit', () => {
	const WORDS = "You've hit your 5-hour limit · resets 12:47am (UTC)";
	const WINDOW = { kind: 'window', window: 'five_hour', resetAt: Date.parse('2026-12-01T00:47:00Z') };

	it('of claude is in what StopFailure says, and at the end of its transcript', async () => {
		const claude = await hookDialect('claude');
		expect(await claude.limitOf?.({ error: 'rate_limit', last_assistant_message: WORDS }, NOW)).toMatchObject(
			WINDOW,
		);
		expect(
			await claude.limitOf?.({ error: 'authentication_failed', last_assistant_message: 'No' }, NOW),
		).toBeNull();
		const lines = (...all: object[]) => all.map((line) => JSON.stringify(line)).join('\n');
		const refused = {
			type: 'assistant',
			isApiErrorMessage: true,
			error: 'rate_limit',
			message: { content: [{ type: 'text', text: WORDS }] },
		};
		const user = { type: 'user', message: { content: 'again' } };
		expect(await claude.limitIn?.(lines(user, refused, { type: 'last-prompt' }), NOW)).toMatchObject(WINDOW);
		expect(await claude.limitIn?.(lines(refused, user), NOW)).toBeNull();
		const said = { type: 'assistant', error: 'rate_limit', message: refused.message };
		expect(await claude.limitIn?.(lines(user, said), NOW)).toBeNull();
	});

	it('of codex is at the end of its transcript, unless a turn followed', async () => {
		const codex = await hookDialect('codex');
		const line = (payload: object) => JSON.stringify({ type: 'event_msg', payload });
		const message = 'You’ve hit your usage limit. Upgrade to Pro or try again at Dec 1st, 2026 12:47 AM.';
		const refused = line({ type: 'error', message, codex_error_info: 'usage_limit_exceeded' });
		const started = line({ type: 'task_started' });
		expect(await codex.limitIn?.([started, refused].join('\n'), NOW)).toMatchObject({ kind: 'window' });
		expect(await codex.limitIn?.([started, refused, started].join('\n'), NOW)).toBeNull();
		expect(await codex.limitIn?.('{"type":"event_msg","payl', NOW)).toBeNull();
	});

	it('of copilot is in the error of a model call alone', async () => {
		const copilot = await hookDialect('copilot');
		const error = { message: '{"code":"quota_exceeded","message":"You have no quota"}' };
		expect(await copilot.limitOf?.({ errorContext: 'model_call', error }, NOW)).toMatchObject({
			kind: 'window',
		});
		expect(await copilot.limitOf?.({ errorContext: 'tool_execution', error }, NOW)).toBeNull();
	});

	it('of opencode is in its waiting and in its errors', async () => {
		const opencode = await hookDialect('opencode');
		const status = { type: 'retry', attempt: 1, message: 'x', next: NOW + 7_200_000 };
		const waiting = { ...status, action: { reason: 'account_rate_limit' } };
		expect(await opencode.limitOf?.({ status: waiting }, NOW)).toMatchObject({ resetAt: NOW + 7_200_000 });
		const error = { name: 'APIError', data: { message: 'Payment required.', statusCode: 402 } };
		expect(await opencode.limitOf?.({ error }, NOW)).toMatchObject({ kind: 'billing' });
		expect(await opencode.limitOf?.({ error: { name: 'MessageAbortedError' } }, NOW)).toBeNull();
	});
});
