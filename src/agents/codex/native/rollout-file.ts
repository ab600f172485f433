/** Finds and reads the end of a thread's record under `$CODEX_HOME/sessions/YYYY/MM/DD/`. */
import { join } from 'node:path';
import type { NativeFacts, NativeRecordQuery } from '../../agent-adapter.ts';
import { namesIn, readTail } from '../../reading/native-files.ts';
import { parseRollout } from './rollout.ts';

/** The most folders of days that are searched, newest first: about three years of daily use. */
const MAX_DAYS = 1000;
const THREAD_ID = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

/** `$CODEX_HOME`, else `$HOME/.codex`; null when neither is set. */
export function codexHome(env: Readonly<Record<string, string>>): string | null {
	if (env.CODEX_HOME) return env.CODEX_HOME;
	return env.HOME ? join(env.HOME, '.codex') : null;
}

/** The facts of the thread's last turn; null when there is no readable record. Never throws, whatever it finds. */
export async function readCodexRecord(query: NativeRecordQuery): Promise<NativeFacts | null> {
	const home = codexHome(query.env);
	if (home === null || !THREAD_ID.test(query.nativeSessionId)) return null;
	const path = await findRollout(join(home, 'sessions'), query.nativeSessionId);
	const tail = path === null ? null : await readTail(path, query.maxBytes);
	return tail === null ? null : parseRollout(tail);
}

async function findRollout(sessions: string, threadId: string): Promise<string | null> {
	const ending = `-${threadId}.jsonl`;
	let days = 0;
	for await (const day of newestDays(sessions)) {
		const name = (await namesIn(day)).find((name) => name.startsWith('rollout-') && name.endsWith(ending));
		if (name !== undefined) return join(day, name);
		if (++days >= MAX_DAYS) return null;
	}
	return null;
}

async function* newestDays(sessions: string): AsyncGenerator<string> {
	for (const year of await numbersIn(sessions))
		for (const month of await numbersIn(join(sessions, year)))
			for (const day of await numbersIn(join(sessions, year, month))) yield join(sessions, year, month, day);
}

/** Names made of digits, the greatest first. */
async function numbersIn(folder: string): Promise<string[]> {
	const names = await namesIn(folder);
	return names.filter((name) => /^\d{1,4}$/.test(name)).sort((a, b) => Number(b) - Number(a));
}
