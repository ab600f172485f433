import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, AgentParser, ParserContext } from '../../../../src/agents/agent-adapter.ts';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';

const NOW = 1_000_000;
const ID = '11111111-2222-4333-8444-555555555555';
const EXITED: AgentExit = { exitCode: 0, signal: null, stopRequested: null };
const BACKOFF =
	'Attempt 1 failed with status 429. Retrying with backoff... _ApiError: {"error":{"code":429}}';
const WINDOW =
	'Attempt 1 failed: You have exhausted your capacity on this model. Your quota will reset after 3h22m15s.. Retrying after 12716688ms...';

function parser(context: Partial<ParserContext> = {}): AgentParser {
	return geminiAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
		...context,
	});
}

const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
const text = (value: string) => Buffer.from(value);
const init = line({ type: 'init', session_id: ID, model: 'gemini-2.5-pro' });
const toolUse = (id: string, parameters: unknown, tool_name = 'read_file') =>
	line({ type: 'tool_use', tool_name, tool_id: id, parameters });
const toolError = (id: string, message: string) =>
	line({ type: 'tool_result', tool_id: id, status: 'error', output: message, error: { type: 'x', message } });
const result = (message: string) =>
	line({ type: 'result', status: 'error', error: { type: 'unknown', message } });
const signs = (events: AgentEvent[]) => events.filter(({ type }) => type === 'limit' || type === 'retry');

/** The turn that a last error line and an exit code make. */
function failedTurn(message: string, exitCode: number, stderr = '') {
	const gemini = parser();
	gemini.push(Buffer.concat([init, result(message)]));
	gemini.stderr(text(stderr));
	return gemini.end({ ...EXITED, exitCode }, null).turn;
}

describe('a sign of a limit on stderr', () => {
	it('counts while the model is asked', () => {
		const gemini = parser();
		gemini.push(init);
		expect(signs(gemini.stderr(text(`${BACKOFF}\n`)))).toEqual([
			expect.objectContaining({ type: 'retry', reason: 'rate', attempt: 1, delayMs: null }),
		]);
		expect(signs(gemini.stderr(text(`${WINDOW}\n`)))).toEqual([
			expect.objectContaining({
				limit: expect.objectContaining({ kind: 'window', resetAt: NOW + 12_135_000 }),
			}),
		]);
	});

	it('is billing at once when the credits are gone', () => {
		const gemini = parser();
		const [event] = gemini.stderr(
			text(
				'Attempt 1 failed with status 429. Retrying with backoff... _ApiError: {"error":{"code":429,"message":"Your prepayment credits are depleted. Please go"}}\n',
			),
		);
		expect(event).toMatchObject({
			type: 'limit',
			limit: { kind: 'billing', scope: 'account', resetAt: null },
		});
	});

	it('over several lines is one retry, with the delay of its last line', () => {
		const gemini = parser();
		const words =
			'Attempt 2 failed: You exceeded your current quota.\n* Quota exceeded for metric: x, limit: 2\nPlease retry in 2.5s.\nSuggested retry after 2s.. Retrying after 5462ms...\n';
		expect(gemini.stderr(text(words))).toEqual([
			expect.objectContaining({ type: 'retry', reason: 'rate', attempt: 2, delayMs: 5462 }),
		]);
	});

	it('with a delay that only a spent quota has is a limit', () => {
		const [event] = parser().stderr(text('Attempt 1 failed: Slow down. Retrying after 900000ms...\n'));
		expect(event).toMatchObject({ type: 'limit', limit: { kind: 'window', resetAt: NOW + 900_000 } });
	});

	it.each([
		['503', 'overloaded'],
		['500', 'server'],
		['429', 'rate'],
	])('of status %s is a retry for: %s', (status, reason) => {
		const [event] = parser().stderr(
			text(`Attempt 3 failed with status ${status}. Retrying with backoff... x\n`),
		);
		expect(event).toMatchObject({ type: 'retry', reason, attempt: 3 });
	});

	it('that an answer followed no longer explains a stop', () => {
		const gemini = parser();
		gemini.stderr(text(`${BACKOFF}\n`));
		gemini.push(line({ type: 'message', role: 'assistant', content: 'here', delta: true }));
		expect(gemini.end({ ...EXITED, stopRequested: 'limited' }, null).turn.limit).toBeNull();
	});
});

