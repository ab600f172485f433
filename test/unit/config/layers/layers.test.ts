import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/config/defaults.ts';
import type { ConfigFlag } from '../../../../src/config/layers/layer-values.ts';
import { configValue, listConfig, resolveConfig } from '../../../../src/config/layers/layers.ts';
import { BUILT_IN_AGENTS } from '../../../../src/config/schema.ts';
import { RelayError } from '../../../../src/core/errors.ts';

interface Sources {
	env?: Record<string, string>;
	user?: string;
	repo?: string;
	isTrusted?: boolean;
	flags?: ConfigFlag[];
	knownAgents?: string[];
}

function resolve({ env = {}, user, repo, isTrusted = true, flags = [], knownAgents }: Sources) {
	return resolveConfig({
		env,
		user: user === undefined ? null : { path: '/u/config.toml', text: user },
		repo: repo === undefined ? null : { path: '/r/.agent-relay/config.toml', text: repo, isTrusted },
		flags,
		knownAgents: knownAgents ?? [...BUILT_IN_AGENTS],
	});
}

function failure(sources: Sources): RelayError {
	try {
		resolve(sources);
	} catch (error) {
		if (error instanceof RelayError) return error;
		throw error;
	}
	throw new Error('no error was thrown');
}

describe('the layers of the configuration', () => {
	it('give the defaults when nothing is set', () => {
		const { config, origins, notices } = resolve({});
		expect(config).toEqual(DEFAULT_CONFIG);
		expect([...origins]).toEqual([]);
		expect(notices).toEqual([]);
	});

	it('go user file < trusted repo file < variable < flag, each value with its origin', () => {
		const user = '[turn]\nidle_s = 1\ntimeout_s = 1\nlinger_s = 1\n[limits]\nmax_hops = 1\n';
		const repo = '[turn]\ntimeout_s = 2\nlinger_s = 2\n[limits]\nmax_hops = 2';
		const env = { AGENT_RELAY_CFG_TURN__LINGER_S: '3', AGENT_RELAY_CFG_LIMITS__MAX_HOPS: '3' };
		const flags = [{ key: 'limits.max_hops', value: 4, flag: '--max-hops' }];
		const { config, origins } = resolve({ user, repo, env, flags });
		expect(config.turn).toMatchObject({ idle_s: 1, timeout_s: 2, linger_s: 3 });
		expect(config.limits.max_hops).toBe(4);
		expect(Object.fromEntries(origins)).toEqual({
			'turn.idle_s': { layer: 'user', place: '/u/config.toml:2:1' },
			'turn.timeout_s': { layer: 'repo', place: '/r/.agent-relay/config.toml:2:1' },
			'turn.linger_s': { layer: 'env', place: 'AGENT_RELAY_CFG_TURN__LINGER_S' },
			'limits.max_hops': { layer: 'flag', place: '--max-hops' },
		});
	});

	it('read durations as text, from a file, a variable and a flag', () => {
		const { config } = resolve({
			user: '[limits]\nmax_wait_s = "2h"',
			env: { AGENT_RELAY_CFG_TURN__TIMEOUT_S: '5 min' },
			flags: [{ key: 'limits.patience_s', value: '1m', flag: '--patience' }],
		});
		expect(config.limits.max_wait_s).toBe(7200);
		expect(config.turn.timeout_s).toBe(300);
		expect(config.limits.patience_s).toBe(60);
	});

	it('read lists from a variable with commas or as TOML, and take an empty variable as not set', () => {
		expect(
			resolve({ env: { AGENT_RELAY_CFG_AGENTS__ORDER: 'codex, claude:opus' } }).config.agents.order,
		).toEqual(['codex', 'claude:opus']);
		const env = {
			AGENT_RELAY_CFG_PERMISSIONS__ALLOW_COMMANDS: '["echo a, b"]',
			AGENT_RELAY_CFG_UI__COLOR: '',
		};
		const { config, origins } = resolve({ env });
		expect(config.permissions.allow_commands).toEqual(['echo a, b']);
		expect(origins.has('ui.color')).toBe(false);
	});

	it('keep the settings of each agent separate, and find an agent with a dash by its variable', () => {
		const user = '[agents.my-tool]\ncommand = ["mytool", "-p"]\n[agents.claude]\nmodel = "opus"';
		const { config } = resolve({ user, env: { AGENT_RELAY_CFG_AGENTS__MY_TOOL__MODEL: 'big' } });
		expect(config.agents.by_name['my-tool']).toMatchObject({ command: ['mytool', '-p'], model: 'big' });
		expect(config.agents.by_name.claude).toMatchObject({ model: 'opus', command: [], prompt: 'stdin' });
		expect(configValue(config, 'agents.codex.model')).toBeNull();
	});

	it('take every key of an agent of the user’s own', () => {
		const user = `[agents.mine]
command = ["mine", "{prompt_file}"]
prompt = "file"
output = "jsonl"
resume = ["--resume", "{session}"]
limit_stderr = [{ pattern = "quota.*gone", kind = "quota" }]
limit_exit = [{ code = 75, kind = "rate" }]
limit_fields = [{ field = "error.code", equals = "limit", kind = "window", reset_field = "error.resets_at" }]
[agents.mine.fields]
text = "message.content"
session = "id"`;
		expect(resolve({ user }).config.agents.by_name.mine).toMatchObject({
			prompt: 'file',
			fields: { text: 'message.content', session: 'id' },
			limit_exit: [{ code: 75, kind: 'rate' }],
		});
	});

	it('list every key with its value and origin', () => {
		const lines = listConfig(resolve({ user: '[agents.claude]\nmodel = "opus"' }));
		expect(lines).toContainEqual(expect.objectContaining({ key: 'agents.claude.model', value: 'opus' }));
		expect(lines).toContainEqual(
			expect.objectContaining({
				key: 'turn.idle_s',
				value: 300,
				unit: 's',
				origin: { layer: 'default', place: 'default' },
			}),
		);
		expect(lines.some(({ key }) => key.includes('NAME'))).toBe(false);
	});
});

