// How long the list of many runners takes, some of which run, in starts of a bare node.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

const RUNNERS = 50;
const RUNNING = 10;

export async function measureRunners({ rounds }) {
	return withScene(async (scene) => {
		const folder = scene.makeRepo('repo', 0);
		const options = { cwd: folder, env: scene.env };
		const relay = (...args) => {
			const { status, stderr } = spawnSync(process.execPath, [RELAY, 'runner', ...args], options);
			if (status !== 0) throw new Error(`runner ${args.join(' ')}: ${stderr}`);
		};
		const uuids = Array.from({ length: RUNNERS }, (_, at) => fill(scene, at));
		const hasTmux = spawnSync('tmux', ['-V']).status === 0;
		const running = hasTmux ? uuids.slice(0, RUNNING) : [];
		try {
			for (const uuid of running) relay('restart', uuid);
			relay('list');
			const figures = await inTurn(
				{
					node: () => timeProcess(process.execPath, ['-e', '0'], options),
					list: () => timeProcess(process.execPath, [RELAY, 'runner', 'list'], options),
				},
				rounds,
				{ warmUps: 2 },
			);
			const node = median(figures.node);
			return [
				measure(
					`${RUNNERS} runners, ${running.length} of them running`,
					'bare node starts',
					median(figures.list) / node,
					{
						atMost: 3,
						values: figures.list.map((ms) => ms / node),
						details: { ms: median(figures.list), node_ms: node },
					},
				),
			];
		} finally {
			for (const uuid of running) relay('delete', uuid, '--yes');
		}
	});
}

/** As `runner create` leaves it. */
function fill(scene, at) {
	const uuid = randomUUID();
	const folder = join(scene.home, '.local/share/agent-relay/runners', uuid);
	mkdirSync(join(folder, 'work'), { recursive: true });
	const record = {
		schema_version: 1,
		...{ uuid, name: `runner-${at}`, agent: null, command: ['sleep', '1000'], kind: 'local', host: null },
		...{ repo: null, in_place: false, image: null, port: 0, protocol: 'tcp', dns_name: null },
		...{ created_at: '2026-01-01T00:00:00.000Z', last_accessed: null },
	};
	writeFileSync(join(folder, 'runner.json'), `${JSON.stringify(record, null, 2)}\n`);
	return uuid;
}
