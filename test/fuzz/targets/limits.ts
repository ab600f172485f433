/** What CLIs and providers say of limits: told ends, error bodies, sentences, and the CLIs' own records. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { NativeFacts } from '../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../src/agents/codex/adapter.ts';
import { parseRollout } from '../../../src/agents/codex/native/rollout.ts';
import { parseSessionRecord as parseCopilotRecord } from '../../../src/agents/copilot/native/session-record.ts';
import { readErrorBody } from '../../../src/agents/evidence/error-body.ts';
import { judgeEvidence, limitOf, readEvidence } from '../../../src/agents/evidence/judge-evidence.ts';
import { resetFromHeaders } from '../../../src/agents/evidence/reset-headers.ts';
import { geminiAdapter } from '../../../src/agents/gemini/adapter.ts';
import { parseSessionRecord } from '../../../src/agents/gemini/native/session-record.ts';
import { opencodeAdapter } from '../../../src/agents/opencode/adapter.ts';
import { excerptOutput } from '../../../src/agents/reading/excerpt.ts';
import {
	readReportedTime,
	reportedDelay,
	reportedReset,
} from '../../../src/agents/reading/reported-reset.ts';
import { BUILT_IN_ADAPTERS } from '../../../src/agents/registry.ts';
import { changes, oddJson, oddNumber, oddText, withChanges } from '../odd.ts';
import { recordings, streamOf } from '../recorded.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';
import { growing } from './text.ts';

const NOW = Date.parse('2026-11-28T09:00:00Z');
const FURTHEST = NOW + 400 * 24 * 3600_000;

const SAYINGS = [
	'usage limit reached',
	"You've hit your limit · resets ",
	'try again in ',
	'Please retry in ',
	'retry-after: ',
	'resets at ',
	'3pm',
	'3:15 PM',
	' (UTC)',
	' (Europe/Berlin)',
	'2026-12-29 23:59:59 +0800 CST',
	'Dec 29th, 2026 9:00 AM',
	'31 Feb 2026 25:61',
	'monday at noon',
	'tomorrow',
	'99999999999d',
	'1.5s',
	'3h12m5s',
	' and ',
	'60 秒后重试',
	'|1795284000',
	'429 ',
	'quota exceeded per day',
	'insufficient_quota',
	'余额不足',
	"'",
	'`',
	'{"error":',
	'"',
	'}',
	'\n',
	'API Error: 529 ',
	'limit ',
	'context ',
];
const saying = fc
	.array(fc.oneof(fc.constantFrom(...SAYINGS), fc.constantFrom(...SAYINGS), oddText, oddNumber.map(String)), {
		maxLength: 8,
	})
	.map((parts) => parts.join(''));

const BODIES = [
	{
		error: {
			type: 'usage_limit_reached',
			plan_type: 'plus',
			resets_at: NOW / 1000 + 7200,
			resets_in_seconds: 7200,
		},
	},
	{
		error: {
			code: 429,
			status: 'RESOURCE_EXHAUSTED',
			message: 'Please retry in 41s.',
			details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }, { retryDelay: '41s' }],
		},
	},
	{
		error: {
			message: 'Rate limit exceeded',
			code: 429,
			metadata: {
				headers: { 'X-RateLimit-Reset': String(NOW + 1000), 'retry-after': '5' },
				raw: '{"error":{"code":"x"}}',
			},
		},
	},
	{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'r' },
	[{ error: { code: 'insufficient_quota' } }],
];
const body = fc.oneof(
	fc.tuple(fc.constantFrom<unknown>(...BODIES), changes).map(([value, all]) => withChanges(value, all)),
	oddJson,
);

/** null, or a time that a person could wait for. */
function expectTime(at: number | null): void {
	if (at === null) return;
	expect(Number.isFinite(at)).toBe(true);
	expect(new Date(at).toISOString()).toBeTypeOf('string');
}

