import { describe, expect, it } from 'vitest';
import { asFirstPrompt, type TuiRequest } from '../../../../src/agents/tui/agent-tui.ts';
import { tuiOf } from '../../../../src/agents/tui/tuis.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const start = (agent: string, more: Partial<TuiRequest> = {}) => {
	const tui = tuiOf(agent);
	if (tui === null) throw new Error(`${agent} has no TUI`);
	return tui.command({ ...fakeTurnRequest({ nativeSessionId: ID }), firstPrompt: null, ...more });
};
const following = (args: readonly string[], flag: string) => args[args.indexOf(flag) + 1];

describe('the TUI of claude', () => {
	it('begins the conversation that the relay chose, under the preset, and does not go on by itself', () => {
		const { args, env } = start('claude', { model: 'opus' });
		expect(args.slice(0, 4)).toEqual(['--session-id', ID, '--model', 'opus']);
		expect(following(args, '--permission-mode')).toBe('acceptEdits');
		expect(JSON.parse(following(args, '--settings') ?? '')).toMatchObject({
			autoContinueAtUsageLimit: false,
		});
		expect(env).toMatchObject({ CLAUDE_CODE_DISABLE_AGENT_VIEW: '1', CLAUDE_CODE_SANDBOXED: '1' });
		expect(args).not.toContain('-p');
	});

	it('resumes with the prompt first, where no option that takes a list can swallow it', () => {
		const { args } = start('claude', {
			resume: true,
			firstPrompt: 'Notes of the work',
			allowCommands: ['ls'],
		});
		expect(args.slice(0, 3)).toEqual(['Notes of the work', '--resume', ID]);
	});

	it("leaves the question about trust and the repo's settings to claude in a repo without trust", () => {
		const { args, env } = start('claude', { isTrusted: false });
		expect(args.slice(-2)).toEqual(['--setting-sources', 'user']);
		expect(env).not.toHaveProperty('CLAUDE_CODE_SANDBOXED');
	});

	it('skips the warning about full permissions only where they were given', () => {
		const key = 'skipDangerousModePermissionPrompt';
		const settings = (permissions: TuiRequest['permissions']) =>
			JSON.parse(following(start('claude', { permissions }).args, '--settings') ?? '');
		expect(settings('full')).toHaveProperty(key, true);
		expect(settings('edit')).not.toHaveProperty(key);
	});
});

describe('the TUI of codex', () => {
	it('never leaves its work to a server, begun or resumed', () => {
		expect(start('codex', { nativeSessionId: null }).args[0]).toBe('--no-daemon');
		const { args } = start('codex', { resume: true, firstPrompt: 'Notes of the work' });
		expect(args.slice(0, 2)).toEqual(['resume', '--no-daemon']);
		expect(args.slice(-2)).toEqual([ID, 'Notes of the work']);
	});

	it('says for this call alone what the relay knows of the folder', () => {
		const level = (isTrusted: boolean) =>
			start('codex', { isTrusted }).args.find((arg) => arg.startsWith('projects='));
		expect(level(true)).toBe('projects={"/repo"={trust_level="trusted"}}');
		expect(level(false)).toBe('projects={"/repo"={trust_level="untrusted"}}');
	});

	it('asks its user what the sandbox of the preset does not allow', () => {
		const { args } = start('codex', { permissions: 'read-only' });
		expect(args.slice(1, 5)).toEqual(['-s', 'read-only', '-a', 'on-request']);
	});
});

it('knows no TUI of an agent that was not tried', () => {
	expect(tuiOf('nobody')).toBeNull();
});

describe('a first prompt', () => {
	it.each(['!rm -rf .', '/compact now', '-p', '#memory', '@.env', ' x y', 'update'])(
		'begins with a letter and is no word alone, so that no TUI takes %j for anything else',
		(text) => {
			expect(asFirstPrompt(text)).toMatch(/^\p{L}[\s\S]*\s/u);
			expect(asFirstPrompt(text).endsWith(text)).toBe(true);
		},
	);

	it('stays as it is where it is a sentence', () => {
		expect(asFirstPrompt('Go on with the parser.')).toBe('Go on with the parser.');
	});
});
