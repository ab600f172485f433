/**
 * A preset holds whatever the model calls: the real CLIs, a model that tries to get out, and what is on disk afterwards. The
 * table of docs/agents.md says what else was tried by hand.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PermissionPreset } from '../../src/agents/agent-adapter.ts';
import { callTools, type ModelCall, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

type Agent = 'claude' | 'codex' | 'gemini' | 'opencode';
const NAMED: Record<Agent, string> = {
	claude: 'claude',
	codex: 'codex',
	gemini: 'gemini:gemini-2.5-pro',
	opencode: 'opencode',
};
const SETTINGS = '.claude/settings.json';
const BELOW_FULL = ['read-only', 'edit'] as const;

/** The model makes each call in a step of its own, in a fresh conversation and once more in the resumed one. */
async function tryTwice(
	scene: Scene,
	agent: Agent,
	preset: PermissionPreset,
	calls: ModelCall[],
	args: string[] = [],
): Promise<void> {
	for (const more of [[], ['--session', 'latest']]) {
		const seen = scene.model.of(agent).length;
		scene.model.script(agent, ...calls.map((call) => callTools(call)), say('Done.'));
		const run = await scene.run('Try.', [
			'-a',
			NAMED[agent],
			'--order',
			agent,
			'-p',
			preset,
			...args,
			...more,
		]);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(scene.model.of(agent)).toHaveLength(seen + calls.length + 1);
	}
	expect(scene.turn(1)).toMatchObject({ agent, status: 'completed', resumed: true });
}

/** What is new in the repo, the relay's own records left out. */
const left = (scene: Scene) =>
	scene
		.git('status', '--porcelain', '-uall', '--ignored')
		.split('\n')
		.filter((line) => line !== '' && !line.includes('.agent-relay'));

