/**
 * Faults of a disk and of a process, put under the code that runs in this thread: the process dies at a call that changes a file,
 * the disk is full from there on, or two folders lie on two disks. Only calls that change something count, in the order in which
 * they are made.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What a dead process would not have seen: no code may take it for an answer of the system. */
export class Died extends Error {
	constructor(call: string) {
		super(`died at ${call}`);
		this.name = 'Died';
	}
}

export interface Faults {
	/** No call changes anything from this one on; a copy that is cut off leaves half of its bytes. */
	diesAt?: number;
	/** Calls that need room fail from this one on, at most for `fullFor` calls (default: to the end). */
	fullFrom?: number;
	fullFor?: number;
	/** Nothing can be renamed or linked from one of these into the other. */
	disks?: readonly [string, string];
	/** Called before each call. */
	before?(call: string, at: number): void;
}

const NEED_ROOM = new Set(['linkSync', 'symlinkSync', 'copyFileSync', 'writeSync', 'writeFileSync']);
const CHANGING = [
	...NEED_ROOM,
	...['mkdirSync', 'renameSync', 'unlinkSync', 'rmdirSync', 'rmSync', 'chmodSync', 'openSync'],
];

/** To open a file changes something where that makes one. */
const isChanging = (name: string, [, flags]: readonly unknown[]) =>
	name !== 'openSync' || ((typeof flags === 'number' ? flags : 0) & fs.constants.O_CREAT) !== 0;

/** Runs `action` under the faults. Returns the calls that it made and what it threw. */
export async function withFaults(
	faults: Faults,
	action: () => unknown,
): Promise<{ calls: string[]; error: unknown }> {
	const original = { ...fs };
	const calls: string[] = [];
	const patched = Object.fromEntries(
		CHANGING.map((name) => [
			name,
			(...args: unknown[]) => {
				const run = () => Reflect.apply(original[name as keyof typeof fs] as () => unknown, fs, args);
				if (!isChanging(name, args)) return run();
				const call = `${name} ${args.filter((arg) => typeof arg === 'string').join(' ')}`;
				const at = calls.push(call) - 1;
				faults.before?.(call, at);
				if (faults.diesAt !== undefined && at >= faults.diesAt) {
					if (at === faults.diesAt && name === 'copyFileSync') copyHalf(original, args);
					throw new Died(call);
				}
				const { fullFrom = Number.POSITIVE_INFINITY, fullFor = Number.POSITIVE_INFINITY } = faults;
				if (NEED_ROOM.has(name) && at >= fullFrom && at < fullFrom + fullFor) throw errno('ENOSPC', call);
				if ((name === 'renameSync' || name === 'linkSync') && isAcross(faults.disks, args))
					throw errno('EXDEV', call);
				return run();
			},
		]),
	);
	Object.assign(fs, patched);
	syncBuiltinESMExports();
	try {
		await action();
		return { calls, error: null };
	} catch (error) {
		return { calls, error };
	} finally {
		for (const name of CHANGING) Object.assign(fs, { [name]: original[name as keyof typeof fs] });
		syncBuiltinESMExports();
	}
}

function copyHalf({ readFileSync, writeFileSync }: typeof fs, [from, to]: unknown[]): void {
	const bytes = readFileSync(String(from));
	writeFileSync(String(to), bytes.subarray(0, bytes.length / 2));
}

function isAcross(disks: Faults['disks'], args: readonly unknown[]): boolean {
	const sides = args
		.slice(0, 2)
		.map((path) => disks?.findIndex((disk) => String(path).startsWith(`${disk}/`)));
	return sides[0] !== sides[1];
}

const errno = (code: string, call: string) =>
	Object.assign(new Error(`${code}: ${call}`), { code, syscall: 'test' });
