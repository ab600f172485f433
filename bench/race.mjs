// What running entrants side by side costs: four of them in a repo of 5,000 files, against one of them alone.
import { spawn } from 'node:child_process';
import { SLOW_CLAUDE } from './agents.mjs';
import { inTurn, measure, median } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

const FILES = 5_000;
const WORK_S = 10;
const FOUR = ['claude:one', 'claude:two', 'claude:three', 'claude:four'];

export async function measureRace({ rounds }) {
	return withScene(async (scene) => {
		const repo = scene.makeRepo('repo', FILES);
		scene.addAgent('claude', SLOW_CLAUDE);
		const stage = { scene, repo };
		await raceMs(stage, FOUR.slice(0, 1), 0);
		const { four, alone } = await inTurn(
			{ four: () => raceMs(stage, FOUR, WORK_S), alone: () => raceMs(stage, FOUR.slice(0, 1), WORK_S) },
			rounds,
			{ warmUps: 0 },
		);
		return [
			measure(
				`race of ${FOUR.length} entrants of ${WORK_S} s / one alone, ${FILES} files`,
				'x',
				median(four) / median(alone),
				{ atMost: 1.15, values: four.map((ms, i) => ms / alone[i]) },
			),
			measure(`what a race adds to ${WORK_S} s of one entrant`, 'ms', median(alone) - WORK_S * 1000, {
				values: alone.map((ms) => ms - WORK_S * 1000),
			}),
		];
	});
}

/** A whole race as a user waits for it: worktrees, work, check, rank. It is cleaned up outside of the time. */
async function raceMs({ scene, repo }, entrants, workSeconds) {
	const env = { ...scene.env, BENCH_WORK_S: String(workSeconds) };
	const started = performance.now();
	const exitCode = await relay(
		['race', 'do the work', '--agents', entrants.join(','), '--check', 'true', '--json'],
		{ repo, env },
	);
	const ms = performance.now() - started;
	if (exitCode !== 0 && exitCode !== 2) throw new Error(`race ended with ${exitCode}`);
	const cleaned = await relay(['race', 'clean', '--apply'], { repo, env });
	if (cleaned !== 0) throw new Error(`race clean ended with ${cleaned}`);
	return ms;
}

function relay(args, { repo, env }) {
	const child = spawn(process.execPath, [RELAY, ...args], { cwd: repo, env, stdio: 'ignore' });
	return new Promise((resolve) => child.once('close', resolve));
}
