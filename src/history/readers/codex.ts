/** Rollouts of codex: `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`, from 2025-08 to 0.171. */
import { join } from 'node:path';
import { codexHome } from '../../agents/codex/native/rollout-file.ts';
import { readPlanCall } from '../../agents/codex/native/rollout-plan.ts';
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
import type {
	GrowingReader,
	ItemBody,
	LinesFormat,
	TranscriptItem,
	TranscriptReader,
} from '../transcript-items.ts';
import { HeldMessages } from './codex-held.ts';
import { messageText, metaFacts, readCall, readResult, typedWords, unwrap, usageOf } from './codex-items.ts';
import { filesBelow } from './files-below.ts';

const ENVELOPES = new Set([
	'session_meta',
	'response_item',
	'event_msg',
	'turn_context',
	'compacted',
	'world_state',
]);
const ID = /-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;

export const codexTranscripts: LinesFormat = {
	in: 'lines',
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
	idOf: (path) => ID.exec(path)?.[1] ?? null,
	folders: (env) => {
		const home = codexHome(env);
		return home === null ? [] : ['sessions', 'archived_sessions'].map((name) => join(home, name));
	},
	*find(folder) {
		for (const path of filesBelow(folder, (name) => name.startsWith('rollout-') && ID.test(name)))
			yield { path, id: ID.exec(path)?.[1] ?? null, mark: null, parent: null };
	},
	reader: () => new CodexReader(null),
	resume: (saved) => new CodexReader(saved),
};

