import { spawnSync } from 'node:child_process';
import { hostname, uptime } from 'node:os';
import type { ProcessPlace } from './process-place.ts';
import { commandText, signalPid } from './process-signal.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from './process-table.ts';
import { descendantsOf } from './process-tree.ts';

/** A full list on a busy desktop is some 200 KB, with environments a few MB. */
const MAX_PS_BYTES = 64 * 1024 * 1024;

/**
 * Process facts from `ps` (POSIX options plus `lstart`, which macOS, the BSDs and procps all have). Each call starts one
 * `ps` (some 5-10 ms). Start stamps have a resolution of one second.
 */
export function createPsProcessTable(): ProcessTable {
	let place: ProcessPlace | null = null;
	const table: ProcessTable = {
		snapshot: () => parseRows(ps(['-A', '-o', ENTRY_COLUMNS])).map(({ entry }) => entry),
		identify: (pid) => identitiesOf(ps(['-p', String(pid), '-ww', '-o', ARGS_COLUMNS]))[0] ?? null,
		isAlive: (identity) => table.alive([identity]).length > 0,
		alive: (identities) => {
			if (identities.length === 0) return [];
			const pids = identities.map(({ pid }) => pid).join(',');
			const rows = parseRows(ps(['-p', pids, '-o', ENTRY_COLUMNS]));
			const starts = new Map(rows.map(({ entry }) => [entry.pid, entry.start]));
			return identities.filter(({ pid, start }) => starts.get(pid) === start);
		},
		descendants: (root) => descendantsOf(table, root),
		withEnvironment: (variables) => {
			const wanted = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
			const pids = pidsWithWords(ps(['-A', '-E', '-ww', '-o', 'pid=,command=']), wanted);
			return pids.flatMap((pid) => table.identify(pid) ?? []);
		},
		signal: (identity, signal) => table.isAlive(identity) && signalPid(identity.pid, signal),
		place: () => {
			place ??= {
				host: hostname(),
				boot_id: run('sysctl', ['-n', 'kern.bootsessionuuid']).trim() || null,
				pid_namespace: null,
			};
			return place;
		},
		uptime,
	};
	return table;
}

const SHARED_COLUMNS = 'pid=,ppid=,pgid=,stat=,lstart=';
const ENTRY_COLUMNS = `${SHARED_COLUMNS},comm=`;
const ARGS_COLUMNS = `${SHARED_COLUMNS},args=`;
/** `lstart` is five words in the C locale: `Sat Nov 21 09:15:06 2026`. */
const ROW = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.*)$/;

/**
 * Parses rows of `ps -o pid=,ppid=,pgid=,stat=,lstart=,<text>`; zombies and rows of another shape are left out.
 * @internal For tests: they use output of other systems.
 */
export function parseRows(output: string): Array<{ entry: ProcessEntry; text: string }> {
	return output.split('\n').flatMap((line) => {
		const [, pid, parent, group, state = '', start = '', text = ''] = ROW.exec(line) ?? [];
		if (pid === undefined || state.startsWith('Z')) return [];
		const name = text.slice(text.lastIndexOf('/') + 1);
		const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
		return [{ entry: { ...numbers, start: start.replace(/\s+/g, ' '), session: null, name }, text }];
	});
}

/**
 * Pids of the rows `PID COMMAND ENVIRONMENT…` that hold each of `words` as a whole word.
 * @internal For tests: they use output of other systems.
 */
export function pidsWithWords(output: string, words: readonly string[]): number[] {
	return output.split('\n').flatMap((line) => {
		const held = line.split(' ');
		return words.every((word) => held.includes(word)) ? Number.parseInt(line, 10) : [];
	});
}

function identitiesOf(output: string): ProcessIdentity[] {
	return parseRows(output).map(({ entry, text }) => ({
		pid: entry.pid,
		start: entry.start,
		command: commandText(text),
	}));
}

function ps(args: readonly string[]): string {
	return run('ps', args);
}

/** Output of a small system program, empty when it fails: a pid that is gone makes `ps -p` exit 1. */
function run(program: string, args: readonly string[]): string {
	const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };
	return spawnSync(program, args, { env, encoding: 'utf8', maxBuffer: MAX_PS_BYTES }).stdout ?? '';
}
