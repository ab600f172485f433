import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../src/agents/agent-adapter.ts';
import { opencodeAdapter } from '../../../../src/agents/opencode/adapter.ts';
import { permissionsOf } from '../../../../src/agents/opencode/start/permission-rules.ts';
import { RelayError } from '../../../../src/core/errors.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const ID = 'ses_e02ecb1f0ffenlF1hFa4Ka40h5';
const folder = '/repo';

function commandOf(request: Partial<TurnRequest> = {}) {
	return opencodeAdapter.command(
		fakeTurnRequest({
			folder: folder,
			worktree: folder,
			...request,
		}),
	);
}
const argsOf = (request: Partial<TurnRequest> = {}) => commandOf(request).args;
const configOf = (request: Partial<TurnRequest> = {}) =>
	JSON.parse(commandOf(request).env.OPENCODE_CONFIG_CONTENT ?? 'null');

describe('the command line of opencode', () => {
	it('names the folder each time, and the session on resume', () => {
		expect(argsOf()).toEqual(
			expect.arrayContaining([`--dir=${folder}`, '--title=agent-relay', '--format', 'json']),
		);
		const resumed = argsOf({ nativeSessionId: ID, resume: true, model: 'mock/m1' });
		expect(resumed).toEqual(
			expect.arrayContaining([`--dir=${folder}`, `--session=${ID}`, '--model=mock/m1']),
		);
		expect(resumed).not.toContain('--title=agent-relay');
	});

	it('refuses an id that is not a session of opencode', () => {
		for (const nativeSessionId of ['--help', 'ses_', '../x', 'ses_a b', ''])
			expect(() => argsOf({ resume: true, nativeSessionId })).toThrow(RelayError);
	});

	it('gives the preset for all agents and again for the one that runs', () => {
		const { env, args } = commandOf({ permissions: 'read-only' });
		const permission = JSON.parse(env.OPENCODE_PERMISSION ?? 'null');
		expect(permission).toMatchObject({ edit: 'deny', bash: 'deny', task: 'deny' });
		expect(configOf({ permissions: 'read-only' }).agent.build.permission).toEqual(permission);
		expect(args).toContain('--agent=build');
	});

	it('keeps the user’s own value of the variable', () => {
		const own = {
			provider: { p: {} },
			plugin: ['x'],
			agent: { build: { model: 'p/m', permission: { bash: 'allow' } }, other: {} },
		};
		const config = configOf({ env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(own) } });
		expect(config).toMatchObject({
			provider: { p: {} },
			plugin: ['x'],
			agent: { build: { model: 'p/m' }, other: {} },
		});
		expect(config.agent.build.permission.bash).toBe('deny');
	});
});

describe('an opencode preset', () => {
	const rules = (permissions: TurnRequest['permissions'], own?: unknown, allowCommands: string[] = []) =>
		permissionsOf({
			permissions,
			allowCommands,
			env: own === undefined ? {} : { OPENCODE_PERMISSION: JSON.stringify(own) },
		});

	it('allows the listed commands under edit alone, and only simple ones', () => {
		const allowed = ['npm test', 'rm -rf / ; x'];
		expect(rules('edit', undefined, allowed).bash).toEqual({
			'*': 'deny',
			'?*': 'deny',
			'npm test': 'allow',
			'npm test *': 'allow',
		});
		expect(rules('edit').bash).toBe('deny');
		expect(rules('read-only', undefined, allowed).bash).toBe('deny');
		expect(rules('full', undefined, allowed).bash).toBe('allow');
	});

	it('is never wider than what the user allowed', () => {
		expect(
			rules('full', { bash: 'deny', webfetch: 'ask', edit: { '*.env': 'deny', '*': 'allow' } }),
		).toMatchObject({
			bash: 'deny',
			webfetch: 'deny',
			edit: { '*': 'allow', '*.env': 'deny' },
		});
		expect(rules('edit', { bash: { 'npm *': 'deny' } }, ['npm test']).bash).toMatchObject({
			'npm test': 'allow',
			'npm *': 'deny',
		});
	});

	it('is never wider than the preset', () => {
		expect(rules('read-only', { edit: 'allow', bash: { '*': 'allow' }, mine: 'allow' })).toEqual(
			rules('read-only'),
		);
	});

	it('never asks, whatever the variable holds', () => {
		const action = fc.constantFrom('ask', 'allow', 'deny', 5, null);
		const tool = fc.constantFrom('bash', 'edit', 'read', 'mine', '__proto__', 'external_directory');
		const own = fc.dictionary(tool, fc.oneof(action, fc.dictionary(fc.string(), action)));
		fc.assert(
			fc.property(own, fc.constantFrom('read-only', 'edit', 'full'), (value, preset) => {
				const text = JSON.stringify(rules(preset as TurnRequest['permissions'], value));
				expect(text).not.toContain(':"ask"');
			}),
		);
		expect(
			permissionsOf({ permissions: 'edit', allowCommands: [], env: { OPENCODE_PERMISSION: '{broken' } }).bash,
		).toBe('deny');
	});
});
