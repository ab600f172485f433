import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** The product built in a folder of its own, so that no other test's build is touched. */
export interface CompiledProgram {
	main: string;
	remove(): void;
}

export function compileProgram(): CompiledProgram {
	const cache = join(ROOT, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'relay-program-'));
	copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
	cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
	const build = join(ROOT, 'scripts/build.mjs');
	execFileSync(process.execPath, [build, join(folder, 'dist')], { stdio: 'pipe' });
	const main = join(folder, 'bin/agent-relay.js');
	return { main, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface ProgramRun {
	pid: number;
	kill(signal: NodeJS.Signals): void;
	/** The end of what stdout said so far. */
	stdout(): string;
	/** Exit code (null after a signal), the end of what was printed, and how long it took. */
	ended: Promise<{
		code: number | null;
		signal: string | null;
		stdout: string;
		stderr: string;
		tookMs: number;
	}>;
}

export interface ProgramPlace {
	cwd: string;
	env: Readonly<Record<string, string>>;
	/** Wrapped around node, for instance `['prlimit', …]`. */
	under?: readonly string[];
}

/** Starts `agent-relay ARGS` without a terminal and with nothing on stdin. */
export function startProgram(program: CompiledProgram, place: ProgramPlace, ...args: string[]): ProgramRun {
	const startedAt = performance.now();
	const [command = process.execPath, ...before] = [...(place.under ?? []), process.execPath];
	const child = spawn(command, [...before, program.main, ...args], {
		cwd: place.cwd,
		env: { ...place.env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { stdout: '', stderr: '' };
	child.stdout.on('data', (chunk) => {
		said.stdout = (said.stdout + chunk).slice(-KEPT_CHARS);
	});
	child.stderr.on('data', (chunk) => {
		said.stderr = (said.stderr + chunk).slice(-KEPT_CHARS);
	});
	return {
		pid: child.pid ?? 0,
		kill: (signal) => void child.kill(signal),
		stdout: () => said.stdout,
		ended: new Promise((done) => {
			child.on('close', (code, signal) =>
				done({ code, signal, ...said, tookMs: performance.now() - startedAt }),
			);
		}),
	};
}

/** Runs it to its end; one that takes longer than any of these commands may is killed, and its code is null. */
export async function runProgram(program: CompiledProgram, place: ProgramPlace, ...args: string[]) {
	const run = startProgram(program, place, ...args);
	const tooLong = setTimeout(() => run.kill('SIGKILL'), MAX_RUN_MS);
	try {
		return await run.ended;
	} finally {
		clearTimeout(tooLong);
	}
}

const MAX_RUN_MS = 30_000;
const KEPT_CHARS = 256 * 1024;
