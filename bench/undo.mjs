// What an undo of a turn that changed many files takes, and its redo: the whole command, less the start of a bare node.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, median } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

/** For 5,000 files. */
const BAR_MS = 200;

/** A line more in every file. */
const CHANGED = 'git ls-files -z | xargs -0 sed -i "\\$a changed"; echo done';
/** Every file anew, in folders of its own. */
const MADE = 'mkdir made; cp -r $(git ls-files | cut -d/ -f1 | sort -u) made; echo done';

export async function measureUndo({ rounds, files }) {
	const one = (what, script) => measureOne(what, script, { rounds, files });
	return [...(await one('changed', CHANGED)), ...(await one('made', MADE))];
}

function measureOne(what, script, { rounds, files }) {
	return withScene(async (scene) => {
		const repo = scene.makeRepo('repo', files);
		const config = join(scene.home, '.config/agent-relay');
		mkdirSync(config, { recursive: true });
		const command = JSON.stringify(['sh', '-c', `cat >/dev/null; ${script}`]);
		writeFileSync(
			join(config, 'config.toml'),
			`[agents.doer]\ncommand = ${command}\n[agents.idle]\ncommand = ["echo", "done"]\n`,
		);
		const stage = { repo, env: scene.env };
		// So that the store knows the files before the turn that counts.
		relay(stage, 'run', '-q', '--agent', 'idle', 'nothing');
		relay(stage, 'run', '-q', '--agent', 'doer', 'do it');
		if (!hasSnapshots(stage))
			return [{ name: `undo of a turn that ${what} ${files} files`, skipped: TOO_SLOW }];
		const rows = { undo: [], redo: [] };
		for (let round = 0; round <= rounds; round++)
			for (const name of ['undo', 'redo']) {
				const ms = relay(stage, name) - timed(stage, '-e', '0');
				// The first of each warms up.
				if (round > 0) rows[name].push(ms);
			}
		return [
			measure(`undo of a turn that ${what} ${files} files`, 'ms', median(rows.undo), {
				atMost: BAR_MS,
				values: rows.undo,
			}),
			measure(`redo of a turn that ${what} ${files} files`, 'ms', median(rows.redo), { values: rows.redo }),
		];
	});
}

const TOO_SLOW = 'this machine takes more than 2 s for a snapshot of them';

function hasSnapshots({ repo, env }) {
	const shown = spawnSync(process.execPath, [RELAY, 'show', '--json'], { cwd: repo, env, encoding: 'utf8' });
	const { before, after } = JSON.parse(shown.stdout).turns.at(-1).tree;
	return before !== null && after !== null;
}

const relay = (stage, ...args) => timed(stage, RELAY, ...args);

function timed({ repo, env }, ...args) {
	const started = performance.now();
	const { status, stderr } = spawnSync(process.execPath, args, { cwd: repo, env, encoding: 'utf8' });
	if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
	return performance.now() - started;
}
