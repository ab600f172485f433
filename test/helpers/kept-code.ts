/**
 * Compiled code of the built program, as an earlier start would have left it in a home: a start with it takes two thirds of the
 * processor time. Made once for a build, by commands that between them load most of the program.
 */
import { spawnSync } from 'node:child_process';
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/agent-relay.js');
const KEPT = join(ROOT, 'node_modules/.cache/relay-test-code');
const WHERE = '.cache/agent-relay/code';

const COMMANDS: ReadonlyArray<{ args: readonly string[]; input?: string }> = [
	{ args: ['run', '-q', '-a', 'demo-closer', 'hello'] },
	{ args: ['chat', '-n', '2', '--agents', 'demo-sprinter,demo-closer', 'hello'] },
	{ args: [], input: '/exit\n' },
];

/** Puts it into `home`. */
export function keepCode(home: string): void {
	mkdirSync(join(home, WHERE), { recursive: true, mode: 0o700 });
	const kept = keptFor(buildName());
	for (const name of readdirSync(kept)) copyFileSync(join(kept, name), join(home, WHERE, name));
}

function buildName(): string {
	return `${readFileSync(join(ROOT, 'dist/bundle/build-id'), 'utf8')}-${process.version}-${process.arch}`;
}

/** Several test files may make it at once: the first one stays, and only what is of another build is removed. */
function keptFor(build: string): string {
	const folder = join(KEPT, build);
	if (existsSync(folder)) return folder;
	const base = mkdtempSync(join(tmpdir(), 'relay-kept-code-'));
	const made = `${folder}.${process.pid}`;
	try {
		const env = { PATH: process.env.PATH ?? '', HOME: base, DEMO_AGENT_PACE_MS: '0' };
		for (const { args, input } of COMMANDS)
			spawnSync(process.execPath, [PROGRAM, ...args], { cwd: base, env, input: input ?? '' });
		mkdirSync(KEPT, { recursive: true });
		for (const name of readdirSync(KEPT))
			if (!name.startsWith(build)) rmSync(join(KEPT, name), { recursive: true, force: true });
		cpSync(join(base, WHERE), made, { recursive: true });
		renameSync(made, folder);
	} catch (error) {
		if (!existsSync(folder)) throw error;
	} finally {
		for (const left of [made, base]) rmSync(left, { recursive: true, force: true });
	}
	return folder;
}
