// How often a run looks at paths: the calls of its own process that ask about a path, as the system counts them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTANT_CLAUDE } from './agents.mjs';
import { measure } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

const FILES = 5_000;
const NAME = `looks at paths of one run, ${FILES} files`;
const ASKING = 'stat,lstat,newfstatat,statx,access,faccessat,faccessat2,readlink,readlinkat'.split(',');
const STARTING = ['clone', 'clone3', 'fork', 'vfork'];

export async function measureLooks({ rounds }) {
	if (spawnSync('strace', ['--version']).status !== 0) return [{ name: NAME, skipped: 'there is no strace' }];
	return withScene((scene) => {
		const repo = scene.makeRepo('repo', FILES);
		scene.addAgent('claude', INSTANT_CLAUDE);
		const program = [process.execPath, RELAY, 'run', '-a', 'claude', 'say done'];
		const run = (file, args) => {
			const { status, stderr } = spawnSync(file, args, { cwd: repo, env: scene.env, encoding: 'utf8' });
			if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
		};
		for (let warmUp = 0; warmUp < 3; warmUp++) run(program[0], program.slice(1));
		const trace = join(scene.folder, 'trace');
		const calls = `trace=${[...ASKING, ...STARTING].map((name) => `?${name}`).join(',')}`;
		const counts = Array.from({ length: rounds }, () => {
			run('strace', ['-f', '-b', 'execve', '-qq', '-s', '300', '-e', calls, '-o', trace, ...program]);
			return pathsAskedFor(readFileSync(trace, 'utf8')).map((path) => shortPath(path, scene.folder));
		});
		// A take of the snapshot that strace or a busy machine makes slow is repeated.
		const fewest = counts.reduce((one, other) => (other.length < one.length ? other : one));
		return [
			measure(NAME, 'looks', fewest.length, {
				atMost: 150,
				values: counts.map((paths) => paths.length),
				details: { paths: byCount(fewest) },
			}),
		];
	});
}

/** Counts the first process alone, with all its threads. */
function pathsAskedFor(text) {
	const calls = wholeCalls(text);
	const threads = new Set([calls[0]?.thread]);
	// A thread may ask before the call that made it has returned.
	const made = calls.flatMap(({ thread, call }) => {
		const child = /^clone3?\(.*CLONE_THREAD.*\)\s*= (\d+)$/.exec(call.replace(/ => \{.*\}/, ''))?.[1];
		return child === undefined ? [] : [{ thread, child }];
	});
	for (const { thread, child } of made) if (threads.has(thread)) threads.add(child);
	return calls.flatMap(({ thread, call }) => {
		const [, name, path] = /^(\w+)\([^"]*"([^"]*)"/.exec(call) ?? [];
		// An empty path asks about an open file.
		return threads.has(thread) && ASKING.includes(name) && path !== '' ? [path] : [];
	});
}

/** strace writes a call in two parts where another thread's falls in between. */
function wholeCalls(text) {
	const begun = new Map();
	return text.split('\n').flatMap((line) => {
		const [, thread, part] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
		if (thread === undefined) return [];
		if (part.endsWith('<unfinished ...>')) {
			begun.set(thread, part.slice(0, -'<unfinished ...>'.length));
			return [];
		}
		const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(part)?.[1];
		return [{ thread, call: rest === undefined ? part : (begun.get(thread) ?? '') + rest }];
	});
}

const shortPath = (path, folder) =>
	path
		.replace(folder, '~')
		.replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/, 'ID')
		.replace(/\b[0-9a-f]{16,40}\b/g, 'HASH');

function byCount(paths) {
	const counts = new Map();
	for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
	return Object.fromEntries([...counts].sort((one, other) => other[1] - one[1]));
}
