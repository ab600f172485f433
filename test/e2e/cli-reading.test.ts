import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_OBJECTIVE, DEMO_SECOND_PROMPT } from '../../src/agents/demo/scenario.ts';
import { CliHome } from '../helpers/cli-home.ts';

/** One session in which a limit handed the work over. */
let cli: CliHome;
let id: string;

beforeAll(async () => {
	cli = new CliHome();
	const order = ['--order', 'demo-sprinter,demo-closer'];
	const first = await cli.run(['run', ...order, DEMO_OBJECTIVE]);
	expect(first.exitCode, first.stderr).toBe(0);
	const second = await cli.run(['run', ...order, '--session', 'latest', DEMO_SECOND_PROMPT]);
	expect(second.exitCode, second.stderr).toBe(0);
	id = readdirSync(join(cli.repo, '.agent-relay/sessions')).sort().at(-1) ?? '';
});
afterAll(() => cli.remove());

const json = async (...args: string[]) => JSON.parse((await cli.run([...args, '--json'])).stdout);

describe('reading commands', () => {
	it('sessions lists the newest first, with status, agents and task', async () => {
		const { sessions } = await json('sessions');
		expect(sessions[0]).toMatchObject({ id, status: 'completed', objective: DEMO_OBJECTIVE });
		expect(sessions[0].agents).toEqual(['demo-sprinter', 'demo-closer']);
		const { stdout } = await cli.run(['sessions']);
		expect(stdout.split('\n')[1]).toMatch(
			new RegExp(`^${id.slice(-6)} +completed +just now +3 +demo-sprinter demo-closer +Now make`),
		);
	});

	it('a listed short id names its session', async () => {
		const { stdout } = await cli.run(['sessions']);
		const ref = stdout.split('\n')[1]?.split(' ')[0] ?? '';
		expect((await json('show', ref)).id).toBe(id);
	});

	it('show tells turns, outcomes, checks and files, as text and as data', async () => {
		const shown = await json('show');
		expect(shown).toMatchObject({
			id,
			status: 'completed',
			reason: null,
			meta: { objective: DEMO_OBJECTIVE },
		});
		expect(
			shown.turns.map(({ agent, status }: { agent: string; status: string }) => `${agent} ${status}`),
		).toEqual(['demo-sprinter limited', 'demo-closer completed']);
		expect(shown.parents).toHaveLength(1);
		const { stdout } = await cli.run(['show', 'latest']);
		expect(stdout).toContain('test passed: node check-word-count.mjs');
		expect(stdout).toContain('which this session continues');
	});

	it('show --turn prints the transcript and what changed, --packet the packet, --diff what changed', async () => {
		const { stdout } = await cli.run(['show', '--turn', '2']);
		expect(stdout).toContain('The work is done.');
		expect(stdout).toMatch(/added +\+\d+ -0 +WORD-COUNT\.md/);
		const packet = (await cli.run(['show', '--packet'])).stdout;
		expect(packet).toContain(DEMO_OBJECTIVE);
		expect(await json('show', '--packet')).toHaveProperty('schema_version');
		const diff = (await cli.run(['show', '--diff'])).stdout;
		expect(diff).toContain('+++ b/WORD-COUNT.md');
		expect((await cli.run(['show', '--diff', '--turn', '1'])).stdout).not.toContain('WORD-COUNT.md');
	});

	it('show prints each record of a turn as it is on disk', async () => {
		const turns = join(cli.repo, '.agent-relay/sessions', id, 'turns');
		for (const [view, file] of [
			['prompt', 'prompt.md'],
			['output', 'output.md'],
			['state', 'state.json'],
			['events', 'events.jsonl'],
			['raw', 'raw.jsonl'],
		])
			for (const turn of ['1', '2'])
				expect((await cli.run(['show', `--${view}`, '--turn', turn])).stdout).toBe(
					readFileSync(join(turns, `00${turn}-${file}`), 'utf8'),
				);
		const { stdout } = await cli.run(['show', '--turns', '1-', '--output']);
		expect(stdout).toMatch(/^Turn 1 {2}demo-sprinter\n[\s\S]*\nTurn 2 {2}demo-closer\n/);
		expect((await json('show', '--events')).turns[0].events.at(-1)).toMatchObject({ type: 'turn_ended' });
		const log = (await cli.run(['show', '--log', '--turn', '2'])).stdout;
		expect(log).toContain('demo-sprinter → demo-closer');
		expect(log).not.toContain('turn 1 begins');
	});

	it.each([
		[['--stderr'], 4, 'Turn 2 has no recorded stderr'],
		[['--turn', '1', '--packet'], 4, 'Turn 1 has no resume packet.'],
		[['--turns', '2-3', '--raw'], 4, 'Its turns are 1 to 2.'],
		[['--raw', '--prompt'], 64, '--prompt and --raw show different things.'],
		[['--turns', '2-1'], 64, '--turns takes a range'],
	])('show %j is refused with %i', async (args, exitCode, message) => {
		const run = await cli.run(['show', ...args]);
		expect(run).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(message) });
	});

	it('a turn that is not there is named with those that are', async () => {
		const run = await cli.run(['show', '--turn', '9']);
		expect(run.exitCode).toBe(4);
		expect(run.stderr).toContain('Its turns are 1 to 2.');
	});

	it('a diff whose snapshots lie in another home is refused with what is known instead', async () => {
		const before = cli.state();
		const run = await cli.run(['show', '--diff'], { env: { HOME: cli.base } });
		expect(cli.state()).toEqual(before);
		expect(run).toMatchObject({ exitCode: 4, stdout: '' });
		expect(run.stderr).toMatch(
			/^agent-relay: The snapshots of this session are not in .*\n {2}.*agent-relay show\n$/,
		);
	});

	it('limits shows who is limited, until when and by what evidence, and clear forgets it', async () => {
		const { limits } = await json('limits');
		expect(limits).toHaveLength(1);
		expect(limits[0]).toMatchObject({ agent: 'demo-sprinter', kind: 'window', in_force: true });
		expect(limits[0].source.rule).toMatch(/^demo-sprinter:/);
		const shown = (await cli.run(['limits'])).stdout;
		expect(shown).toMatch(
			/^demo-sprinter {2}demo window used up, resets (?:\w{3} \d+ \w{3}, )?\d\d:\d\d \(in \d+ min\)/,
		);
		expect(shown).toContain(limits[0].source.rule);
		const cleared = await cli.run(['limits', 'clear', 'sprinter']);
		expect(cleared.stdout).toMatch(/^1 limit of demo-sprinter forgotten:/);
		expect((await cli.run(['limits'])).stdout).toMatch(
			/^No agent is limited\.\n\ndemo-sprinter: \d\d% of its demo window used, resets /,
		);
	});

	it('agents says how to install what is not there', async () => {
		const { agents } = await json('agents');
		const claude = agents.find(({ agent }: { agent: string }) => agent === 'claude');
		expect(claude).toMatchObject({ state: 'not_installed', executable: null });
		expect(claude.looked_at).toContain('/usr/bin/claude');
		expect(claude.looked_at).toContain(join(cli.home, '.claude/local/claude'));
		expect((await cli.run(['agents'])).stdout).toMatch(/claude.*not installed +npm install/);
	});

	it('agents --env names variables and never shows a value', async () => {
		const env = {
			ANTHROPIC_API_KEY: 'sk-ant-planted',
			OPENAI_API_KEY: 'sk-planted',
			EDITOR: 'planted-editor',
		};
		const run = await cli.run(['agents', '--env', 'codex', '--json'], { env });
		const { kept, added, removed } = JSON.parse(run.stdout);
		expect(removed).toContain('ANTHROPIC_API_KEY');
		expect(kept).toEqual(expect.arrayContaining(['EDITOR', 'OPENAI_API_KEY', 'PATH']));
		expect(added).toEqual(
			expect.arrayContaining(['AGENT_RELAY_DEPTH', 'AGENT_RELAY_SESSION', 'AGENT_RELAY_TURN']),
		);
		const text = await cli.run(['agents', '--env', 'codex'], { env });
		expect(run.stdout + text.stdout).not.toContain('planted');
	});

	it('write nothing, neither in the repo nor in the home', async () => {
		const before = cli.state();
		const reads = [
			'sessions',
			'show',
			'show --turn 1',
			'show --packet',
			'limits',
			'config show',
			'config path',
			'agents --env codex',
		];
		for (const line of reads) expect((await cli.run(line.split(' '))).exitCode).toBe(0);
		expect(cli.state()).toEqual(before);
	});

	it('end quietly with 0 when the reader goes away', async () => {
		for (const line of ['show --diff', 'sessions', 'config show', 'completion fish']) {
			const run = await cli.bash(`agent-relay ${line} | head -n 0; echo "\${PIPESTATUS[0]}"`);
			expect(run).toEqual({ exitCode: 0, stdout: '0\n', stderr: '' });
		}
	});

	it('colour nothing when piped, unless told to', async () => {
		expect((await cli.run(['show'])).stdout).not.toContain('\x1b');
		expect((await cli.run(['show'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[');
		expect((await cli.run(['show'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(
			'\x1b',
		);
	});
});

describe('a repo without sessions', () => {
	it('says so, and how to begin', async () => {
		const run = await cli.run(['sessions'], { cwd: cli.home });
		expect(run).toEqual({
			exitCode: 0,
			stdout: 'No sessions here yet.\nStart one: agent-relay run "TASK"\n',
			stderr: '',
		});
		expect(await cli.run(['show'], { cwd: cli.home })).toMatchObject({
			exitCode: 4,
			stderr: 'agent-relay: There is no session here yet.\n  Start one: agent-relay run "TASK"\n',
		});
	});
});

describe('config', () => {
	it('set and allow write the user file, and show tells where a value comes from', async () => {
		expect((await cli.run(['config', 'set', 'limits.patience_s', '30'])).stdout).toContain(
			'limits.patience_s = 30 s',
		);
		const everywhere = (verb: string) => cli.run(['config', verb, '--global', 'npm test']);
		expect((await everywhere('allow')).stdout).toContain('permissions.allow_commands = ["npm test"]');
		expect((await everywhere('allow')).stdout).toContain('allowed already');
		const here = (verb: string) => cli.run(['config', verb, 'npm test']);
		expect((await here('allow')).stdout).toContain(
			`permissions.repo_commands = {"${cli.repo}":["npm test"]}`,
		);
		expect((await here('disallow')).stdout).toContain('permissions.repo_commands = {}');
		expect((await here('disallow')).stdout).toContain('was not allowed by your file');
		expect(await cli.run(['config', 'allow', '--repo', 'make'], { cwd: cli.home })).toMatchObject({
			exitCode: 64,
			stderr: expect.stringContaining('is in no git repo'),
		});
		const { values } = await json('config', 'show', 'limits.patience_s');
		expect(values[0]).toMatchObject({ key: 'limits.patience_s', value: 30, layer: 'user' });
		const { user_config } = await json('config', 'path');
		expect(values[0].from).toContain(user_config);
		const over = await cli.run(['config', 'set', 'limits.patience_s', '40'], {
			env: { AGENT_RELAY_CFG_LIMITS__PATIENCE_S: '5' },
		});
		expect(over.stdout).toContain('but here AGENT_RELAY_CFG_LIMITS__PATIENCE_S says limits.patience_s = 5 s');
	});

	it('trust shows what it enables, asks again after a change, and can be taken back', async () => {
		cli.write('.claude/settings.json', '{}');
		const trusted = await cli.run(['config', 'trust']);
		expect(trusted.stdout).toContain('now trusted');
		expect(trusted.stdout).toContain('  .claude/settings.json\n');
		expect((await cli.run(['config', 'trust'])).stdout).toContain('trusted already');
		const { repos } = await json('config', 'trust', '--list');
		expect(repos.map(({ path }: { path: string }) => path)).toEqual([cli.repo]);
		cli.write('.claude/settings.json', '{"hooks":{}}');
		expect((await json('config', 'trust')).was_trusted).toBe(false);
		expect((await cli.run(['config', 'trust', '--revoke'])).stdout).toContain('no longer trusted');
		expect((await cli.run(['config', 'trust', '--revoke'])).stdout).toContain('was not trusted');
		expect((await cli.run(['config', 'trust', '--list'])).stdout).toBe('No repo is trusted.\n');
		rmSync(join(cli.repo, '.claude'), { recursive: true });
	});
});

describe('completion', () => {
	const complete = async (...words: string[]) => {
		const list = words.map((word) => `'${word}'`).join(' ');
		const run = await cli.bash(`
			source <(agent-relay completion bash)
			complete -p agent-relay >/dev/null || exit 9
			COMP_WORDS=(agent-relay ${list}); COMP_CWORD=${words.length}
			_agent_relay
			printf '%s\\n' "\${COMPREPLY[@]}"`);
		expect(run).toMatchObject({ exitCode: 0, stderr: '' });
		return run.stdout.trim().split('\n');
	};

	it('for bash completes commands, options, choices, agents, settings, files and sessions', async () => {
		expect(await complete('se')).toEqual(['sessions', 'search', 'setup']);
		expect(await complete('config', 's')).toEqual(['show', 'set']);
		expect(await complete('run', '--ord')).toEqual(['--order']);
		expect(await complete('sessions', '--status', 'c')).toEqual(['checkpointed', 'completed']);
		expect(await complete('run', '--agent', 'demo-s')).toEqual(['demo-sprinter']);
		expect(await complete('run', '--agent', '=', 'cod')).toEqual(['codex']);
		expect(await complete('limits', 'clear', 'gem')).toEqual(['gemini']);
		expect(await complete('config', 'set', 'limits.pat')).toEqual(['limits.patience_s']);
		expect(await complete('config', 'set', 'limits.patience_s', '')).toEqual(['']);
		expect(await complete('run', '-f', 'READ')).toEqual(['README.md']);
		expect(await complete('show', id.slice(0, 25))).toContain(id);
		expect(await complete('run', '--session', 'lat')).toEqual(['latest']);
	});

	it('for bash offers agents of the user and aliases, one after the other in an order', async () => {
		const folder = join(cli.home, '.config/agent-relay');
		const defined = '[agents.tidy]\ncommand = ["tidy-cli"]\n';
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'config.toml'), defined);
		expect(await complete('run', '--agent', 'ti')).toEqual(['tidy']);
		expect(await complete('agents', '--env', 't')).toEqual(['tidy']);
		expect(await complete('run', '--agent', 'claude-')).toEqual(['claude-code']);
		expect(await complete('run', '--order', 'codex,gem')).toEqual(['codex,gemini']);
		expect(await complete('run', '--order', '$(touch x),gem')).toEqual(['']);
		expect(existsSync(join(cli.repo, 'x'))).toBe(false);
		writeFileSync(join(folder, 'config.toml'), `${defined}nonsense = `);
		expect(await complete('run', '--agent', 'ti')).toEqual(['']);
		expect(await complete('run', '--agent', 'op')).toEqual(['opencode']);
		rmSync(join(folder, 'config.toml'));
	});

	it.each(['zsh', 'fish'])('for %s names every command', async (shell) => {
		const { stdout } = await cli.run(['completion', shell]);
		for (const name of ['run', 'sessions', 'show', 'limits', 'config', 'demo', 'trust'])
			expect(stdout).toContain(`'${name}`);
		expect(existsSync(join(cli.home, '.zshrc'))).toBe(false);
	});
});

describe('a record with a line that is no JSON', () => {
	it('is shown with the file and the number of that line', async () => {
		const own = new CliHome();
		try {
			await own.run(['run', '--agent', 'demo-closer', DEMO_OBJECTIVE]);
			const [session = ''] = readdirSync(join(own.repo, '.agent-relay/sessions'));
			const log = join(own.repo, '.agent-relay/sessions', session, 'turns/001-events.jsonl');
			const lines = readFileSync(log, 'utf8').split('\n');
			writeFileSync(log, lines.with(2, '{"ts":"2026').join('\n'));
			const said = 'turns/001-events.jsonl: line 3 is not JSON and left out';
			expect((await own.run(['show'])).stdout).toContain(said);
			expect(JSON.parse((await own.run(['show', '--json'])).stdout).problems).toContain(said);
		} finally {
			own.remove();
		}
	});

	it('is shown with every problem, though its log cannot be read', async () => {
		const own = new CliHome();
		try {
			await own.run(['run', '--agent', 'demo-closer', DEMO_OBJECTIVE]);
			const [session = ''] = readdirSync(join(own.repo, '.agent-relay/sessions'));
			const folder = join(own.repo, '.agent-relay/sessions', session);
			writeFileSync(join(folder, 'turns/001-prompt.md'), 'other words');
			rmSync(join(folder, 'log.jsonl'));
			mkdirSync(join(folder, 'log.jsonl'));
			const { problems } = JSON.parse((await own.run(['show', '--json'])).stdout);
			expect(problems).toEqual([
				expect.stringContaining('Your words in session'),
				expect.stringContaining('001-prompt.md'),
				expect.stringContaining(join(folder, 'log.jsonl')),
			]);
		} finally {
			own.remove();
		}
	});
});

describe('a session without a record', () => {
	const folder = (name: string) => join(cli.repo, '.agent-relay/sessions', name);
	const unborn = '01JD0000000000000000000000';
	const robbed = '01JD0000000000000000000001';

	beforeAll(() => {
		mkdirSync(join(folder(unborn), 'turns'), { recursive: true });
		mkdirSync(join(folder(robbed), 'turns'), { recursive: true });
		writeFileSync(join(folder(robbed), 'turns/001-prompt.md'), 'do it');
		for (const name of [unborn, robbed]) utimesSync(folder(name), 1_700_000_000, 1_700_000_000);
	});
	afterAll(() => {
		for (const name of [unborn, robbed]) rmSync(folder(name), { recursive: true, force: true });
	});

	it('is listed as damaged, with the prompt that waits', async () => {
		const { sessions } = await json('sessions', '--status', 'damaged');
		expect(sessions).toMatchObject([
			{ id: robbed, problem: 'the prompt of turn 1 waits, but meta.json is missing' },
			{ id: unborn, problem: 'nothing was sent: its relay ended before it wrote meta.json' },
		]);
		const { stdout } = await cli.run(['sessions']);
		expect(stdout).toMatch(/damaged .*the prompt of turn 1/);
	});

	it('is shown with what is there of it', async () => {
		const shown = await cli.run(['show', robbed]);
		expect(shown.exitCode).toBe(1);
		expect(shown.stdout).toContain('the prompt of turn 1 waits');
		expect(shown.stdout).toContain(`cat ${folder(robbed)}/turns/001-prompt.md`);
		expect(JSON.parse((await cli.run(['show', '--json', robbed])).stdout)).toMatchObject({
			status: 'damaged',
			turns: [{ turn: 1, files: ['001-prompt.md'] }],
			waiting_prompt: { turn: 1, path: join(folder(robbed), 'turns/001-prompt.md') },
		});
		expect((await cli.run(['show', unborn])).stdout).toContain('nothing was sent');
		expect((await json('show')).id).toBe(id);
	});

	it('goes by a prune where nothing is in it, and else is named', async () => {
		const items = async (...flags: string[]) =>
			(await json('prune', '--sessions', ...flags)).kinds[0].items.filter(({ name }: { name: string }) =>
				[unborn, robbed].includes(name),
			);
		const stays = {
			name: robbed,
			goes: false,
			stays: 'the prompt of turn 1 waits, but meta.json is missing',
		};
		expect(await items()).toMatchObject([stays, { name: unborn, goes: true }]);
		expect(await items('--apply')).toMatchObject([stays, { name: unborn, removed: true }]);
		expect(existsSync(folder(unborn))).toBe(false);
		expect(existsSync(folder(robbed))).toBe(true);
	});
});
