import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { hasErrno, RelayError } from '../errors.ts';
import { CappedBytes } from './capped-bytes.ts';
import { endWithUs, signalGroup } from './end-with-us.ts';
import { withoutInheritedDescriptors } from './inherited-descriptors.ts';

export interface RunProcessOptions {
	cwd: string;
	/** The whole environment. */
	env: Readonly<Record<string, string>>;
	/** Becomes stdin; without it stdin is empty. */
	input?: string | Buffer;
	/** Keeps stdin open behind `input` until this is true of stdout so far; looked at after each chunk. */
	inputUntil?: (stdout: Buffer) => boolean;
	/** How much of stdout is kept; the rest is read and dropped. Default 64 MiB. */
	maxOutputBytes?: number;
	/** Default: none. */
	timeoutMs?: number;
	/** Kill it with its group if this process exits first. For a look at something, not for work that should be finished. */
	endsWithUs?: boolean;
	signal?: AbortSignal;
}

export interface ProcessResult {
	/** null when a signal ended it. */
	exitCode: number | null;
	signal: NodeJS.Signals | null;
	stdout: Buffer;
	/** Its first 256 KiB. */
	stderr: string;
	timedOut: boolean;
	/** True when stdout went over `maxOutputBytes`. */
	truncated: boolean;
}

const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;
const STDERR_BYTES = 256 * 1024;
/** Between SIGTERM and SIGKILL: time for git to remove its lock files. */
const KILL_GRACE_MS = 1_000;
/** How long pipes that a background process still holds are read after the program has ended. */
const LEFT_OPEN_MS = 250;
/** More than a full pipe needs; a background process may print without end. */
const MOST_LOOKS = 100;

/**
 * Runs a program to its end without a shell, as the leader of its own process group and with no terminal of ours. On
 * time-out or abort the group is ended (SIGTERM, then SIGKILL). Any exit is a result; throws RelayError `not_started` when the program or
 * `cwd` does not exist or may not be run, and the signal's reason when it was aborted before or during the run.
 */
export async function runProcess(
	executable: string,
	args: readonly string[],
	options: RunProcessOptions,
): Promise<ProcessResult> {
	options.signal?.throwIfAborted();
	const stdin = options.input === undefined ? 'ignore' : 'pipe';
	const child = withoutInheritedDescriptors([stdin, 'pipe', 'pipe'], (stdio) =>
		spawn(executable, args, { cwd: options.cwd, env: { ...options.env }, stdio, detached: true }),
	);
	if (options.endsWithUs) endWithUs(child);
	const stdout = collect(child.stdout, options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
	const stderr = collect(child.stderr, STDERR_BYTES);
	// A program that does not read its input has not failed (EPIPE).
	giveInput(child, options, () => stdout.bytes());
	const stop = endInTime(child, options);
	try {
		const { exitCode, signal } = await ended(child);
		options.signal?.throwIfAborted();
		return {
			exitCode,
			signal,
			stdout: stdout.bytes(),
			stderr: stderr.bytes().toString('utf8'),
			timedOut: stop.timedOut,
			truncated: stdout.isTruncated,
		};
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR')) throw error;
		throw new RelayError('not_started', `cannot run ${executable} in ${options.cwd}`, { cause: error });
	} finally {
		stop.dispose();
	}
}

function giveInput(child: ChildProcess, options: RunProcessOptions, read: () => Buffer): void {
	const { input, inputUntil } = options;
	child.stdin?.on('error', () => undefined);
	if (inputUntil === undefined) {
		child.stdin?.end(input);
		return;
	}
	child.stdin?.write(input ?? '');
	child.stdout?.on('data', () => inputUntil(read()) && child.stdin?.end());
}

function collect(stream: Readable | null, maxBytes: number): CappedBytes {
	const kept = new CappedBytes(maxBytes);
	stream?.on('data', (chunk: Buffer) => kept.push(chunk)).on('error', () => undefined);
	return kept;
}

/** Rejects when the program could not be started. */
function ended(child: ChildProcess): Promise<Pick<ProcessResult, 'exitCode' | 'signal'>> {
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
		child.once('exit', () => {
			const timer = setTimeout(() => {
				whenRead(child, () => {
					child.stdout?.destroy();
					child.stderr?.destroy();
				});
			}, LEFT_OPEN_MS);
			child.once('close', () => clearTimeout(timer));
		});
	});
}

/**
 * Calls back once a look at the pipes finds nothing more. On a busy event loop a program's end can be seen before its own output
 * was read, with the time already over.
 */
function whenRead(child: ChildProcess, done: () => void, looksLeft = MOST_LOOKS): void {
	let hasRead = false;
	const onData = () => {
		hasRead = true;
	};
	const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
	for (const stream of streams) stream.on('data', onData);
	// Runs after the pipes were looked at, unlike a timer.
	setImmediate(() => {
		for (const stream of streams) stream.off('data', onData);
		if (hasRead && looksLeft > 0) whenRead(child, done, looksLeft - 1);
		else done();
	});
}

/** Ends the group on timeout or when the signal aborts. */
function endInTime(child: ChildProcess, options: RunProcessOptions) {
	const timers: NodeJS.Timeout[] = [];
	const state = { timedOut: false, dispose };
	const end = () => {
		signalGroup(child, 'SIGTERM');
		timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_GRACE_MS));
	};
	const onTimeout = () => {
		state.timedOut = true;
		end();
	};
	function dispose(): void {
		for (const timer of timers) clearTimeout(timer);
		options.signal?.removeEventListener('abort', end);
	}
	if (options.timeoutMs !== undefined) timers.push(setTimeout(onTimeout, options.timeoutMs));
	options.signal?.addEventListener('abort', end, { once: true });
	return state;
}
