/** Finds and reads the end of a session's record under `<settings home>/.gemini/tmp/<project>/chats/`. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeFacts, NativeRecordQuery } from '../../agent-adapter.ts';
import { objectOrEmpty, parseObject, textOrNull } from '../../reading/json-fields.ts';
import { ifReadable, namesIn, readTail } from '../../reading/native-files.ts';
import { parseSessionRecord } from './session-record.ts';

const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;
/** Far above any real file; a larger one is not read. */
const MAX_PROJECTS_BYTES = 4 * 1024 * 1024;
/** The most projects searched when the registry does not name the folder. */
const MAX_PROJECTS = 500;
const MAX_RECORDS = 5;

/** `$GEMINI_CLI_HOME/.gemini`, else `$HOME/.gemini`; null when neither is set. */
export function geminiFolder(env: Readonly<Record<string, string>>): string | null {
	const home = env.GEMINI_CLI_HOME || env.HOME;
	return home ? join(home, '.gemini') : null;
}

/** What the record says about the turn; null when there is no readable one. Never throws, whatever it finds. */
export async function readGeminiRecord(query: NativeRecordQuery): Promise<NativeFacts | null> {
	const folder = geminiFolder(query.env);
	if (folder === null || !SESSION_ID.test(query.nativeSessionId)) return null;
	for (const chats of await chatFolders(folder, query.folder)) {
		for (const path of await recordsOf(chats, query.nativeSessionId)) {
			const tail = await readTail(path, query.maxBytes, query.nativeSessionId);
			const facts = tail === null ? null : parseSessionRecord(tail, query.startedAt);
			if (facts !== null) return facts;
		}
	}
	return null;
}

/** The project's own folder from the CLI's registry; all of them if it does not name it (another spelling of the path). */
async function chatFolders(folder: string, startedIn: string): Promise<string[]> {
	const slug = await slugOf(join(folder, 'projects.json'), startedIn);
	if (slug !== null) return [join(folder, 'tmp', slug, 'chats')];
	const names = await namesIn(join(folder, 'tmp'));
	return names.slice(0, MAX_PROJECTS).map((name) => join(folder, 'tmp', name, 'chats'));
}

async function slugOf(path: string, startedIn: string): Promise<string | null> {
	const text = await ifReadable(async () => {
		const facts = await stat(path);
		return facts.isFile() && facts.size <= MAX_PROJECTS_BYTES ? readFile(path, 'utf8') : null;
	});
	const registry = objectOrEmpty(parseObject(text ?? ''));
	const slug = textOrNull(objectOrEmpty(registry.projects)[startedIn]);
	return slug !== null && /^[\w.-]{1,255}$/.test(slug) && !slug.startsWith('.') ? slug : null;
}

/** A resumed session may have several records; the newest name first. */
async function recordsOf(chats: string, sessionId: string): Promise<string[]> {
	const ending = `-${sessionId.slice(0, 8)}.jsonl`;
	const names = (await namesIn(chats)).filter((name) => name.startsWith('session-') && name.endsWith(ending));
	return names
		.sort()
		.reverse()
		.slice(0, MAX_RECORDS)
		.map((name) => join(chats, name));
}
