import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentEnvironment } from '../../../../src/agents/environment.ts';
import { genericAdapter, inertForAny } from '../../../../src/agents/generic/adapter.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';
import { settings } from './settings.ts';

const TURN = fakeTurnRequest({
	prompt: { path: '/s/turns/001-prompt.md', text: 'fix it' },
});

describe('an agent from config', () => {
	it('gets its prompt on stdin, and its options after its command', () => {
		const mine = settings({
			command: ['mine', 'run'],
			model_args: ['-m', '{model}'],
			edit_args: ['--write'],
		});
		expect(genericAdapter('mine', mine).command({ ...TURN, model: 'big' })).toMatchObject({
			executable: 'mine',
			args: ['run', '--write', '-m', 'big'],
			stdin: 'prompt',
		});
	});

	it('gets its options before the word that ends them', () => {
		const mine = settings({
			command: ['mine', '--quiet', '--', '{prompt}'],
			prompt: 'arg',
			edit_args: ['-y'],
		});
		expect(genericAdapter('mine', mine).command(TURN).args).toEqual(['--quiet', '-y', '--', 'fix it']);
	});

	it('gets the path of its prompt, and nothing on stdin', () => {
		const mine = settings({ command: ['mine', '--file={prompt_file}'], prompt: 'file' });
		const { args, stdin } = genericAdapter('mine', mine).command(TURN);
		expect({ args, stdin }).toEqual({ args: ['--file=/s/turns/001-prompt.md'], stdin: 'empty' });
	});

	it('gets its prompt as one argument that no shell and no placeholder rule reads again', () => {
		const mine = settings({ command: ['mine', '{prompt}', '{session}'], prompt: 'arg', resume: ['-c'] });
		const text = '$(touch x) `id` {session} $& "q"';
		const turn = { ...TURN, nativeSessionId: 'id-1', prompt: { path: '/p', text } };
		expect(genericAdapter('mine', mine).command(turn).args).toEqual([text, 'id-1']);
	});

	it('keeps a prompt out of the record of its arguments', () => {
		const mine = settings({ command: ['mine', '{prompt}'], prompt: 'arg' });
		expect(genericAdapter('mine', mine).command(TURN).recordedArgs).toEqual(['{prompt}']);
		expect(genericAdapter('mine', settings()).command(TURN).recordedArgs).toBeUndefined();
	});

	it('refuses a prompt that no argument can hold, and says what to change', () => {
		const mine = genericAdapter('mine', settings({ command: ['mine', '{prompt}'], prompt: 'arg' }));
		const withText = (text: string) => () => mine.command({ ...TURN, prompt: { path: '/p', text } });
		expect(withText('é'.repeat(51_200))).not.toThrow();
		expect(withText(`${'é'.repeat(51_200)}x`)).toThrow(/at most 100 KiB; this one has 101 KiB/);
		expect(withText('a\0b')).toThrow(/NUL/);
	});

	it('refuses a preset and a model that it has no words for', () => {
		const mine = genericAdapter('mine', settings());
		expect(() => mine.command({ ...TURN, permissions: 'read-only' })).toThrow(/cannot be kept read-only/);
		expect(() => mine.command({ ...TURN, model: 'big' })).toThrow(/cannot be asked for the model big/);
		expect(mine.command({ ...TURN, permissions: 'full' }).args).toEqual([]);
	});

	it('resumes a conversation by its id, never by one that reads as an option', () => {
		const mine = genericAdapter('mine', settings({ resume: ['--resume', '{session}'] }));
		const resumed = { ...TURN, resume: true, nativeSessionId: 'abc.1' };
		expect(mine.command(resumed).args).toEqual(['--resume', 'abc.1']);
		expect(mine.command({ ...resumed, resume: false }).args).toEqual([]);
		expect(() => mine.command({ ...resumed, nativeSessionId: '--yolo' })).toThrow(/is not the id/);
	});

	it('lets the relay choose the id where its command names one', () => {
		const mine = settings({ command: ['mine', '--log', '{session}.md'], resume: ['--restore'] });
		expect(genericAdapter('mine', mine).choosesSessionId).toBe(true);
		expect(genericAdapter('mine', settings()).choosesSessionId).toBe(false);
	});

	it('shows how a person resumes the conversation, quoted for a shell', () => {
		const mine = settings({
			command: ['my tool', '--batch', '--id', '{session}', '{prompt}'],
			prompt: 'arg',
			resume: ['--restore'],
		});
		expect(genericAdapter('mine', mine).resumeHint('a1')).toBe("'my tool' --id a1 --restore");
	});

	it.each([
		['\n mine 1.2\u001b[0m (x)\nmore', '1.2'],
		['v20.1.3', '20.1.3'],
		['courier version 0.9.0-rc.1+build.7 (linux)', '0.9.0-rc.1+build.7'],
		['Courier\nVersion: 3.4.5.6', '3.4.5.6'],
		['aider 0.86.1\n', '0.86.1'],
		['courier@1.2.3', '1.2.3'],
	])('has the version in %j', (output, version) => {
		expect(genericAdapter('mine', settings()).parseVersion(output)).toBe(version);
	});

	it.each([
		' \n',
		'Error: unknown option --version',
		'courier, the agent',
		'Listening on 127.0.0.1:8080',
		'Copyright 2026 Courier Ltd',
		'see https://courier.example/docs/1.2/start',
		'/opt/courier-1.2.3/bin/courier',
		`a\nb\nc\n1.2.3`,
		`${'9'.repeat(50_000)}.1`,
	])('has no version in %j, which is other words', (output) => {
		expect(genericAdapter('mine', settings()).parseVersion(output)).toBeNull();
	});

	it('is identified by the secrets it may use, whose values are never shown', () => {
		const adapter = genericAdapter('mine', settings({ secret_variables: ['MINE_KEY'] }));
		const one = adapter.probeLogin({ MINE_KEY: 'secret-one' });
		const two = adapter.probeLogin({ MINE_KEY: 'secret-two' });
		expect(one).toMatchObject({ loggedIn: 'unknown', evidence: 'MINE_KEY is set' });
		expect(one.account).not.toBe(two.account);
		expect(adapter.probeLogin({}).account).toBe('default');
		expect(JSON.stringify(one)).not.toContain('secret-one');
	});

	it('keeps its secrets from other agents, and gets theirs only when it names them', () => {
		const mine = genericAdapter('mine', settings({ secret_variables: ['MINE_KEY'] }));
		const other = genericAdapter('other', settings({ secret_variables: ['OTHER_KEY'] }));
		const base = { MINE_KEY: 'a', OTHER_KEY: 'b', HOME: '/h' };
		const { env } = agentEnvironment(base, other, [mine, other], { session: 's', turn: 1 });
		expect(env).toMatchObject({ OTHER_KEY: 'b', HOME: '/h' });
		expect(env.MINE_KEY).toBeUndefined();
	});

	it('claims the exit codes that it names, also those that look like a signal', () => {
		const { claimsExitCode } = genericAdapter(
			'mine',
			settings({ limit_exit: [{ code: 137, kind: 'rate' }] }),
		);
		expect([137, 143].map((code) => claimsExitCode?.(code))).toEqual([true, false]);
	});
});

describe('inert text', () => {
	it('names no file and no command, and addresses stay as they are', () => {
		expect(inertForAny('@.env and "@a" (@b) me@host pkg@1')).toBe(
			'@\u2060.env and "@\u2060a" (@\u2060b) me@host pkg@1',
		);
		expect(inertForAny('/run rm')).toBe(' /run rm');
	});

	it('is the same when it is made inert again', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom('@', '/', 'a', ' ', '\n', '\u2060') }), (text) => {
				const once = inertForAny(text);
				expect(inertForAny(once)).toBe(once);
				expect(once.startsWith('/')).toBe(false);
				expect(once).not.toMatch(/(^|\s)@(?!\u2060)/);
			}),
		);
	});
});
