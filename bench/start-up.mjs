// How long commands that only tell something take, in starts of a bare node.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTANT_CLAUDE } from './agents.mjs';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { DIST, RELAY, withScene } from './scene.mjs';

const SESSIONS = 10_000;

export async function measureStartUp({ rounds }) {
	return withScene(async (scene) => {
		const folder = scene.makeRepo('repo', 0);
		await fillStore(folder);
		scene.addAgent('claude', INSTANT_CLAUDE);
		const options = { cwd: folder, env: scene.env };
		const relay = (...args) => timeProcess(process.execPath, [RELAY, ...args], options);
		// Whoever has sessions has run one: then compiled code is kept (bin/load-bundle.js).
		relay('run', '-q', '-a', 'claude', 'say done');
		const figures = await inTurn(
			{
				node: () => timeProcess(process.execPath, ['-e', '0'], options),
				version: () => relay('--version'),
				help: () => relay('--help'),
				sessions: () => relay('sessions'),
			},
			rounds,
			{ warmUps: 2 },
		);
		const node = median(figures.node);
		const row = (name, values, atMost) =>
			measure(name, 'bare node starts', median(values) / node, {
				atMost,
				values: values.map((ms) => ms / node),
				details: { ms: median(values), node_ms: node },
			});
		return [
			row('--version', figures.version, 1.25),
			row('--help', figures.help, 1.6),
			row(`sessions with ${SESSIONS} sessions`, figures.sessions, 3),
		];
	});
}

/** Records as the relay itself writes them. */
async function fillStore(folder) {
	const load = (path) => import(pathToFileURL(join(DIST, path)));
	const [{ newMeta }, { serializeMeta }, { createSessionIds }] = await Promise.all([
		load('sessions/store/new-meta.js'),
		load('sessions/files/json-record.js'),
		load('core/ids.js'),
	]);
	const start = Date.UTC(2026, 0, 1);
	let now = start;
	const nextId = createSessionIds(() => now);
	const repo = {
		kind: 'none',
		root: folder,
		worktree: folder,
		folder,
		commonDir: null,
		gitDir: null,
		branch: null,
		head: null,
	};
	let newest = null;
	for (let i = 0; i < SESSIONS; i++) {
		now = start + i * 60_000;
		newest = nextId(newest);
		const init = { kind: 'run', objective: `task ${i}`, activeAgent: 'claude' };
		const meta = newMeta({
			id: newest,
			init,
			parent: null,
			name: 'default',
			repo,
			now,
			relayVersion: '0.1.0',
		});
		const path = join(folder, '.agent-relay/sessions', newest);
		mkdirSync(join(path, 'turns'), { recursive: true });
		const text = serializeMeta({ ...meta, status: 'completed', turn_count: 1 }, path);
		writeFileSync(join(path, 'meta.json'), text);
	}
}
