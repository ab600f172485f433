import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../../../../../src/agents/opencode/start/permission-rules.ts';
import { cannotAsk, questions } from '../../../../../src/agents/opencode/start/questions.ts';
import { readTool } from '../../../../../src/agents/opencode/stream/tools.ts';
import { fakeTurnRequest } from '../../../../helpers/fake-turn-request.ts';

const base = fakeTurnRequest({
	allowCommands: ['npm test'],
	env: { HOME: '/no/such/home' },
	mayAsk: true,
	version: '1.18.33',
});

describe('opencode', () => {
	it('asks nothing without its plugin package, in a version not tried, or where plugins are kept out', () => {
		expect(questions(base)).toBeNull();
		expect(cannotAsk(base)).toContain('plugin package is not installed in /no/such/home/.config/opencode');
		expect(cannotAsk({ ...base, env: { OPENCODE_PURE: '1' } })).toContain('OPENCODE_PURE');
		for (const version of ['1.14.41', '1.19.0', '2.0.0', null, 'x'])
			expect(cannotAsk({ ...base, version })).toContain('1.18.33');
	});

	it('narrows both rule sets by what the user denies', () => {
		const turn = { ...base, env: { OPENCODE_PERMISSION: '{"bash":"deny","mine":"ask"}' } };
		expect(permissionsOf(turn, 'opened')).toMatchObject({ bash: 'deny', mine: 'deny', webfetch: 'allow' });
		expect(permissionsOf(turn, 'closed')).toMatchObject({ bash: 'deny', mine: 'deny' });
	});

	it('has the rule sets of a turn that asks under edit alone', () => {
		for (const permissions of ['read-only', 'full'] as const)
			for (const set of ['opened', 'closed'] as const)
				expect(permissionsOf({ ...base, permissions }, set)).toEqual(permissionsOf({ ...base, permissions }));
	});

	it('calls a tool denied that its gate refused, and no other that fails', () => {
		const denied = (error: string) =>
			readTool({ callID: 'c', tool: 'bash', state: { status: 'error', error, input: {} } }).events.find(
				(event) => event.type === 'tool_result',
			);
		expect(denied('agent-relay did not let this call run. Not now.')).toMatchObject({
			ok: false,
			denied: true,
		});
		expect(denied('Error: agent-relay did not let this call run. x')).toMatchObject({ denied: true });
		expect(denied('Not allowed: agent-relay did not let this call run.')).toMatchObject({ denied: false });
	});
});
