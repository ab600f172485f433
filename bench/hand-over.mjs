// How long nobody works when one agent meets its limit, and how soon an agent that hangs at its limit is gone.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEAF_CLAUDE, INSTANT_CODEX, LIMITED_CLAUDE, STUBBORN_CLAUDE, WORKING_CLAUDE } from './agents.mjs';
import { inTurn, measure, median } from './figures.mjs';
import { RELAY, repoFiles, withScene } from './scene.mjs';

const FILES = 5_000;
const DIRTY = 100;
const POLL_MS = 2;

export async function measureHandOver({ rounds }) {
	return withScene(async (scene) => {
		const repo = scene.makeRepo('repo', FILES);
		writeFileSync(join(scene.notes, 'dirty'), `${repoFiles(DIRTY).join('\n')}\n`);
		scene.addAgent('codex', INSTANT_CODEX);
		const stage = { scene, repo };
		const { gap } = await inTurn({ gap: () => gapMs(stage) }, rounds);
		const { gone } = await inTurn({ gone: () => goneMs(stage) }, Math.ceil(rounds / 3), { warmUps: 0 });
		const { ended } = await inTurn({ ended: () => endedMs(stage) }, Math.ceil(rounds / 3), { warmUps: 0 });
		const { killed } = await inTurn({ killed: () => killedMs(stage) }, Math.ceil(rounds / 3), { warmUps: 0 });
		return [
			measure(`predecessor gone -> successor's exec, ${FILES} files, ${DIRTY} dirty`, 'ms', median(gap), {
				atMost: 120,
				values: gap,
			}),
			measure("hard limit's evidence -> predecessor gone, the slowest", 'ms', Math.max(...gone), {
				atMost: 1000,
				values: gone,
			}),
			measure(
				'SIGTERM to the relay -> all ended, though its agent ignores it, the slowest',
				'ms',
				Math.max(...ended),
				{
					atMost: 5000,
					values: ended,
				},
			),
			measure('kill -9 of the relay -> its agent and tool gone, the slowest', 'ms', Math.max(...killed), {
				atMost: 3000,
				values: killed,
			}),
		];
	});
}

async function gapMs({ scene, repo }) {
	scene.addAgent('claude', LIMITED_CLAUDE);
	const { child, ended } = startRun(scene, repo);
	await ended;
	if (child.exitCode !== 0) throw new Error(`run ended with ${child.exitCode}`);
	return noteTime(scene, 'successor-runs') - noteTime(scene, 'predecessor-ends');
}

async function goneMs({ scene, repo }) {
	scene.addAgent('claude', STUBBORN_CLAUDE);
	const { ended } = startRun(scene, repo);
	const [pid] = await notedPids(scene);
	while (isRunning(pid)) await sleep(POLL_MS);
	const ms = Date.now() - noteTime(scene, 'limit-told');
	await ended;
	return ms;
}

async function endedMs({ scene, repo }) {
	scene.addAgent('claude', DEAF_CLAUDE);
	const { child, ended } = startRun(scene, repo);
	const pids = await notedPids(scene);
	const start = performance.now();
	child.kill('SIGTERM');
	await ended;
	while (pids.some(isRunning)) await sleep(POLL_MS);
	return performance.now() - start;
}

async function killedMs({ scene, repo }) {
	scene.addAgent('claude', WORKING_CLAUDE);
	const { child, ended } = startRun(scene, repo);
	const pids = await notedPids(scene);
	const start = performance.now();
	child.kill('SIGKILL');
	while (pids.some(isRunning)) await sleep(POLL_MS);
	const ms = performance.now() - start;
	await ended;
	return ms;
}

async function notedPids(scene) {
	const note = join(scene.notes, 'pid');
	while (!existsSync(note) || readFileSync(note, 'utf8') === '') await sleep(POLL_MS);
	return readFileSync(note, 'utf8').trim().split(' ').map(Number);
}

/** A fresh limit ledger and no notes, so that each round begins with claude. */
function startRun(scene, repo) {
	for (const note of ['predecessor-ends', 'successor-runs', 'limit-told', 'pid'])
		rmSync(join(scene.notes, note), { force: true });
	rmSync(join(scene.home, '.local/state/agent-relay/limits.json'), { force: true });
	const child = spawn(process.execPath, [RELAY, 'run', '--order', 'claude,codex', 'do the work'], {
		cwd: repo,
		env: scene.env,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	child.stderr.resume();
	return { child, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** Epoch ms; as fine as the kernel's clock tick (1-10 ms). */
function noteTime(scene, note) {
	return statSync(join(scene.notes, note)).mtimeMs;
}

/** Not what only waits to be collected: on Linux the kernel says so, and whoever adopts orphans may take its time. */
function isRunning(pid) {
	try {
		process.kill(pid, 0);
		const stat = `/proc/${pid}/stat`;
		return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
	} catch {
		return false;
	}
}
