import { readFileSync } from 'node:fs';

/**
 * True where this process may use its terminal: it is no job in the background (`agent-relay run … &`), which a change of the
 * terminal's modes would stop. Linux says so; elsewhere it is taken to be in the foreground.
 */
export function isInForeground(
	readStat: () => string = () => readFileSync('/proc/self/stat', 'utf8'),
): boolean {
	try {
		// proc_pid_stat(5): the name may hold anything, so the fields are counted from behind it.
		const stat = readStat();
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const [group, foreground] = [fields[2], fields[5]];
		return foreground === undefined || foreground === '-1' || foreground === group;
	} catch {
		return true;
	}
}
