import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { hasErrno } from '../errors.ts';
import type { ProcessPlace } from './process-place.ts';
import { commandText, signalPid } from './process-signal.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from './process-table.ts';
import { descendantsOf, identifyAll } from './process-tree.ts';

/** Process facts from `/proc`. Leaves out a process that ends while it is read, or that this user may not read. */
export function createLinuxProcessTable(): ProcessTable {
	let place: ProcessPlace | null = null;
	/** This process, cached: it is looked up again and again, and never changes while it runs. */
	let own: ProcessIdentity | null = null;
	const table: ProcessTable = {
		snapshot: () => pids().flatMap((pid) => entryOf(pid) ?? []),
		identify: (pid) => {
			if (pid !== process.pid) return identify(pid);
			own ??= identify(pid);
			return own;
		},
		isAlive: ({ pid, start }) => (pid === process.pid ? table.identify(pid) : entryOf(pid))?.start === start,
		alive: (identities) => identities.filter((identity) => table.isAlive(identity)),
		descendants: (root) => descendantsOf(table, root),
		withEnvironment: (variables, { after = null } = {}) => {
			// Latin-1 keeps bytes as they are: the environment of every process is searched, and decoding takes longer.
			const wanted = Object.entries(variables).map(([name, value]) =>
				Buffer.from(`\0${name}=${value}\0`).toString('latin1'),
			);
			const holders = (after === null ? pids() : pids().filter(isNumberedAfter(after)))
				.filter(isReadable)
				.filter((pid) => {
					const environ = `\0${readProc(pid, 'environ', 'latin1') ?? ''}`;
					return wanted.every((variable) => environ.includes(variable));
				});
			return identifyAll(
				table,
				holders.flatMap((pid) => entryOf(pid) ?? []),
			);
		},
		signal: (identity, signal) => table.isAlive(identity) && signalPid(identity.pid, signal),
		place: () => {
			place ??= {
				host: hostname(),
				boot_id: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
				pid_namespace: readLink('/proc/self/ns/pid'),
			};
			return place;
		},
		uptime,
	};
	return table;
}

/**
 * Parses `/proc/PID/stat` (proc_pid_stat(5)), or null when the text is not whole or the process is a zombie. The name stands in
 * parentheses and may hold spaces, parentheses and newlines, so the fields are counted from the last `)`.
 * @internal For tests: they use lines of other systems.
 */
export function parseStat(text: string): ProcessEntry | null {
	const open = text.indexOf('(');
	const close = text.lastIndexOf(')');
	if (open < 0 || close < open) return null;
	const [state = '', ppid, pgrp, session, ...rest] = text.slice(close + 2).split(' ');
	const start = rest[15];
	if (start === undefined || 'ZXx'.includes(state)) return null;
	return {
		pid: Number.parseInt(text, 10),
		start,
		parent: Number(ppid),
		group: Number(pgrp),
		session: Number(session),
		name: text.slice(open + 1, close),
	};
}

function identify(pid: number): ProcessIdentity | null {
	const entry = entryOf(pid);
	if (entry === null) return null;
	const argv = readProc(pid, 'cmdline') ?? '';
	return { pid, start: entry.start, command: commandText(argv.replaceAll('\0', ' ') || entry.name) };
}

function entryOf(pid: number): ProcessEntry | null {
	const text = readProc(pid, 'stat');
	return text === null ? null : parseStat(text);
}

function pids(): number[] {
	return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Pids are given in a circle; the newest is the last word of `/proc/loadavg` (proc_loadavg(5)). */
function isNumberedAfter(pid: number): (other: number) => boolean {
	const newest = Number(readText('/proc/loadavg')?.trim().split(' ').at(-1) ?? Number.NaN);
	if (Number.isNaN(newest)) return () => true;
	return (other) => (pid <= newest ? other > pid && other <= newest : other > pid || other <= newest);
}

/** Judges by owner: most processes belong to others, and a refused read takes ten times as long as this look. */
function isReadable(pid: number): boolean {
	const user = process.getuid?.() ?? 0;
	return user === 0 || statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === user;
}

function readProc(
	pid: number,
	file: 'stat' | 'cmdline' | 'environ',
	encoding: 'utf8' | 'latin1' = 'utf8',
): string | null {
	return readText(`/proc/${pid}/${file}`, encoding);
}

function readText(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string | null {
	return unlessGone(() => readFileSync(path, encoding));
}

function readLink(path: string): string | null {
	return unlessGone(() => readlinkSync(path));
}

function unlessGone<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null;
		throw error;
	}
}
