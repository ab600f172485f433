/**
 * The native part of node-pty, used directly: its JavaScript reads from the slave side, closes the terminal 200 ms after an exit
 * and loses what is still in it. The version is pinned exactly in package.json.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { packageRoot } from '../core/files/package-root.ts';

/** Both ends as descriptors, neither close-on-exec, both non-blocking. */
export interface TerminalPair {
	master: number;
	slave: number;
	/** Path of the slave. */
	pty: string;
}

interface ForkedTerminal {
	fd: number;
	pid: number;
	pty: string;
}

export interface NativePty {
	open(columns: number, rows: number): TerminalPair;
	resize(master: number, columns: number, rows: number): void;
	fork(
		file: string,
		args: readonly string[],
		env: readonly string[],
		cwd: string,
		columns: number,
		rows: number,
		uid: number,
		gid: number,
		utf8: boolean,
		helperPath: string,
		onExit: (code: number, signal: number) => void,
	): ForkedTerminal;
}

/** Loads it (3 ms the first time). Throws RelayError `refused` on a platform without a prebuilt binary. */
export function loadNativePty(): NativePty {
	try {
		loaded ??= loadFromOwnPackages() ?? loadByNodePty();
		if (!isNativePty(loaded)) throw new Error('the binary of node-pty has no open and fork');
		return loaded;
	} catch (cause) {
		throw new RelayError('refused', `no pseudo-terminals on ${process.platform}-${process.arch}`, {
			hint: 'reinstall agent-relay on this machine, with optional dependencies',
			cause,
		});
	}
}

let loaded: unknown;

/**
 * Loads it from where npm puts it below this package, which can only hold node-pty's exact version: found without node-pty's own
 * module, and without Node's search for packages. undefined if it is elsewhere.
 */
function loadFromOwnPackages(): unknown {
	const binary = `@lydell/node-pty-${process.platform}-${process.arch}/pty.node`;
	const module: { exports: unknown } = { exports: {} };
	try {
		process.dlopen(module, join(packageRoot(), 'node_modules', binary));
		return module.exports;
	} catch {
		// Hoisted, on a disk of its own, for another machine: node-pty finds it, or says why not.
		return undefined;
	}
}

function loadByNodePty(): unknown {
	const require = createRequire(import.meta.url);
	const nodePty: unknown = require('node-pty/requireBinary');
	if (!hasRequireBinary(nodePty)) throw new Error('node-pty has no requireBinary');
	return nodePty.requireBinary('pty.node');
}

/** The program through which node-pty starts processes on macOS; unused elsewhere. */
export function spawnHelperPath(): string {
	if (process.platform !== 'darwin') return '';
	const nodePty = createRequire(createRequire(import.meta.url).resolve('node-pty'));
	return nodePty.resolve(`@lydell/node-pty-${process.platform}-${process.arch}/spawn-helper`);
}

function hasRequireBinary(value: unknown): value is { requireBinary: (file: string) => unknown } {
	return typeof value === 'object' && value !== null && 'requireBinary' in value;
}

function isNativePty(value: unknown): value is NativePty {
	return (
		typeof value === 'object' && value !== null && 'open' in value && 'fork' in value && 'resize' in value
	);
}