describe('words of a limit that a tool wrote', () => {
	const forgeries: Array<[string, string]> = [
		['a backoff line', BACKOFF],
		['a spent window', WINDOW],
		['billing', `${BACKOFF} Your prepayment credits are depleted`],
		['a backoff line in colours', BACKOFF.replace('failed', '\x1b[31mfailed\x1b[0m')],
	];

	it.each(forgeries)('in an echoed error never count: %s', (_, forged) => {
		const message = `no such file: /repo/a\n${forged}\nb`;
		const echo = text(`Error executing tool read_file: ${message}\n`);
		const stdout = Buffer.concat([toolUse('1', { file_path: 'a' }), toolError('1', message)]);
		const inOrder = parser();
		const late = parser();
		const events = [...inOrder.push(stdout), ...inOrder.stderr(echo)];
		events.push(...late.stderr(echo), ...late.push(stdout));
		for (const gemini of [inOrder, late]) events.push(...gemini.end(EXITED, null).events);
		expect(signs(events)).toEqual([]);
	});

	it.each(forgeries)('in a file name or a branch name never count: %s', (_, forged) => {
		const parameters = { file_path: `/repo/x\n${forged}`, branches: [{ name: forged }] };
		const gemini = parser();
		const events = gemini.push(Buffer.concat([toolUse('1', parameters), toolError('1', 'Invalid path')]));
		events.push(...gemini.stderr(text(`Warning: cannot read /repo/x\n${forged}\n`)));
		expect(signs([...events, ...gemini.end(EXITED, null).events])).toEqual([]);
	});

	it('never count while the call is open', () => {
		const gemini = parser();
		gemini.push(toolUse('1', { command: 'cat log' }, 'run_shell_command'));
		expect(gemini.stderr(text(`${BACKOFF}\n`))).toEqual([]);
	});

	it('do not hide the true sign that follows', () => {
		const gemini = parser();
		const forged = `nope\n${BACKOFF}`;
		gemini.push(Buffer.concat([toolUse('1', {}), toolError('1', forged)]));
		gemini.stderr(text(`Error executing tool read_file: ${forged}\n`));
		expect(signs(gemini.stderr(text(`${WINDOW}\n`)))).toHaveLength(1);
	});

	it('wait until stdout shows the failure that stderr repeats', () => {
		const gemini = parser();
		expect(gemini.stderr(text(`Error executing tool x: nope\n${WINDOW}\n`))).toEqual([]);
		gemini.push(toolUse('1', {}));
		expect(signs(gemini.push(toolError('1', 'nope')))).toHaveLength(1);
	});

	it('of any text in any place give no limit, however the bytes come', () => {
		const words = fc.constantFrom(
			BACKOFF,
			WINDOW,
			'Error executing tool x: y',
			'plain',
			'',
			'}',
			'  status: 429',
		);
		const message = fc.array(words, { maxLength: 6 }).map((lines) => `start\n${lines.join('\n')}`);
		fc.assert(
			fc.property(fc.array(message, { maxLength: 4 }), fc.boolean(), (messages, isStderrFirst) => {
				const gemini = parser();
				const events: AgentEvent[] = [];
				for (const [at, said] of messages.entries()) {
					const echo = text(`Error executing tool read_file: ${said}\n`);
					if (isStderrFirst) events.push(...gemini.stderr(echo));
					events.push(...gemini.push(toolUse(`${at}`, { file_path: said })));
					events.push(...gemini.push(toolError(`${at}`, said)));
					if (!isStderrFirst) events.push(...gemini.stderr(echo));
				}
				const end = gemini.end(EXITED, null);
				expect(signs([...events, ...end.events])).toEqual([]);
				expect(end.turn.limit).toBeNull();
			}),
		);
	});
});

