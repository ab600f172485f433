import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../../src/agents/registry.ts';
import type { CandidateVerdict } from '../../../../src/limits/successor.ts';
import {
	lacksLogins,
	nobodyInstalled,
	nobodyLoggedIn,
	requireExecutable,
} from '../../../../src/relay/agents/require-executable.ts';
import type { RelayDeps } from '../../../../src/relay/ports.ts';

/** `paths`: where programs are; `refused`: why one that is there may not be started. */
function deps(paths: Record<string, string>, refused: Record<string, string> = {}): RelayDeps {
	return {
		registry: createRegistry(BUILT_IN_ADAPTERS),
		repo: { kind: 'worktree', folder: '/repo', worktree: '/repo' },
		isTrusted: true,
		env: { HOME: '/home/me' },
		findExecutable: (agent: string) => ({
			path: paths[agent] ?? null,
			lookedAt: [],
			refused: refused[agent] ?? null,
		}),
	} as unknown as RelayDeps;
}
const verdict = (
	agent: string,
	is: CandidateVerdict['verdict'],
	reason = is as string,
): CandidateVerdict => ({
	agent,
	model: null,
	verdict: is,
	reason,
	resetAt: null,
});

describe('an agent’s program', () => {
	it('is started by its path, or the user hears how to install it', () => {
		expect(requireExecutable('claude', deps({ claude: '/bin/claude' }))).toBe('/bin/claude');
		expect(() => requireExecutable('claude', deps({}))).toThrow(
			expect.objectContaining({ code: 'agent_not_installed', hint: expect.stringContaining('npm install') }),
		);
	});

	it('that lies in an untrusted repo is refused with the way to trust it', () => {
		const inRepo = deps({}, { claude: 'claude lies in the repo' });
		expect(() => requireExecutable('claude', inRepo)).toThrow(
			expect.objectContaining({
				code: 'not_trusted',
				message: 'claude lies in the repo',
				hint: expect.stringContaining('agent-relay config trust'),
			}),
		);
		expect(nobodyInstalled(inRepo)).toMatchObject({ code: 'not_trusted' });
	});

	it('is named for every agent if none is there', () => {
		const { hint } = nobodyInstalled(deps({}));
		for (const title of ['Claude Code', 'Codex', 'agent-relay demo']) expect(hint).toContain(title);
	});
});

describe('logins', () => {
	it('are all that is missing if no other agent can be started at all', () => {
		expect(lacksLogins([verdict('claude', 'not_logged_in'), verdict('codex', 'not_installed')])).toBe(true);
		expect(lacksLogins([verdict('claude', 'login_refused'), verdict('codex', 'no_login_known')])).toBe(true);
		expect(lacksLogins([verdict('claude', 'not_logged_in'), verdict('codex', 'limited')])).toBe(false);
		expect(lacksLogins([verdict('claude', 'not_installed')])).toBe(false);
		expect(lacksLogins([])).toBe(false);
	});

	it('that are missing are reported for each agent that is here, with the way around it', () => {
		const candidates = [
			verdict('claude', 'not_logged_in', 'no login'),
			verdict('codex', 'not_logged_in'),
			verdict('gemini', 'not_installed'),
		];
		const { hint, code } = nobodyLoggedIn(deps({ claude: '/bin/claude' }), candidates);
		expect(code).toBe('not_logged_in');
		expect(hint).toBe(
			'Claude Code: no login. Log in, or name one all the same: --agent claude, in the shell /use claude',
		);
	});
});
