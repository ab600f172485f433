/**
 * Files that only one turn's agent and the relay see, in a folder of mode 0700 outside the repo. Their names say which relay
 * created them, so that the next one recognizes what a crash left behind.
 */
import { randomBytes } from 'node:crypto';
import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { PrivateFile } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { describesOwnFolder, ensureFolder, isOwnFolder, namesIn } from '../../core/files/folders.ts';
import { FILE_MODE, writeAll } from '../../core/files/write-file.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** macOS takes 104 bytes with the final zero, Linux 108; Node cuts longer paths without an error. */
const MAX_SOCKET_BYTES = 103;

const NAME = /^(\d{1,10})-([^-]{1,40})-/;

/** The prefix of a turn's private files: a path in `folder` that no other turn of this process uses. `turn`: any text. */
export function privatePath(folder: string, turn: string, processes: ProcessTable): string {
	const start = ownerMark(processes.identify(process.pid)?.start ?? 'unknown');
	return join(folder, `${process.pid}-${start}-${turn.replace(/[^\w.-]/g, '_')}`);
}

/** A socket that nobody else uses; its name ends with `.<kind>`. null: no path in these folders is short enough for one. */
export function privateSocketPath(
	folders: readonly string[],
	kind: string,
	processes: ProcessTable,
): string | null {
	const name = `${randomBytes(4).toString('hex')}.${kind}`;
	const paths = folders.map((folder) => privatePath(folder, name, processes));
	return paths.find((path) => Buffer.byteLength(path) <= MAX_SOCKET_BYTES) ?? null;
}

/**
 * Where sockets may be, best first: with the private files in the state folder, or in the runtime folder of the user's login, which
 * has a short path. Never in a temporary folder: agents may write there.
 */
export function socketFolders(
	stateHome: string,
	env: Readonly<Record<string, string | undefined>>,
): string[] {
	const folder = join(stateHome, 'private');
	const runtime = env.XDG_RUNTIME_DIR;
	const isUsable = runtime !== undefined && isAbsolute(runtime) && isForUserAlone(runtime);
	return isUsable ? [folder, join(runtime, 'agent-relay')] : [folder];
}

function isForUserAlone(folder: string): boolean {
	const facts = lstatIfThere(folder);
	return describesOwnFolder(facts) && (facts.mode & 0o077) === 0;
}

/** Throws unless only the user may write to the folder of `path`, which is created if missing. */
export function preparePrivateFolder(path: string): void {
	ensureFolder(dirname(path));
	requireOwn(dirname(path));
}

/**
 * Calls `use` with the path of a file that nobody else uses, and removes the file afterwards; if this process is killed, the next
 * relay does (`removeStrayPrivateFiles`). If `folder` is not ours, or cannot be created, the path is in a new folder of the
 * system's temporary folder. `name`: the end of the file's name.
 */
export async function withPrivatePath<T>(
	{ folder, name, processes }: { folder: string | undefined; name: string; processes: ProcessTable },
	use: (path: string) => T | Promise<T>,
): Promise<T> {
	const path = folder === undefined ? null : preparedPath(folder, name, processes);
	const temporary = path === null ? mkdtempSync(join(tmpdir(), 'agent-relay-')) : null;
	try {
		return await use(path ?? join(temporary ?? '', name));
	} finally {
		removeQuietly(temporary ?? path ?? '');
	}
}

function preparedPath(folder: string, name: string, processes: ProcessTable): string | null {
	const path = privatePath(folder, `${randomBytes(4).toString('hex')}-${name}`, processes);
	try {
		preparePrivateFolder(path);
		return path;
	} catch {
		return null;
	}
}

/** As `privatePath`, for a command line that is only shown: nothing is ever written there. */
export function privatePathToLookAt(folder: string | undefined): { privatePath?: string } {
	return folder === undefined ? {} : { privatePath: join(folder, 'looked-at') };
}

/** Removes files of relays that are gone from `folder`, and nothing through a link. Never throws: it is only a clean-up. */
export function removeStrayPrivateFiles(folder: string, processes: ProcessTable): void {
	if (!isOwnFolder(folder)) return;
	for (const name of namesIn(folder, 'EACCES', 'EPERM', 'ELOOP', 'EIO')) {
		const [, pid, start] = NAME.exec(name) ?? [];
		if (pid === undefined) continue;
		const owner = processes.identify(Number(pid));
		if (owner !== null && ownerMark(owner.start) === start) continue;
		removeQuietly(join(folder, name));
	}
}

function ownerMark(start: string): string {
	return start.replace(/[^\w.]/g, '_').slice(0, 40);
}

function removeQuietly(path: string): void {
	try {
		rmSync(path, { recursive: true, force: true });
	} catch {
		// The next start tries again.
	}
}

/**
 * The private files of one turn. An agent must not start without them, so a file that cannot be written or has changed is an error.
 */
export class PrivateFiles {
	readonly #written: Array<PrivateFile & { dev: number; ino: number }> = [];
	readonly #agent: string;

	/** `agent`: its title, for errors. */
	constructor(agent: string) {
		this.#agent = agent;
	}

	/** Creates each file new, 0600 and never through a link. Throws `not_writable`; then none is left. */
	write(files: readonly PrivateFile[]): void {
		for (const file of files) {
			try {
				this.#written.push({ ...file, ...writeNew(file) });
			} catch (error) {
				this.remove();
				throw this.#refusal(`${file.path} cannot be written`, error);
			}
		}
	}

	/**
	 * Call it right before the start. Throws `refused` if one is not the very file, or does not hold the very text, that was
	 * written.
	 */
	check(): void {
		for (const file of this.#written) {
			let isSame = false;
			try {
				isSame = isUnchanged(file);
			} catch (error) {
				throw this.#refusal(`${file.path} cannot be read back`, error);
			}
			if (!isSame) throw this.#refusal(`${file.path} was changed by another program`);
		}
	}

	remove(): void {
		for (const { path } of this.#written.splice(0)) removeQuietly(path);
	}

	#refusal(what: string, cause?: unknown): RelayError {
		return new RelayError(
			cause === undefined ? 'refused' : 'not_writable',
			`${this.#agent} was not started: a file keeps it to its permissions, and ${what}${reason(cause)}.`,
			{ hint: 'Nothing was sent. Repair the folder, or use another agent.', cause },
		);
	}
}

function reason(cause: unknown): string {
	return cause instanceof Error ? ` (${cause.message})` : '';
}

function writeNew({ path, text }: PrivateFile): { dev: number; ino: number } {
	preparePrivateFolder(path);
	const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
	try {
		writeAll(fd, Buffer.from(text));
		const { dev, ino } = fstatSync(fd);
		return { dev, ino };
	} catch (error) {
		removeQuietly(path);
		throw error;
	} finally {
		closeSync(fd);
	}
}

/** Anyone else who may write to the folder could replace our file. */
function requireOwn(folder: string): void {
	const facts = lstatIfThere(folder);
	if (!describesOwnFolder(facts)) throw new Error(`${folder} is not a folder of yours`);
	if ((facts.mode & 0o022) !== 0) throw new Error('others may write to its folder');
}

function isUnchanged({ path, text, dev, ino }: PrivateFile & { dev: number; ino: number }): boolean {
	if (!lstatSync(path).isFile()) return false;
	const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	try {
		const facts = fstatSync(fd);
		const isSame = facts.isFile() && facts.dev === dev && facts.ino === ino;
		return isSame && facts.size === Buffer.byteLength(text) && readFileSync(fd, 'utf8') === text;
	} finally {
		closeSync(fd);
	}
}
