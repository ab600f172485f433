/** Transcripts of gemini: `~/.gemini/tmp/<folder>/chats/**`, one JSON document a session, later JSON lines (to 0.51). */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NO_TOKENS } from '../../agents/events.ts';
import { shellExitCode } from '../../agents/gemini/native/session-record.ts';
import { planOf, readToolCall } from '../../agents/gemini/stream/tools.ts';
import { excerptOutput } from '../../agents/reading/excerpt.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { openToRead } from '../../core/files/read-file.ts';
import { filePieces } from '../../core/files/read-pieces.ts';
import type {
	ItemBody,
	TranscriptFacts,
	TranscriptItem,
	WholeFormat,
	WholeTranscript,
} from '../transcript-items.ts';
import { entriesIn, filesBelow } from './files-below.ts';

/** A document is parsed as one; a larger one would take too much memory. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

export const geminiTranscripts: WholeFormat = {
	in: 'whole',
	agent: 'gemini',
	// The variable stands for HOME, not for the folder in it.
	folders: ({ GEMINI_CLI_HOME, HOME }) => {
		const home = GEMINI_CLI_HOME || HOME;
		return home ? [join(home, '.gemini/tmp')] : [];
	},
	*find(folder) {
		for (const entry of entriesIn(folder)) {
			if (!entry.isDirectory()) continue;
			for (const path of filesBelow(join(folder, entry.name, 'chats'), (name) => /\.jsonl?$/.test(name), 2))
				yield { path, id: null, mark: null, parent: null };
		}
	},
	open: (path) =>
		path.endsWith('.jsonl') ? openLines(path) : path.endsWith('.json') ? openDocument(path) : null,
};

function openDocument(path: string): WholeTranscript | null {
	const fd = openToRead(path);
	let document: JsonObject | null;
	let bytes: number;
	try {
		bytes = fstatSync(fd).size;
		document = bytes > MAX_DOCUMENT_BYTES ? null : parseObject(readFileSync(fd, 'utf8'));
	} finally {
		closeSync(fd);
	}
	const id = textOrNull(document?.sessionId);
	if (document === null || id === null || !Array.isArray(document.messages)) return null;
	const { messages, ...header } = document;
	return {
		id,
		bytes,
		*items() {
			yield* headerItems(path, header);
			for (const message of listOrEmpty(messages)) yield* itemsOf(objectOrEmpty(message), isHelper(header));
		},
	};
}

/** A message is written again when its tools have ended: the last one counts, at the place of the first. */
function openLines(path: string): WholeTranscript | null {
	const header = firstLine(path);
	const id = textOrNull(header?.sessionId);
	if (header === null || id === null || !('projectHash' in header || 'startTime' in header)) return null;
	return {
		id,
		bytes: filePieces(path)?.bytes ?? 0,
		*items() {
			yield* headerItems(path, header);
			const last = new Map<string, number>();
			let at = 0;
			for (const line of linesOf(path)) {
				const message = textOrNull(line?.id);
				if (message !== null) last.set(message, at);
				at++;
			}
			yield* mergedItems(path, last, isHelper(header));
		},
	};
}

/** Messages wait for those before them that come again; as a rule none or one. */
function* mergedItems(
	path: string,
	last: ReadonlyMap<string, number>,
	isSubAgent: boolean,
): Generator<TranscriptItem> {
	const waiting = new Map<string, JsonObject | null>();
	let at = 0;
	for (const line of linesOf(path)) {
		const place = at++;
		if (line === null) {
			yield { at: null, kind: 'torn' };
			continue;
		}
		const id = textOrNull(line.id);
		if (id === null) {
			yield* changeItems(objectOrEmpty(line.$set));
			continue;
		}
		const isLast = last.get(id) === place;
		if (isLast || !waiting.has(id)) waiting.set(id, isLast ? line : null);
		for (const [first, message] of waiting) {
			if (message === null) break;
			waiting.delete(first);
			yield* itemsOf(message, isSubAgent);
		}
	}
	for (const message of waiting.values()) if (message !== null) yield* itemsOf(message, isSubAgent);
}

function firstLine(path: string): JsonObject | null {
	for (const line of linesOf(path)) return line;
	return null;
}

/** null: not JSON, or too long. */
function* linesOf(path: string): Generator<JsonObject | null> {
	const splitter = new LineSplitter();
	for (const piece of filePieces(path)?.pieces() ?? [])
		for (const line of splitter.push(piece)) {
			if (line.kind === 'oversized') yield null;
			else if (line.text.trim() !== '') yield parseObject(line.text);
		}
	const rest = splitter.end();
	if (rest !== null && (rest.kind === 'oversized' || rest.text.trim() !== ''))
		yield rest.kind === 'line' ? parseObject(rest.text) : null;
}

const isHelper = ({ kind }: JsonObject) => kind === 'subagent';

function* headerItems(path: string, header: JsonObject): Generator<TranscriptItem> {
	const cwd = projectOf(path) ?? textOrNull(listOrEmpty(header.directories)[0]);
	const [id, title] = [textOrNull(header.sessionId), textOrNull(header.summary)];
	const parent = isHelper(header) ? basename(dirname(path)) : 'chats';
	const startedAt = fromIso(textOrNull(header.startTime));
	const facts: Partial<TranscriptFacts> = {
		...(id === null ? {} : { id }),
		...(cwd === null ? {} : { cwd }),
		...(title === null ? {} : { title }),
		...(startedAt === null ? {} : { startedAt }),
		...(isHelper(header) ? { isSubAgent: true } : {}),
		...(parent === 'chats' ? {} : { parent }),
	};
	yield { at: fromIso(textOrNull(header.lastUpdated)), kind: 'facts', facts };
}

