/** Processes by the home they were started with: finds an agent's children also in sessions of their own. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

export interface SceneProcess {
	pid: number;
	command: string;
	start: string;
}

export function processesOf(home: string): SceneProcess[] {
	const mark = `\0HOME=${home}\0`;
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			const environ = read(name, 'environ');
			if (environ === null || !`\0${environ}`.includes(mark)) return [];
			const command = (read(name, 'cmdline') ?? '').replaceAll('\0', ' ').trim();
			const start = startOf(name);
			return start === null ? [] : [{ pid: Number(name), command, start }];
		});
}

/** Only those that are still the same processes. */
export function killAll(processes: readonly SceneProcess[]): void {
	for (const { pid, start } of processes) {
		if (startOf(String(pid)) !== start) continue;
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// Gone meanwhile.
		}
	}
}

/** null for a process that is gone or only waits to be collected. */
function startOf(pid: string): string | null {
	const stat = read(pid, 'stat');
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	if (fields === undefined || 'ZXx'.includes(fields[0] ?? 'Z')) return null;
	return fields[19] ?? null;
}

function read(pid: string, file: string): string | null {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return null;
	}
}
