import type { AgentAdapter, NativeFacts, NativeRecordQuery } from '../../agents/agent-adapter.ts';
import type { Clock } from '../../core/clock.ts';

/** How long the end of a turn may wait for the CLI's own record, and how much of it is read. */
const TIMEOUT_MS = 1500;
const MAX_BYTES = 4 * 1024 * 1024;

type Query = Omit<NativeRecordQuery, 'nativeSessionId' | 'maxBytes'> & { nativeSessionId: string | null };

/** The CLI's own record of the turn, or null when there is none, it is damaged, or it takes too long. */
export async function readNativeFacts(
	adapter: AgentAdapter,
	clock: Clock,
	query: Query,
): Promise<NativeFacts | null> {
	const { nativeSessionId } = query;
	if (!adapter.readNativeRecord || nativeSessionId === null) return null;
	const read = adapter.readNativeRecord({ ...query, nativeSessionId, maxBytes: MAX_BYTES }).catch(() => null);
	const cancel = new AbortController();
	const facts = await Promise.race([read, clock.sleep(TIMEOUT_MS, cancel.signal).then(() => null)]);
	cancel.abort();
	return facts;
}
