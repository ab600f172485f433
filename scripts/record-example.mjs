// Makes .agent-relay.example/sessions/ anew from a real run of the demo, so that the sample is what the relay writes today. Its id
// and the time at which it began stay the same, so that a new recording differs from the last one in what the relay writes alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ID = '01M7YS38RQT7ERVNYX3AVR1NWC';
/** The time that the id holds. */
const BEGAN = Date.parse('2026-11-21T10:05:42.553Z');
const NO_BOOT = '00000000-0000-4000-8000-000000000000';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, '.agent-relay.example/sessions');
const place = mkdtempSync(join(tmpdir(), 'example-'));
const { status } = spawnSync(
	process.execPath,
	[join(root, 'bin/agent-relay.js'), 'demo', '--keep', '--pace', '0.2'],
	{
		env: { PATH: process.env.PATH, HOME: place, TMPDIR: place, TZ: 'UTC' },
		stdio: ['ignore', 'ignore', 'inherit'],
	},
);
if (status !== 0) process.exit(1);
const [demo = ''] = readdirSync(place);
const worktree = join(place, demo, 'word-count');
rmSync(target, { recursive: true, force: true });
const sessions = join(worktree, '.agent-relay/sessions');
const [id = ''] = readdirSync(sessions);
cpSync(join(sessions, id), join(target, ID), { recursive: true });
const { created_at } = JSON.parse(readFileSync(join(target, ID, 'meta.json'), 'utf8'));
const earlier = Date.parse(created_at) - BEGAN;

/** Times as records, limits and sentences about them have them. */
function withTimesMoved(text) {
	const move = (time) => new Date(Date.parse(time) - earlier).toISOString();
	return text
		.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, move)
		.replace(/(?<="?resetsAt\\?":)\d{10}\b/g, (seconds) => Math.round(seconds - earlier / 1000))
		.replace(/(?<=\bresets )\d\d:\d\d\b/g, (time) =>
			move(`${created_at.slice(0, 10)}T${time}:00.000Z`).slice(11, 16),
		);
}

// Where the run happened is nobody's business; sizes and hashes in state.json follow the files as they then are.
for (const path of readdirSync(target, { recursive: true })) {
	if (!/\.(?:json|jsonl|md|log)$/.test(path)) continue;
	const file = join(target, path);
	const text = readFileSync(file, 'utf8')
		.replaceAll(worktree, '/home/you/word-count')
		.replaceAll(root, '/usr/lib/node_modules/agent-relay')
		.replaceAll(id, ID);
	writeFileSync(file, withTimesMoved(text));
}
for (const path of readdirSync(target, { recursive: true }).filter((name) => name.endsWith('-state.json'))) {
	const file = join(target, path);
	const state = JSON.parse(readFileSync(file, 'utf8'));
	const beside = (name) => readFileSync(file.replace(/state\.json$/, name));
	for (const name of ['prompt.md', 'events.jsonl', 'output.md']) {
		const key = name.replace(/\..*/, '');
		if (state.hashes[key] !== null)
			state.hashes[key] = createHash('sha256').update(beside(name)).digest('hex');
	}
	state.process_place = { ...state.process_place, host: 'your-machine', boot_id: NO_BOOT };
	state.bytes = { ...state.bytes, raw: beside('raw.jsonl').length, output: beside('output.md').length };
	writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
}
rmSync(place, { recursive: true, force: true });
