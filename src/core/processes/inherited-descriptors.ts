/**
 * A child gets every descriptor of ours that is not close-on-exec: node-pty's masters (an agent whose terminal is held by anyone
 * outlives a killed relay) and what our own parent left open from 16 up (Node marks those below, and as many above as come without
 * a gap: `uv_disable_stdio_inheritance`). Node cannot set the flag on an open descriptor, and closing one that a preloaded library
 * uses would break it; but `stdio` lays out a child's descriptor table: libuv leaves `ignore` at 3 and above alone and puts
 * `/dev/null` over the numbers we name. Measured: 0.1 ms to look, no difference in the child's start. On macOS libuv closes
 * everything by itself.
 */
import type { StdioNull, StdioPipe } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hasErrno } from '../errors.ts';

type Stdio = StdioNull | StdioPipe | number;

/**
 * Calls `start` with a `stdio` array for `child_process.spawn` that begins with `stdio` and covers every other descriptor that
 * the child would inherit. `start` must spawn before it returns.
 */
export function withoutInheritedDescriptors<T>(stdio: readonly Stdio[], start: (stdio: Stdio[]) => T): T {
	const inheritable = inheritableDescriptors();
	if (inheritable.length === 0) return start([...stdio]);
	const nothing = openSync('/dev/null', 'r+');
	try {
		return start(coverDescriptors(stdio, inheritable, nothing));
	} finally {
		closeSync(nothing);
	}
}

/**
 * Extends `stdio` up to the highest of `numbers`, with `cover` at each of them that `stdio` does not set itself.
 * @internal For tests: they use descriptors of their own.
 */
export function coverDescriptors(
	stdio: readonly Stdio[],
	numbers: readonly number[],
	cover: number,
): Stdio[] {
	const covered = [...stdio];
	for (const number of numbers) {
		if (number < stdio.length) continue;
		while (covered.length < number) covered.push('ignore');
		covered[number] = cover;
	}
	return covered;
}

function inheritableDescriptors(): number[] {
	if (process.platform !== 'linux') return [];
	leftOpen ??= coverable(openDescriptors().filter((fd) => fd >= UNMARKED_FROM && !isCloseOnExec(fd)));
	return [...leftOpen, ...openMasters()];
}

/** Node marks every lower descriptor as close-on-exec when it starts. */
const UNMARKED_FROM = 16;

/**
 * The descriptors this process was started with. The list never grows: Node opens everything close-on-exec, and node-pty's masters
 * are reported by `rememberMaster`. A number that was closed and reused is hidden from children all the same.
 */
let leftOpen: readonly number[] | null = null;

/**
 * Leaves out those above the limit on open files, where nothing can be put in their place, and closes them: no library of this
 * process can have opened one there.
 */
function coverable(inherited: readonly number[]): readonly number[] {
	if (inherited.length === 0) return inherited;
	const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
	const [over, within] = [inherited.filter((fd) => fd >= limit), inherited.filter((fd) => !(fd >= limit))];
	for (const fd of over) closeSync(fd);
	return within;
}

/** The masters of node-pty that have not been seen closed. */
const masters = new Set<number>();

/** Call it for each master that node-pty opened, before anything else is started. */
export function rememberMaster(fd: number): void {
	masters.add(fd);
}

function openMasters(): number[] {
	for (const fd of masters) if (!MASTER.test(linkOf(fd))) masters.delete(fd);
	return [...masters];
}

const MASTER = /^\/dev\/(?:pts\/)?ptmx$/;
/** O_CLOEXEC in the octal `flags` of fdinfo, on every architecture that Node has binaries for. */
const CLOSE_ON_EXEC = 0o2000000;

function openDescriptors(): number[] {
	return readdirSync('/proc/self/fd')
		.map(Number)
		.filter((fd) => fd > 2);
}

function isCloseOnExec(fd: number): boolean {
	try {
		const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
		return flags === undefined || (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return true;
		throw error;
	}
}

/** Empty for a descriptor that is closed. */
function linkOf(fd: number): string {
	try {
		return readlinkSync(`/proc/self/fd/${fd}`);
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return '';
		throw error;
	}
}
