/**
 * Two ways to start the wrapper on a new terminal. Linux: a terminal is opened first, and the wrapper is a plain child
 * that adopts it, because node-pty's own fork gives the child every terminal master of this process. macOS: node-pty's
 * fork, which closes everything there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { RelayError } from '../core/errors.ts';
import { openToRead } from '../core/files/read-file.ts';
import { rememberMaster, withoutInheritedDescriptors } from '../core/processes/inherited-descriptors.ts';
import type { ProcessSpec } from './agent-process.ts';
import { loadNativePty, spawnHelperPath, type TerminalPair } from './native-pty.ts';
import { adoptingWrapper, openingWrapper, SHELL } from './wrapper.ts';

export interface Launched {
	pid: number;
	/** The agent's end, by name. */
	terminalPath: string;
	/** The relay's end; its receiver closes it. */
	masterFd: number;
	/** Keeps the agent's end open, so that nothing is lost when the last process closes it; its receiver closes it. */
	heldFd: number;
	/** Resolves when the wrapper has ended. */
	exited: Promise<void>;
}

/** `stderrFd` is open for appending to `spec.stderrPath`. Throws when nothing was started. */
export type Launch = (spec: ProcessSpec, stderrFd: number) => Promise<Launched>;

const COLUMNS = 200;
const ROWS = 50;

/** The way to launch on this platform. */
export function defaultLaunch(platform: NodeJS.Platform = process.platform): Launch {
	return platform === 'linux' ? launchOnOwnTerminal : launchByFork;
}

/** @internal For tests of both ways on one system. */
export const launchOnOwnTerminal: Launch = async (spec, stderrFd) => {
	const pair = openTerminal(spec);
	const heldFd = holdOpen(pair);
	try {
		const child = spawnWrapper(spec, pair.pty, stderrFd);
		const pid = await pidOf(child, spec);
		return { pid, terminalPath: pair.pty, masterFd: pair.master, heldFd, exited: exitOf(child) };
	} catch (error) {
		closeSync(heldFd);
		closeSync(pair.master);
		throw error;
	}
};

/** @internal For tests of both ways on one system. */
export const launchByFork: Launch = async (spec) => {
	const native = loadNativePty();
	const { columns = COLUMNS, rows = ROWS, cwd } = spec;
	const env = Object.entries(spec.env).map(([name, value]) => `${name}=${value}`);
	const args = openingWrapper(spec.stderrPath, spec);
	let tellExit = (): void => undefined;
	const exited = new Promise<void>((resolve) => {
		tellExit = resolve;
	});
	try {
		const helper = spawnHelperPath();
		const forked = native.fork(SHELL, args, env, cwd, columns, rows, -1, -1, true, helper, () => tellExit());
		const { pid, pty, fd } = forked;
		return { pid, terminalPath: pty, masterFd: fd, heldFd: openHeld(pty), exited };
	} catch (cause) {
		throw notStarted(spec, cause);
	}
};

function openTerminal({ columns = COLUMNS, rows = ROWS }: ProcessSpec): TerminalPair {
	const native = loadNativePty();
	try {
		const pair = native.open(columns, rows);
		rememberMaster(pair.master);
		return pair;
	} catch (cause) {
		throw new RelayError('refused', 'this machine has no pseudo-terminal left', {
			hint: 'close some terminals; Linux: /proc/sys/kernel/pty/max',
			cause,
		});
	}
}

/** Opens the agent's end again: node-pty's descriptor would be inherited, and its non-blocking mode shared. */
function holdOpen(pair: TerminalPair): number {
	try {
		return openHeld(pair.pty);
	} finally {
		closeSync(pair.slave);
	}
}

function openHeld(path: string): number {
	return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
}

/** `detached` makes the wrapper the leader of a session, which the terminal needs for a hang-up to reach it. */
function spawnWrapper(spec: ProcessSpec, terminalPath: string, stderrFd: number): ChildProcess {
	const promptFd = openStdin(spec.promptPath, terminalPath);
	try {
		return withoutInheritedDescriptors(['ignore', 'ignore', stderrFd, promptFd], (stdio) =>
			spawn(SHELL, adoptingWrapper(terminalPath, spec), {
				cwd: spec.cwd,
				env: { ...spec.env },
				stdio,
				detached: true,
			}),
		);
	} finally {
		closeSync(promptFd);
	}
}

/** Opens the file that was just written, never a link that replaced it. */
function openStdin(path: string | null, terminalPath: string): number {
	if (path === null) return openHeld(terminalPath);
	return path === devNull ? openSync(path, constants.O_RDONLY) : openToRead(path);
}

/** The pid of a started child; throws the reason if it did not start. */
function pidOf(child: ChildProcess, spec: ProcessSpec): Promise<number> {
	return new Promise((resolve, reject) => {
		child.once('error', (cause) => reject(notStarted(spec, cause)));
		if (child.pid !== undefined) resolve(child.pid);
	});
}

function exitOf(child: ChildProcess): Promise<void> {
	return new Promise((resolve) => {
		child.once('exit', () => resolve());
	});
}

function notStarted(spec: ProcessSpec, cause: unknown): RelayError {
	return new RelayError('not_started', `cannot start ${spec.executable} in ${spec.cwd}`, { cause });
}
