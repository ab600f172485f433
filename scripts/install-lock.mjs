// A file that one process holds at a time. What is left by one that died, or whose number another process has by now, is taken over.
import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** A process that has not written its number by then never will. */
const WRITTEN_MS = 5_000;
const POLL_MS = 100;
const PS_MS = 5_000;

/** Resolves once the lock is held, with what gives it back; `onWait` is called once if another process holds it. */
export async function holdLock(path, onWait) {
	for (let isWaiting = false; ; ) {
		try {
			writeFileSync(path, `${process.pid} ${startOf(process.pid) ?? ''}`.trim(), { flag: 'wx' });
			return () => rmSync(path, { force: true });
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
		const abandoned = abandonedText(path);
		if (abandoned !== null) {
			removeThat(path, abandoned);
			continue;
		}
		if (!isWaiting) onWait();
		isWaiting = true;
		await new Promise((wake) => setTimeout(wake, POLL_MS));
	}
}

/** What stands in a lock that nobody holds any more; null: somebody may hold it. */
function abandonedText(path) {
	const facts = statSync(path, { throwIfNoEntry: false });
	if (facts === undefined) return null;
	const text = readOrEmpty(path);
	const [, pid, start = ''] = /^(\d+)(?: (.+))?$/.exec(text) ?? [];
	if (pid === undefined) return Date.now() - facts.mtimeMs > WRITTEN_MS ? text : null;
	if (!isAlive(Number(pid))) return text;
	const now = startOf(Number(pid));
	return start !== '' && now !== null && now !== start ? text : null;
}

/** Another process may have removed it meanwhile, and hold the lock by now: that one goes back. */
function removeThat(path, text) {
	const aside = `${path}-${process.pid}`;
	try {
		renameSync(path, aside);
		if (readFileSync(aside, 'utf8') !== text) linkSync(aside, path);
		rmSync(aside);
	} catch (error) {
		if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
	}
}

/** It may have been given back meanwhile. */
function readOrEmpty(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (error.code === 'ENOENT') return '';
		throw error;
	}
}

export function isAlive(pid) {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** When a process began, as the system tells it; null: not known. */
function startOf(pid) {
	return process.platform === 'linux' ? startInProc(pid) : startByPs(pid);
}

/** Clock ticks since the machine began, with which run of the machine that was (proc_pid_stat(5), field 22). */
function startInProc(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		// The second field is the name in brackets, which may hold blanks and brackets.
		return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
	} catch {
		return null;
	}
}

function startByPs(pid) {
	const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
	const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
		env,
		timeout: PS_MS,
		encoding: 'utf8',
	});
	return stdout?.trim() || null;
}
