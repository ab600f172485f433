import { join } from 'node:path';
import type { NativeFacts, NativeRecordQuery } from '../../agent-adapter.ts';
import { readTail } from '../../reading/native-files.ts';
import { isNativeId } from '../command-line.ts';
import { copilotHome } from './copilot-home.ts';
import { parseSessionRecord } from './session-record.ts';

/** The facts of the session's last turn; null when there is no readable record. Never throws, whatever it finds. */
export async function readCopilotRecord(query: NativeRecordQuery): Promise<NativeFacts | null> {
	const home = copilotHome(query.env);
	if (home === null || !isNativeId(query.nativeSessionId)) return null;
	const path = join(home, 'session-state', query.nativeSessionId, 'events.jsonl');
	const tail = await readTail(path, query.maxBytes);
	return tail === null ? null : parseSessionRecord(tail);
}
