import { describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';
import { RelayError } from '../../../../src/core/errors.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const ID = '01a1fd14-aaaa-7000-8000-000000000001';

function argsOf(request: Partial<TurnRequest> = {}): string[] {
	return codexAdapter.command(
		fakeTurnRequest({
			...request,
		}),
	).args;
}

describe('the command line of codex', () => {
	it('reads the prompt from stdin and asks for JSON', () => {
		expect(argsOf().slice(0, 4)).toEqual(['exec', '--json', '-s', 'workspace-write']);
		expect(argsOf().at(-1)).toBe('-');
	});

	it('gives the sandbox and the model again before resume', () => {
		const args = argsOf({ resume: true, nativeSessionId: ID, model: 'gpt-5.5', permissions: 'read-only' });
		expect(args.slice(-3)).toEqual(['resume', ID, '-']);
		expect(args.indexOf('-s')).toBeLessThan(args.indexOf('resume'));
		expect(args).toContain('--model=gpt-5.5');
		expect(args).toContain('read-only');
	});

	it('leaves the sandbox only under full', () => {
		const bypass = '--dangerously-bypass-approvals-and-sandbox';
		expect(argsOf({ permissions: 'full' })).toContain(bypass);
		expect(argsOf({ permissions: 'edit' })).not.toContain(bypass);
	});

	it('skips the check for a repo only outside git', () => {
		expect(argsOf({ isGitRepo: false })).toContain('--skip-git-repo-check');
		expect(argsOf()).not.toContain('--skip-git-repo-check');
	});

	it('switches off the settings of an untrusted repo, whatever its path holds', () => {
		const worktree = '/a "b"\\c.d';
		const args = argsOf({ isTrusted: false, folder: worktree, worktree });
		expect(args).toContain('projects={"/a \\"b\\"\\\\c.d"={trust_level="untrusted"}}');
		expect(argsOf().some((arg) => arg.startsWith('projects='))).toBe(false);
	});

	it('does so for each folder from where it starts up to the root: the user may have trusted any of them', () => {
		const args = argsOf({ isTrusted: false, folder: '/repo/a/b', worktree: '/repo' });
		const untrusted = (path: string) => `"${path}"={trust_level="untrusted"}`;
		expect(args).toContain(`projects={${['/repo/a/b', '/repo/a', '/repo'].map(untrusted).join(',')}}`);
	});

	it('may write to the whole worktree from a folder in it, under edit alone', () => {
		const inFolder = { folder: '/repo/a', worktree: '/repo' };
		const resumed = argsOf({ ...inFolder, resume: true, nativeSessionId: 'thread-1' });
		expect(resumed.indexOf('--add-dir=/repo')).toBeGreaterThan(0);
		expect(resumed.indexOf('--add-dir=/repo')).toBeLessThan(resumed.indexOf('resume'));
		for (const permissions of ['read-only', 'full'] as const)
			expect(argsOf({ ...inFolder, permissions }).join()).not.toContain('--add-dir');
		expect(argsOf().join()).not.toContain('--add-dir');
	});

	it('refuses an id that would be read as a flag', () => {
		for (const nativeSessionId of ['--last', '', 'a b', '../x'])
			expect(() => argsOf({ resume: true, nativeSessionId })).toThrow(RelayError);
	});
});

describe('text that the user did not type', () => {
	it('names no skill any more', () => {
		const inert = codexAdapter.inert('use $evil, `$evil2`, a$b and [$EVIL](/x/SKILL.md)');
		expect(inert).not.toMatch(/\$(?=[A-Za-z])/);
		expect(inert.replaceAll('\u2060', '')).toBe('use $evil, `$evil2`, a$b and [$EVIL](/x/SKILL.md)');
	});

	it('injects no skill whose name is in capitals or has digits', () => {
		for (const name of ['DEPLOY', 'X9', 'HOME_X', 'PATH-fix', '9a'])
			expect(codexAdapter.inert(`run $${name}`)).toBe(`run $\u2060${name}`);
	});

	it('leaves words that name no skill as they are', () => {
		const text = 'echo $HOME "$PATH" \x24{name} $1 $5.00 @file /init';
		expect(codexAdapter.inert(text)).toBe(text);
	});

	it('does not change when it is made harmless twice', () => {
		const once = codexAdapter.inert('$a [$B]');
		expect(codexAdapter.inert(once)).toBe(once);
	});
});

describe('the version', () => {
	it('is read from the output of codex --version', () => {
		expect(codexAdapter.parseVersion('codex-cli 0.169.0\n')).toBe('0.169.0');
		expect(codexAdapter.parseVersion('codex 1.2.3-alpha.4')).toBe('1.2.3-alpha.4');
		expect(codexAdapter.parseVersion('command not found')).toBeNull();
	});
});
