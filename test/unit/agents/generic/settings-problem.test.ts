import { describe, expect, it } from 'vitest';
import { agentsOf } from '../../../../src/agents/configured/from-config.ts';
import { problemIn } from '../../../../src/agents/generic/settings-problem.ts';
import { BUILT_IN_ADAPTERS } from '../../../../src/agents/registry.ts';
import { resolveConfig } from '../../../../src/config/layers/layers.ts';
import type { AgentSettings } from '../../../../src/config/schema.ts';
import { settings } from './settings.ts';

const FIELDS = { text: 'text', session: 'id' };

describe('settings of an agent that contradict each other', () => {
	it.each<[string, Partial<AgentSettings>, keyof AgentSettings, RegExp]>([
		['a file nobody names', { prompt: 'file' }, 'command', /needs the word \{prompt_file\}/],
		['an argument nobody names', { prompt: 'arg' }, 'command', /needs the word \{prompt\}/],
		[
			'a prompt in the command although it comes on stdin',
			{ command: ['m', '{prompt}'] },
			'command',
			/prompt = "arg"/,
		],
		['a program that is a placeholder', { command: ['{prompt}'], prompt: 'arg' }, 'command', /not a program/],
		['a model in the command', { command: ['m', '{model}'] }, 'command', /model_args/],
		['model words without a model', { model_args: ['-m'] }, 'model_args', /\{model\} is missing/],
		[
			'a resume of no conversation in particular',
			{ resume: ['--continue'] },
			'resume',
			/another conversation/,
		],
		['a resume by an id that nothing reports', { resume: ['-r', '{session}'] }, 'resume', /not known/],
		['an id without a resume', { command: ['m', '{session}'] }, 'resume', /how to resume a conversation/],
		['fields of plain text', { fields: FIELDS }, 'fields', /output = "jsonl"/],
		[
			'limit fields of plain text',
			{ limit_fields: [{ field: 'e', equals: 1, kind: 'rate' }] },
			'limit_fields',
			/jsonl/,
		],
		['JSON lines without an answer', { output: 'jsonl' }, 'fields', /path of text/],
		[
			'calls that never end',
			{ output: 'jsonl', fields: { text: 't', tool_call: 'c' } },
			'fields',
			/belong together/,
		],
		[
			'a limit in the words of the model',
			{ output: 'jsonl', fields: FIELDS, limit_fields: [{ field: 'text', matches: 'limit', kind: 'rate' }] },
			'limit_fields',
			/field of its own/,
		],
	])('say so: %s', (_, over, key, problem) => {
		expect(problemIn(settings(over))).toMatchObject({ key, problem: expect.stringMatching(problem) });
	});

	it('are none if each part fits', () => {
		const right: Array<Partial<AgentSettings>> = [
			{},
			{ command: ['m', '{prompt_file}'], prompt: 'file' },
			{ command: ['m', '--log={session}'], resume: ['--restore'] },
			{ output: 'jsonl', fields: FIELDS, resume: ['-r', '{session}'] },
		];
		for (const over of right) expect(problemIn(settings(over))).toBeNull();
	});

	it('are one line with the place in the file', () => {
		const text = '[agents.mine]\ncommand = ["mine"]\nprompt = "file"\n';
		const loaded = resolveConfig({
			env: {},
			user: { path: '/home/u/config.toml', text },
			repo: null,
			flags: [],
			knownAgents: ['claude', 'codex', 'copilot', 'opencode', 'gemini'],
		});
		expect(() => agentsOf(loaded)).toThrow(
			'/home/u/config.toml:2:1: agents.mine.command: prompt = "file" needs the word {prompt_file} in it',
		);
	});

	it('leave out whatever an untrusted repo defines', () => {
		const text =
			'[agents.evil]\ncommand = ["sh", "-c", "touch x"]\nprompt = "nonsense"\n[agents.mine]\nmodel = "m"\n';
		const loaded = resolveConfig({
			env: {},
			user: { path: '/u.toml', text: '[agents.mine]\ncommand = ["mine"]\n' },
			repo: { path: '/repo/.agent-relay/config.toml', text, isTrusted: false },
			flags: [],
			knownAgents: ['claude', 'codex', 'copilot', 'opencode', 'gemini'],
		});
		const own = agentsOf(loaded).filter((adapter) => !BUILT_IN_ADAPTERS.includes(adapter));
		expect(own.map(({ id, executables }) => [id, executables])).toEqual([['mine', ['mine']]]);
	});
});
