/** Transcripts of claude: `~/.claude/projects/<folder>/<id>.jsonl`, versions 1.0 to 2.1.332. */
import { basename, dirname } from 'node:path';
import { readToolCall, toolResult } from '../../agents/claude/stream/tools.ts';
import { PlanTracker } from '../../agents/claude/stream/work/plan.ts';
import { type AgentEvent, NO_TOKENS, type TokenCounts } from '../../agents/events.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import type {
	GrowingReader,
	ItemBody,
	LinesFormat,
	TranscriptItem,
	TranscriptReader,
} from '../transcript-items.ts';
import { ClaudeBranch } from './claude-branch.ts';
import { ClaudeProgress } from './claude-progress.ts';
import { readUserLine } from './claude-prompt.ts';
import { filesBelow, homeFolders } from './files-below.ts';

const TYPES = new Set([
	...['user', 'assistant', 'system', 'summary', 'attachment', 'progress', 'queue-operation'],
	...['file-history-snapshot', 'last-prompt', 'ai-title', 'custom-title', 'mode', 'permission-mode'],
]);
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const claudeTranscripts: LinesFormat = {
	in: 'lines',
	agent: 'claude',
	isOwn: ({ type, sessionId, leafUuid, messageId, payload }) => {
		if (payload !== undefined || typeof type !== 'string' || !TYPES.has(type)) return false;
		if (textOrNull(sessionId) !== null) return true;
		return textOrNull(leafUuid) !== null || textOrNull(messageId) !== null ? null : false;
	},
	idOf: (path) => {
		const id = basename(path, '.jsonl');
		return ID.test(id) ? id : null;
	},
	folders: (env) => homeFolders(env, { variable: 'CLAUDE_CONFIG_DIR', below: '.claude' }, 'projects'),
	*find(folder) {
		for (const path of filesBelow(folder, (name) => name.endsWith('.jsonl'))) {
			const parent = basename(dirname(dirname(path)));
			const id = basename(path, '.jsonl');
			yield {
				path,
				id,
				mark: null,
				parent: ID.test(parent) && basename(dirname(path)) === 'subagents' ? parent : null,
			};
		}
	},
	reader: () => new ClaudeReader(null),
	resume: (saved, isWhole = false) => new ClaudeReader(saved, isWhole),
};

const MAX_TAKEN_IN = 1_000;
/** Tools whose success is a change of the file they name. */
const EDITS = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);

