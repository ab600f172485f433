/** The items of a transcript as rows of the index, and what they say of their conversation. Pure but for hashes. */
import { hash } from 'node:crypto';
import { safeLine } from '../../core/text.ts';
import type { TranscriptFacts, TranscriptItem } from '../transcript-items.ts';
import { answerTags, callTags, isPlanCall } from './auto-tags.ts';
import { facetsOf, partsOf } from './indexed-words.ts';

/** As `messages` has it, but for the ids. */
export interface MessageRow {
	key: number;
	role: 'user' | 'assistant' | 'tool';
	saidBy: string | null;
	agent: string;
	at: number | null;
	turn: number | null;
	isSide: boolean;
	text: string;
	parts: string;
	tags: readonly string[];
}

/** What is known of a conversation by what was read of it now. */
export interface ConversationFacts extends Partial<Omit<TranscriptFacts, 'startedAt'>> {
	/** The first prompt among its messages, else a slash command; null: neither. */
	firstWords: string | null;
	startedAt: number | null;
	endedAt: number | null;
	tags: ReadonlySet<string>;
}

export interface RowsOptions {
	/** `ref` of the conversation: what has no id of its own is named by its place in it. */
	ref: string;
	agent: string;
	redact(text: string): string;
	/** Whether another record of ours has what was said then. */
	isElsewhere(at: number | null): boolean;
}

/** Longer texts are cut: nobody types them, and each is held in memory. */
const MAX_TEXT = 256 * 1024;
const TITLE_CHARS = 200;

/** Turns items into rows, in order. */
export class MessageRows {
	readonly facts: ConversationFacts = { firstWords: null, startedAt: null, endedAt: null, tags: new Set() };
	readonly #options: RowsOptions;
	readonly #tags = new Set<string>();
	#line: string | null = null;
	#nth = 0;

	constructor(options: RowsOptions) {
		this.#options = options;
		this.facts.tags = this.#tags;
	}

	/** `place`: where its line is, for what has no id. `turn`, `agent`: of a session of ours. null: nothing of it is found. */
	add(
		item: TranscriptItem,
		place: string,
		of: { turn: number; agent: string } | null = null,
	): MessageRow | null {
		if (item.at !== null) this.#span(item.at);
		if (item.kind === 'facts') this.#learn(item.facts);
		const said = this.#said(item);
		if (said === null) return null;
		const key = this.#keyOf(item.id, place);
		if (this.#options.isElsewhere(item.at)) return null;
		const text = this.#options.redact(said.text.slice(0, MAX_TEXT));
		if (said.role === 'user') this.#nameBy(text, said.saidBy ?? '');
		const { agent = this.#options.agent, turn = null } = of ?? {};
		const more = partsOf(text);
		const parts = more === '' ? facetsOf(said) : `${facetsOf(said)} ${more}`;
		return { key, ...said, text, parts, agent, turn, at: item.at };
	}

	/** The same line in another file is the same message. */
	#keyOf(id: string | undefined, place: string): number {
		const { agent, ref } = this.#options;
		const line = id === undefined ? `${ref}@${place}` : `${agent}:${id}`;
		this.#nth = line === this.#line ? this.#nth + 1 : 0;
		this.#line = line;
		return keyOf(`${line}#${this.#nth}`);
	}

	#said(item: TranscriptItem): Pick<MessageRow, 'role' | 'saidBy' | 'text' | 'isSide' | 'tags'> | null {
		if (item.kind === 'prompt') {
			const isSide = item.by === 'agent' && this.facts.isSubAgent !== true;
			return { role: 'user', saidBy: item.by, text: item.text, isSide, tags: [] };
		}
		if (item.kind !== 'event') return null;
		const { event, isSide } = item;
		if (event.type === 'agent_message_chunk') {
			if (event.text.trim() === '') return null;
			return { role: 'assistant', saidBy: null, text: event.text, isSide, tags: answerTags(event.text) };
		}
		if (event.type !== 'tool_call') return null;
		const { name, title, command, paths } = event;
		for (const tag of callTags(name, command)) this.#tags.add(tag);
		const words = [...new Set([name, title, ...(command === null ? [] : [command]), ...paths])];
		return {
			role: 'tool',
			saidBy: null,
			text: words.join('\n'),
			isSide,
			tags: isPlanCall(name) ? ['plan'] : [],
		};
	}

	#span(at: number): void {
		const { facts } = this;
		facts.startedAt = Math.min(at, facts.startedAt ?? at);
		facts.endedAt = Math.max(at, facts.endedAt ?? at);
	}

	#learn({ startedAt, cwd, ...latest }: Partial<TranscriptFacts>): void {
		Object.assign(this.facts, latest);
		if (latest.title !== undefined)
			this.facts.title = safeLine(this.#options.redact(latest.title), TITLE_CHARS);
		if (startedAt !== undefined) this.#span(startedAt);
		if (cwd !== undefined) this.facts.cwd ??= cwd;
	}

	#nameBy(text: string, by: string): void {
		const before = this.facts.firstWords;
		const isNamer =
			by === 'person' || by === 'plan' || by === 'command' || (by === 'agent' && this.facts.isSubAgent);
		if (isNamer && (before === null || (before.startsWith('/') && by === 'person')))
			this.facts.firstWords = safeLine(text, TITLE_CHARS);
	}
}

/** 52 bits, which a number holds. */
const keyOf = (name: string): number => Number.parseInt(hash('sha1', name, 'hex').slice(0, 13), 16);