function expectVerdict(verdict: ReturnType<typeof judgeEvidence>): void {
	if (verdict?.kind !== 'limit') return;
	expectTime(verdict.resetAt);
	if (verdict.resetAt !== null) expect(verdict.resetAt).toBeLessThanOrEqual(FURTHEST);
	const limit = limitOf(verdict, { agent: 'a', channel: 'event', at: 'x', matched: 'y' });
	expect(JSON.parse(JSON.stringify(limit))).toEqual(limit);
}

/** Numbers as they would be written, and nothing of another type than the contract says. */
function expectFacts(facts: NativeFacts | null): void {
	if (facts === null) return;
	expect(JSON.parse(JSON.stringify(facts))).toEqual(JSON.parse(JSON.stringify(structuredClone(facts))));
	for (const text of [facts.model, facts.errorCode, facts.limit?.window])
		expect(text === undefined || text === null || typeof text === 'string').toBe(true);
	expectTime(facts.limit?.resetAt ?? null);
	for (const { window, ratio, resetAt } of facts.utilization ?? []) {
		expect(typeof window === 'string' && Number.isFinite(ratio)).toBe(true);
		expectTime(resetAt);
	}
	for (const { id, exitCode } of facts.toolResults ?? [])
		expect(typeof id === 'string' && (exitCode === null || Number.isInteger(exitCode))).toBe(true);
	for (const { command, exitCode } of facts.commandResults ?? [])
		expect(typeof command === 'string' && Number.isFinite(exitCode)).toBe(true);
	for (const { text, status } of facts.plan ?? [])
		expect(typeof text === 'string' && ['pending', 'in_progress', 'completed'].includes(status)).toBe(true);
}

const copilotRecord = streamOf(recordings('copilot', 'native-events.jsonl'));
const record = streamOf(recordings('codex', 'native/rollout-tail.jsonl'));
const session = streamOf(recordings('gemini', 'native-session.jsonl'));

/** Files of a home in which a CLI looks for its login, with what may stand in them. */
const LOGIN_FILES = [
	'.claude/.credentials.json',
	'.claude.json',
	'.claude/settings.json',
	'.codex/auth.json',
	'.codex/config.toml',
	'.copilot/config.json',
	'.gemini/settings.json',
	'.gemini/oauth_creds.json',
	'.gemini/google_accounts.json',
	'.gemini/.env',
	'.local/share/opencode/auth.json',
	'.config/opencode/opencode.json',
	'.local/state/opencode/model.json',
];
const LOGINS = [
	{
		claudeAiOauth: { accessToken: 'planted-secret-1' },
		oauthAccount: { accountUuid: 'u' },
		primaryApiKey: 'planted-secret-2',
	},
	{ OPENAI_API_KEY: 'planted-secret-3', tokens: { account_id: 'a', refresh_token: 'planted-secret-4' } },
	{
		security: { auth: { selectedType: 'oauth-personal' } },
		env: { ANTHROPIC_API_KEY: 'planted-secret-5' },
		active: 'me@x.test',
	},
	{
		anthropic: { type: 'api', key: 'planted-secret-6' },
		openai: { accountId: 'a' },
		recent: ['m'],
		model: 'x',
	},
];
const loginFile = fc.oneof(
	fc
		.tuple(fc.constantFrom<unknown>(...LOGINS), changes)
		.map(([value, all]) => JSON.stringify(withChanges(value, all))),
	fc.constantFrom(
		'model_provider = "x"\n[model_providers.x]\nenv_key = "K"\n',
		'GEMINI_API_KEY=planted-secret-7\n',
		'',
	),
	oddText,
);

