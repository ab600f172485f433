/** `watch` of the built program as a process, and what it must have printed: every record on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseSessionId } from '../../src/core/ids.ts';
import { logFile, turnFile, turnNumbers } from '../../src/sessions/files/session-paths.ts';
import { PROGRAM } from './cli-home.ts';
import { wholeLines } from './whole-lines.ts';

export interface Watching {
	/** Whole lines so far. */
	lines(): string[];
	kill(signal: NodeJS.Signals): void;
	ended: Promise<{ code: number | null; stderr: string }>;
}

const started: ChildProcess[] = [];
/** One that is not over follows for ever what a failed test leaves behind. */
afterAll(() => {
	for (const child of started) child.kill('SIGKILL');
});

/** stdout goes to a new file in `folder`. */
export function startWatch(
	place: { cwd: string; env: Record<string, string> },
	file: string,
	args: readonly string[],
): Watching {
	const fd = openSync(file, 'w');
	const child = spawn(process.execPath, [PROGRAM, 'watch', ...args], {
		...place,
		stdio: ['ignore', fd, 'pipe'],
	});
	closeSync(fd);
	started.push(child);
	let stderr = '';
	child.stderr?.on('data', (chunk) => {
		stderr += chunk;
	});
	return {
		lines: () => wholeLines(file),
		kill: (signal) => void child.kill(signal),
		ended: new Promise((done) => {
			child.on('close', (code) => done({ code, stderr }));
		}),
	};
}

/** `SESSION events 2 17`, of every record of these sessions, sorted. */
export function recordsIn(sessions: string): string[] {
	const ids = readdirSync(sessions).filter((name) => parseSessionId(name) !== null);
	const found = ids.flatMap((id) => {
		const folder = join(sessions, id);
		const of = (path: string, what: string) => numbersIn(path).map((seq) => `${id} ${what} ${seq}`);
		return [
			...of(logFile(folder), 'log'),
			...turnNumbers(folder).flatMap((turn) => of(turnFile(folder, turn, 'events.jsonl'), `events ${turn}`)),
		];
	});
	return found.sort();
}

function numbersIn(path: string): number[] {
	if (!existsSync(path)) return [];
	return readFileSync(path, 'utf8')
		.split('\n')
		.flatMap((line) => {
			try {
				return [Number(JSON.parse(line).seq)];
			} catch {
				return [];
			}
		});
}

/** The same of what `watch --json` printed. */
export function recordsOf(lines: readonly string[]): string[] {
	return lines
		.map((line) => JSON.parse(line))
		.map(({ session_id, record, turn, seq }) =>
			record === 'log' ? `${session_id} log ${seq}` : `${session_id} events ${turn} ${seq}`,
		)
		.sort();
}

export const cursorOf = (line: string | undefined): string | null =>
	line === undefined ? null : JSON.parse(line).cursor;
