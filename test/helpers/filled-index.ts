/** An index with conversations that a test writes, as indexing would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addWords, facetsOf, partsOf } from '../../src/history/index/indexed-words.ts';
import { type IndexDatabase, openIndex } from '../../src/history/index/open-index.ts';

export interface WrittenMessage {
	text: string;
	role?: 'user' | 'assistant' | 'tool';
	said_by?: string;
	agent?: string;
	at?: number | null;
	is_side?: 0 | 1;
	tags?: readonly string[];
}

export interface WrittenConversation {
	ref?: string;
	agent?: string;
	slug?: string | null;
	chain?: string;
	title?: string;
	project?: string | null;
	is_subagent?: 0 | 1;
	started_at?: number | null;
	ended_at?: number | null;
	path?: string;
	tags?: readonly string[];
	messages: readonly WrittenMessage[];
}

export interface FilledIndex {
	db: IndexDatabase;
	/** The id of the conversation, and those of its messages. */
	add(conversation: WrittenConversation): { id: number; messages: number[] };
	close(): void;
}

/** 2026-01-01. */
export const START = Date.UTC(2026, 0, 1);

export function fillIndex(): FilledIndex {
	const folder = mkdtempSync(join(tmpdir(), 'relay-index-'));
	const db = openIndex({ dataHome: folder });
	let conversations = 0;
	let messages = 0;
	const tag = (tags: readonly string[] | undefined, conversation: number, message: number) => {
		for (const one of tags ?? [])
			db.prepare('insert into auto_tags(tag, conversation, message) values(?, ?, ?)').run(
				one,
				conversation,
				message,
			);
	};
	return {
		db,
		add(conversation) {
			const id = ++conversations;
			const {
				ref = `claude:c${id}`,
				agent = ref.split(':')[0] ?? '',
				started_at: startedAt = START + id * 1000,
			} = conversation;
			const {
				slug = null,
				title = `conversation ${id}`,
				project = '/home/me/shop',
				path = `/t/${id}.jsonl`,
			} = conversation;
			db.prepare(
				`insert into conversations(id, ref, agent, native_id, slug, chain, title, project, is_subagent, started_at, ended_at, messages, path)
				values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			).run(
				id,
				ref,
				agent,
				ref.slice(ref.indexOf(':') + 1),
				slug,
				conversation.chain ?? (slug === null ? ref : `slug:${slug}`),
				title,
				project,
				conversation.is_subagent ?? 0,
				startedAt,
				conversation.ended_at ?? startedAt,
				conversation.messages.length,
				path,
			);
			tag(conversation.tags, id, 0);
			const ids = conversation.messages.map((message, index) => {
				const { text, role = 'assistant', at = (startedAt ?? START) + index } = message;
				const facets = facetsOf({ role, tags: message.tags ?? [] });
				const parts = [facets, partsOf(text)].filter((one) => one !== '').join(' ');
				const key = 2n ** 59n + BigInt(++messages);
				db.prepare(
					`insert into messages(id, conversation, source, key, role, said_by, agent, at, is_side, text, parts)
					values(?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)`,
				).run(
					...[messages, id, key, role, message.said_by ?? (role === 'user' ? 'person' : null)],
					...[message.agent ?? agent, at, message.is_side ?? 0, text, parts],
				);
				db.prepare('insert into message_fts(rowid, text, parts) values(?, ?, ?)').run(messages, text, parts);
				addAllWords(db, text);
				tag(message.tags, id, messages);
				return messages;
			});
			return { id, messages: ids };
		},
		close() {
			db.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function addAllWords(db: IndexDatabase, text: string): void {
	const words = new Set<string>();
	addWords(text, words);
	for (const word of words) {
		const { changes, lastInsertRowid } = db.prepare('insert or ignore into words(word) values(?)').run(word);
		if (changes > 0) db.prepare('insert into word_fts(rowid, word) values(?, ?)').run(lastInsertRowid, word);
	}
}