function* changeItems({ summary, lastUpdated }: JsonObject): Generator<TranscriptItem> {
	const at = fromIso(textOrNull(lastUpdated));
	const title = textOrNull(summary);
	if (title === null) yield { at, kind: 'other' };
	else yield { at, kind: 'facts', facts: { title } };
}

/** The project of the folder below `tmp`: a slug by `projects.json` or its own mark, a hash by what it is a hash of. */
function projectOf(path: string): string | null {
	const parts = path.split('/');
	const at = parts.lastIndexOf('chats') - 1;
	const [folder, home] = [parts[at], parts.slice(0, at - 1).join('/')];
	if (at < 1 || folder === undefined) return null;
	const projects = Object.entries(objectOrEmpty(parseObject(textOf(join(home, 'projects.json')))?.projects));
	const named = projects.find(([project, slug]) => slug === folder || hashOf(project) === folder)?.[0];
	const root = textOf(join(home, 'history', folder, '.project_root')).trim();
	return named ?? (root === '' ? null : root);
}

const hashOf = (project: string) => createHash('sha256').update(project).digest('hex');

function textOf(path: string): string {
	try {
		return existsSync(path) ? readFileSync(path, 'utf8') : '';
	} catch {
		return '';
	}
}

function* itemsOf(message: JsonObject, isSubAgent: boolean): Generator<TranscriptItem> {
	const at = fromIso(textOrNull(message.timestamp));
	const id = textOrNull(message.id);
	const items = messageItems(message, isSubAgent);
	const known: ItemBody[] = items.length === 0 ? [{ kind: 'other' }] : items;
	for (const item of known) yield { at, ...(id === null ? {} : { id }), ...item } as TranscriptItem;
}

function messageItems(message: JsonObject, isSubAgent: boolean): ItemBody[] {
	const text = contentOf(message.content);
	switch (message.type) {
		case 'user':
			if (text.trim() === '') return [];
			if (/^[/?]/.test(text)) return [{ kind: 'prompt', by: 'command', text, isInForce: true }];
			return [{ kind: 'prompt', by: isSubAgent ? 'agent' : 'person', text, isInForce: true }];
		case 'gemini':
			return answerItems(message, text);
		case 'info':
			return /^Request cancelled\./.test(text) ? [{ kind: 'stopped' }] : [];
		case 'error':
			return [{ kind: 'failed', message: text, isLimit: /quota|rate limit|\b429\b/i.test(text) }];
		default:
			return [];
	}
}

function contentOf(content: unknown): string {
	const parts = listOrEmpty(content).map(
		(part) => textOrNull(part) ?? textOrNull(objectOrEmpty(part).text) ?? '',
	);
	return textOrNull(content) ?? parts.filter((part) => part !== '').join('');
}

function answerItems(message: JsonObject, text: string): ItemBody[] {
	const model = textOrNull(message.model);
	const messageId = textOrNull(message.id) ?? '';
	return [
		...(model === null ? [] : [{ kind: 'facts' as const, facts: { model } }]),
		...usageItems(objectOrNull(message.tokens)),
		...(text.trim() === ''
			? []
			: [
					{
						kind: 'event' as const,
						event: { type: 'agent_message_chunk' as const, messageId, text },
						isSide: false,
					},
				]),
		...listOrEmpty(message.toolCalls).flatMap((call) => toolItems(objectOrEmpty(call))),
	];
}

/** Tools whose success is a change of the file they name. */
const EDITS = new Set(['write_file', 'replace', 'edit']);

function toolItems(call: JsonObject): ItemBody[] {
	const line = { tool_id: call.id, tool_name: call.name, parameters: call.args };
	const event = readToolCall(line);
	if (event === null) return [];
	const plan = planOf(line);
	const isDone = call.status === 'success' ? true : call.status === 'error' ? false : null;
	const output = listOrEmpty(call.result)
		.map((part) => objectOrEmpty(objectOrEmpty(objectOrEmpty(part).functionResponse).response))
		.map(({ output, error }) => textOrNull(output) ?? textOrNull(error) ?? '')
		.join('\n');
	const exitCode = event.kind === 'execute' ? shellExitCode(output, textOrNull(call.resultDisplay)) : null;
	const ok = isDone === true && exitCode !== null && exitCode !== 0 ? false : isDone;
	const result = {
		type: 'tool_result' as const,
		id: event.id,
		ok: call.status === 'cancelled' ? false : ok,
		denied: call.status === 'cancelled',
		exitCode,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
	};
	const path =
		textOrNull(objectOrEmpty(call.args).file_path) ?? textOrNull(objectOrEmpty(call.args).absolute_path);
	const edits: ItemBody[] =
		path !== null && ok === true && EDITS.has(event.name) ? [{ kind: 'edit', path, isSide: false }] : [];
	const plans: ItemBody[] = plan?.type === 'plan' ? [{ kind: 'event', event: plan, isSide: false }] : [];
	return [
		{ kind: 'event', event, isSide: false },
		{ kind: 'event', event: result, isSide: false },
		...plans,
		...edits,
	];
}

function usageItems(tokens: JsonObject | null): ItemBody[] {
	const input = countOrNull(tokens?.input);
	if (tokens === null || input === null) return [];
	const cacheRead = countOrNull(tokens.cached);
	const counts = {
		...NO_TOKENS,
		input: Math.max(0, input - (cacheRead ?? 0)),
		output: countOrNull(tokens.output),
		cacheRead,
		reasoning: countOrNull(tokens.thoughts),
	};
	return [{ kind: 'usage', scope: 'request', tokens: counts }];
}