describe('a configuration that is wrong', () => {
	it.each<[string, Sources, string]>([
		['broken TOML', { user: '[turn]\nidle_s = = 3' }, '/u/config.toml:2:10: not valid TOML'],
		[
			'an unknown key',
			{ user: '# mine\n[limits]\n  patiense_s = 3' },
			'/u/config.toml:3:3: unknown key "limits.patiense_s"; did you mean limits.patience_s?',
		],
		['a key under the wrong section', { user: '[turn]\npatience_s = 3' }, 'did you mean limits.patience_s?'],
		[
			'an unknown section',
			{ user: '[limit]\npatience_s = 3' },
			'/u/config.toml:1:1: unknown section "limit"; did you mean limits?',
		],
		[
			'a key without a section',
			{ user: 'idle_s = 3' },
			'unknown section "idle_s"; did you mean turn.idle_s?',
		],
		[
			'a value where a table belongs',
			{ user: 'turn = 3' },
			'/u/config.toml:1:1: turn is 3; allowed: a table [turn]',
		],
		[
			'a wrong type',
			{ user: '[turn]\nidle_s = true' },
			'/u/config.toml:2:1: turn.idle_s is true; allowed: 0 to 30 days, as seconds or as text',
		],
		['a duration that is none', { user: '[turn]\nidle_s = "soon"' }, 'turn.idle_s is "soon"; allowed:'],
		['a negative time', { user: '[turn]\nidle_s = -1' }, 'turn.idle_s is -1; allowed:'],
		[
			'a word outside the set',
			{ user: '[permissions]\npreset = "yolo"' },
			'permissions.preset is "yolo"; allowed: "read-only", "edit" or "full"',
		],
		['a time where text belongs', { user: '[ui]\ncolor = 2020-01-01' }, 'ui.color is the time 2020-01-01'],
		['a table where a number belongs', { user: '[turn]\nidle_s = { a = 1 }' }, 'turn.idle_s is a table'],
		['NaN', { user: '[limits]\nwarn_at = nan' }, 'limits.warn_at is'],
		['an empty order', { user: '[agents]\norder = []' }, 'agents.order is []; allowed:'],
		[
			'an unknown agent in order',
			{ user: '[agents]\norder = ["claude", "codx"]' },
			'/u/config.toml:2:1: agents.order: unknown agent "codx"; did you mean codex?',
		],
		[
			'an unknown default agent',
			{ user: '[agents]\ndefault = "gemni"' },
			'agents.default: unknown agent "gemni"; did you mean gemini?',
		],
		[
			'a table of an unknown agent',
			{ user: '[agents.cluade]\nmodel = "opus"' },
			'/u/config.toml:2:1: unknown agent "cluade"; did you mean claude?',
		],
		[
			'a command for a built-in agent',
			{ user: '[agents.claude]\ncommand = ["x"]' },
			'/u/config.toml:2:1: agents.claude.command: claude is built in',
		],
		[
			'an agent name that is none',
			{ user: '[agents."../x"]\nmodel = "a"' },
			'"../x" is not an agent name; allowed:',
		],
		[
			'an agent name that no record keeps',
			{ user: '[agents.constructor]\ncommand = ["x"]' },
			'"constructor" is not an agent name; allowed:',
		],
		[
			'a model that looks like an option',
			{ user: '[agents.claude]\nmodel = "--dangerous"' },
			'agents.claude.model is "--dangerous"; allowed: a model name',
		],
		[
			'such a model in order',
			{ user: '[agents]\norder = ["claude:--x"]' },
			'agents.order: "--x" is not a model name',
		],
		[
			'a relative program path',
			{ user: '[agents.claude]\nexecutable = "./claude"' },
			'agents.claude.executable is "./claude"; allowed: a program name, an absolute path',
		],
		[
			'a field nobody knows',
			{ user: '[agents.x]\ncommand=["x"]\n[agents.x.fields]\ntxt="a"' },
			'unknown key "agents.x.fields.txt"; allowed: a table of dotted paths',
		],
		[
			'a rule without its kind',
			{ user: '[agents.x]\ncommand=["x"]\nlimit_exit=[{code=3}]' },
			'agents.x.limit_exit.0.kind is missing; allowed: a list of { code',
		],
		['a time that is no number', { user: '[turn]\nidle_s = nan' }, 'turn.idle_s is NaN; allowed'],
		[
			'a pattern that is none',
			{ user: '[agents.x]\ncommand=["x"]\nlimit_stderr=[{pattern="(",kind="rate"}]' },
			'agents.x.limit_stderr.0.pattern is "("; allowed: a list of { pattern',
		],
		['a quoted key with a dot', { user: '[agents]\n"claude.model" = "a"' }, '/u/config.toml:2:1: "claude'],
		[
			'an unknown agent key',
			{ user: '[agents.claude]\nmodle = "a"' },
			'unknown key "agents.claude.modle"; did you mean agents.claude.model?',
		],
		[
			'an unknown key in a variable',
			{ env: { AGENT_RELAY_CFG_TURN__IDEL_S: '3' } },
			'AGENT_RELAY_CFG_TURN__IDEL_S: unknown key "turn.idel_s"; did you mean turn.idle_s?',
		],
		[
			'a wrong value in a variable',
			{ env: { AGENT_RELAY_CFG_LIMITS__MAX_HOPS: 'many' } },
			'AGENT_RELAY_CFG_LIMITS__MAX_HOPS: limits.max_hops is "many"; allowed: a whole number from 0 to 100',
		],
		[
			'an unknown variable',
			{ env: { AGENT_RELAY_SESION: 'x' } },
			'AGENT_RELAY_SESION: unknown variable; did you mean AGENT_RELAY_SESSION?',
		],
		[
			'a far variable',
			{ env: { AGENT_RELAY_ZZZZZZZZZZ: 'x' } },
			'unknown variable; known: AGENT_RELAY_SESSION',
		],
	])('names place, key, value and what is allowed: %s', (_, sources, message) => {
		const error = failure(sources);
		expect(error.code).toBe('bad_config');
		expect(error.message).toContain(message);
		expect(error.message).not.toContain('\n');
	});

	it('is a usage error when a flag is wrong', () => {
		const flags = [{ key: 'budgets.max_turns', value: 'x', flag: '--max-turns' }];
		expect(failure({ flags })).toMatchObject({
			code: 'usage',
			message: expect.stringContaining('--max-turns: budgets.max_turns is "x"'),
		});
	});

	it('shows no control character of a hostile value', () => {
		const { message } = failure({ user: '[ui]\ncolor = "\\u001b]52;c;x\\u0007\\u202e"' });
		expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
	});

	it('accepts the variables that the relay sets itself', () => {
		const env = { AGENT_RELAY_SESSION: 'a', AGENT_RELAY_TURN: '1', AGENT_RELAY_DEPTH: '1', OTHER: 'x' };
		expect(() => resolve({ env })).not.toThrow();
	});
});

