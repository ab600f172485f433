import { describe, expect, it } from 'vitest';
import { agents } from '../../../src/commands/agents/options.ts';
import { describeReadiness } from '../../../src/commands/agents/readiness.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { fakeCommandContext } from '../../helpers/fake-command-context.ts';
import { createFakeRelay, fakeAgent } from '../../helpers/fake-relay.ts';
import { NOON, noonClock } from '../../helpers/fake-slash-context.ts';

const look = { theme: PLAIN_THEME, columns: 100 };
const relay = createFakeRelay({ clock: noonClock });
const noLogin = { loggedIn: 'no' as const, evidence: 'no file', account: 'default', advice: 'claude login' };

describe('readiness', () => {
	it.each([
		[{ refused: 'inside the repo', executable: null }, 'refused here'],
		[{ executable: null, isLimited: true }, 'not installed'],
		[{ isLimited: true }, 'limited'],
		[{ limitedUntil: NOON, login: noLogin }, 'limited'],
		[{ login: noLogin }, 'not logged in'],
		[{ login: { ...noLogin, loggedIn: 'unknown' as const, untouched: true } }, 'no login known'],
		[{ isDemo: true }, 'demo'],
		[{}, 'ready'],
	])('%j is %s', (over, words) => {
		expect(describeReadiness(fakeAgent({ isActive: false, ...over }), { isOpen: true })).toBe(words);
	});

	it('tells who is active only where a conversation is open', () => {
		expect(describeReadiness(fakeAgent(), { isOpen: true })).toBe('active');
		expect(describeReadiness(fakeAgent({ isLimited: true }), { isOpen: true })).toBe('active, limited');
		expect(describeReadiness(fakeAgent(), { isOpen: false })).toBe('ready');
	});
});

describe('agents', () => {
	it('asks an installed agent for a version that is not known, and no other', async () => {
		const asked: string[] = [];
		const context = fakeCommandContext(
			{ relay, clock: noonClock },
			{
				agents: async () => [
					fakeAgent({ version: null }),
					fakeAgent({ agent: 'codex', version: null, executable: null }),
					fakeAgent({ agent: 'gemini' }),
				],
				askVersion: async (agent) => {
					asked.push(agent);
					return '9.9.9';
				},
			},
		);
		const lines = (await agents.call(context, {})).lines(look);
		expect(asked).toEqual(['claude']);
		expect(lines[0]).toMatch(/^agent +state +version +remark$/);
		expect(lines[1]).toMatch(/^claude, c +active +9\.9\.9 +a login file is there$/);
	});

	it('names variables, never a value', async () => {
		const env = { HOME: '/home/u', ANTHROPIC_API_KEY: 'sk-secret', OPENAI_API_KEY: 'sk-other' };
		const context = fakeCommandContext({ relay, clock: noonClock }, { env });
		const called = await agents.call(context, { env: 'codex' });
		const text = called.lines(look).join('\n');
		expect(text).toContain('ANTHROPIC_API_KEY');
		expect(`${text}${JSON.stringify(called.toJson())}`).not.toContain('sk-');
		expect(called.toJson()).toMatchObject({
			agent: 'codex',
			removed: expect.arrayContaining(['ANTHROPIC_API_KEY']),
		});
	});
});
