import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../src/agents/agent-adapter.ts';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';
import { parseSessionRecord } from '../../../../src/agents/gemini/native/session-record.ts';
import { RelayError } from '../../../../src/core/errors.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const ID = '11111111-2222-4333-8444-555555555555';

const REQUEST = fakeTurnRequest({
	privatePath: '/state/private/1-2-S-1',
});

const commandOf = (request: Partial<TurnRequest> = {}) => geminiAdapter.command({ ...REQUEST, ...request });
const argsOf = (request: Partial<TurnRequest> = {}) => commandOf(request).args;

describe('the command line of gemini', () => {
	it('fixes the id of a fresh session and resumes by id, with everything given again', () => {
		expect(argsOf({ nativeSessionId: ID }).slice(-2)).toEqual(['--session-id', ID]);
		const resumed = argsOf({
			nativeSessionId: ID,
			resume: true,
			model: 'gemini-2.5-pro',
			permissions: 'full',
		});
		expect(resumed.slice(-2)).toEqual(['--resume', ID]);
		expect(resumed).toEqual(expect.arrayContaining(['--model=gemini-2.5-pro', 'yolo', 'stream-json']));
	});

	it('names no model when none was named', () => {
		expect(argsOf().some((arg) => arg.includes('model'))).toBe(false);
	});

	it('reaches the whole worktree from a folder in it, and never another folder', () => {
		const folders = (folder: string, worktree: string) =>
			argsOf({ folder, worktree }).filter((arg) => arg.startsWith('--include-directories'));
		expect(folders('/repo/a', '/repo')).toEqual(['--include-directories=/repo']);
		expect(folders('/repo', '/repo')).toEqual([]);
		expect(folders('/home,/repo/a', '/home,/repo')).toEqual([]);
	});

	it('maps each preset to an approval mode', () => {
		const modes = (['read-only', 'edit', 'full'] as const).map((permissions) => {
			const args = argsOf({ permissions });
			return args[args.indexOf('--approval-mode') + 1];
		});
		expect(modes).toEqual(['default', 'auto_edit', 'yolo']);
	});

	it('allows the listed commands under edit alone, and only simple ones', () => {
		const allowCommands = ['npm test', 'git status; rm x', 'a,b', 'x)'];
		const allowed = argsOf({ allowCommands }).filter((_, at, all) => all[at - 1] === '--allowed-tools');
		expect(allowed).toEqual(['run_shell_command(npm test)']);
		expect(argsOf({ allowCommands, permissions: 'read-only' })).not.toContain('--allowed-tools');
	});

	it('holds each preset below full by a policy file of ours, fresh and resumed', () => {
		for (const resume of [false, true])
			for (const permissions of ['read-only', 'edit'] as const) {
				const { args, files } = commandOf({ permissions, resume, nativeSessionId: ID });
				expect(args).toContain('--policy=/state/private/1-2-S-1.policy.toml');
				const [file] = files ?? [];
				expect(file?.path).toBe('/state/private/1-2-S-1.policy.toml');
				const rules = parseToml(file?.text ?? '').rule as Array<Record<string, unknown>>;
				const denied = rules.filter(({ decision }) => decision === 'deny');
				expect(denied[0]?.toolName).toEqual(
					expect.arrayContaining(['enter_plan_mode', 'exit_plan_mode', 'run_shell_command']),
				);
				expect(rules.every(({ priority }) => priority === 999)).toBe(true);
			}
		expect(argsOf({ permissions: 'full' }).join(' ')).not.toContain('--policy');
	});

	it('allows the listed commands before it denies the shell, and none in read-only', () => {
		const rulesOf = (permissions: TurnRequest['permissions']) =>
			parseToml(commandOf({ permissions, allowCommands: ['npm test', 'a; b'] }).files?.[0]?.text ?? '')
				.rule as unknown[];
		expect(rulesOf('edit').slice(0, 2)).toMatchObject([
			{ commandPrefix: 'npm test', decision: 'allow' },
			{ decision: 'deny' },
		]);
		expect(JSON.stringify(rulesOf('read-only'))).not.toContain('allow');
		expect(rulesOf('read-only')).toContainEqual(expect.objectContaining({ mcpName: '*', decision: 'deny' }));
	});

	it('is not started below full where its policy file has no place or would not be read', () => {
		for (const privatePath of [undefined, '/state,x/1'])
			for (const permissions of ['read-only', 'edit'] as const) {
				const { privatePath: _, ...request } = { ...REQUEST, permissions };
				const asked = privatePath === undefined ? request : { ...request, privatePath };
				expect(() => geminiAdapter.command(asked)).toThrow(RelayError);
			}
	});

	it('trusts the folder only where the user did, and says where it cannot start', () => {
		expect(commandOf().env.GEMINI_CLI_TRUST_WORKSPACE).toBe('true');
		expect(commandOf({ isTrusted: false }).env.GEMINI_CLI_TRUST_WORKSPACE).toBe('false');
		for (const isTrusted of [true, false]) expect(argsOf({ isTrusted })).not.toContain('--skip-trust');
		const place = { folder: '/repo', worktree: '/repo', isGitRepo: true, env: {} };
		expect(geminiAdapter.refusal?.({ ...place, isTrusted: true })).toBeNull();
		expect(geminiAdapter.refusal?.({ ...place, isTrusted: false })).toMatch(/not trusted/);
	});

	it('runs as one process, so that a signal reaches it', () => {
		expect(commandOf().env).toMatchObject({ GEMINI_CLI_NO_RELAUNCH: 'true' });
	});

	it('refuses an id that is a flag, a number or a word', () => {
		for (const nativeSessionId of ['latest', '5', '--yolo', '', 'a b', `${ID}x`])
			expect(() => argsOf({ resume: true, nativeSessionId })).toThrow(RelayError);
	});
});

