/** What the messages and parts of an opencode session say, wherever they are kept. Pure. */
import { NO_TOKENS } from '../../agents/events.ts';
import { readTool } from '../../agents/opencode/stream/tools.ts';
import {
	countOrNull,
	type JsonObject,
	MAX_TIME_MS,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import type { ItemBody, TranscriptFacts, TranscriptItem } from '../transcript-items.ts';

export interface Message {
	info: JsonObject;
	parts: readonly JsonObject[];
}

export const createdAt = (info: JsonObject) => numberOrNull(objectOrEmpty(info.time).created) ?? 0;

export function* itemsOf(info: JsonObject, messages: Iterable<Message>): Generator<TranscriptItem> {
	yield* sessionItems(info);
	const isSubAgent = textOrNull(info.parentID) !== null;
	for (const { info: message, parts } of messages) {
		const at = createdAt(message) || null;
		const isCompaction = parts.some(({ type }) => type === 'compaction');
		yield* messageItems(message, parts, at);
		for (const part of parts) {
			const id = textOrNull(part.id);
			const items = isCompaction ? [] : partItems(part, message, isSubAgent);
			for (const item of items) yield { at, ...(id === null ? {} : { id }), ...item } as TranscriptItem;
		}
	}
}

function* sessionItems(info: JsonObject): Generator<TranscriptItem> {
	const { created, updated } = objectOrEmpty(info.time);
	const [cwd, title] = [textOrNull(info.directory), textOrNull(info.title)];
	const [slug, version, parent] = [
		textOrNull(info.slug),
		textOrNull(info.version),
		textOrNull(info.parentID),
	];
	const id = textOrNull(info.id);
	const startedAt = epochMs(created);
	const facts: Partial<TranscriptFacts> = {
		...(id === null ? {} : { id }),
		...(cwd === null ? {} : { cwd }),
		...(title === null || /^(?:New|Child) session - \d/.test(title) ? {} : { title }),
		...(slug === null ? {} : { slug }),
		...(version === null ? {} : { version }),
		...(parent === null ? {} : { parent, isSubAgent: true }),
		...(startedAt === null ? {} : { startedAt }),
	};
	yield { at: epochMs(updated), kind: 'facts', facts };
}

function epochMs(value: unknown): number | null {
	const time = numberOrNull(value);
	return time === null || time <= 0 || time > MAX_TIME_MS ? null : Math.round(time);
}

function* messageItems(
	message: JsonObject,
	parts: readonly JsonObject[],
	at: number | null,
): Generator<TranscriptItem> {
	const ended = epochMs(objectOrEmpty(message.time).completed);
	yield { at, kind: 'other' };
	if (message.role !== 'assistant') return;
	if (ended !== null) yield { at: ended, kind: 'other' };
	const model = textOrNull(message.modelID);
	if (model !== null) yield { at, kind: 'facts', facts: { model } };
	yield* usageItems(objectOrNull(message.tokens), at);
	if (message.summary === true && parts.some(({ text }) => (textOrNull(text) ?? '').trim() !== ''))
		yield { at, kind: 'compacted' };
	yield* failureItems(message, parts, { at, isEnded: ended !== null });
}

function* failureItems(
	message: JsonObject,
	parts: readonly JsonObject[],
	{ at, isEnded }: { at: number | null; isEnded: boolean },
): Generator<TranscriptItem> {
	const error = objectOrEmpty(message.error);
	const name = textOrNull(error.name);
	const isRunning = parts.some(
		({ type, state }) => type === 'tool' && objectOrEmpty(state).status === 'running',
	);
	if (name === 'MessageAbortedError' || (isRunning && !isEnded)) yield { at, kind: 'stopped' };
	else if (name !== null) {
		const said = textOrNull(objectOrEmpty(error.data).message) ?? name;
		yield { at, kind: 'failed', message: said, isLimit: /rate.?limit|usage limit|quota/i.test(said) };
	}
}

function* usageItems(tokens: JsonObject | null, at: number | null): Generator<TranscriptItem> {
	const input = countOrNull(tokens?.input);
	if (tokens === null || input === null) return;
	const cache = objectOrEmpty(tokens.cache);
	const counts = {
		...NO_TOKENS,
		input,
		output: countOrNull(tokens.output),
		cacheRead: countOrNull(cache.read),
		cacheWrite: countOrNull(cache.write),
		reasoning: countOrNull(tokens.reasoning),
	};
	yield { at, kind: 'usage', scope: 'request', tokens: counts };
}

/** Tools whose success is a change of the file they name. */
const EDITS = new Set(['edit', 'write', 'multiedit', 'patch', 'apply_patch']);

function partItems(part: JsonObject, message: JsonObject, isSubAgent: boolean): ItemBody[] {
	if (part.type === 'tool') return toolItems(part);
	const text = part.type === 'text' && part.synthetic !== true ? (textOrNull(part.text) ?? '') : '';
	if (text.trim() === '' || message.summary === true) return [];
	if (message.role === 'user')
		return [{ kind: 'prompt', by: isSubAgent ? 'agent' : 'person', text, isInForce: true }];
	const messageId = textOrNull(message.id) ?? '';
	return [{ kind: 'event', event: { type: 'agent_message_chunk', messageId, text }, isSide: false }];
}

function toolItems(part: JsonObject): ItemBody[] {
	const items: ItemBody[] = [];
	for (const event of readTool(part).events)
		if (event.type === 'tool_call' || event.type === 'tool_result' || event.type === 'plan')
			items.push({ kind: 'event', event, isSide: false });
	const state = objectOrEmpty(part.state);
	const path = textOrNull(objectOrEmpty(state.input).filePath);
	if (path !== null && state.status === 'completed' && EDITS.has(textOrNull(part.tool) ?? ''))
		items.push({ kind: 'edit', path, isSide: false });
	return items;
}
