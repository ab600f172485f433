// Makes .agent-relay.example/sessions/ anew from a real run of the demo, so that the sample is what the relay writes today.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, '.agent-relay.example/sessions');
const place = mkdtempSync(join(tmpdir(), 'example-'));
const { status } = spawnSync(
	process.execPath,
	[join(root, 'bin/agent-relay.js'), 'demo', '--keep', '--pace', '0.2'],
	{
		env: { PATH: process.env.PATH, HOME: place, TMPDIR: place },
		stdio: ['ignore', 'ignore', 'inherit'],
	},
);
if (status !== 0) process.exit(1);
const [demo = ''] = readdirSync(place);
const worktree = join(place, demo, 'word-count');
rmSync(target, { recursive: true, force: true });
cpSync(join(worktree, '.agent-relay/sessions'), target, { recursive: true });

// Where the run happened is nobody's business; sizes and hashes in state.json follow the files as they then are.
for (const path of readdirSync(target, { recursive: true })) {
	if (!/\.(?:json|jsonl|md|log)$/.test(path)) continue;
	const file = join(target, path);
	const text = readFileSync(file, 'utf8').replaceAll(worktree, '/home/you/word-count');
	writeFileSync(file, text.replaceAll(root, '/usr/lib/node_modules/agent-relay'));
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
	state.bytes = { ...state.bytes, raw: beside('raw.jsonl').length, output: beside('output.md').length };
	writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
}
rmSync(place, { recursive: true, force: true });
