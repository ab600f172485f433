import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { beginRepo, FIRST_AUTHOR } from '../helpers/begin-repo.ts';
import { CliHome } from '../helpers/cli-home.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
	cli.configureAgents(
		{ one: 'cat >>$HOME/one.txt; echo one did it', two: 'cat >>$HOME/two.txt; echo two did it' },
		'[agents]\norder = ["one", "two"]\n',
	);
});
afterEach(() => cli.remove());

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const ids = () =>
	existsSync(sessions()) ? readdirSync(sessions()).filter((name) => name.length === 26) : [];
const metaOf = (id: string) => JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8'));
const ID = '0b6c4b3a-6b3f-4d0e-9c53-1f2a3b4c5d6e';

/** A conversation of claude, held in `cwd`, that ends with an answer. */
function transcript(
	path: string,
	cwd: string,
	prompts: readonly string[] = ['Why is it slow?', 'Then cache it.'],
): string {
	let [parent, at]: [string | null, number] = [null, 0];
	const line = (value: object) => {
		const uuid = `00000000-0000-4000-8000-${String(++at).padStart(12, '0')}`;
		const place = { uuid, parentUuid: parent, isSidechain: false, sessionId: ID, cwd, version: '2.1.332' };
		parent = uuid;
		return `${JSON.stringify({ ...place, ...value, timestamp: `2026-01-01T00:00:${String(at).padStart(2, '0')}.000Z` })}\n`;
	};
	const text = prompts.map((prompt) => {
		const message = {
			id: `m${at}`,
			role: 'assistant',
			model: 'claude-x',
			content: [{ type: 'text', text: `About: ${prompt}` }],
		};
		return (
			line({ type: 'user', message: { role: 'user', content: prompt } }) +
			line({ type: 'assistant', message })
		);
	});
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text.join(''));
	return path;
}

const ofClaude = () => join(cli.home, '.claude/projects/-repo', `${ID}.jsonl`);

describe('a REF that is the folder of a session', () => {
	it('is that session, absolute, relative, and from another repo', async () => {
		await cli.run(['run', '--agent', 'one', 'Say what you are.']);
		const [id = ''] = ids();
		const other = join(cli.base, 'other');
		mkdirSync(other);
		beginRepo(other, { ...cli.env, ...FIRST_AUTHOR }, '--template=');
		const ways: Array<[string, string]> = [
			[join(sessions(), id), cli.repo],
			[`.agent-relay/sessions/${id}/`, cli.repo],
			[join('../repo/.agent-relay/sessions', id), other],
		];
		for (const [path, cwd] of ways) {
			const end = await cli.run(['show', path, '--json'], { cwd });
			expect(end.exitCode, end.stderr).toBe(EXIT.done);
			expect(JSON.parse(end.stdout).id).toBe(id);
		}
		const handed = await cli.run(['handoff', join(sessions(), id), '--to', 'two', '--run'], { cwd: other });
		expect(handed.exitCode, handed.stderr).toBe(EXIT.done);
		expect(metaOf(id)).toMatchObject({ turn_count: 2, active_agent: 'two' });
		expect(existsSync(join(other, '.agent-relay/sessions'))).toBe(false);
	});

	it('is refused where it is none, and nothing is made', async () => {
		mkdirSync(join(cli.base, 'sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV'), { recursive: true });
		for (const path of [cli.repo, '../sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV', './nothing', '/'])
			expect(await cli.run(['undo', path]), path).toMatchObject({ exitCode: EXIT.notFound });
		expect(ids()).toEqual([]);
	});
});

