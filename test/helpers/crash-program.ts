import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from './cli-home.ts';
import { keepCode } from './kept-code.ts';
import { createPatience } from './patience.ts';

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
	/** `HOME` gets the compiled code that an earlier start would have left there. */
	env: Readonly<Record<string, string>>;
	/** Wrapped around node, for instance `['prlimit', …]`. */
	under?: readonly string[];
}

/** Starts the built `agent-relay ARGS` without a terminal and with nothing on stdin. */
export function startProgram(place: ProgramPlace, ...args: string[]): ProgramRun {
	const { HOME } = place.env;
	if (HOME && !existsSync(join(HOME, '.cache'))) keepCode(HOME);
	const startedAt = performance.now();
	const [command = process.execPath, ...before] = [...(place.under ?? []), process.execPath];
	const child = spawn(command, [...before, PROGRAM, ...args], {
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

/** Runs it to its end; one that takes longer than any of these commands may is killed, and its error says what it waited for. */
export async function runProgram(place: ProgramPlace, ...args: string[]) {
	const run = startProgram(place, ...args);
	const isOver = createPatience(MAX_RUN_MS);
	let waitedFor = '';
	const look = setInterval(() => {
		if (waitedFor !== '' || !isOver()) return;
		waitedFor = `killed after ${MAX_RUN_MS} ms, with these processes:\n${describeProcesses(run.pid)}`;
		run.kill('SIGKILL');
	}, 50);
	try {
		const ended = await run.ended;
		return { ...ended, stderr: ended.stderr + waitedFor };
	} finally {
		clearInterval(look);
	}
}

/** The process, what it started, and where each waits in the kernel. */
function describeProcesses(pid: number): string {
	const { stdout } = spawnSync('ps', ['-eo', 'pid,ppid,stat,wchan:24,etimes,args'], { encoding: 'utf8' });
	const rows = (stdout ?? '').split('\n').map((row) => ({ row, ids: row.trim().split(/\s+/).map(Number) }));
	const tree = new Set([pid]);
	for (const { ids } of rows) if (tree.has(ids[1] ?? 0)) tree.add(ids[0] ?? 0);
	return rows.flatMap(({ row, ids }) => (tree.has(ids[0] ?? 0) ? [row] : [])).join('\n');
}

/** For what hangs: a busy machine takes ten times as long as one at rest. */
const MAX_RUN_MS = 100_000;
const KEPT_CHARS = 256 * 1024;
