/** Transcripts of claude: `~/.claude/projects/<folder>/<id>.jsonl`, versions 1.0 to 2.1.332. */
import { readToolCall, toolResult } from '../../agents/claude/stream/tools.ts';
import { NO_TOKENS, type TokenCounts } from '../../agents/events.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import type { TranscriptFormat, TranscriptItem, TranscriptReader } from '../transcript-items.ts';
import { ClaudeBranch } from './claude-branch.ts';
import { readUserLine } from './claude-prompt.ts';

const TYPES = new Set([
	...['user', 'assistant', 'system', 'summary', 'attachment', 'progress', 'queue-operation'],
	...['file-history-snapshot', 'last-prompt', 'ai-title', 'custom-title', 'mode', 'permission-mode'],
]);
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const claudeTranscripts: TranscriptFormat = {
	agent: 'claude',
	isOwn: ({ type, sessionId, leafUuid, messageId, payload }) => {
		if (payload !== undefined || typeof type !== 'string' || !TYPES.has(type)) return false;
		if (textOrNull(sessionId) !== null) return true;
		return textOrNull(leafUuid) !== null || textOrNull(messageId) !== null ? null : false;
	},
	idOf: (name) => {
		const id = name.replace(/\.jsonl$/, '');
		return ID.test(id) ? id : null;
	},
	reader: () => new ClaudeReader(),
};

/** Tools whose success is a change of the file they name. */
const EDITS = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);
/** Calls without a result that are remembered. */
const MAX_OPEN = 5_000;
const MAX_QUEUED = 1_000;

type Item = TranscriptItem extends infer One ? (One extends TranscriptItem ? Omit<One, 'at'> : never) : never;

class ClaudeReader implements TranscriptReader {
	readonly #branch = new ClaudeBranch();
	/** Prompts that newer versions also record when they are taken in. */
	readonly #takenIn = new Set<string>();
	readonly #calls = new Map<string, { name: string; paths: readonly string[] }>();
	#queued: string[] = [];
	#usage: { id: string; tokens: TokenCounts } | null = null;
	#titleRank = 0;
	#hasFolder = false;