describe('a REF that is a transcript', () => {
	it('is shown without a trace', async () => {
		const path = transcript(ofClaude(), cli.repo);
		const before = cli.state();
		const end = await cli.run(['show', path, '--json']);
		expect(end.exitCode, end.stderr).toBe(EXIT.done);
		expect(JSON.parse(end.stdout)).toMatchObject({ agent: 'claude', id: ID, count: 2, cwd: cli.repo });
		expect((await cli.run(['show', path])).stdout).toContain('› Then cache it.');
		expect(cli.state()).toEqual(before);
	});

	it('becomes a session that another agent goes on with, once', async () => {
		const path = transcript(ofClaude(), cli.repo);
		const handed = await cli.run(['handoff', path, '--to', 'two']);
		expect(handed.exitCode, handed.stderr).toBe(EXIT.done);
		const [id = ''] = ids();
		expect(metaOf(id)).toMatchObject({
			status: 'checkpointed',
			turn_count: 2,
			objective: 'Why is it slow?',
			adopted_from: { agent: 'claude', native_session_id: ID, path },
			agents: { claude: { native_session_id: ID, turns: 2 } },
			checkpoint: { reason: 'handoff', next_agent: 'two' },
		});
		const story = (await cli.run(['show', id])).stdout;
		for (const words of ['Why is it slow?', 'About: Then cache it.', '2 turns', 'not confirmed'])
			expect(story).toContain(words);
		const again = await cli.run(['handoff', path, '--to', 'two']);
		expect(again.stderr).toContain('has that conversation already');
		expect(ids()).toEqual([id]);
		expect(await cli.run(['run', '-c', 'Go on.'])).toMatchObject({ exitCode: EXIT.done });
		const sent = readFileSync(join(cli.home, 'two.txt'), 'utf8');
		expect(sent).toContain('> Then cache it.');
		expect(sent).toContain('About: Why is it slow?');
		expect(sent).not.toMatch(/<user-[0-9a-f]{8}>\nWhy is it slow/);
	});

	it('is one session, whoever adopts it at the same time', async () => {
		const path = transcript(ofClaude(), cli.repo);
		const ends = await Promise.all([1, 2, 3].map(() => cli.run(['handoff', path, '--to', 'two'])));
		expect(ids().length, ends.map(({ stderr }) => stderr).join('')).toBe(1);
		// Those that come second may find it in use for a moment.
		for (const { exitCode, stderr } of ends)
			expect([EXIT.done, EXIT.notFound, EXIT.refused, EXIT.locked], stderr).toContain(exitCode);
		expect(ends.map(({ exitCode }) => exitCode)).toContain(EXIT.done);
		expect(metaOf(ids()[0] ?? '').checkpoint).toMatchObject({ reason: 'handoff', next_agent: 'two' });
	});

	it('becomes a session of the line of work that adopts it, and of no other', async () => {
		const path = transcript(ofClaude(), cli.repo);
		const env = { ...cli.env, AGENT_RELAY_ALLOW_NAMED_SESSIONS: '1' };
		expect(await cli.run(['name', 'create', 'review'])).toMatchObject({ exitCode: EXIT.done });
		const handed = await cli.run(['--name', 'review', 'handoff', path, '--to', 'two'], { env });
		expect(handed.exitCode, handed.stderr).toBe(EXIT.done);
		const [id = ''] = ids();
		expect(metaOf(id).name).toBe('review');
		const listed = async (...args: string[]) => JSON.parse((await cli.run(args, { env })).stdout).sessions;
		expect(await listed('sessions', '--json')).toEqual([]);
		expect(await listed('--name', 'review', 'sessions', '--json')).toMatchObject([{ id }]);
	});

	it('is refused, and makes nothing, where the line of work may not start', async () => {
		const path = transcript(ofClaude(), cli.repo);
		expect(await cli.run(['name', 'create', 'review'])).toMatchObject({ exitCode: EXIT.done });
		const handed = await cli.run(['--name', 'review', 'handoff', path, '--to', 'two']);
		expect(handed).toMatchObject({ exitCode: EXIT.refused });
		expect(handed.stderr).toContain('AGENT_RELAY_ALLOW_NAMED_SESSIONS=1');
		expect(ids()).toEqual([]);
	});

	it('is made a session anew once it has grown, without the id of a CLI that would not find it', async () => {
		const path = transcript(join(cli.base, 'kept.jsonl'), cli.repo);
		expect((await cli.run(['handoff', path, '--print'])).exitCode).toBe(EXIT.done);
		const [id = ''] = ids();
		expect(metaOf(id).agents.claude.native_session_id).toBeNull();
		transcript(ofClaude(), cli.repo);
		await cli.run(['handoff', ofClaude(), '--print']);
		transcript(ofClaude(), cli.repo, ['Why is it slow?', 'Then cache it.', 'And now?']);
		await cli.run(['handoff', ofClaude(), '--print']);
		expect(
			ids()
				.map((one) => metaOf(one).turn_count)
				.sort(),
		).toEqual([2, 2, 3]);
	});

	it('of another folder is refused, unless it is to go on here', async () => {
		const path = transcript(ofClaude(), cli.base);
		const end = await cli.run(['handoff', path, '--to', 'two']);
		expect(end).toMatchObject({ exitCode: EXIT.refused });
		expect(end.stderr).toContain('--here');
		expect(ids()).toEqual([]);
		expect(await cli.run(['handoff', path, '--to', 'two', '--here'])).toMatchObject({ exitCode: EXIT.done });
		expect(metaOf(ids()[0] ?? '').agents.claude.native_session_id).toBeNull();
	});

	it('opens in the shell with resume, also from within it', async () => {
		const path = transcript(ofClaude(), cli.repo);
		const end = await cli.run(['resume', path, '--agent', 'two'], { input: 'Go on.\n' });
		expect(end.exitCode, end.stderr).toBe(EXIT.done);
		expect(metaOf(ids()[0] ?? '')).toMatchObject({ turn_count: 3, active_agent: 'two' });
		const inside = await cli.run(['--agent', 'one'], { input: `/resume ${path}\n/status\n` });
		expect(inside.stdout + inside.stderr).toContain('has that conversation already');
		expect(ids()).toHaveLength(1);
	});

	it('that is none, or that a command cannot take, makes nothing', async () => {
		const path = transcript(ofClaude(), cli.repo);
		writeFileSync(join(cli.base, 'notes.jsonl'), '{"a":1}\n');
		symlinkSync(path, join(cli.base, 'link.jsonl'));
		execFileSync('mkfifo', [join(cli.base, 'pipe.jsonl')]);
		for (const name of ['notes.jsonl', 'link.jsonl', 'pipe.jsonl', 'gone.jsonl'])
			for (const command of [['resume'], ['handoff', '--to', 'two'], ['run', 'x', '--session'], ['show']]) {
				const end = await cli.run([...command, join(cli.base, name)]);
				expect(end, `${command} ${name}`).toMatchObject({ exitCode: EXIT.notFound });
			}
		const undone = await cli.run(['undo', path]);
		expect(undone).toMatchObject({ exitCode: EXIT.notFound });
		expect(undone.stderr).toContain('resume');
		expect(ids()).toEqual([]);
	});
});
