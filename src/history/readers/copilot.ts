/** Transcripts of copilot: `~/.copilot/session-state/<id>/events.jsonl`, in 2025 `<id>.jsonl`; versions 0.0.354 to 1.0.72. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NO_TOKENS, type ToolKind } from '../../agents/events.ts';
import { excerptLine, excerptOutput } from '../../agents/reading/excerpt.ts';
import {
	countOrNull,
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import type {
	GrowingReader,
	ItemBody,
	LinesFormat,
	TranscriptFacts,
	TranscriptItem,
	TranscriptReader,
} from '../transcript-items.ts';
import { entriesIn, homeFolders } from './files-below.ts';

const TYPE = /^(?:session|user|assistant|tool|system|subagent|hook|permission)\.[a-z_]+$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EVENTS = 'events.jsonl';

export const copilotTranscripts: LinesFormat = {
	in: 'lines',
	agent: 'copilot',
	isOwn: ({ type, data, id, timestamp }) =>
		typeof type === 'string' &&
		(TYPE.test(type) || type === 'abort') &&
		objectOrNull(data) !== null &&
		textOrNull(id) !== null &&
		textOrNull(timestamp) !== null,
	beside: readWorkspace,
	idOf: (path) => {
		const name = basename(path) === EVENTS ? basename(dirname(path)) : basename(path, '.jsonl');
		return ID.test(name) ? name : null;
	},
	folders: (env) => homeFolders(env, { variable: 'COPILOT_HOME', below: '.copilot' }, 'session-state'),
	*find(folder) {
		for (const entry of entriesIn(folder)) {
			const path = join(folder, entry.name);
			if (entry.isFile() && entry.name.endsWith('.jsonl')) yield found(path);
			else if (entry.isDirectory() && entriesIn(path).some(({ name }) => name === EVENTS))
				yield found(join(path, EVENTS));
		}
	},
	reader: () => new CopilotReader(''),
	resume: (saved) => new CopilotReader(saved),
};

const found = (path: string) => ({ path, id: copilotTranscripts.idOf(path), mark: null, parent: null });

/** The name that the CLI or the user gave the session, and its folder, which are not in the events. */
function readWorkspace(eventsPath: string): Partial<TranscriptFacts> {
	if (basename(eventsPath) !== EVENTS) return {};
	let text: string;
	try {
		text = readFileSync(join(dirname(eventsPath), 'workspace.yaml'), 'utf8').slice(0, 16_384);
	} catch {
		return {};
	}
	const value = (key: string) => {
		const found = new RegExp(`^${key}: *(.+)$`, 'm').exec(text)?.[1]?.trim() ?? '';
		return found.replace(/^(["'])(.*)\1$/, '$2');
	};
	const [title, cwd] = [value('name'), value('cwd')];
	return { ...(title === '' ? {} : { title }), ...(cwd === '' ? {} : { cwd }) };
}

const KINDS: Readonly<Record<string, ToolKind>> = {
	bash: 'execute',
	shell: 'execute',
	edit: 'edit',
	create: 'edit',
	str_replace_editor: 'edit',
	apply_patch: 'edit',
	view: 'read',
	rg: 'search',
	grep: 'search',
	glob: 'search',
	web_fetch: 'fetch',
};
/** Calls that wait for their end. */
const MAX_OPEN = 500;

class CopilotReader implements TranscriptReader, GrowingReader {
	readonly isSettled = true;
	/** The path that each open call changes; '' for none. */
	readonly #calls: Map<string, string>;

	constructor(saved: string) {
		this.#calls = new Map(
			Object.entries(parseObject(saved) ?? {}).map(([id, path]) => [id, textOrNull(path) ?? '']),
		);
	}

	survey(): void {
		// Nothing is taken back in these files.
	}

	saved(): string {
		return JSON.stringify(Object.fromEntries(this.#calls));
	}

	end(): TranscriptItem[] {
		return [];
	}

	read(line: JsonObject): TranscriptItem[] {
		const at = fromIso(textOrNull(line.timestamp));
		const id = textOrNull(line.id);
		const data = objectOrEmpty(line.data);
		const isSide = textOrNull(data.parentToolCallId) !== null || textOrNull(line.agentId) !== null;
		const items = this.#itemsOf(textOrNull(line.type) ?? '', data, isSide);
		const known: ItemBody[] = items.length === 0 ? [{ kind: 'other' }] : items;
		return known.map((item) => ({ at, ...(id === null ? {} : { id }), ...item }) as TranscriptItem);
	}

	#itemsOf(type: string, data: JsonObject, isSide: boolean): ItemBody[] {
		switch (type) {
			case 'session.start':
			case 'session.resume':
				return startFacts(data);
			case 'session.model_change': {
				const model = textOrNull(data.newModel);
				return model === null ? [] : [{ kind: 'facts', facts: { model } }];
			}
			case 'user.message':
				return prompt(data, isSide);
			case 'assistant.message':
				return answer(data, isSide);
			case 'tool.execution_start':
				return this.#call(data, isSide);
			case 'tool.execution_complete':
				return this.#result(data, isSide);
			case 'session.usage_record':
				return usage(objectOrEmpty(data.usage));
			case 'session.compaction_complete':
				return data.success === true ? [{ kind: 'compacted' }] : [];
			case 'session.error': {
				const message = textOrNull(data.message) ?? '';
				const isLimit = /rate_limit|quota/.test(textOrNull(data.errorType) ?? '');
				return [{ kind: 'failed', message, isLimit }];
			}
			case 'abort':
				return [{ kind: 'stopped' }];
			default:
				return [];
		}
	}

	#call(data: JsonObject, isSide: boolean): ItemBody[] {
		const id = textOrNull(data.toolCallId);
		if (id === null) return [];
		const input = objectOrEmpty(data.arguments);
		const name = excerptLine(textOrNull(data.toolName) ?? 'unknown', 200);
		const kind = KINDS[name] ?? 'other';
		const path = textOrNull(input.path) ?? textOrNull(input.filePath);
		const command = kind === 'execute' ? textOrNull(input.command) : null;
		const title = command ?? path ?? textOrNull(input.pattern) ?? textOrNull(input.description) ?? name;
		if (this.#calls.size < MAX_OPEN) this.#calls.set(id, kind === 'edit' ? (path ?? '') : '');
		const paths = path === null ? [] : [path];
		const event = { type: 'tool_call' as const, id, name, kind, title: excerptLine(title), command, paths };
		return [{ kind: 'event', event, isSide }];
	}

	#result(data: JsonObject, isSide: boolean): ItemBody[] {
		const id = textOrNull(data.toolCallId);
		if (id === null) return [];
		const path = this.#calls.get(id) ?? '';
		this.#calls.delete(id);
		const ok = typeof data.success === 'boolean' ? data.success : null;
		const error = objectOrEmpty(data.error);
		const output = textOrNull(objectOrEmpty(data.result).content) ?? textOrNull(error.message) ?? '';
		const event = {
			type: 'tool_result' as const,
			id,
			ok,
			denied: error.code === 'denied' || error.code === 'rejected',
			exitCode: numberOrNull(objectOrEmpty(data.shellExecution).exitCode),
			output: excerptOutput(output),
			outputBytes: Buffer.byteLength(output),
		};
		const edits: ItemBody[] = path !== '' && ok === true ? [{ kind: 'edit', path, isSide }] : [];
		return [{ kind: 'event', event, isSide }, ...edits];
	}
}

function startFacts(data: JsonObject): ItemBody[] {
	const cwd = textOrNull(objectOrEmpty(data.context).cwd);
	const [model, version] = [textOrNull(data.selectedModel), textOrNull(data.copilotVersion)];
	const facts = {
		...(cwd === null ? {} : { cwd }),
		...(model === null ? {} : { model }),
		...(version === null ? {} : { version }),
	};
	return Object.keys(facts).length === 0 ? [] : [{ kind: 'facts', facts }];
}

/** Whatever has a source that is not the user comes from the CLI. */
function prompt(data: JsonObject, isSide: boolean): ItemBody[] {
	const source = textOrNull(data.source);
	const text = textOrNull(data.content) ?? '';
	if ((source !== null && source !== 'user') || text.trim() === '') return [];
	return [{ kind: 'prompt', by: isSide ? 'agent' : 'person', text, isInForce: true }];
}

function answer(data: JsonObject, isSide: boolean): ItemBody[] {
	const [text, model] = [textOrNull(data.content) ?? '', textOrNull(data.model)];
	const facts: ItemBody[] = model === null || isSide ? [] : [{ kind: 'facts', facts: { model } }];
	if (text === '') return facts;
	const messageId = textOrNull(data.messageId) ?? '';
	return [...facts, { kind: 'event', event: { type: 'agent_message_chunk', messageId, text }, isSide }];
}

function usage(used: JsonObject): ItemBody[] {
	const [input, output] = [countOrNull(used.inputTokens), countOrNull(used.outputTokens)];
	if (input === null && output === null) return [];
	const [cacheRead, cacheWrite] = [countOrNull(used.cacheReadTokens), countOrNull(used.cacheWriteTokens)];
	const reasoning = countOrNull(used.reasoningTokens);
	const tokens = {
		...NO_TOKENS,
		input: input === null ? null : Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0)),
		output: output === null ? null : Math.max(0, output - (reasoning ?? 0)),
		cacheRead,
		cacheWrite,
		reasoning,
	};
	return [{ kind: 'usage', scope: 'request', tokens }];
}
