import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

interface BadInput {
	what: string;
	args: string[];
	exitCode: number;
	/** In the first line on stderr. */
	says: RegExp;
	/** In what follows: what to do. */
	hint?: RegExp;
	input?: string;
	env?: Record<string, string>;
	/** Sets the scene. */
	given?: (cli: CliHome) => void;
}

const { usage, notFound, refused } = EXIT;
const userConfig = (text: string) => (home: CliHome) => home.configure(text);
const DEMO = ['--agent', 'demo-closer'];
const NEWER = '01JD0000000000000000000000';

const BAD: BadInput[] = [
	{
		what: 'a task that is not UTF-8',
		args: ['run', ...DEMO, '-f', 'old.txt'],
		given: (home) => writeFileSync(join(home.repo, 'old.txt'), Buffer.from('le café', 'latin1')),
		exitCode: usage,
		says: /old\.txt is not UTF-8: the first invalid byte is number 7/,
		hint: /--encoding latin1/,
	},
	{
		what: 'an encoding that nobody knows',
		args: ['run', ...DEMO, '-f', 'task.txt', '--encoding', 'klingon'],
		given: (home) => writeFileSync(join(home.repo, 'task.txt'), 'x'),
		exitCode: usage,
		says: /no encoding "klingon"/,
		hint: /windows-1252/,
	},
	{
		what: 'an unknown command',
		args: ['runn', 'x'],
		exitCode: usage,
		says: /no command "runn"/,
		hint: /agent-relay run\?/,
	},
	{
		what: 'a task without run',
		args: ['fix', 'the', 'bug'],
		exitCode: usage,
		says: /no command "fix"/,
		hint: /^ {2}To run a task: agent-relay run "fix the bug"$/,
	},
	{
		what: 'a task without quotes',
		args: ['run', 'fix', 'the', 'bug'],
		exitCode: usage,
		says: /run takes one text but got 3 words: fix the bug/,
		hint: /^ {2}Quote it: agent-relay run "fix the bug"$/,
	},
	{
		what: 'a task without quotes, behind options',
		args: ['-C', '.', 'run', '--session', 'latest', '--timeout', '9m', '--quiet', 'costs', '$5'],
		exitCode: usage,
		says: /run takes one text but got 2 words: costs \$5/,
		hint: /^ {2}Quote it: agent-relay run --directory \. --timeout 9m --session latest --quiet 'costs \$5'$/,
	},
	{
		what: 'words for a command that takes none',
		args: ['sessions', 'mine'],
		exitCode: usage,
		says: /sessions takes no words but got 1 word: mine/,
		hint: /agent-relay sessions --help/,
	},
	{
		what: 'help for an unknown command',
		args: ['help', 'race', 'shw'],
		exitCode: usage,
		says: /no command "shw"/,
		hint: /Did you mean: agent-relay race show\?/,
	},
	{
		what: 'a shell that has no completion',
		args: ['completion', 'tcsh'],
		exitCode: usage,
		says: /no completion for "tcsh"/,
		hint: /bash, zsh, fish/,
	},
	{
		what: 'an unknown agent',
		args: ['run', '--agent', 'clade', 'x'],
		exitCode: usage,
		says: /no agent named "clade"/,
		hint: /claude/,
	},
	{
		what: 'an unknown agent in --order',
		args: ['run', '--order', 'claude,xyzzy', 'x'],
		exitCode: usage,
		says: /"xyzzy"/,
		hint: /codex/,
	},
	{
		what: 'an unknown agent in agents --env',
		args: ['agents', '--env', 'codxe'],
		exitCode: usage,
		says: /"codxe"/,
		hint: /codex/,
	},
	{
		what: 'a flag without its value',
		args: ['run', 'x', '--agent'],
		exitCode: usage,
		says: /'-a, --agent <agent>' argument missing/,
	},
	{
		what: 'an unknown flag',
		args: ['run', '--jsn', 'x'],
		exitCode: usage,
		says: /unknown option '--jsn'/,
		hint: /--json|--help/,
	},
	{ what: 'both -f and TASK', args: ['run', '-f', 'README.md', 'x'], exitCode: usage, says: /two tasks/ },
	{ what: 'an empty task', args: ['run', ' \n'], exitCode: usage, says: /task is empty/i },
	{
		what: 'an empty task on stdin',
		args: ['run', '-f', '-'],
		input: '',
		exitCode: usage,
		says: /task is empty/i,
	},
	{ what: 'no task', args: ['run'], exitCode: usage, says: /no task/i, hint: /agent-relay run "/ },
	{
		what: 'a missing file',
		args: ['run', '-f', 'nowhere.md'],
		exitCode: usage,
		says: /nowhere\.md: there is no such file/,
	},
	{ what: 'a folder as file', args: ['run', '-f', '.'], exitCode: usage, says: /is a folder/ },
	{ what: 'an unknown session', args: ['show', 'ZZZZZZ'], exitCode: notFound, says: /no session "ZZZZZZ"/ },
	{
		what: 'an unknown session for run',
		args: ['run', ...DEMO, '--session', 'ZZZZZZ', 'x'],
		exitCode: notFound,
		says: /no session "ZZZZZZ"/,
	},
	{ what: 'a path as session', args: ['show', '../../etc'], exitCode: notFound, says: /\/etc is not there/ },
	{
		what: 'an ambiguous session',
		args: ['show', '01JD'],
		given: (home) => {
			for (const end of ['A', 'B'])
				home.write(`.agent-relay/sessions/01JD000000000000000000000${end}/meta.json`, '{}');
		},
		exitCode: notFound,
		says: /"01JD" matches 2 sessions: 01JD000000000000000000000B, 01JD000000000000000000000A/,
	},
	{
		what: '--continue with nothing to continue',
		args: ['run', '--continue'],
		exitCode: notFound,
		says: /No session here has work left/,
	},
	{
		what: '--continue and --session',
		args: ['run', '--continue', '--session', 'latest'],
		exitCode: usage,
		says: /two sessions/,
	},
	{
		what: 'a permission preset that is none',
		args: ['run', '-p', 'edti', 'x'],
		exitCode: usage,
		says: /read-only, edit, full/,
	},
	{
		what: 'a time that is none',
		args: ['run', '--timeout', 'soon', 'x'],
		exitCode: usage,
		says: /--timeout .*"soon"/,
	},
	{
		what: 'turns that are no number',
		args: ['run', '--max-turns', 'many', 'x'],
		exitCode: usage,
		says: /max_turns|max-turns/,
	},
	{
		what: 'broken TOML',
		args: ['run', ...DEMO, 'x'],
		given: userConfig('[limits\npatience_s = 3'),
		exitCode: usage,
		says: /config\.toml:1/,
	},
	{
		what: 'an unknown key',
		args: ['run', ...DEMO, 'x'],
		given: userConfig('[limits]\npatience = 3\n'),
		exitCode: usage,
		says: /config\.toml:2.*patience/,
	},
	{
		what: 'a value of the wrong type',
		args: ['race', 'list', '--limit', '0'],
		exitCode: usage,
		says: /--limit takes a number from 1 on/,
	},
	{
		what: 'a setting of the wrong type',
		args: ['config', 'show'],
		given: userConfig('[limits]\nmax_hops = "many"\n'),
		exitCode: usage,
		says: /config\.toml:2.*max_hops is "many"; allowed: a whole number/,
	},
	{
		what: 'an unknown variable',
		args: ['config', 'show'],
		env: { AGENT_RELAY_CGF_TURN__IDLE_S: '3' },
		exitCode: usage,
		says: /AGENT_RELAY_CGF_TURN__IDLE_S/,
	},
	{
		what: 'config set of an unknown key',
		args: ['config', 'set', 'limits.patience', '3'],
		exitCode: usage,
		says: /patience/,
	},
	{
		what: 'config set of a bad value',
		args: ['config', 'set', 'limits.patience_s', 'long'],
		exitCode: usage,
		says: /"long"; allowed: /,
	},
	{
		what: 'config show of an unknown key',
		args: ['config', 'show', 'limits.patienc_s'],
		exitCode: usage,
		says: /no setting/,
		hint: /limits\.patience_s/,
	},
	{
		what: 'config allow of nothing',
		args: ['config', 'allow', ''],
		exitCode: usage,
		says: /command is empty/,
	},
	{
		what: 'a turn that is none',
		args: ['show', '--turn', 'two'],
		exitCode: usage,
		says: /--turn takes a number/,
	},
	{
		what: 'a shell without completion',
		args: ['completion', 'fishh'],
		exitCode: usage,
		says: /no completion for "fishh"/,
		hint: /fish/,
	},
	{
		what: 'a folder that is not there',
		args: ['-C', 'nowhere', 'sessions'],
		exitCode: usage,
		says: /cannot open the folder .*nowhere/,
	},
	{
		what: 'a file in place of a folder',
		args: ['-C', 'notes.txt', 'sessions'],
		given: (home) => home.write('notes.txt', 'not a folder'),
		exitCode: usage,
		says: /notes\.txt is not a folder/,
	},
	{
		what: 'a session of a newer version',
		args: ['run', ...DEMO, '--session', NEWER, 'go on'],
		given: (home) =>
			home.write(
				`.agent-relay/sessions/${NEWER}/meta.json`,
				JSON.stringify({ schema_version: 99, id: NEWER }),
			),
		exitCode: refused,
		says: /newer agent-relay/,
		hint: /update agent-relay/,
	},
	{
		what: 'a third relay inside two',
		args: ['run', ...DEMO, 'x'],
		env: { AGENT_RELAY_DEPTH: '2' },
		exitCode: refused,
		says: /inside 2 others/,
	},
	{
		what: 'an agent that is not installed',
		args: ['run', '--agent', 'codex', 'x'],
		exitCode: EXIT.notInstalled,
		says: /installed/,
		hint: /npm install/,
	},
	{
		what: 'an agent that is not installed, beside one that is',
		args: ['run', '--agent', 'codex', '--order', 'demo-sprinter,codex', 'x'],
		exitCode: EXIT.notInstalled,
		says: /Codex.* is not installed/,
		hint: /npm install/,
	},
];

describe('bad input', () => {
	it.each(BAD)(
		'$what: one line, the exit code, nothing changed',
		async ({ args, exitCode, says, hint, given, ...options }) => {
			given?.(cli);
			const before = cli.state();
			const run = await cli.run(args, options);
			const [first = '', ...rest] = run.stderr.trimEnd().split('\n');
			expect({ exitCode: run.exitCode, stdout: run.stdout }, run.stderr).toEqual({ exitCode, stdout: '' });
			expect(first).toMatch(/^agent-relay: \S/);
			expect(first).toMatch(says);
			expect(rest.length).toBeLessThanOrEqual(2);
			expect(rest.join('\n')).toMatch(hint ?? /^( {2}\S.*)?(\n {2}\S.*)?$/);
			expect(cli.state()).toEqual(before);
		},
	);

	it('a file that may not be read is named', async () => {
		if (process.getuid?.() === 0) return;
		cli.write('secret.md', 'task');
		chmodSync(join(cli.repo, 'secret.md'), 0);
		const run = await cli.run(['run', '-f', 'secret.md']);
		expect(run.exitCode).toBe(usage);
		expect(run.stderr).toMatch(/secret\.md: permission denied/);
	});

	it('a config that a repo brings names no program and widens nothing', async () => {
		cli.write(
			'.agent-relay/config.toml',
			'[permissions]\npreset = "full"\n[agents.codex]\nexecutable = "/bin/sh"\n',
		);
		const shown = await cli.run(['config', 'show', 'permissions.preset', '--json']);
		expect(JSON.parse(shown.stdout).values[0]).toMatchObject({ value: 'edit', layer: 'default' });
		expect(shown.stderr).toMatch(
			/^agent-relay: .*not trusted.*permissions\.preset, agents\.codex\.executable\n$/,
		);
		const run = await cli.run(['run', '--agent', 'codex', 'x']);
		expect(run.exitCode).toBe(EXIT.notInstalled);
	});

	it('trust outside a repo is refused with what to do', async () => {
		const run = await cli.run(['config', 'trust'], { cwd: cli.home });
		expect(run.exitCode).toBe(refused);
		expect(run.stderr).toMatch(/not in a git repo[\s\S]*--trust/);
	});
});

it.each([
	['help', ['help']],
	['sessions', ['sessions']],
	['completion', ['completion', 'bash']],
	['race list', ['race', 'list']],
	['config path', ['config', 'path']],
	['limits', ['limits']],
])('%s names a variable that nobody reads', async (_, args) => {
	const { exitCode, stderr } = await cli.run(args, { env: { AGENT_RELAY_SESION: 'x' } });
	expect(stderr).toContain('AGENT_RELAY_SESION: unknown variable; did you mean AGENT_RELAY_SESSION?');
	expect(exitCode).toBe(usage);
	const setting = await cli.run(args, { env: { AGENT_RELAY_CFG_LIMITS__PATIENSE_S: '3' } });
	expect(setting.stderr).toContain('did you mean limits.patience_s?');
	expect(setting.exitCode).toBe(usage);
});
