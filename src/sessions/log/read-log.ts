import { readRecord } from '../files/json-record.ts';
import { logFile } from '../files/session-paths.ts';
import { type LogEntry, parseLogLine } from './log-entry.ts';

/**
 * The entries of a session's log, oldest first; torn lines and lines that are not entries are skipped. Empty if there is no log:
 * relays before 0.2 wrote none. Throws `damaged_record` like `readRecord`.
 */
export function readLog(folder: string): LogEntry[] {
	const bytes = readRecord(logFile(folder));
	if (bytes === null) return [];
	return bytes
		.toString()
		.split('\n')
		.flatMap((line) => parseLogLine(line) ?? []);
}
