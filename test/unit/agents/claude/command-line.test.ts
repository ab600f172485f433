import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import { retriesWithin } from '../../../../src/agents/claude/start/retries.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const TURN = fakeTurnRequest({
	nativeSessionId: ID,
});
const command = (turn: Partial<TurnRequest>) => claudeAdapter.command({ ...TURN, ...turn });
const flagsOf = (turn: Partial<TurnRequest>) => command(turn).args.slice(5);

const ELSEWHERE = 'EnterWorktree,ExitWorktree,Agent(isolation:*)';
const LATER = 'CronCreate,CronDelete,RemoteTrigger,ScheduleWakeup,EnterPlanMode,ExitPlanMode';

/** A hook that refuses what an agent file may ask for. */
const SETTINGS = expect.stringMatching(/^\{"hooks":\{"WorktreeCreate":.*exit 1/);

describe('the command line of claude', () => {
	it('chooses the id of a fresh turn and streams whole lines as JSON', () => {
		expect(command({})).toMatchObject({
			executable: 'claude',
			args: [
				'-p',
				'--output-format',
				'stream-json',
				'--verbose',
				'--include-partial-messages',
				'--session-id',
				ID,
				'--settings',
				SETTINGS,
				'--permission-mode',
				'acceptEdits',
				'--disallowedTools',
				`${ELSEWHERE},${LATER}`,
			],
		});
	});

	it('repeats model and permissions on resume', () => {
		expect(flagsOf({ resume: true, model: 'opus', permissions: 'read-only' })).toEqual([
			'--resume',
			ID,
			'--model',
			'opus',
			'--settings',
			SETTINGS,
			'--permission-mode',
			'dontAsk',
			'--disallowedTools',
			`${ELSEWHERE},${LATER},Edit,Write,NotebookEdit`,
		]);
	});

	it('reaches the whole worktree from a folder in it', () => {
		const flags = flagsOf({ folder: '/repo/a "b"', worktree: '/repo' });
		const settings = JSON.parse(flags[flags.indexOf('--settings') + 1] ?? '');
		expect(settings).toMatchObject({ permissions: { additionalDirectories: ['/repo'] } });
		expect(flagsOf({}).join()).not.toContain('additionalDirectories');
	});

	it('lets no model work in another checkout, under any preset', () => {
		for (const resume of [false, true])
			for (const permissions of ['read-only', 'edit', 'full'] as const) {
				const flags = flagsOf({ permissions, resume });
				const denied = flags[flags.indexOf('--disallowedTools') + 1]?.split(',');
				expect(denied).toEqual(expect.arrayContaining(ELSEWHERE.split(',')));
			}
	});

	it('takes no flag for a session id', () => {
		for (const nativeSessionId of ['--dangerously-skip-permissions', '', 'a b', '../x'])
			expect(() => command({ nativeSessionId, resume: true })).toThrow(/is not the id of a claude session/);
	});

	it('leaves the repo’s own settings out until the repo is trusted', () => {
		expect(flagsOf({ isTrusted: false }).slice(-2)).toEqual(['--setting-sources', 'user']);
		expect(flagsOf({ isTrusted: true })).not.toContain('--setting-sources');
	});

	it('allows commands under edit only, one rule each', () => {
		const allowCommands = ['npm test', '  git   status '];
		expect(flagsOf({ allowCommands }).slice(-3)).toEqual([
			'--allowedTools',
			'Bash(npm test:*)',
			'Bash(git status:*)',
		]);
		for (const permissions of ['read-only', 'full'] as const)
			expect(flagsOf({ allowCommands, permissions })).not.toContain('--allowedTools');
	});

	it.each([
		'npm test; rm -rf /',
		'npm test)Bash(*',
		'*',
		'git *',
		'a,b',
		'$(x)',
		'"q"',
		'a\nb',
		'--x',
		'',
		'A=1 b',
	])('makes no rule of %j', (entry) => {
		expect(flagsOf({ allowCommands: [entry] })).not.toContain('--allowedTools');
		expect(flagsOf({ allowCommands: [entry, 'ls'] }).slice(-2)).toEqual(['--allowedTools', 'Bash(ls:*)']);
	});

	it('tells claude it is in a sandbox only for full permissions as root', () => {
		expect(command({ permissions: 'full', isRoot: true }).env).toMatchObject({ IS_SANDBOX: '1' });
		expect(command({ permissions: 'full', isRoot: false }).env).not.toHaveProperty('IS_SANDBOX');
		expect(command({ permissions: 'edit', isRoot: true }).env).not.toHaveProperty('IS_SANDBOX');
		expect(flagsOf({ permissions: 'full' })).toContain('--dangerously-skip-permissions');
	});

	it.each([
		[20_000, '5'],
		[10_000, '4'],
		[60_000, '6'],
		[0, '1'],
	])('lets another provider be asked again for no longer than a patience of %d ms', (patienceMs, retries) => {
		for (const env of [
			{ ANTHROPIC_BASE_URL: 'https://gateway.example/anthropic' },
			{ CLAUDE_CODE_USE_BEDROCK: '1' },
			{ ANTHROPIC_BASE_URL: 'not a url' },
		] as Record<string, string>[])
			expect(command({ env, patienceMs }).env).toMatchObject({ CLAUDE_CODE_MAX_RETRIES: retries });
	});

	it('never waits longer for the words of another provider than the patience, by claude’s longest waits', () => {
		fc.assert(
			fc.property(fc.integer({ min: 625, max: 3_600_000 }), (ms) => {
				const waits = Array.from({ length: retriesWithin(ms) }, (_, n) => 625 * 2 ** n);
				expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(ms);
			}),
		);
	});

	it('leaves claude its own tries where it asks Anthropic, where the user chose them, and where patience outlasts them', () => {
		const gateway = { ANTHROPIC_BASE_URL: 'https://gateway.example' };
		for (const turn of [
			{ env: {}, patienceMs: 20_000 },
			{ env: { ANTHROPIC_BASE_URL: 'https://api.anthropic.com/' }, patienceMs: 20_000 },
			{ env: { CLAUDE_CODE_USE_BEDROCK: '0' }, patienceMs: 20_000 },
			{ env: { ...gateway, CLAUDE_CODE_MAX_RETRIES: '2' }, patienceMs: 20_000 },
			{ env: gateway, patienceMs: 3_600_000 },
			{ env: gateway },
		] as Partial<TurnRequest>[])
			expect(command(turn).env).not.toHaveProperty('CLAUDE_CODE_MAX_RETRIES');
	});

	it('reads the version and names the command to resume by hand', () => {
		expect(claudeAdapter.parseVersion('2.1.197 (Claude Code)\n')).toBe('2.1.197');
		expect(claudeAdapter.parseVersion('codex-cli 0.169.0')).toBeNull();
		expect(claudeAdapter.resumeHint(ID)).toBe(`claude --resume ${ID}`);
	});
});
