/**
 * The tables of `index.db`. Derived ones are built from transcripts and from records of sessions, and `reindex` drops them; the user's
 * (`user_tags`, `user_notes`, `tombstones`) are never dropped, and name what they belong to by ids that a rebuild gives again.
 *
 * `conversations`: a row for each native transcript, sub-agents' included, and each session of ours.
 * - `ref`: its stable name: `claude:ID`, `codex:ID`, `gemini:ID`, `opencode:ID`, `copilot:ID`; `relay:ULID` for a session of ours.
 * - `agent`: whose transcript it is; of a session of ours the agent that had the last turn (each message has its own).
 * - `native_id`: the part of `ref` behind the colon.
 * - `slug`: claude's own name for it, or the `--name` of our session; null: none. Several conversations share one.
 * - `chain`: the same for all that are one line of work: `relay:ULID` of the first session of a lineage, `slug:SLUG`, else `ref`.
 * - `title`: as named by the CLI or the user, else the beginning of the first prompt; safe text, one line. '' while there is none.
 * - `project`: the folder in which it was held, absolute; null: not known.
 * - `parent`: of a sub-agent the `ref` of the conversation that started it; null where that is not known.
 * - `is_subagent`: 1: another agent's helper; nobody typed its prompts.
 * - `started_at`, `ended_at`: epoch ms, the earliest and the latest time of any line; null: it has no times.
 * - `messages`: how many rows of `messages` it has. 0: nothing in it can be found (all of it stands in a session of ours, or it is empty).
 * - `path`: the file or folder it was read from, absolute. `is_gone`: 1: that is not there any more.
 *
 * `messages`: what was said and called; newer rows have larger ids, roughly, since older files are indexed first.
 * - `conversation`: an id of `conversations`. `source`: an id of `sources`.
 * - `key`: 52 bits of a hash of what identifies it in its record, the same after a rebuild; unique.
 * - `role`: `user`, `assistant`, `tool`. A call is a `tool`: its name, then its title, command and paths; outputs are not indexed.
 * - `said_by`: of a `user` message who wrote it: `person`, `command` (a slash command with its words), `plan` (an accepted plan),
 *   `agent` (a sub-agent's task), `shell` (a `!` command). Null for other roles.
 * - `agent`: who answered, or was asked. `at`: epoch ms or null. Order within a conversation: `id`.
 * - `turn`: of a session of ours the number of the turn; null in native ones.
 * - `is_side`: 1: a sub-agent's, inside its parent's transcript.
 * - `text`: without secrets; not made safe for a terminal.
 * - `parts`: what the tokenizer cannot find in `text`: parts of code words (`foo bar` for `fooBar`), and each two neighbouring characters
 *   of scripts without spaces (`検索 索機` for `検索機`; a single one stands alone); in front of them what filters ask for (`facetsOf`).
 *
 * `message_fts`: FTS5 over `text` and `parts` of `messages` (`rowid` = `messages.id`): porter over unicode61, accents folded. So
 * `src/auth/session.ts`, `rate-limit` and `foo_bar` are phrases of their parts, and `fooBar` is found whole in `text` and by part in
 * `parts`. `snippet(message_fts, 0, …)` highlights.
 *
 * `words`: each different word of 3 to 64 characters that was indexed, lower case, as written otherwise. `word_fts` (trigram, `rowid` =
 * `words.id`) finds those with a substring; spelling suggestions come from here too. A word stays when its messages go.
 *
 * `auto_tags`: what indexing found: `message` = 0 for a tag of the whole conversation (`has:tests`).
 * `user_tags`, `user_notes`: `ref` as in `conversations`; `message_key`: a `messages.key`, 0 for the conversation itself. `at`: epoch ms.
 *   Those of a whole session of ours are a copy of what its `meta.json` has, as it was when it was indexed last.
 * `tombstones`: what `forget` took out and no indexing brings back. `kind` `ref`: `value` is a `ref`; `pattern`: a glob over refs and paths.
 *
 * `sources`: what was read, one row a file or another unit of a record, and how far (see `sources` in `plan-update`).
 * `relay_turns`: turns of ours by native conversation: native messages within them are left out, since our record has them.
 */
export const INDEX_VERSION = 4;

export const USER_TABLES = `
create table if not exists user_tags(
	ref text not null, message_key integer not null, tag text not null, at integer not null,
	primary key(tag, ref, message_key)
) without rowid;
create index if not exists user_tags_ref on user_tags(ref);
create table if not exists user_notes(
	id integer primary key, ref text not null, message_key integer not null, text text not null, at integer not null
);
create index if not exists user_notes_ref on user_notes(ref);
create table if not exists tombstones(
	kind text not null, value text not null, at integer not null, primary key(kind, value)
) without rowid;
`;

export const DERIVED_TABLES = `
create table conversations(
	id integer primary key, ref text not null unique, agent text not null, native_id text not null, slug text, chain text not null,
	title text not null default '', project text, parent text, is_subagent integer not null default 0,
	started_at integer, ended_at integer, messages integer not null default 0, path text not null, is_gone integer not null default 0
);
create index conversations_native on conversations(native_id);
create index conversations_chain on conversations(chain);
create index conversations_slug on conversations(slug) where slug is not null;
create index conversations_ended on conversations(ended_at);
create table messages(
	id integer primary key autoincrement, conversation integer not null, source integer not null, key integer not null unique,
	role text not null, said_by text, agent text not null, at integer, turn integer, is_side integer not null default 0,
	text text not null, parts text not null default ''
);
create index messages_conversation on messages(conversation, id);
create index messages_source on messages(source);
create index messages_at on messages(at);
create virtual table message_fts using fts5(
	text, parts, content='messages', content_rowid='id', tokenize="porter unicode61 remove_diacritics 2"
);
create table words(id integer primary key autoincrement, word text not null unique);
create virtual table word_fts using fts5(word, content='words', content_rowid='id', tokenize='trigram');
create table auto_tags(
	tag text not null, conversation integer not null, message integer not null, primary key(tag, conversation, message)
) without rowid;
create index auto_tags_conversation on auto_tags(conversation, message);
create table sources(
	id integer primary key, agent text not null, path text not null unique, mark text not null,
	conversation integer, bytes integer not null default 0, tail text not null default '', state text not null default '',
	is_gone integer not null default 0
);
create table relay_turns(
	agent text not null, native_id text not null, session text not null, turn integer not null, started_at integer, ended_at integer,
	primary key(agent, native_id, session, turn)
) without rowid;
`;

/** The names of the derived ones, to be dropped. */
export const DERIVED_NAMES = [
	...['message_fts', 'word_fts', 'messages', 'conversations', 'words', 'auto_tags', 'sources', 'relay_turns'],
] as const;
