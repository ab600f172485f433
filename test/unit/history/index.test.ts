/** The index of every conversation, over real files: what is found after each change of them. */
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/handoff/redact.ts';
import {
	bringUpToDate,
	type UpdateOptions,
	type UpdateReport,
} from '../../../src/history/index/bring-up-to-date.ts';
import { forget } from '../../../src/history/index/forget.ts';
import { lockIndex } from '../../../src/history/index/index-lock.ts';
import { type IndexDatabase, openIndex } from '../../../src/history/index/open-index.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/transcripts');
const ID = '11111111-2222-4333-8444-555555555555';

let home: string;
let db: IndexDatabase;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'agent-relay-index-'));
	db = openIndex(paths());
});

afterEach(() => {
	db.close();
	rmSync(home, { recursive: true, force: true });
});

const paths = () => ({ dataHome: join(home, 'data'), witness: join(home, 'witness') });

const update = (options: UpdateOptions = {}): Promise<UpdateReport> => {
	const redactor = createRedactor([]);
	return bringUpToDate(
		db,
		{ paths: paths(), env: { HOME: home }, redactor: async () => redactor.record },
		options,
	);
};

const transcript = (id = ID) => join(home, '.claude/projects/-work', `${id}.jsonl`);

let uuid = 0;
const line = (role: 'user' | 'assistant', text: string, more: object = {}) =>
	`${JSON.stringify({
		...{ type: role, uuid: `u${++uuid}`, parentUuid: null, sessionId: ID, cwd: '/work' },
		...{ timestamp: new Date(1_700_000_000_000 + uuid * 1000).toISOString() },
		message: { role, id: `m${uuid}`, content: [{ type: 'text', text }] },
		...more,
	})}\n`;

function write(text: string, path = transcript()): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

const found = (query: string): string[] =>
	(
		db
			.prepare(
				'select m.text from message_fts f join messages m on m.id = f.rowid where message_fts match ? order by m.id',
			)
			.all(query) as Array<{ text: string }>
	).map(({ text }) => text);

const conversation = (ref = `claude:${ID}`) =>
	db.prepare('select * from conversations where ref = ?').get(ref) as Record<string, unknown> | undefined;

const tagsOf = (text: string) =>
	(
		db
			.prepare(
				'select tag from auto_tags t join messages m on m.id = t.message where m.text = ? order by tag',
			)
			.all(text) as Array<{ tag: string }>
	).map(({ tag }) => tag);

