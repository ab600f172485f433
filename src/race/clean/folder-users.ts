/** Which processes live in a folder: none of them may lose it under its feet. */
import { readdirSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';
import { findExecutable } from '../../core/processes/find-executable.ts';
import { runProcess } from '../../core/processes/run-process.ts';
import { safeLine } from '../../core/text.ts';

interface FolderUser {
	pid: number;
	/** Short name, safe to show. */
	name: string;
	/** How it holds on to the folder: works in it, runs from it, has a file of it open. */
	how: 'works in' | 'runs from' | 'has a file open in';
	/** Below the folder. Absolute. */
	path: string;
}

interface FolderUsers {
	users: FolderUser[];
	/** Why nobody can be seen, in words; null when all processes of this user could be looked at. */
	unknown: string | null;
}

export type FindFolderUsers = (folder: string) => Promise<FolderUsers>;

/** By `/proc` on Linux, elsewhere by `lsof`. Processes of other users cannot be looked at without being root. */
export function createFolderUsers(
	env: Readonly<Record<string, string>>,
	platform: NodeJS.Platform = process.platform,
): FindFolderUsers {
	return platform === 'linux'
		? async (folder) => ({ users: usersByProc(folder), unknown: null })
		: usersByLsof(env);
}

function usersByProc(folder: string): FolderUser[] {
	return readdirSync('/proc').flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		const held = heldLinks(`/proc/${name}`).find(({ path }) => isInside(path, folder));
		return held === undefined ? [] : [{ pid: Number(name), name: nameOf(name), ...held }];
	});
}

type Held = Pick<FolderUser, 'how' | 'path'>;

/** A process that ends meanwhile, or belongs to someone else, holds nothing that can be seen. */
function heldLinks(proc: string): Held[] {
	const link = (how: FolderUser['how'], name: string): Held[] => {
		const path = quietly(() => readlinkSync(`${proc}/${name}`));
		return path === null ? [] : [{ how, path: path.replace(/ \(deleted\)$/, '') }];
	};
	const files = quietly(() => readdirSync(`${proc}/fd`)) ?? [];
	return [
		...link('works in', 'cwd'),
		...link('works in', 'root'),
		...link('runs from', 'exe'),
		...files.flatMap((name) => link('has a file open in', `fd/${name}`)),
	];
}

function nameOf(pid: string): string {
	const exe = quietly(() => readlinkSync(`/proc/${pid}/exe`)) ?? 'a process';
	return safeLine(exe.slice(exe.lastIndexOf('/') + 1), NAME_CHARS);
}

const NAME_CHARS = 60;

function quietly<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof Error && 'code' in error) return null;
		throw error;
	}
}

/** A whole listing of one user's open files takes a second or two. */
const LSOF_TIMEOUT_MS = 20_000;

function usersByLsof(env: Readonly<Record<string, string>>): FindFolderUsers {
	return async (folder) => {
		const search = { searchPath: `${env.PATH ?? ''}:/usr/sbin`, home: env.HOME ?? '/', configured: null };
		const { path } = findExecutable(['lsof'], { ...search, untrustedFolders: [] });
		if (path === null) return { users: [], unknown: 'there is no lsof to ask' };
		const args = ['-w', '-n', '-P', '-F', 'pcfn', '-u', String(process.getuid?.() ?? 0)];
		const answer = await runProcess(path, args, {
			cwd: '/',
			env,
			timeoutMs: LSOF_TIMEOUT_MS,
			endsWithUs: true,
		});
		if (answer.timedOut) return { users: [], unknown: 'lsof took too long' };
		return { users: parseLsof(answer.stdout.toString('utf8'), folder), unknown: null };
	};
}

/**
 * `lsof -F pcfn`: a line each for pid, command, and then file descriptor and name in turn. One user a process. Pure.
 * @internal For tests: tried with output of other systems.
 */
export function parseLsof(output: string, folder: string): FolderUser[] {
	const users = new Map<number, FolderUser>();
	let pid = 0;
	let name = '';
	let descriptor = '';
	for (const line of output.split('\n')) {
		const value = line.slice(1);
		if (line.startsWith('p')) pid = Number(value);
		else if (line.startsWith('c')) name = safeLine(value, NAME_CHARS);
		else if (line.startsWith('f')) descriptor = value;
		else if (line.startsWith('n') && isInside(value, folder) && !users.has(pid))
			users.set(pid, { pid, name, how: howOf(descriptor), path: value });
	}
	return [...users.values()];
}

function howOf(descriptor: string): FolderUser['how'] {
	if (descriptor === 'cwd' || descriptor === 'rtd') return 'works in';
	return descriptor === 'txt' ? 'runs from' : 'has a file open in';
}

const isInside = (path: string, folder: string) => path === folder || path.startsWith(folder + sep);