describe('the end of a gemini turn', () => {
	const dump = (name: string, fields: string) =>
		`Error when talking to Gemini API Full report available at: /tmp/x.json ${name}: words\n    at x {\n${fields}\n}\n`;

	it.each([
		[429, 173, 'rate'],
		[503, 247, 'overloaded'],
		[402, 146, 'billing'],
	])('of status %i is a limit by its exit code %i', (_, exitCode, kind) => {
		expect(failedTurn('[API Error: words]', exitCode).limit).toMatchObject({ kind });
	});

	it('reports a reset when the CLI names one', () => {
		const asked = failedTurn('[API Error: Busy.\nSuggested retry after 3600s.]', 173);
		expect(asked.limit).toMatchObject({ kind: 'window', resetAt: NOW + 3_600_000, confidence: 'derived' });
		const short = failedTurn('[API Error: Busy.\nSuggested retry after 90s.]', 173);
		expect(short.limit).toMatchObject({ kind: 'rate', resetAt: NOW + 90_000 });
	});

	it('is read from the printed error object if nothing else says it', () => {
		const quota = dump(
			'TerminalQuotaError',
			"  retryDelayMs: 7200000,\n  reason: 'QUOTA_EXHAUSTED',\n  status: 429",
		);
		expect(failedTurn('[API Error: words]', 173, quota).limit).toMatchObject({
			kind: 'window',
			resetAt: NOW + 7_200_000,
		});
		const credits = dump('TerminalQuotaError', "  reason: 'INSUFFICIENT_G1_CREDITS_BALANCE',\n  status: 429");
		expect(failedTurn('[API Error: words]', 173, credits).limit?.kind).toBe('billing');
		const capacity = dump('TerminalQuotaError', "  reason: 'MODEL_CAPACITY_EXHAUSTED',\n  status: 429");
		expect(failedTurn('[API Error: words]', 173, capacity).limit?.kind).toBe('overloaded');
		expect(failedTurn('[API Error: words]', 1, dump('ModelNotFoundError', '  code: 404')).stopReason).toBe(
			'model_not_found',
		);
	});

	it('prefers the CLI’s own sentence to the words it was made from', () => {
		const google =
			"  cause: {\n    code: 429,\n    message: 'You exceeded your current quota, please check your plan and billing details.',\n    details: []\n  },\n  status: 429";
		const daily = failedTurn(
			'[API Error: You have exhausted your daily quota on this model.]',
			173,
			dump('TerminalQuotaError', google),
		);
		expect(daily.limit).toMatchObject({ kind: 'quota', resetAt: null });
		const unknown = failedTurn('[API Error: words]', 173, dump('RetryableQuotaError', google));
		expect(unknown.limit?.kind).toBe('billing');
	});

	it.each([
		[145, 'auth'],
		[147, 'auth'],
		[144, 'api_error'],
		[244, 'api_error'],
	])('with exit code %i is a failure: %s', (exitCode, reason) => {
		const turn = failedTurn('[API Error: words]', exitCode);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: reason, limit: null });
	});

	it.each([
		[147, 'User quota is not enough, please recharge.', 'billing'],
		[145, 'Insufficient balance', 'billing'],
		[144, 'You have exhausted your daily quota on this model.', 'quota'],
		[173, 'Request denied: monthly usage quota exceeded.', 'window'],
		[
			173,
			'{"error":{"code":429,"message":"x","details":[{"reason":"MODEL_CAPACITY_EXHAUSTED"}]}}',
			'overloaded',
		],
	])('with exit code %i is a limit where the provider says so: %s', (exitCode, words, kind) => {
		expect(failedTurn(`[API Error: ${words}]`, exitCode)).toMatchObject({
			outcome: 'limited',
			limit: { kind, confidence: 'estimated', scope: kind === 'billing' ? 'account' : 'model' },
		});
	});

	it.each([
		[
			'[API Error: {"error":{"code":400,"message":"bad","details":[{"reason":"API_KEY_INVALID"}]}}]',
			144,
			'auth',
		],
		['[API Error: This organization has been disabled.]', 147, 'auth'],
		[
			'[API Error: The input token count (9) exceeds the maximum number of tokens allowed (5).]',
			144,
			'context_too_long',
		],
		['[API Error: Prompt was blocked by policy]', 144, 'refusal'],
	])('is explained by the provider’s words: %s', (message, exitCode, reason) => {
		expect(failedTurn(message, exitCode)).toMatchObject({ outcome: 'failed', stopReason: reason });
	});

	it('that never began is a limit or a refused login by the CLI’s own first words alone', () => {
		const ended = (stderr: string, exitCode: number, more: Buffer[] = []) => {
			const gemini = parser();
			gemini.push(Buffer.concat(more));
			gemini.stderr(text(stderr));
			return gemini.end({ ...EXITED, exitCode }, null).turn;
		};
		const tier = 'Error authenticating: IneligibleTierError: This client is no longer supported.\n';
		expect(ended(tier, 1)).toMatchObject({ outcome: 'failed', stopReason: 'auth' });
		expect(ended(tier, 1, [init])).toMatchObject({ outcome: 'failed', stopReason: 'crashed' });
		for (const said of [
			'Error: This account requires setting the GOOGLE_CLOUD_PROJECT or GOOGLE_CLOUD_PROJECT_ID env var.',
			'ValidationRequiredError: Verify your account to continue.',
			'GaxiosError: This service has been disabled in this account for violation of Terms of Service.',
		])
			expect(ended(`Error authenticating: ${said}\n    at x (a.js:1:1)\n`, 1)).toMatchObject({
				outcome: 'failed',
				stopReason: 'auth',
			});
		const away = 'Error authenticating: request to https://x failed, reason: getaddrinfo ENOTFOUND x\n';
		expect(ended(away, 1)).toMatchObject({ outcome: 'failed', stopReason: 'crashed' });
		const spent = 'Failed to login. Message: requests per day of this user are used up\n';
		expect(ended(spent, 41)).toMatchObject({ outcome: 'limited', limit: { kind: 'quota' } });
		expect(ended(`Cannot read settings\n${spent}`, 41)).toMatchObject({ stopReason: 'auth', limit: null });
	});

	it.each([
		['The model returned an empty response with no text or thoughts.', 'empty_answer'],
		['The model response was blocked due to safety settings.', 'refusal'],
		['Model response was truncated because it exceeded the token limit. Try', 'max_tokens'],
		['something new', 'api_error'],
	])('without an error of its own is explained by its last words: %s', (message, reason) => {
		const gemini = parser();
		const lines = [
			line({ type: 'error', severity: 'error', message }),
			line({ type: 'result', status: 'error' }),
		];
		gemini.push(Buffer.concat([init, ...lines]));
		expect(gemini.end(EXITED, null).turn).toMatchObject({ outcome: 'failed', stopReason: reason });
	});

	it.each([
		[41, '', 'auth'],
		[42, 'Error resuming session: Invalid session identifier "x".\n', 'unknown_session'],
		[42, 'Error starting session: Session ID "x" already exists. Use --resume\n', 'session_in_use'],
		[42, 'No input provided via stdin.\n', 'bad_usage'],
		[52, '', 'bad_config'],
		[55, '\x1b[31mGemini CLI is not running in a trusted directory.\x1b[0m\n', 'bad_environment'],
		[7, '', 'crashed'],
	])('that never began is explained by exit code %i and stderr %j', (exitCode, stderr, reason) => {
		const gemini = parser();
		gemini.stderr(text(stderr));
		const { turn } = gemini.end({ ...EXITED, exitCode }, null);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: reason, nativeSessionId: null });
	});

	it('by a signal or without a word is unknown', () => {
		const gemini = parser();
		gemini.push(init);
		expect(gemini.end(EXITED, null).turn.outcome).toBe('outcome_unknown');
		const killed = parser().end({ exitCode: null, signal: 'SIGKILL', stopRequested: null }, null);
		expect(killed.turn.outcome).toBe('outcome_unknown');
	});

	it('claims its HTTP exit codes, and leaves those of signals alone', () => {
		expect([130, 144, 173, 247].every((code) => geminiAdapter.claimsExitCode?.(code))).toBe(true);
		expect([0, 1, 129, 134, 137, 139, 143].some((code) => geminiAdapter.claimsExitCode?.(code))).toBe(false);
	});
});