describe('text for gemini that the user did not type', () => {
	it('names no file any more, wherever the @ is', () => {
		const text = 'see @a.txt, x@a.txt, "@.env" `@"a b"` (@/etc/passwd) @\\ a and me@host';
		const inert = geminiAdapter.inert(text);
		expect(inert).not.toMatch(/@(?!\u2060)/);
		expect(inert.replaceAll('\u2060', '')).toBe(text);
		expect(geminiAdapter.inert(inert)).toBe(inert);
	});

	it('keeps an @ that names nothing', () => {
		expect(geminiAdapter.inert('a @ b, @, @)')).toBe('a @ b, @, @)');
	});
});

describe('the version of gemini', () => {
	it('is the bare line', () => {
		expect(geminiAdapter.parseVersion('0.61.0\n')).toBe('0.61.0');
		expect(geminiAdapter.parseVersion('0.62.0-preview.1\n')).toBe('0.62.0-preview.1');
		expect(geminiAdapter.parseVersion('command not found')).toBeNull();
	});
});

describe('the record of a gemini session', () => {
	const call = (id: string, output: string, fields: object = {}) => ({
		id,
		name: 'run_shell_command',
		status: 'success',
		result: [
			{ functionResponse: { response: { output: `<untrusted_context>\n${output}\n</untrusted_context>` } } },
		],
		...fields,
	});
	const record = (...toolCalls: unknown[]) =>
		JSON.stringify({ type: 'gemini', timestamp: '2026-11-21T08:00:00.000Z', model: 'm', toolCalls });
	const resultsOf = (text: string, startedAt = 0) => parseSessionRecord(text, startedAt)?.toolResults;

	it('reports the exit code of a shell command, 0 if no line has one', () => {
		const text = record(
			call('a', 'Output: x\nExit Code: 3\nProcess Group PGID: 7', { resultDisplay: 'x' }),
			call('b', 'Output: y\nProcess Group PGID: 8', { resultDisplay: 'y' }),
			call('c', 'Output: (empty)\nExit Code: 1\nProcess Group PGID: 9', { resultDisplay: '' }),
		);
		expect(resultsOf(text)).toEqual([
			{ id: 'a', ok: false, exitCode: 3 },
			{ id: 'b', ok: true, exitCode: 0 },
			{ id: 'c', ok: false, exitCode: 1 },
		]);
	});

	it('does not take a last line of the output for the exit code', () => {
		const output = 'fine\nExit Code: 9';
		const text = record(call('a', `Output: ${output}\nProcess Group PGID: 7`, { resultDisplay: output }));
		expect(resultsOf(text)).toEqual([{ id: 'a', ok: true, exitCode: 0 }]);
	});

	it('reports nothing about a command that was cancelled, sent to the background or killed', () => {
		const text = record(
			call('a', 'Command was cancelled by user before it could complete.'),
			call('b', 'Command moved to background (PID: 7). Output hidden.'),
			call('c', 'Output: x\nSignal: 9\nProcess Group PGID: 7', { resultDisplay: 'x' }),
			call('d', 'Output: x', { status: 'cancelled' }),
		);
		expect(resultsOf(text)).toEqual([]);
	});

	it('is read from the start of the turn on, and a repeated message replaces the earlier one', () => {
		const late = record(call('a', 'Output: x\nExit Code: 3', { resultDisplay: 'x' }));
		expect(resultsOf(late, Date.parse('2026-11-21T09:00:00Z'))).toEqual([]);
		const again = record(call('a', 'Output: x', { resultDisplay: 'x' }));
		expect(resultsOf(`${late}\n{"torn\n${again}`)).toEqual([{ id: 'a', ok: true, exitCode: 0 }]);
	});

	it('of any other shape reports nothing', () => {
		expect(parseSessionRecord('', 0)).toBeNull();
		expect(parseSessionRecord('not json "gemini"\n[]', 0)).toBeNull();
		for (const odd of [
			null,
			5,
			'x',
			[null],
			[{ id: 1 }],
			[{ id: 'a', name: 'run_shell_command', result: 5 }],
		])
			expect(resultsOf(JSON.stringify({ type: 'gemini', toolCalls: odd }))).toEqual([]);
	});
});