	survey(line: JsonObject): void {
		this.#branch.add(line);
		const prompt = queuedCommand(line);
		if (prompt !== null && this.#takenIn.size < MAX_QUEUED) this.#takenIn.add(prompt);
	}

	read(line: JsonObject): TranscriptItem[] {
		const at = fromIso(textOrNull(line.timestamp));
		const items = [...this.#facts(line), ...this.#itemsOf(line)];
		const known: Item[] = items.length === 0 ? [{ kind: 'other' }] : items;
		return known.map((item) => ({ at, ...item }) as TranscriptItem);
	}

	end(): TranscriptItem[] {
		return this.#usageBefore(null).map((item) => ({ at: null, ...item }) as TranscriptItem);
	}

	#facts(line: JsonObject): Item[] {
		const title = this.#titleOf(line);
		const cwd = this.#hasFolder ? null : textOrNull(line.cwd);
		const version = cwd === null ? null : textOrNull(line.version);
		this.#hasFolder ||= cwd !== null;
		const facts = {
			...(cwd === null ? {} : { cwd }),
			...(version === null ? {} : { version }),
			...(title === null ? {} : { title }),
			...(cwd !== null && line.isSidechain === true ? { isSubAgent: true } : {}),
		};
		return Object.keys(facts).length === 0 ? [] : [{ kind: 'facts', facts }];
	}

	/** The user's own title, then the CLI's newest, then a summary of this very conversation. */
	#titleOf({ type, customTitle, aiTitle, summary, leafUuid }: JsonObject): string | null {
		const ranked: Array<[number, string | null]> = [
			[3, type === 'custom-title' ? textOrNull(customTitle) : null],
			[2, type === 'ai-title' ? textOrNull(aiTitle) : null],
			[1, type === 'summary' && this.#branch.has(textOrNull(leafUuid) ?? '') ? textOrNull(summary) : null],
		];
		const found = ranked.find(([rank, title]) => title !== null && rank >= this.#titleRank);
		if (found === undefined) return null;
		this.#titleRank = found[0];
		return found[1];
	}

	#itemsOf(line: JsonObject): Item[] {
		switch (line.type) {
			case 'user':
				return this.#user(line);
			case 'assistant':
				return this.#assistant(line);
			case 'attachment':
				return this.#prompted(queuedCommand(line), line);
			case 'queue-operation':
				return this.#queue(line);
			case 'system':
				return line.subtype === 'compact_boundary' ? [{ kind: 'compacted' }] : [];
			default:
				return [];
		}
	}

	#user(line: JsonObject): Item[] {
		const said = readUserLine(line);
		if (said.is === 'interruption') return [{ kind: 'stopped' }];
		if (said.is === 'prompt') {
			const { by, text } = said;
			return [{ kind: 'prompt', by, text, isInForce: this.#isInForce(line) }];
		}
		const isSide = line.isSidechain === true;
		return listOrEmpty(objectOrEmpty(line.message).content).flatMap((block) =>
			this.#result(objectOrEmpty(block), line.toolUseResult, isSide),
		);
	}

	#result(block: JsonObject, extras: unknown, isSide: boolean): Item[] {
		if (block.type !== 'tool_result') return [];
		const call = this.#calls.get(textOrNull(block.tool_use_id) ?? '') ?? null;
		const event = toolResult(block, { extras, toolName: call?.name ?? null, isWhole: true });
		if (event === null) return [];
		this.#calls.delete(event.id);
		const edited = call !== null && event.ok === true && EDITS.has(call.name) ? call.paths : [];
		return [
			{ kind: 'event', event, isSide },
			...edited.map((path) => ({ kind: 'edit' as const, path, isSide })),
		];
	}

	#assistant(line: JsonObject): Item[] {
		const message = objectOrEmpty(line.message);
		const isSide = line.isSidechain === true;
		const blocks = listOrEmpty(message.content).map(objectOrEmpty);
		const text = blocks.map((block) => textOrNull(block.text) ?? '').join('');
		if (line.isApiErrorMessage === true)
			return [
				{ kind: 'failed', message: text, isLimit: line.error === 'rate_limit' || /\blimit\b/i.test(text) },
			];
		const model = textOrNull(message.model);
		if (model === '<synthetic>') return [];
		const id = textOrNull(message.id) ?? textOrNull(line.uuid) ?? '';
		return [
			...this.#usageBefore(id),
			...this.#noteUsage(id, message.usage, isSide),
			...(model === null || isSide ? [] : [{ kind: 'facts' as const, facts: { model } }]),
			...blocks.flatMap((block) => this.#block(block, id, isSide)),
		];
	}

	#block(block: JsonObject, messageId: string, isSide: boolean): Item[] {
		const text = block.type === 'text' ? textOrNull(block.text) : null;
		if (text !== null)
			return [{ kind: 'event', event: { type: 'agent_message_chunk', messageId, text }, isSide }];
		const event = block.type === 'tool_use' ? readToolCall(block) : null;
		if (event === null) return [];
		if (this.#calls.size < MAX_OPEN) this.#calls.set(event.id, { name: event.name, paths: event.paths });
		return [{ kind: 'event', event, isSide }];
	}

	/** A message stands on several lines, and only the last one has its whole usage. */
	#noteUsage(id: string, usage: unknown, isSide: boolean): Item[] {
		const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
			objectOrEmpty(usage);
		if (isSide || (input_tokens === undefined && output_tokens === undefined)) return [];
		const tokens = {
			...NO_TOKENS,
			input: countOrNull(input_tokens),
			output: countOrNull(output_tokens),
			cacheRead: countOrNull(cache_read_input_tokens),
			cacheWrite: countOrNull(cache_creation_input_tokens),
		};
		this.#usage = { id, tokens };
		return [];
	}

	#usageBefore(id: string | null): Item[] {
		const before = this.#usage;
		if (before === null || before.id === id) return [];
		this.#usage = null;
		return [{ kind: 'usage', scope: 'request', tokens: before.tokens }];
	}

	#queue({ operation, content }: JsonObject): Item[] {
		const words = textOrNull(content);
		if (operation === 'enqueue') this.#queued = [...this.#queued, words ?? ''].slice(-MAX_QUEUED);
		else if (operation === 'popAll') this.#queued = [];
		else if (operation === 'dequeue') this.#queued.shift();
		else if (operation === 'remove') {
			const taken = words ?? this.#queued.shift() ?? '';
			if (words !== null) this.#queued = this.#queued.filter((one) => one !== words);
			// Older versions record it nowhere else.
			return this.#takenIn.has(taken) ? [] : this.#prompted(taken, {});
		}
		return [];
	}

	#prompted(text: string | null, line: JsonObject): Item[] {
		if (text === null || text.trim() === '' || /^[/<]/.test(text)) return [];
		return [{ kind: 'prompt', by: 'person', text, isInForce: this.#isInForce(line) }];
	}

	/** A line without a place in the tree is never taken back. */
	#isInForce(line: JsonObject): boolean {
		const uuid = textOrNull(line.uuid);
		return uuid === null || line.isSidechain === true || this.#branch.isInForce(uuid);
	}
}

/** A prompt that was typed while the agent worked, as newer versions record it. */
function queuedCommand({ type, attachment }: JsonObject): string | null {
	if (type !== 'attachment') return null;
	const { type: kind, prompt, commandMode } = objectOrEmpty(attachment);
	if (kind !== 'queued_command' || (commandMode !== undefined && commandMode !== 'prompt')) return null;
	const blocks = listOrEmpty(prompt).map((block) => textOrNull(objectOrEmpty(block).text) ?? '');
	return textOrNull(prompt) ?? (blocks.length === 0 ? null : blocks.join('\n'));
}
