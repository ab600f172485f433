/** claude at a provider that is not Anthropic: what it says of an empty balance comes within the patience. */
import { describe, expect, it } from 'vitest';
import type { Answer } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

/** The status of too many requests, and only words that say more. */
const EMPTY_BALANCE: Answer = {
	type: 'refusal',
	status: 429,
	body: {
		type: 'error',
		error: {
			type: 'rate_limit_error',
			message: 'Insufficient balance or no resource package. Please recharge.',
		},
	},
};

describe.skipIf(!hasAgents)('claude at another provider', () => {
	const openScene = scenes();

	it.each([
		['as often as fits into the patience', {}, 6],
		['as often as its user said', { CLAUDE_CODE_MAX_RETRIES: '1' }, 2],
	])('asks again %s, and then says that the balance is empty', async (_, env, requests) => {
		const scene = await openScene({ claudeLogin: 'api_key' });
		scene.model.forever('claude', EMPTY_BALANCE);
		const run = await scene.run('Say something', ['--order', 'claude'], { env });
		expect(run.exitCode, run.stderr + run.stdout).toBe(2);
		expect(scene.turn(1)).toMatchObject({
			status: 'limited',
			agent_version: expect.any(String),
			limit: { kind: 'billing', reset_at: null, source: { channel: 'result' } },
		});
		expect(scene.model.of('claude')).toHaveLength(requests);
	});
});
