/** Started in a folder of the worktree: the agent works there, as the bare CLI does, and reaches the rest of the worktree. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, say, sayOnce, TOOLS } from './harness/answers.ts';
import { type Agent, ASKED, FOUR } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const FILES = {
	'CLAUDE.md': 'The root says heron.\n',
	'AGENTS.md': 'The root says heron.\n',
	'GEMINI.md': 'The root says heron.\n',
	'api/CLAUDE.md': 'The folder says kestrel.\n',
	'api/AGENTS.md': 'The folder says kestrel.\n',
	'api/GEMINI.md': 'The folder says kestrel.\n',
	'lib/notes.txt': 'the notes say osprey\n',
};
const flags = (agent: Agent, ...more: string[]) => ['--order', ASKED[agent], '-p', 'edit', ...more];

/** codex lets every turn write to the system's folder for temporary files, where a scene lies. */
function keepCodexOutOfTemp(scene: Scene): void {
	const config = '.codex/config.toml';
	const keep = '[sandbox_workspace_write]\nexclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n';
	scene.writeHome(config, `${scene.readHome(config)}\n${keep}`);
}

describe.skipIf(!hasAgents)('a real CLI that is started in a sub folder', () => {
	const openScene = scenes();

	it.each(FOUR)(
		'works there, reads and edits the rest of the worktree but nothing outside, and goes on there from anywhere (%s)',
		async (agent) => {
			const scene = await openScene({ files: FILES });
			keepCodexOutOfTemp(scene);
			const cwd = join(scene.repo, 'api');
			scene.model.script(
				agent,
				callTools(TOOLS[agent].write(agent === 'codex' ? 'here.txt' : join(cwd, 'here.txt'), 'made\n')),
				callTools(TOOLS[agent].read(join(scene.repo, 'lib/notes.txt'))),
				callTools(TOOLS[agent].write(join(scene.repo, 'lib/there.txt'), 'made\n')),
				callTools(TOOLS[agent].write(join(scene.root, 'outside.txt'), 'made\n')),
				say('Done; I call it Merlin.'),
				say('It is Merlin.'),
			);

			const { exitCode, stderr } = await scene.run('Write it', flags(agent, '--trust'), { cwd });

			expect(exitCode, stderr).toBe(0);
			const [first, , third] = scene.model.of(agent);
			for (const words of ['The root says heron.', 'The folder says kestrel.', cwd])
				expect(first?.raw).toContain(words);
			expect(third?.raw).toContain('osprey');
			expect(scene.read('../outside.txt')).toBeNull();
			expect(scene.turn(1)).toMatchObject({
				worktree: scene.repo,
				folder: 'api',
				files: [{ path: 'api/here.txt' }, { path: 'lib/there.txt' }],
			});
			expect(scene.meta().repo).toMatchObject({ worktree: scene.repo, folder: 'api' });

			const asked = scene.model.of(agent).length;
			const second = await scene.run('Which was it?', flags(agent, '--trust', '--session', 'latest'));

			expect(second.exitCode, second.stderr).toBe(0);
			expect(second.stderr).toContain(`works in ${cwd} (main), where this session was made`);
			expect(scene.turn(1)).toMatchObject({ resumed: true, folder: 'api' });
			expect(scene.model.of(agent)[asked]?.raw).toContain('I call it Merlin.');
		},
	);

	it.each(['claude', 'codex'] as const)(
		'begins anew at the root, with the whole story, once it is gone (%s)',
		async (agent) => {
			const scene = await openScene({ files: FILES });
			const cwd = join(scene.repo, 'api');
			scene.model.script(agent, say('I will call it Merlin.'), say('It is Merlin.'));

			await scene.run('Choose a code name', flags(agent), { cwd });
			scene.git('rm', '-rq', 'api');
			const second = await scene.run('Which was it?', flags(agent, '--session', 'latest'));

			expect(second.exitCode, second.stderr).toBe(0);
			expect(second.stderr).toContain(
				`${cwd}, which is no longer a folder of this worktree; it continues in ${scene.repo}`,
			);
			expect(second.stdout).toContain('starts a new conversation');
			expect(scene.model.of(agent)[1]?.raw).toContain('I will call it Merlin.');
			expect(scene.turn(1)).toMatchObject({ resumed: false, worktree: scene.repo });
			expect(scene.turn(1).folder).toBeUndefined();
		},
	);

	/** What each CLI would obey in `api`; each program leaves a mark. */
	function makeHostile(scene: Scene): (name: string) => boolean {
		const marks = join(scene.root, 'marks');
		const program = (name: string) => {
			scene.write(`evil/${name}`, `#!/bin/sh\n: >> '${marks}-${name}'\n`);
			chmodSync(join(scene.repo, 'evil', name), 0o755);
			return join(scene.repo, 'evil', name);
		};
		const hooks = { SessionStart: [{ hooks: [{ type: 'command', command: program('hook') }] }] };
		scene.write('api/.claude/settings.json', JSON.stringify({ hooks }));
		scene.write('api/.codex/config.toml', `[mcp_servers.evil]\ncommand = "${program('server')}"\n`);
		scene.write('api/.gemini/settings.json', JSON.stringify({ hooks }));
		scene.write('api/opencode.json', '{}');
		for (const folder of ['.claude', 'api/.claude'])
			scene.write(
				`${folder}/skills/shrike/SKILL.md`,
				'---\nname: shrike\ndescription: Say shrike.\n---\nshrike\n',
			);
		const codex = scene.readHome('.codex/config.toml');
		const told = [scene.repo, join(scene.repo, 'api')].map(
			(path) => `[projects."${path}"]\ntrust_level = "trusted"\n`,
		);
		scene.writeHome('.codex/config.toml', `${codex}\n${told.join('')}`);
		return (name) => existsSync(`${marks}-${name}`);
	}

	it.each(FOUR)('obeys nothing of an untrusted folder before it is trusted there (%s)', async (agent) => {
		const scene = await openScene({ files: { 'api/a.txt': 'a\n' } });
		const isMarked = makeHostile(scene);
		const cwd = join(scene.repo, 'api');
		scene.model.script(agent, say('Done.'));
		const run = await scene.run('Say done.', flags(agent), { cwd });
		expect(run.stderr).toContain('api/.claude/settings.json');
		expect([isMarked('hook'), isMarked('server')]).toEqual([false, false]);
		const isRefused = agent === 'gemini' || agent === 'opencode';
		expect(run.exitCode === 0, run.stderr + run.stdout).toBe(!isRefused);
		expect(scene.model.of(agent)).toHaveLength(isRefused ? 0 : 1);
		expect(scene.model.of(agent).some(({ raw }) => /Say shrike/.test(raw))).toBe(false);
	});

	it.each([
		['claude', 'hook'],
		['codex', 'server'],
		['gemini', 'hook'],
	] as const)('obeys it after that (%s)', async (agent, mark) => {
		const scene = await openScene({ files: { 'api/a.txt': 'a\n' } });
		const isMarked = makeHostile(scene);
		const cwd = join(scene.repo, 'api');
		expect((await scene.relay(['config', 'trust'], { cwd })).stdout).toContain('api/.claude/settings.json');
		scene.model.script(
			agent,
			sayOnce('Done.', () => isMarked(mark)),
		);
		const run = await scene.run('Say done.', flags(agent), { cwd });
		expect(run.stderr).not.toContain('not trusted');
		expect(isMarked(mark), run.stderr).toBe(true);
		if (agent === 'claude') expect(scene.model.of(agent)[0]?.raw).toContain('Say shrike.');
	});
});
