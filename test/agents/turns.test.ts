/** One agent at work: edits, commands, presets, resume, usage, and what the records say of it. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const AGENTS = ['claude', 'codex'] as const;
/** A command that every preset sees as a test run. */
const PACKAGE = '{ "name": "sample", "private": true, "scripts": { "test": "node check.js" } }\n';

describe.skipIf(!hasAgents)('a turn of a real CLI', () => {
	const openScene = scenes();

	it.each(AGENTS)('edits a file under the preset edit (%s)', async (agent) => {
		const scene = await openScene();
		scene.model.script(
			agent,
			callTools(TOOLS[agent].write(`${scene.repo}/greeting.txt`, 'hello\n')),
			say('I wrote the greeting.'),
		);

		const { exitCode, result, stderr } = await scene.run('Write a greeting', ['-a', agent, '-p', 'edit']);

		expect({ exitCode, outcome: result.outcome }, stderr).toEqual({ exitCode: 0, outcome: 'completed' });
		expect(scene.read('greeting.txt')).toBe('hello\n');
		const state = scene.turn(1);
		expect(state).toMatchObject({
			agent,
			status: 'completed',
			stop_reason: 'end_turn',
			exit_code: 0,
			permissions: 'edit',
			files: [{ path: 'greeting.txt', change: 'added', added: 1, removed: 0, source: 'git' }],
			tools: [{ kind: 'edit', status: 'ok' }],
			tokens: { input: 2000, output: 100, cache_read: 0 },
		});
		expect(state.tools[0]?.paths.join()).toContain('greeting.txt');
		expect(scene.turnText(1, 'prompt.md')).toBe('Write a greeting');
		expect(scene.turnText(1, 'output.md')).toContain('I wrote the greeting.');
		expect(scene.meta()).toMatchObject({ status: 'completed', objective: 'Write a greeting', turn_count: 1 });
	});

	const ALLOWED = [
		['claude', 'edit'],
		['claude', 'full'],
		['codex', 'edit'],
		['codex', 'full'],
	] as const;
	/** `some`: each agent under one preset. */
	const cases = splitSome(ALLOWED, (_, at) => at === 0 || at === 3);
	const RUNS = 'runs an allowed command and records its outcome (%s, %s)';
	it.skip.each(cases.left)(`${RUNS} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(RUNS, async (agent, preset) => {
		const scene = await openScene({
			files: { 'package.json': PACKAGE, 'check.js': 'console.log("2 checks pass");\n' },
			config: preset === 'edit' ? '[permissions]\nallow_commands = ["npm test"]\n' : '',
		});
		scene.model.script(agent, callTools(TOOLS[agent].shell('npm test')), say('The tests pass.'));

		const { exitCode, stderr } = await scene.run('Run the tests', ['-a', agent, '-p', preset]);

		expect(exitCode, stderr).toBe(0);
		const state = scene.turn(1);
		expect(state.tools).toMatchObject([{ kind: 'execute', command: 'npm test', status: 'ok' }]);
		expect(state.validation).toMatchObject([{ kind: 'test', command: 'npm test', status: 'passed' }]);
		expect(scene.model.of(agent)[1]?.raw).toContain('2 checks pass');
	});

	it.each(AGENTS)('records a failed test run as failed (%s)', async (agent) => {
		const scene = await openScene({
			files: { 'package.json': PACKAGE, 'check.js': 'console.log("1 check fails"); process.exit(3);\n' },
		});
		scene.model.script(agent, callTools(TOOLS[agent].shell('npm test')), say('One test fails.'));

		await scene.run('Run the tests', ['-a', agent, '-p', 'full']);

		const state = scene.turn(1);
		expect(state.status).toBe('completed');
		expect(state.tools).toMatchObject([{ kind: 'execute', status: 'error', exit_code: 3 }]);
		expect(state.validation).toMatchObject([{ kind: 'test', status: 'failed', exit_code: 3 }]);
	});

	it.each(AGENTS)('refuses a write under read-only (%s)', async (agent) => {
		const scene = await openScene();
		scene.model.script(
			agent,
			callTools(TOOLS[agent].write(`${scene.repo}/greeting.txt`, 'hello\n')),
			callTools(TOOLS[agent].shell('echo hello > by-shell.txt')),
			say('I could not.'),
		);

		const { exitCode, stderr } = await scene.run('Write it', ['-a', agent, '-p', 'read-only']);

		expect(exitCode, stderr).toBe(0);
		expect(scene.model.of(agent)).toHaveLength(3);
		expect(scene.git('status', '--short', '-uall')).toBe('');
		expect(scene.turn(1)).toMatchObject({ permissions: 'read-only', files: [] });
	});

	it('refuses a command under edit that is not on the list, and runs it under full (claude)', async () => {
		const scene = await openScene();
		const script = () =>
			scene.model.script('claude', callTools(TOOLS.claude.shell('node -e "process.exit(0)"')), say('Tried.'));
		script();
		const refused = await scene.run('Run node', ['-a', 'claude', '-p', 'edit']);
		const withEdit = scene.turn(1);
		script();
		await scene.run('Run node', ['-a', 'claude', '-p', 'full']);
		const withFull = scene.turn(1);

		expect(refused.exitCode, refused.stderr).toBe(0);
		expect(withEdit.tools).toMatchObject([{ kind: 'execute', status: 'denied' }]);
		expect(withFull.tools).toMatchObject([{ kind: 'execute', status: 'ok' }]);
	});

	it('lets codex commit under full and not under edit', async () => {
		const scene = await openScene();
		const commit = 'git commit -q --allow-empty -m second; git log --oneline | wc -l';
		const script = () => scene.model.script('codex', callTools(TOOLS.codex.shell(commit)), say('Tried.'));
		script();
		await scene.run('Commit', ['-a', 'codex', '-p', 'edit']);
		const afterEdit = scene.git('log', '--format=%s').trim().split('\n');
		script();
		await scene.run('Commit', ['-a', 'codex', '-p', 'full']);

		expect(afterEdit).toEqual(['start']);
		expect(scene.git('log', '--format=%s').trim().split('\n')).toEqual(['second', 'start']);
	});

	it.each(AGENTS)('goes on in the same native session in the next turn (%s)', async (agent) => {
		const scene = await openScene();
		scene.model.script(agent, say('I will call it Heron.'), say('It is Heron.'), say('Still Heron.'));

		await scene.run('Choose a code name', ['-a', agent]);
		const first = scene.session();
		const second = await scene.run('Which name was it?', ['-a', agent, '--session', 'latest']);
		const third = await scene.run('And now?', ['-a', agent, '--session', 'latest']);

		expect([second.exitCode, third.exitCode], second.stderr + third.stderr).toEqual([0, 0]);
		const [, two, three] = scene.model.of(agent);
		expect(two?.raw).toContain('I will call it Heron.');
		expect(two?.userTexts.at(-1)).toBe('Which name was it?');
		expect(three?.raw).toContain('It is Heron.');
		const states = scene.sessions().map((folder) => scene.turn(1, folder));
		const ids = new Set(states.map((state) => state.native_session_id));
		expect(ids.size, 'one native session').toBe(1);
		expect(states.map((state) => state.resumed)).toEqual([false, true, true]);
		expect(scene.sessions()[0]).toBe(first);
	});

	it('goes on where the repo was moved to, with all that was said (claude)', async () => {
		const scene = await openScene();
		scene.model.script('claude', say('I will call it Heron.'), say('It is Heron.'));
		await scene.run('Choose a code name', ['-a', 'claude']);
		const id = scene.meta().id;
		const moved = join(scene.root, 'moved');
		renameSync(scene.repo, moved);

		const { exitCode, stderr } = await scene.run('Which name?', ['-a', 'claude', '--session', id], {
			cwd: moved,
		});

		// 2.1.332 finds its own session from any folder; 2.1.197 does not, and gets the story in a packet.
		expect(exitCode, stderr).toBe(0);
		expect(stderr).toContain(`it continues in ${moved}`);
		expect(scene.model.of('claude').at(-1)?.raw).toContain('I will call it Heron.');
	});

	it.each(AGENTS)('counts the tokens of each turn once (%s)', async (agent) => {
		const scene = await openScene();
		scene.model.script(
			agent,
			say('One.', { usage: { input: 1000, output: 50, cached: 0 } }),
			say('Two.', { usage: { input: 300, output: 20, cached: 700 } }),
			callTools(TOOLS[agent].shell('git status --short')),
			say('Three.', { usage: { input: 10, output: 5, cached: 990 } }),
		);

		for (const task of ['One', 'Two', 'Three'])
			await scene.run(task, ['-a', agent, '-p', 'full', ...(task === 'One' ? [] : ['--session', 'latest'])]);

		const states = scene.sessions().map((folder) => scene.turn(1, folder));
		expect(states.map(({ tokens }) => [tokens.input, tokens.output, tokens.cache_read])).toEqual([
			[1000, 50, 0],
			[300, 20, 700],
			[1010, 55, 990],
		]);
		const source = agent === 'claude' ? 'reported' : 'estimated';
		for (const state of states) {
			expect(state.cost_source).toBe(source);
			expect(state.cost_usd).toBeGreaterThan(0);
		}
		// A cached token is cheaper than a new one, and a turn costs only what it used.
		expect(states[1]?.cost_usd).toBeLessThan(states[0]?.cost_usd ?? 0);
		expect(scene.meta().usage.input_tokens).toBeGreaterThan(0);
	});
});