/** The beginning of lines that say nothing: results of calls, and what is encrypted. */
const PASSED =
	/^\{"timestamp":"([^"\\]+)","type":"response_item","payload":\{"type":"(?:(function_call_output|custom_tool_call_output)","call_id":"([^"\\]*)"|reasoning")/;
const HEAD_BYTES = 256;

/** Calls that wait for their result. */
const MAX_OPEN = 5_000;
const MAX_SAVED = 100;

class CodexReader implements TranscriptReader, GrowingReader {
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
	/** The file is read as it grows, so that what an item says waits for the event that may say it too. */
	readonly #held: HeldMessages | null;

	/** `saved` null: all lines are surveyed first. */
	constructor(saved: string | null) {
		this.#held = saved === null ? null : new HeldMessages();
		const known = parseObject(saved ?? '');
		if (known === null) return;
		this.#id = textOrNull(known.id);
		this.#isOwn = known.is_own !== false;
		this.#isSubAgent = known.is_sub_agent === true;
		this.#answers = countOrNull(known.answers) ?? 0;
		for (const one of listOrEmpty(known.has))
			if (one === 'prompts' || one === 'answers' || one === 'patches') this.#has[one] = true;
		for (const [id, paths] of Object.entries(objectOrEmpty(known.patched)))
			this.#patched.set(
				id,
				listOrEmpty(paths).flatMap((path) => textOrNull(path) ?? []),
			);
	}

	get isSettled(): boolean {
		return this.#held?.isEmpty ?? true;
	}

	saved(): string {
		const { prompts, answers, patches } = this.#has;
		return JSON.stringify({
			id: this.#id,
			is_own: this.#isOwn,
			is_sub_agent: this.#isSubAgent,
			answers: this.#answers,
			has: [
				...(prompts ? ['prompts'] : []),
				...(answers ? ['answers'] : []),
				...(patches ? ['patches'] : []),
			],
			patched: Object.fromEntries([...this.#patched].slice(-MAX_SAVED)),
		});
	}

	survey(line: JsonObject): void {
		const { type, item } = unwrap(line);
		if (type === 'session_meta' || type === 'header') {
			this.#id ??= textOrNull(item.id);
			if (textOrNull(item.id) !== this.#id) this.#isSurveyOwn = false;
			return;
		}
		if (!this.#isSurveyOwn && this.#isFirstOfOwn(type, item)) this.#isSurveyOwn = true;
		if (type !== 'event_msg' || !this.#isSurveyOwn) return;
		this.#noteEvent(item.type);
		if (item.type === 'user_message' && typedWords(textOrNull(item.message) ?? '') !== null)
			this.#force.push(true);
		if (item.type === 'thread_rolled_back') this.#rollBack(countOrNull(item.num_turns) ?? 0);
	}

	read(line: JsonObject): TranscriptItem[] {
		const { type, item } = unwrap(line);
		const at = fromIso(textOrNull(line.timestamp));
		const items = this.#itemsOf(type, item);
		const known: ItemBody[] = items.length === 0 ? [{ kind: 'other' }] : items;
		const read = known.map((one) => ({ at, ...one }) as TranscriptItem);
		if (this.#held === null) return read;
		if (type === 'event_msg') this.#noteEvent(item.type);
		return this.#held.pass({ type, item }, read);
	}

	pass(line: Buffer): TranscriptItem[] | null {
		const [, time = '', result, call = ''] = PASSED.exec(line.toString('latin1', 0, HEAD_BYTES)) ?? [];
		if (time === '') return null;
		const at = fromIso(time);
		if (!this.#isOwn || result === undefined) return [{ kind: 'other', at }];
		this.#patched.delete(call);
		return [...(this.#held?.release() ?? []), { kind: 'other', at }];
	}

	end(): TranscriptItem[] {
		return this.#held?.release() ?? [];
	}

	#noteEvent(type: unknown): void {
		if (type === 'user_message') this.#has.prompts = true;
		if (type === 'agent_message') this.#has.answers = true;
		if (type === 'patch_apply_end') this.#has.patches = true;
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

	#itemsOf(type: string, item: JsonObject): ItemBody[] {
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

	#meta(item: JsonObject): ItemBody[] {
		this.#id ??= textOrNull(item.id);
		if (textOrNull(item.id) !== this.#id) {
			this.#isOwn = false;
			return [];
		}
		const facts = metaFacts(item);
		this.#isSubAgent = facts.isSubAgent === true;
		return [{ kind: 'facts', facts }];
	}

	#event(item: JsonObject): ItemBody[] {
		switch (item.type) {
			case 'user_message':
				return this.#prompt(textOrNull(item.message) ?? '');
			case 'agent_message':
				return this.#answer(textOrNull(item.message) ?? '');
			case 'patch_apply_end':
				this.#patched.delete(textOrNull(item.call_id) ?? '');
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

	#response(item: JsonObject): ItemBody[] {
		if (item.type === 'message') {
			const text = messageText(item);
			if (item.role === 'user' && !this.#has.prompts) return this.#prompt(text);
			return item.role === 'assistant' && !this.#has.answers ? this.#answer(text) : [];
		}
		const call = readCall(item);
		if (call !== null) {
			if (call.patched.length > 0 && !this.#has.patches && this.#patched.size < MAX_OPEN)
				this.#patched.set(call.event.id, call.patched);
			return [{ kind: 'event', event: call.event, isSide: false }, ...planItems(item)];
		}
		const event = readResult(item);
		if (event === null) return [];
		const patched = event.ok === false ? [] : (this.#patched.get(event.id) ?? []);
		this.#patched.delete(event.id);
		return [{ kind: 'event', event, isSide: false }, ...patched.map(edited)];
	}

	#prompt(text: string): ItemBody[] {
		const words = typedWords(text);
		if (words === null) return [];
		const isInForce = this.#force[this.#prompts++] ?? true;
		return [{ kind: 'prompt', by: this.#isSubAgent ? 'agent' : 'person', text: words, isInForce }];
	}

	#answer(text: string): ItemBody[] {
		if (text === '') return [];
		const event = { type: 'agent_message_chunk' as const, messageId: `m${++this.#answers}`, text };
		return [{ kind: 'event', event, isSide: false }];
	}
}

const edited = (path: string): ItemBody => ({ kind: 'edit', path, isSide: false });

function planItems(item: JsonObject): ItemBody[] {
	const items = readPlanCall(item);
	return items === null ? [] : [{ kind: 'event', event: { type: 'plan', items }, isSide: false }];
}