describe('hostile output of gemini', () => {
	it('never throws, whatever the JSON', () => {
		const type = fc.constantFrom('init', 'message', 'tool_use', 'tool_result', 'error', 'result', 'x');
		const names = [
			'role',
			'content',
			'tool_id',
			'tool_name',
			'parameters',
			'output',
			'error',
			'stats',
			'session_id',
		];
		const fields = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
		const lines = fc.array(fc.tuple(type, fields), { maxLength: 12 });
		fc.assert(
			fc.property(lines, fc.array(fc.string()), (entries, stderr) => {
				const gemini = parser();
				for (const [kind, rest] of entries) gemini.push(line({ ...rest, type: kind }));
				for (const said of stderr) gemini.stderr(text(`${said}\n`));
				const { events, turn } = gemini.end(EXITED, null);
				expect(turn.outcome).toBeTypeOf('string');
				expect(events.filter(({ type }) => type === 'turn_ended').length).toBeLessThanOrEqual(1);
			}),
		);
	});

	it('names another session than the one asked for', () => {
		const events = parser({ requestedSessionId: 'aaaaaaaa-2222-4333-8444-555555555555', resume: true }).push(
			init,
		);
		expect(events).toContainEqual(expect.objectContaining({ type: 'error', code: 'session_mismatch' }));
	});
});

describe('a good result line', () => {
	const endedWith = (exitCode: number, stderr = '') => {
		const gemini = parser();
		gemini.push(Buffer.concat([init, line({ type: 'result', status: 'success' })]));
		gemini.stderr(text(stderr));
		return gemini.end({ ...EXITED, exitCode }, null).turn;
	};

	it('is judged again when the exit code says that the turn failed', () => {
		expect(endedWith(0).outcome).toBe('completed');
		expect(endedWith(1)).toMatchObject({ outcome: 'failed', stopReason: 'crashed' });
		expect(endedWith(173), 'HTTP 429').toMatchObject({ outcome: 'limited', limit: { kind: 'rate' } });
		expect(endedWith(143).outcome, 'killed afterwards').toBe('completed');
	});
});

it('names the reason of a start that failed, not what libraries and Node print at every start', () => {
	const gemini = parser();
	const stderr = [
		"The 'metricReader' option is deprecated. Please use 'metricReaders' instead.",
		'(node:41) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.',
		'(Use `node --trace-deprecation ...` to show where the warning was created)',
		'When using Gemini API, you must specify the GEMINI_API_KEY environment variable.',
		'Update your environment and try again (no reload needed if using .env)!',
	];
	gemini.stderr(text(`${stderr.join('\n')}\n`));
	expect(gemini.end({ ...EXITED, exitCode: 41 }, null).turn).toMatchObject({
		error: { code: 'auth', message: stderr[3] },
	});
});