/** A line with the result of a tool: its first keys up to where that begins. No JSON text has an unescaped quote, so nothing said looks like it. */
const RESULT_HEAD =
	/^\{(?:"(?!type")\w+":(?:"[^"\\]*"|null|true|false|\d+),)*"type":"user",(?:"(?!message")\w+":(?:"[^"\\]*"|null|true|false|\d+),)*"message":\{"role":"user","content":\[\{(?:"tool_use_id":"([^"\\]*)",)?"type":"tool_result"/;
const HEAD_BYTES = 1_024;
const CONTENT_END = Buffer.from(']},"uuid":"');
const LINE_ID = /^\]\},"uuid":"([^"\\]+)","timestamp":"([^"\\]+)"/;
const ID_BYTES = 160;

class ClaudeReader implements TranscriptReader, GrowingReader {
	readonly isSettled = true;
	/** null: the file is read as it grows, and what was taken back is not known. */
	readonly #branch: ClaudeBranch | null;
	/** Prompts that newer versions also record when they are taken in. */
	readonly #takenIn = new Set<string>();
	readonly #progress: ClaudeProgress;
	/** Only a file that is read whole has all of a plan. */
	readonly #plan: PlanTracker | null;
	#usage: { id: string; tokens: TokenCounts } | null = null;

	/** `saved` null: all lines are surveyed first. */
	constructor(saved: string | null, isWhole = saved === null) {
		this.#branch = saved === null ? new ClaudeBranch() : null;
		this.#progress = new ClaudeProgress(saved ?? '');
		this.#plan = isWhole ? new PlanTracker([]) : null;
	}

	survey(line: JsonObject): void {
		this.#branch?.add(line);
		const prompt = queuedCommand(line);
		if (prompt !== null && this.#takenIn.size < MAX_TAKEN_IN) this.#takenIn.add(prompt);
	}

	saved(): string {
		return this.#progress.saved();
	}

	read(line: JsonObject): TranscriptItem[] {
		const at = fromIso(textOrNull(line.timestamp));
		const id = textOrNull(line.uuid);
		const items = [...this.#progress.factsOf(line, this.#branch), ...this.#itemsOf(line)];
		const known: ItemBody[] = items.length === 0 ? [{ kind: 'other' }] : items;
		return known.map((item) => ({ at, ...(id === null ? {} : { id }), ...item }) as TranscriptItem);
	}

	pass(line: Buffer): TranscriptItem[] | null {
		if (!this.#progress.canPass) return null;
		const head = RESULT_HEAD.exec(line.toString('latin1', 0, HEAD_BYTES));
		if (head === null) return null;
		const end = line.indexOf(CONTENT_END, head[0].length);
		const [, id, time] = (end < 0 ? null : LINE_ID.exec(line.toString('latin1', end, end + ID_BYTES))) ?? [];
		if (id === undefined || time === undefined) return null;
		this.#progress.passOver(id, head[1] ?? '');
		return [{ kind: 'other', at: fromIso(time), id }];
	}

	end(): TranscriptItem[] {
		return this.#usageBefore(null).map((item) => ({ at: null, ...item }) as TranscriptItem);
	}

	#itemsOf(line: JsonObject): ItemBody[] {
		switch (line.type) {
			case 'user':
				return this.#user(line);
			case 'assistant':
				return this.#assistant(line);
			case 'attachment':
				return this.#takeIn(queuedCommand(line), line);
			case 'queue-operation':
				return this.#queue(line);
			case 'system':
				return line.subtype === 'compact_boundary' ? [{ kind: 'compacted' }] : [];
			default:
				return [];
		}
	}

	#user(line: JsonObject): ItemBody[] {
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

	#result(block: JsonObject, extras: unknown, isSide: boolean): ItemBody[] {
		if (block.type !== 'tool_result') return [];
		const call = this.#progress.call(textOrNull(block.tool_use_id) ?? '');
		const event = toolResult(block, { extras, toolName: call?.name ?? null, isWhole: true });
		if (event === null) return [];
		this.#progress.endCall(event.id);
		const edited = call !== null && event.ok === true && EDITS.has(call.name) ? call.paths : [];
		const { id, ok, output } = event;
		const plans = isSide ? [] : (this.#plan?.result(id, ok === true, output, extras) ?? []);
		return [
			{ kind: 'event', event, isSide },
			...planItems(plans),
			...edited.map((path) => ({ kind: 'edit' as const, path, isSide })),
		];
	}

	#assistant(line: JsonObject): ItemBody[] {
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

	#block(block: JsonObject, messageId: string, isSide: boolean): ItemBody[] {
		const text = block.type === 'text' ? textOrNull(block.text) : null;
		if (text !== null)
			return [{ kind: 'event', event: { type: 'agent_message_chunk', messageId, text }, isSide }];
		const event = block.type === 'tool_use' ? readToolCall(block) : null;
		if (event === null) return [];
		this.#progress.beginCall(event.id, { name: event.name, paths: event.paths });
		const plans = isSide ? [] : (this.#plan?.call(event.id, event.name, objectOrEmpty(block.input)) ?? []);
		return [{ kind: 'event', event, isSide }, ...planItems(plans)];
	}

	/** A message stands on several lines, and only the last one has its whole usage. */
	#noteUsage(id: string, usage: unknown, isSide: boolean): ItemBody[] {
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

	#usageBefore(id: string | null): ItemBody[] {
		const before = this.#usage;
		if (before === null || before.id === id) return [];
		this.#usage = null;
		return [{ kind: 'usage', scope: 'request', tokens: before.tokens }];
	}

	#queue({ operation, content }: JsonObject): ItemBody[] {
		const words = textOrNull(content);
		const { queue } = this.#progress;
		if (operation === 'enqueue') queue.add(words ?? '');
		else if (operation === 'popAll') queue.clear();
		else if (operation === 'dequeue') queue.next();
		else if (operation === 'remove') {
			const taken = queue.remove(words);
			// Older versions record it nowhere else.
			return this.#takenIn.has(taken) ? [] : this.#takeIn(taken, {});
		}
		return [];
	}

	/** A file that is read as it grows says it by its queue, by an attachment, or by both. */
	#takeIn(text: string | null, line: JsonObject): ItemBody[] {
		if (
			text !== null &&
			this.#branch === null &&
			this.#progress.queue.wasTaken(text, line.uuid !== undefined)
		)
			return [];
		return this.#prompted(text, line);
	}

	#prompted(text: string | null, line: JsonObject): ItemBody[] {
		if (text === null || text.trim() === '' || /^[/<]/.test(text)) return [];
		return [{ kind: 'prompt', by: 'person', text, isInForce: this.#isInForce(line) }];
	}

	/** A line without a place in the tree is never taken back. */
	#isInForce(line: JsonObject): boolean {
		const uuid = textOrNull(line.uuid);
		return uuid === null || line.isSidechain === true || (this.#branch?.isInForce(uuid) ?? true);
	}
}

const planItems = (events: readonly AgentEvent[]): ItemBody[] =>
	events.flatMap((event) => (event.type === 'plan' ? [{ kind: 'event', event, isSide: false }] : []));

/** A prompt that was typed while the agent worked, as newer versions record it. */
function queuedCommand({ type, attachment }: JsonObject): string | null {
	if (type !== 'attachment') return null;
	const { type: kind, prompt, commandMode } = objectOrEmpty(attachment);
	if (kind !== 'queued_command' || (commandMode !== undefined && commandMode !== 'prompt')) return null;
	const blocks = listOrEmpty(prompt).map((block) => textOrNull(objectOrEmpty(block).text) ?? '');
	return textOrNull(prompt) ?? (blocks.length === 0 ? null : blocks.join('\n'));
}
