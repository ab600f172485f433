import { describe, expect, it } from 'vitest';
import { type Grants, grantChanges, serverChange } from '../../../../src/relay/agents/grants.ts';

const KNOWN = {
	permissions: 'edit' as const,
	account: { profile: null, hash: 'aaaa' },
	allow_commands: ['npm test', 'git status'],
	mcp_servers: ['github'],
	last_turn: 3,
};
const now = (over: Partial<Grants> = {}): Grants => ({
	permissions: 'edit',
	allowCommands: ['npm test', 'git status'],
	account: 'aaaa',
	...over,
});

describe('what an agent was given in its last turn, compared with what it gets now', () => {
	it('is not mentioned if nothing differs, or if the record does not say', () => {
		expect(grantChanges('claude', KNOWN, now())).toEqual([]);
		const old = { permissions: 'edit' as const, last_turn: 1 };
		expect(grantChanges('claude', old, now({ account: 'bbbb' }))).toEqual([]);
	});

	it('names another account, other permissions and other allowed commands', () => {
		const changed = now({
			account: 'bbbb',
			permissions: 'read-only',
			allowCommands: ['npm test', 'make\u001b[2J'],
		});
		expect(grantChanges('claude', KNOWN, changed)).toEqual([
			'claude is logged in with another account than in its last turn here',
			'claude had the permissions edit; it continues with read-only',
			'the commands that claude may run have changed: now also make; no longer git status',
		]);
	});

	it('names MCP servers that came or went, if both turns report them', () => {
		expect(serverChange('claude', ['github'], ['github'])).toBeNull();
		expect(serverChange('claude', null, ['github'])).toBeNull();
		expect(serverChange('claude', undefined, ['github'])).toBeNull();
		expect(serverChange('claude', ['github', 'jira'], ['jira', 'sentry'])).toBe(
			'the MCP servers of claude have changed: now also sentry; no longer github',
		);
	});
});
