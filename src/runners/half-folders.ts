/**
 * Names of the folders of runners that are only half there. While one is made or removed its name says by which process, from the
 * first instant to the last: a note or a lock would be missing for an instant at either end.
 */
import { createHash } from 'node:crypto';
import type { ProcessTable } from '../core/processes/process-table.ts';

/** A folder that is being made or removed, or was when its relay ended. */
export interface HalfFolder {
	name: string;
	uuid: string;
	doing: 'making' | 'removing';
	/** Its process runs; null: that process cannot be seen from here. */
	isAtWork: boolean | null;
}

const HALF = /^\.(making|removing)-([^.]+)(?:\.(\d+)-([0-9a-f]{12})-([0-9a-f]{12}))?$/;

export function halfName(doing: HalfFolder['doing'], uuid: string, processes: ProcessTable): string {
	const start = processes.identify(process.pid)?.start ?? '';
	return `.${doing}-${uuid}.${process.pid}-${stamp(start)}-${placeStamp(processes)}`;
}

/** null: the folder of something else. */
export function readHalfName(name: string, processes: ProcessTable): HalfFolder | null {
	const [, doing, uuid = '', pid, start, place] = HALF.exec(name) ?? [];
	if (doing !== 'making' && doing !== 'removing') return null;
	if (place === undefined || place !== placeStamp(processes)) return { name, uuid, doing, isAtWork: null };
	const now = processes.identify(Number(pid));
	return { name, uuid, doing, isAtWork: now !== null && stamp(now.start) === start };
}

const stamp = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** In another container, and after another boot, the same pid is another process. */
function placeStamp(processes: ProcessTable): string {
	const { host, boot_id, pid_namespace } = processes.place();
	return stamp([host, boot_id, pid_namespace].join(' '));
}
