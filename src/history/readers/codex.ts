/** Rollouts of codex: `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`, from 2025-08 to 0.171. */
import { NO_TOKENS } from '../../agents/events.ts';
import {
	countOrNull,
	type JsonObject,
	objectOrEmpty,
	objectOrNull,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import type { TranscriptFormat, TranscriptItem, TranscriptReader } from '../transcript-items.ts';
import { messageText, readCall, readResult, typedWords } from './codex-items.ts';

const ENVELOPES = new Set([
	'session_meta',
	'response_item',
	'event_msg',
	'turn_context',
	'compacted',
	'world_state',
]);
const ID = /-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;

export const codexTranscripts: TranscriptFormat = {
	agent: 'codex',
	isOwn: (line) => {
		const { type, payload, record_type, id, timestamp, instructions } = line;
		if (objectOrNull(payload) !== null) return typeof type === 'string' && ENVELOPES.has(type);
		if (record_type === 'state') return null;
		// The first line of 2025: a header without a type.
		return (
			type === undefined &&
			textOrNull(id) !== null &&
			textOrNull(timestamp) !== null &&
			instructions !== undefined
		);
	},
	idOf: (name) => ID.exec(name)?.[1] ?? null,
	reader: () => new CodexReader(),
};

type Item = TranscriptItem extends infer One ? (One extends TranscriptItem ? Omit<One, 'at'> : never) : never;

/** Calls that wait for their result. */
const MAX_OPEN = 5_000;

class CodexReader implements TranscriptReader {
	#id: string | null = null;
	/** Both the newer events and the older items say prompts and answers: one of them counts. */
	readonly #has = { prompts: false, answers: false, patches: false };
	/** Whether each prompt is in force, by its place. */
	readonly #force: boolean[] = [];
	readonly #patched = new Map<string, readonly string[]>();
	#isSurveyOwn = true;
	#isOwn = true;
	#prompts = 0;
	#answers = 0;
	#isSubAgent = false;

	survey(line: JsonObject): void {
		const { type, item } = unwrap(line);
		if (type === 'session_meta' || type === 'header') {
			this.#id ??= textOrNull(item.id);
			if (textOrNull(item.id) !== this.#id) this.#isSurveyOwn = false;
			return;
		}
		if (!this.#isSurveyOwn && this.#isFirstOfOwn(type, item)) this.#isSurveyOwn = true;
		if (type !== 'event_msg' || !this.#isSurveyOwn) return;
		if (item.type === 'user_message') this.#has.prompts = true;
		if (item.type === 'agent_message') this.#has.answers = true;
		if (item.type === 'patch_apply_end') this.#has.patches = true;
		if (item.type === 'user_message' && typedWords(textOrNull(item.message) ?? '') !== null)
			this.#force.push(true);
		if (item.type === 'thread_rolled_back') this.#rollBack(countOrNull(item.num_turns) ?? 0);
	}

	read(line: JsonObject): TranscriptItem[] {
		const { type, item } = unwrap(line);
		const at = fromIso(textOrNull(line.timestamp));
		const items = this.#itemsOf(type, item);
		const known: Item[] = items.length === 0 ? [{ kind: 'other' }] : items;
		return known.map((one) => ({ at, ...one }) as TranscriptItem);
	}

	end(): TranscriptItem[] {
		return [];
	}

	#rollBack(count: number): void {
		for (let at = this.#force.length - 1, left = count; at >= 0 && left > 0; at--)
			if (this.#force[at]) {
				this.#force[at] = false;
				left--;
			}
	}

	/** A forked thread begins with a copy of its parent's history; ids of turns are ordered in time. */
	#isFirstOfOwn(type: string, item: JsonObject): boolean {
		const turn = textOrNull(item.turn_id);
		return type === 'event_msg' && item.type === 'task_started' && turn !== null && turn > (this.#id ?? '');
	}

	#itemsOf(type: string, item: JsonObject): Item[] {
		if (type === 'session_meta' || type === 'header') return this.#meta(item);
		if (!this.#isOwn && this.#isFirstOfOwn(type, item)) this.#isOwn = true;
		if (!this.#isOwn) return [];
		switch (type) {
			case 'turn_context': {
				const model = textOrNull(item.model);
				return model === null ? [] : [{ kind: 'facts', facts: { model } }];
			}
			case 'compacted':
				return [{ kind: 'compacted' }];
			case 'event_msg':
				return this.#event(item);
			case 'response_item':
				return this.#response(item);
			default:
				return [];
		}
	}

	#meta(item: JsonObject): Item[] {
		if (textOrNull(item.id) !== this.#id) {
			this.#isOwn = false;
			return [];
		}
		this.#isSubAgent = objectOrNull(item.source) !== null;
		const [cwd, version] = [textOrNull(item.cwd), textOrNull(item.cli_version)];
		const startedAt = fromIso(textOrNull(item.timestamp));
		const facts = {
			...(cwd === null ? {} : { cwd }),
			...(version === null ? {} : { version }),
			...(startedAt === null ? {} : { startedAt }),
			...(this.#isSubAgent ? { isSubAgent: true } : {}),
		};
		return [{ kind: 'facts', facts }];
	}

	#event(item: JsonObject): Item[] {
		switch (item.type) {
			case 'user_message':
				return this.#prompt(textOrNull(item.message) ?? '');
			case 'agent_message':
				return this.#answer(textOrNull(item.message) ?? '');
			case 'patch_apply_end':
				return item.success === true ? Object.keys(objectOrEmpty(item.changes)).map(edited) : [];
			case 'token_count':
				return usageOf(objectOrEmpty(objectOrEmpty(item.info).total_token_usage));
			case 'turn_aborted':
				return [{ kind: 'stopped' }];
			case 'error': {
				const message = textOrNull(item.message) ?? '';
				const isLimit = /limit/.test(textOrNull(item.codex_error_info) ?? '');
				return [{ kind: 'failed', message, isLimit }];
			}
			default:
				return [];
		}
	}

	#response(item: JsonObject): Item[] {
		if (item.type === 'message') {
			const text = messageText(item);
			if (item.role === 'user' && !this.#has.prompts) return this.#prompt(text);
			return item.role === 'assistant' && !this.#has.answers ? this.#answer(text) : [];
		}
		const call = readCall(item);
		if (call !== null) {
			if (call.patched.length > 0 && !this.#has.patches && this.#patched.size < MAX_OPEN)
				this.#patched.set(call.event.id, call.patched);
			return [{ kind: 'event', event: call.event, isSide: false }];
		}
		const event = readResult(item);
		if (event === null) return [];
		const patched = event.ok === false ? [] : (this.#patched.get(event.id) ?? []);
		this.#patched.delete(event.id);
		return [{ kind: 'event', event, isSide: false }, ...patched.map(edited)];
	}

	#prompt(text: string): Item[] {
		const words = typedWords(text);
		if (words === null) return [];
		const isInForce = this.#force[this.#prompts++] ?? true;
		return [{ kind: 'prompt', by: this.#isSubAgent ? 'agent' : 'person', text: words, isInForce }];
	}

	#answer(text: string): Item[] {
		if (text === '') return [];
		const event = { type: 'agent_message_chunk' as const, messageId: `m${++this.#answers}`, text };
		return [{ kind: 'event', event, isSide: false }];
	}
}

const edited = (path: string): Item => ({ kind: 'edit', path, isSide: false });

/** Without an envelope an item is a response item, and the first line a header. */
function unwrap(line: JsonObject): { type: string; item: JsonObject } {
	const payload = objectOrNull(line.payload);
	if (payload !== null) return { type: textOrNull(line.type) ?? '', item: payload };
	return {
		type: line.type === undefined ? (line.record_type === undefined ? 'header' : 'state') : 'response_item',
		item: line,
	};
}

function usageOf(total: JsonObject): Item[] {
	const input = countOrNull(total.input_tokens);
	if (input === null) return [];
	const cacheRead = countOrNull(total.cached_input_tokens);
	const tokens = {
		...NO_TOKENS,
		input: Math.max(0, input - (cacheRead ?? 0)),
		output: countOrNull(total.output_tokens),
		cacheRead,
		reasoning: countOrNull(total.reasoning_output_tokens),
		reasoningInOutput: true as const,
	};
	return [{ kind: 'usage', scope: 'conversation', tokens }];
}