describe('the file of an untrusted repo', () => {
	const untrusted = (repo: string, user = '') => resolve({ repo, user, isTrusted: false });

	it('may set model, idle time and looks', () => {
		const { config, notices } = untrusted(
			'[agents.claude]\nmodel = "opus"\n[turn]\nidle_s = 9\n[ui]\ncolor = "never"\nthinking = "hide"',
		);
		expect(config.agents.by_name.claude?.model).toBe('opus');
		expect(config.turn.idle_s).toBe(9);
		expect(config.ui).toMatchObject({ color: 'never', thinking: 'hide' });
		expect(notices).toEqual([]);
	});

	it('names no command and widens no permission, and one line names what is ignored', () => {
		const { config, notices } = untrusted(`[agents]
order = ["evil"]
default = "evil"
[agents.evil]
command = ["/r/evil"]
model = "m"
[agents.claude]
executable = "/r/claude"
[permissions]
preset = "full"
allow_commands = ["rm -rf ."]`);
		expect(config).toEqual(DEFAULT_CONFIG);
		expect(notices).toHaveLength(1);
		for (const key of [
			'agents.order',
			'agents.default',
			'agents.evil.command',
			'agents.evil.model',
			'agents.claude.executable',
			'permissions.preset',
			'permissions.allow_commands',
		]) {
			expect(notices[0]).toContain(key);
		}
	});

	it('does not even narrow permissions or patience', () => {
		const { config } = untrusted('[permissions]\npreset = "read-only"\n[limits]\npatience_s = 0');
		expect(config.permissions.preset).toBe('edit');
		expect(config.limits.patience_s).toBe(20);
	});

	it.each([
		['sets a first one', '', 'max_turns = 5', 5],
		['lowers the user’s', '[budgets]\nmax_turns = 10', 'max_turns = 5', 5],
		['does not raise the user’s', '[budgets]\nmax_turns = 10', 'max_turns = 50', 10],
		['does not lift the user’s', '[budgets]\nmax_turns = 10', 'max_turns = 0', 10],
	])('changes budgets downward only: it %s', (_, user, budget, expected) => {
		const { config } = untrusted(`[budgets]\n${budget}`, user);
		expect(config.budgets.max_turns).toBe(expected);
	});

	it('is obeyed in all of that once the repo is trusted', () => {
		const { config, notices } = resolve({
			repo: '[agents.own]\ncommand = ["own"]\n[permissions]\nallow_commands = ["npm test"]',
			isTrusted: true,
		});
		expect(config.agents.by_name.own?.command).toEqual(['own']);
		expect(config.permissions.allow_commands).toEqual(['npm test']);
		expect(notices).toEqual([]);
	});

	it('still must be valid where it is obeyed', () => {
		expect(() => untrusted('[ui]\ncolor = "red"')).toThrow('ui.color is "red"');
		expect(() => untrusted('[budgets]\nmax_turns = "x"')).toThrow('budgets.max_turns is "x"');
		expect(() => untrusted('[uii]\ncolor = "red"')).toThrow('unknown section "uii"');
	});
});
