// What a turn through the relay costs more than the agent alone, and what a snapshot takes of it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTANT_CLAUDE } from './agents.mjs';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { DIST, RELAY, withScene } from './scene.mjs';

const FILES = 5_000;

export async function measureTurn({ rounds }) {
	return withScene(async (scene) => {
		const repo = scene.makeRepo('repo', FILES);
		const claude = scene.addAgent('claude', INSTANT_CLAUDE);
		const options = { cwd: repo, env: scene.env };
		const figures = await inTurn(
			{
				node: () => timeProcess(process.execPath, ['-e', '0'], options),
				agent: () => timeProcess(claude, ['-p', '--session-id', 'x'], options),
				run: () => timeProcess(process.execPath, [RELAY, 'run', '-a', 'claude', 'say done'], options),
			},
			rounds,
			{ warmUps: 3 },
		);
		const node = median(figures.node);
		const agent = median(figures.agent);
		const added = figures.run.map((ms) => (ms - agent) / node);
		return [
			measure(`added by run to an instant agent, ${FILES} files`, 'bare node starts', median(added), {
				atMost: 2.5,
				values: added,
				details: { run_ms: median(figures.run), agent_ms: agent, node_ms: node },
			}),
			...(await measureSnapshots(scene, repo, rounds)),
		];
	});
}

async function measureSnapshots(scene, repo, rounds) {
	const load = (path) => import(pathToFileURL(join(DIST, path)));
	const [{ createSnapshots }, { createGit }, { findRepo }, { runProcess }, { systemClock }] =
		await Promise.all([
			load('git/snapshots/snapshots.js'),
			load('git/run-git.js'),
			load('git/repo/find-repo.js'),
			load('core/processes/run-process.js'),
			load('core/clock.js'),
		]);
	const git = createGit({ executable: '/usr/bin/git', env: scene.env, runProcess });
	const facts = await findRepo(repo, git);
	const stateFolder = scene.makeFolder('snapshots');
	const snapshots = createSnapshots({ repo: facts, git, stateFolder, clock: systemClock });
	const take = async () => {
		const { tree, tookMs, unavailable } = await snapshots.take();
		if (tree === null) throw new Error(`no snapshot: ${unavailable}`);
		return tookMs;
	};
	const { warm } = await inTurn({ warm: take }, rounds * 2, { warmUps: 3 });
	return [measure(`snapshot of ${FILES} files, warm`, 'ms', median(warm), { values: warm })];
}