export const limitTargets: FuzzTarget[] = [
	target('told times', 'are none, or times that a calendar holds', 300, saying, (text) => {
		const at = reportedReset(text, NOW);
		expectTime(at);
		if (at !== null) expect(at).toBeLessThanOrEqual(FURTHEST);
		expectTime(readReportedTime(text, NOW));
		const delay = reportedDelay(text);
		expect(delay === null || (Number.isFinite(delay) && delay >= 0)).toBe(true);
	}),
	target(
		'error bodies',
		'of any shape give a verdict with an end that is a time, or none',
		200,
		fc.tuple(body, saying),
		([value, words]) => {
			const text = JSON.stringify(value);
			readErrorBody(text, NOW);
			for (const told of [text, `${words}${text}`, words])
				expectVerdict(judgeEvidence(readEvidence(told, NOW), NOW));
			expectVerdict(
				judgeEvidence(
					{ ownSentence: { agent: 'claude', text: words }, providerText: text, status: 429 },
					NOW,
				),
			);
		},
	),
	target(
		'headers',
		'tell a time to come, or none',
		100,
		fc.dictionary(
			fc.constantFrom('Retry-After', 'retry-after-ms', 'x-ratelimit-reset', 'RateLimit-Reset', 'x'),
			fc.oneof(saying, oddNumber, oddJson),
		),
		(headers) => {
			const at = resetFromHeaders(headers, NOW);
			expectTime(at);
		},
	),
	target('codex record', 'gives facts of their types, or none', 80, record, (bytes) =>
		expectFacts(parseRollout(bytes.toString('utf8'))),
	),
	target('gemini record', 'gives facts of their types, or none', 80, session, (bytes) =>
		expectFacts(parseSessionRecord(bytes.toString('utf8'), NOW)),
	),
	target('copilot record', 'gives facts of their types, or none', 80, copilotRecord, (bytes) =>
		expectFacts(parseCopilotRecord(bytes.toString('utf8'))),
	),
	target(
		'logins',
		'are judged from any files, and no secret is in what is said of them',
		30,
		fc.array(fc.tuple(fc.constantFrom(...LOGIN_FILES), loginFile), { maxLength: 5 }),
		async (files) => {
			await withFolder(async (home) => {
				for (const [path, text] of files) {
					mkdirSync(dirname(join(home, path)), { recursive: true });
					writeFileSync(join(home, path), text);
				}
				for (const adapter of BUILT_IN_ADAPTERS) {
					const state = adapter.probeLogin({ HOME: home });
					expect(['yes', 'no', 'unknown']).toContain(state.loggedIn);
					expect(JSON.stringify(state)).not.toContain('planted-secret');
				}
			});
		},
	),
	target(
		'excerpt',
		'is short, and ends as the whole output ends',
		60,
		fc.tuple(saying, fc.nat(4000)),
		([text, times]) => {
			const whole = `${text}\n`.repeat(times);
			const kept = excerptOutput(whole);
			expect(kept.length).toBeLessThanOrEqual(17 * 1024);
			expect(whole.endsWith(kept.slice(-Math.min(1000, kept.length)))).toBe(true);
		},
	),
	growing('told times', 'takes no more than as much longer as the text is longer', saying, (text) => {
		reportedReset(text, NOW);
		reportedDelay(text);
		readReportedTime(text, NOW);
	}),
	growing('evidence', 'takes no more than as much longer as the text is longer', saying, (text) => {
		judgeEvidence(readEvidence(text, NOW), NOW);
		judgeEvidence({ providerText: text, ownSentence: { agent: 'codex', text }, words: [text] }, NOW);
	}),
	...[claudeAdapter, codexAdapter, geminiAdapter, opencodeAdapter].map((adapter) =>
		growing(
			`${adapter.id} stderr`,
			'takes no more than as much longer as the text is longer',
			saying,
			(text) => {
				const parser = adapter.parser({
					requestedSessionId: null,
					resume: false,
					requestedModel: null,
					cumulativeBefore: null,
					now: () => NOW,
				});
				parser.stderr(Buffer.from(text));
				parser.end({ exitCode: 1, signal: null, stopRequested: null }, null);
			},
		),
	),
];