describe.skipIf(!hasAgents)('a preset, whatever the model calls', () => {
	const openScene = scenes();

	const checkout = splitSome([...BELOW_FULL, 'full'] as const, (preset) => preset === 'full');
	it.skip.each(checkout.left)(`%s keeps claude in its checkout ${LEFT_OUT}`, () => undefined);
	it.each(checkout.tried)('%s keeps claude in its checkout', async (preset) => {
		const scene = await openScene({ env: { IS_SANDBOX: '1' } });
		const file = '---\nname: away\ndescription: Looks.\nisolation: worktree\n---\nLook.\n';
		scene.writeHome('.claude/agents/away.md', file);
		const subAgent = { description: 'd', prompt: 'Look.', run_in_background: false };
		await tryTwice(scene, 'claude', preset, [
			{ name: 'EnterWorktree', input: { name: 'away' } },
			{ name: 'Agent', input: { ...subAgent, subagent_type: 'general-purpose', isolation: 'worktree' } },
			{ name: 'Agent', input: { ...subAgent, subagent_type: 'away' } },
		]);
		expect(scene.git('branch', '--format=%(refname:short)').trim()).toBe('main');
		expect(scene.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
		expect(left(scene)).toEqual([]);
	});

	const AWAY = '---\nname: away\ndescription: Looks.\nisolation: worktree\n---\nLook.\n';
	const callAway = { description: 'd', prompt: 'Look.', run_in_background: false, subagent_type: 'away' };
	const OFF = { disableAllHooks: true };
	/** A checkout of another's making, which counts where ours is refused. */
	const makesOne = (scene: Scene) => {
		const command = `mkdir -p '${scene.root}/made' && echo '${scene.root}/made'`;
		return { hooks: { WorktreeCreate: [{ hooks: [{ type: 'command', command }] }] } };
	};

	it.each([
		['the user turned all hooks off', (scene: Scene) => scene.writeHome(SETTINGS, JSON.stringify(OFF))],
		['a trusted repo turns all hooks off', (scene: Scene) => scene.write(SETTINGS, JSON.stringify(OFF))],
		[
			'a hook of the user makes a checkout',
			(scene: Scene) => scene.writeHome(SETTINGS, JSON.stringify(makesOne(scene))),
		],
		[
			'a hook of a trusted repo makes a checkout',
			(scene: Scene) => scene.write(SETTINGS, JSON.stringify(makesOne(scene))),
		],
	])('keeps claude’s own agents in its checkout where %s', async (_, plant) => {
		const scene = await openScene();
		scene.writeHome('.claude/agents/away.md', AWAY);
		scene.write('.claude/agents/deeper/far.md', AWAY.replace('away', 'far'));
		plant(scene);
		scene.git('add', '-A', '-f');
		scene.git('commit', '-q', '-m', 'settings');
		const far = { ...callAway, subagent_type: 'far' };
		const calls = [callAway, far].map((input) => ({ name: 'Agent', input }));
		await tryTwice(scene, 'claude', 'edit', calls, ['--trust']);
		expect(scene.git('branch', '--format=%(refname:short)').trim()).toBe('main');
		expect(existsSync(join(scene.root, 'made'))).toBe(false);
		expect(left(scene)).toEqual([]);
	});

	it('lets no agent work elsewhere whose file the relay could not read right, hooks or none', async () => {
		const scene = await openScene();
		scene.writeHome('.claude/agents/away.md', AWAY.replace('isolation', '"isol\\x61tion"'));
		scene.writeHome(SETTINGS, JSON.stringify(OFF));
		await tryTwice(scene, 'claude', 'edit', [{ name: 'Agent', input: callAway }]);
		expect(scene.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
		expect(left(scene)).toEqual([]);
	});

	const later = splitSome(BELOW_FULL, (preset) => preset === 'edit');
	it.skip.each(later.left)(`%s lets claude leave no task for later ${LEFT_OUT}`, () => undefined);
	it.each(later.tried)('%s lets claude leave no task for later', async (preset) => {
		const scene = await openScene();
		const task = { cron: '*/5 * * * *', prompt: 'Write.', recurring: true, durable: true };
		await tryTwice(scene, 'claude', preset, [
			{ name: 'CronCreate', input: task },
			{ name: 'EnterPlanMode', input: {} },
			{ name: 'ExitPlanMode', input: { plan: 'x' } },
			TOOLS.claude.shell('npm --version > ran.txt; npm init -y'),
		]);
		expect(left(scene)).toEqual([]);
	});

	// Its chat and its race are under `edit`.
	const held = splitSome(BELOW_FULL, (preset) => preset === 'read-only');
	const HELD = '%s holds gemini, its plan mode and what its user once allowed';
	it.skip.each(held.left)(`${HELD} ${LEFT_OUT}`, () => undefined);
	it.each(held.tried)(HELD, async (preset) => {
		const scene = await openScene();
		const always = (tools: string) => `[[rule]]\ntoolName = ${tools}\ndecision = "allow"\npriority = 999\n`;
		const saved = always('["enter_plan_mode", "exit_plan_mode"]') + always('"run_shell_command"');
		const refused = '[[rule]]\ntoolName = "glob"\ndecision = "deny"\npriority = 500\n';
		scene.writeHome('.gemini/policies/auto-saved.toml', saved + refused);
		await tryTwice(scene, 'gemini', preset, [
			{ name: 'enter_plan_mode', input: { reason: 'x' } },
			{ name: 'exit_plan_mode', input: { plan_filename: 'p.md' } },
			TOOLS.gemini.shell('touch ran'),
			...(preset === 'read-only' ? [TOOLS.gemini.write(join(scene.repo, 'written'), 'x')] : []),
		]);
		expect(left(scene)).toEqual([]);
		const [request] = scene.model.of('gemini');
		expect(request?.raw).not.toContain('"name":"glob"');
		expect(readdirSync(join(scene.home, '.local/state/agent-relay/private'))).toEqual([]);
	});

	it('full leaves gemini its shell', async () => {
		const scene = await openScene();
		await tryTwice(scene, 'gemini', 'full', [TOOLS.gemini.shell('touch ran')]);
		expect(left(scene)).toEqual(['?? ran']);
	});

	it('read-only holds codex, whatever its user once allowed and whoever may review', async () => {
		const scene = await openScene();
		scene.writeHome('.codex/rules/default.rules', 'prefix_rule(pattern = ["touch"], decision = "allow")\n');
		const config = scene.readHome('.codex/config.toml') ?? '';
		const reviewer = 'approval_policy = "on-request"\napprovals_reviewer = "auto_review"\n';
		scene.writeHome('.codex/config.toml', reviewer + config);
		const escalated = { cmd: 'touch ran2', sandbox_permissions: 'require_escalated', justification: 'x' };
		await tryTwice(scene, 'codex', 'read-only', [
			TOOLS.codex.shell('touch ran'),
			{ name: 'exec_command', input: escalated },
			TOOLS.codex.write('patched', 'x'),
		]);
		expect(left(scene)).toEqual([]);
	});

	it('edit calls no agent of opencode that brings permissions of its own, and asks nobody to trust a plain repo', async () => {
		const scene = await openScene();
		const own = 'permission:\n  bash: allow\n  external_directory: allow\n';
		scene.writeHome(
			'.config/opencode/agent/wide.md',
			`---\ndescription: Wide.\nmode: subagent\n${own}---\nWork.\n`,
		);
		const away = join(scene.home, 'away');
		scene.model.scriptFor('Leave.', callTools(TOOLS.opencode.write(away, 'x')), say('Done.'));
		const input = { description: 'd', prompt: 'Leave.', subagent_type: 'wide' };
		scene.model.script('opencode', callTools({ name: 'task', input }), say('Done.'));
		const run = await scene.run('Try.', ['-a', 'opencode', '--order', 'opencode', '-p', 'edit']);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(existsSync(away)).toBe(false);
		// Nothing in the repo is for agents.
		expect(run.stderr).not.toContain('trust');
		expect(existsSync(join(scene.repo, '.opencode'))).toBe(false);
	});

	it('read-only runs no tool of a user’s own in opencode', async () => {
		const scene = await openScene();
		const tool = `import fs from 'node:fs';\nexport default { description: 'd', args: {}, async execute() { fs.writeFileSync('ran', ''); return 'ran'; } };\n`;
		scene.writeHome('.config/opencode/tool/mine.js', tool);
		const read = TOOLS.opencode.read(join(scene.repo, 'README.md'));
		scene.model.script('opencode', callTools({ name: 'mine', input: {} }), callTools(read), say('Done.'));
		const run = await scene.run('Try.', ['-a', 'opencode', '--order', 'opencode', '-p', 'read-only']);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(left(scene)).toEqual([]);
		expect(scene.turn(1).tools.map(({ status }) => status)).toEqual([expect.not.stringMatching('ok'), 'ok']);
	});

	const OUT_OF_PLAN = [
		{ name: 'enter_plan_mode', input: { reason: 'x' } },
		{ name: 'exit_plan_mode', input: { plan_filename: 'p.md' } },
		TOOLS.gemini.shell('touch ran'),
	].map((call) => callTools(call));

	it('holds gemini in a chat, in its first turn and in the resumed one', async () => {
		const scene = await openScene();
		for (const more of ['CONTINUE', 'DONE'])
			scene.model.script('gemini', ...OUT_OF_PLAN, say(`Seen.\n\nRELAY: ${more}`));
		scene.model.script('codex', say('No.\n\nRELAY: CONTINUE'), say('Yes.\n\nRELAY: DONE'));
		const agents = ['--agents', `${NAMED.gemini},codex`, '-p', 'edit'];
		const run = await scene.relay(['chat', ...agents, '--json', 'Try.']);
		expect(run.exitCode, run.stderr + run.stdout.slice(-1000)).toBe(0);
		expect(scene.model.of('gemini')).toHaveLength(8);
		expect(scene.turn(3)).toMatchObject({ agent: 'gemini', status: 'completed', resumed: true });
		expect(left(scene)).toEqual([]);
	});

	it('holds gemini in a race', async () => {
		const scene = await openScene();
		scene.model.script('gemini', ...OUT_OF_PLAN, say('Seen.'));
		const run = await scene.relay([
			'race',
			'Try.',
			'--agents',
			`${NAMED.gemini},codex`,
			'-p',
			'edit',
			'--json',
		]);
		expect(scene.model.of('gemini'), run.stderr).toHaveLength(4);
		const folders = scene.git('worktree', 'list', '--porcelain').match(/(?<=^worktree ).*/gm) ?? [];
		expect(folders).toHaveLength(3);
		for (const folder of folders) expect(existsSync(join(folder, 'ran'))).toBe(false);
	});
});