describe('the index', () => {
	it('finds what every agent recorded, without its secrets', async () => {
		for (const [agent, name] of Object.entries({
			claude: 'editor-blocks-secrets',
			codex: 'aborted-compacted-limit',
			gemini: 'jsonl-repeated-torn',
			opencode: 'export-and-sqlite',
			copilot: 'resume-abort-compaction',
		}))
			cpSync(join(FIXTURES, agent, name, 'home'), home, { recursive: true });
		const report = await update();
		expect(report).toMatchObject({ outcome: 'done', problems: [] });
		expect(found('"stamp two coins"')).toHaveLength(1);
		expect(found('"the dune moved since March"')).toHaveLength(1);
		expect(found('"deep is the water"')).toEqual(['How deep is the water in the well?']);
		expect(found('"card.md says 55 minutes"')).toEqual(['card.md says 55 minutes.']);
		expect(found('barge')).toEqual(['Open the second lock gate for the evening barge']);
		const { count } = db
			.prepare("select count(*) as count from messages where text like '%ghp_%' or text like '%sk-ant-%'")
			.get() as { count: number };
		expect(count).toBe(0);
		expect(found('"redacted api key"')).toHaveLength(1);
	});

	it('finds words by their stems, without accents, by parts of code and by characters of scripts without spaces', async () => {
		write(
			line('user', 'Mend fooBar and HTTPServer2 in src/auth/session.ts for the rate-limit') +
				line('assistant', 'Running the café migrations: 検索機を直す'),
		);
		await update();
		for (const query of [
			'mending',
			'foobar',
			'"foo bar"',
			'http',
			'"src auth session ts"',
			'session',
			'"rate limit"',
		])
			expect(found(query), query).toHaveLength(1);
		for (const query of ['run', 'cafe', 'migration', '検索', '索機', '"直す"'])
			expect(found(query), query).toHaveLength(1);
		const words = db
			.prepare(
				'select w.word from word_fts f join words w on w.id = f.rowid where word_fts match \'"igrat"\'',
			)
			.all();
		expect(words).toMatchObject([{ word: 'migrations' }]);
	});

	it('opens nothing that has not changed, and reads only what was added', async () => {
		write(line('user', 'first question') + line('assistant', 'first answer'));
		expect(await update()).toMatchObject({ sources: 1, messages: 2 });
		expect(await update()).toMatchObject({ sources: 0, messages: 0 });
		appendFileSync(transcript(), line('user', 'second question'));
		expect(await update()).toMatchObject({ sources: 1, messages: 1 });
		expect(found('question')).toEqual(['first question', 'second question']);
		expect(conversation()).toMatchObject({ title: 'first question', messages: 3, project: '/work' });
	});

	it('finds a torn last line once it is whole, and once', async () => {
		const whole = line('user', 'the torn zebra');
		write(line('user', 'before') + whole.slice(0, 60));
		await update();
		expect(found('zebra')).toEqual([]);
		appendFileSync(transcript(), whole.slice(60, -1));
		await update();
		expect(found('zebra')).toHaveLength(1);
		appendFileSync(transcript(), `\n${line('user', 'after')}`);
		await update();
		expect(found('zebra')).toHaveLength(1);
		expect(found('after')).toHaveLength(1);
	});

	it('reads a rewritten, a shrunk and a replaced file again, without duplicates', async () => {
		const [a, b, c] = [line('user', 'alpha one'), line('user', 'beta two'), line('user', 'gamma three')];
		write(a + b + c);
		await update();
		write(a);
		await update();
		expect([found('alpha'), found('beta'), found('gamma')].map(({ length }) => length)).toEqual([1, 0, 0]);
		write(line('user', 'delta four') + b + c);
		await update();
		expect([found('alpha'), found('beta'), found('delta')].map(({ length }) => length)).toEqual([0, 1, 1]);
		write(line('user', 'epsilon five'), `${transcript()}.new`);
		renameSync(`${transcript()}.new`, transcript());
		await update();
		expect([found('epsilon'), found('gamma')].map(({ length }) => length)).toEqual([1, 0]);
	});

	it('counts a line once that stands in two files', async () => {
		const copied = line('user', 'copied into a resumed file');
		write(copied);
		write(copied + line('user', 'its own line'), transcript('11111111-2222-4333-8444-666666666666'));
		await update();
		expect(found('copied')).toHaveLength(1);
		expect(found('own')).toHaveLength(1);
	});

	it('keeps a deleted transcript findable, marked, and takes the mark away when it is back', async () => {
		write(line('user', 'gone with the wind'));
		await update();
		renameSync(transcript(), join(home, 'kept.jsonl'));
		await update();
		expect(found('wind')).toHaveLength(1);
		expect(conversation()).toMatchObject({ is_gone: 1 });
		renameSync(join(home, 'kept.jsonl'), transcript());
		await update();
		expect(conversation()).toMatchObject({ is_gone: 0 });
		expect(found('wind')).toHaveLength(1);
	});

	it('leaves out of a native record what a session of ours has, and keeps the rest', async () => {
		const [ours, later] = [line('user', 'asked through the relay'), line('user', 'asked by hand later')];
		const at = Date.parse(JSON.parse(ours).timestamp);
		const later2 = later.replace(
			/"timestamp":"[^"]+"/,
			`"timestamp":"${new Date(at + 60_000).toISOString()}"`,
		);
		db.prepare("insert into relay_turns values('claude', ?, 'S', 1, ?, ?)").run(ID, at - 500, at + 500);
		write(ours + later2);
		await update();
		expect(found('asked')).toEqual(['asked by hand later']);
	});

	it('keeps what was done when it is stopped, and does the rest later, once', async () => {
		for (let nth = 0; nth < 5; nth++)
			write(
				Array.from({ length: 3_000 }, () => line('user', `part ${nth}`)).join(''),
				transcript(`11111111-2222-4333-8444-00000000000${nth}`),
			);
		const stop = new AbortController();
		const stopped = await update({
			signal: stop.signal,
			progress: ({ messages }) => messages > 4_000 && stop.abort(),
		});
		const { count } = db.prepare('select count(*) as count from messages').get() as { count: number };
		expect(stopped.outcome).toBe('stopped');
		expect(count).toBe(stopped.messages);
		expect(await update()).toMatchObject({ outcome: 'done', messages: 15_000 - count });
		expect(found('part')).toHaveLength(15_000);
	});

	it('lets one process index and the others search', async () => {
		write(line('user', 'what is there'));
		const lock = lockIndex(paths());
		expect(await update()).toMatchObject({ outcome: 'busy' });
		expect(found('there')).toEqual([]);
		lock?.release();
		expect(await update()).toMatchObject({ outcome: 'done' });
		expect(found('there')).toHaveLength(1);
	});

	it('keeps what was forgotten out of it, also when it is built anew and when the file grows', async () => {
		write(line('user', 'the secret garden blossoms'));
		const other = join(home, '.claude/projects/-private/22222222-2222-4333-8444-555555555555.jsonl');
		write(line('user', 'another garden'), other);
		await update();
		db.prepare("insert into user_tags values('claude:x', 0, 'mine', 1)").run();
		expect(forget(db, [ID.slice(0, 8)], 1)).toMatchObject([{ ref: `claude:${ID}`, messages: 1 }]);
		forget(db, [join(home, '.claude/projects/-private')], 1);
		expect(found('garden')).toEqual([]);
		expect(db.prepare("select 1 from words where word = 'blossoms'").all()).toEqual([]);
		expect(readFileSync(join(home, 'data/index.db')).includes('blossoms')).toBe(false);
		appendFileSync(transcript(), line('user', 'more garden'));
		await update();
		await update({ isAnew: true });
		expect(found('garden')).toEqual([]);
		expect(db.prepare('select tag from user_tags').all()).toMatchObject([{ tag: 'mine' }]);
		expect(() => forget(db, ['nothing-like-it'], 1)).toThrow('is called');
		expect(existsSync(transcript())).toBe(true);
	});

	it('tags substantial answers and calls of tools, and nothing that the user said', async () => {
		const review = `Security review of the login code. ${'It checks each token twice. '.repeat(30)}`;
		const call = (name: string, input: object) => ({
			message: {
				role: 'assistant',
				id: `c${uuid}`,
				content: [{ type: 'tool_use', id: `t${uuid}`, name, input }],
			},
		});
		write(
			line('user', review) +
				line('assistant', `${review}!`) +
				line('assistant', 'A short security review.') +
				line('assistant', '★ Insight: short') +
				line('assistant', '## Phase 1: dig') +
				line('assistant', '', call('Bash', { command: 'cd x && npm test' })) +
				line('assistant', '', call('Bash', { command: 'rsync -a . host:' })) +
				line('assistant', '', call('mcp__playwright__browser_click', {})) +
				line('assistant', '', call('ExitPlanMode', { plan: 'dig' })),
		);
		await update();
		expect(tagsOf(review)).toEqual([]);
		expect(tagsOf(`${review}!`)).toEqual(['review:code', 'review:security']);
		expect(tagsOf('A short security review.')).toEqual([]);
		expect(tagsOf('★ Insight: short')).toEqual(['insight']);
		expect(tagsOf('## Phase 1: dig')).toEqual(['plan']);
		const own = db.prepare('select tag from auto_tags where message = 0 order by tag').all();
		expect(own).toMatchObject(
			['browser', 'deploy', 'planning', 'tests'].map((name) => ({ tag: `has:${name}` })),
		);
	});

	it('passes over what is no transcript, and says what cannot be read', async () => {
		write('not json\n\0\0\n[1,2]\n{"type":"new-kind","x":1}\n');
		mkdirSync(join(home, '.codex/sessions/2026'), { recursive: true });
		writeFileSync(join(home, '.codex/sessions/2026', `rollout-x-${ID}.jsonl`), '');
		write('{"sessionId": "torn', join(home, '.gemini/tmp/x/chats/session-1.json'));
		write('no database', join(home, '.local/share/opencode/opencode.db'));
		expect(await update()).toMatchObject({ outcome: 'done', messages: 0 });
	});
});
