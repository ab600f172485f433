import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const metaOf = (id: string) => JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8'));
const witnessOf = (id: string) => join(cli.home, '.local/state/agent-relay/witness', `${id}.jsonl`);
const logOf = (id: string) =>
	readFileSync(join(sessions(), id, 'log.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line).type);

async function session(...more: string[]): Promise<string> {
	const end = await cli.run(['run', '--agent', 'demo-closer', '--json', ...more, 'Say what you are.']);
	const id = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1];
	if (id === undefined) throw new Error(`no session was made: ${end.stderr}`);
	return id;
}

async function json(...args: string[]) {
	const { stdout, stderr, exitCode } = await cli.run([...args, '--json']);
	if (exitCode !== EXIT.done) throw new Error(`${args.join(' ')}: ${exitCode} ${stderr}`);
	return JSON.parse(stdout);
}

/** As if a relay that lives worked in it: nobody can judge a lock that was just made and names no holder. */
const lock = (id: string) => writeFileSync(join(sessions(), id, 'lock'), '');

describe('a title and tags', () => {
	it('are kept in the record and the log, without being a use of the session', async () => {
		const id = await session();
		const { mtimeMs } = statSync(join(sessions(), id));
		const before = metaOf(id);
		expect(await json('rename', id, 'the', 'login')).toEqual({ id, title: 'the login', before: null });
		expect(await json('tag', 'latest', 'auth', 'review:ux')).toMatchObject({ tags: ['auth', 'review:ux'] });
		expect(await json('tag', id.slice(-6), 'auth', '--remove')).toMatchObject({ removed: ['auth'] });
		expect((await cli.run(['tag', id])).stdout).toContain('review:ux');
		expect((await cli.run(['sessions'])).stdout).toContain('#review:ux the login');
		expect((await json('sessions', '--tag', 'review:ux')).sessions).toMatchObject([
			{ id, tags: ['review:ux'] },
		]);
		expect((await json('sessions', '--tag', 'review:ux', '--tag', 'auth')).sessions).toEqual([]);
		expect((await json('sessions', '--tag', 'review')).sessions).toEqual([]);
		const after = metaOf(id);
		expect(after).toMatchObject({ title: 'the login', tags: ['review:ux'], status: 'completed' });
		expect(after.ended_at).toBe(before.ended_at);
		expect(logOf(id).slice(-3)).toEqual(['renamed', 'tagged', 'tagged']);
		expect(statSync(join(sessions(), id)).mtimeMs).toBe(mtimeMs);
		expect(readdirSync(join(sessions(), id))).not.toContain('lock');
		expect((await cli.run(['show', '--log', id])).stdout).toMatch(
			/renamed: the login[\s\S]*\+auth \+review:ux[\s\S]*-auth/,
		);
	});

	it('are refused where they could be more than words, and nothing is changed', async () => {
		const id = await session();
		const before = metaOf(id);
		for (const title of ['', '  ', 'a\nb', 'a\x1b[2Jb', 'x'.repeat(201)])
			expect((await cli.run(['rename', id, title])).exitCode).toBe(EXIT.usage);
		for (const tag of ['a,b', '../../etc', 'a\x07', '\u202etxt', 'x'.repeat(201)])
			expect((await cli.run(['tag', id, 'fine', tag])).exitCode).toBe(EXIT.usage);
		expect((await cli.run(['rename', 'nobody', 'x'])).exitCode).toBe(EXIT.notFound);
		expect((await cli.run(['tag', id, '--remove'])).exitCode).toBe(EXIT.usage);
		expect(metaOf(id)).toEqual(before);
		// What a record brings with it is shown safely.
		const hostile = { ...before, title: 'a\x1b]0;x\x07\u202eb', tags: ['\x1b[31mred', '\u202et'] };
		writeFileSync(join(sessions(), id, 'meta.json'), JSON.stringify(hostile));
		for (const args of [['rename', id, 'y'], ['tag', id], ['show', id], ['sessions']]) {
			const { stdout, exitCode } = await cli.run(args);
			expect(exitCode).toBe(EXIT.done);
			expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
		}
	});
});

describe('an archived session', () => {
	it('is gone from lists with its lineage, is not resumed, and comes back', async () => {
		const other = await session();
		const first = await session();
		const second = await session('--session', first);
		expect(metaOf(second).parent).toBe(first);
		expect(await json('archive', second)).toEqual({
			sessions: [{ id: second, archived: true, changed: [first, second] }],
		});
		const listed = async () =>
			(await json('sessions', '--flat')).sessions.map(({ id }: { id: string }) => id);
		expect(await listed()).toEqual([other]);
		const put = (await json('sessions', '--archived')).sessions;
		expect(put).toMatchObject([{ id: second, archived: true }]);
		expect((await cli.run(['show', '--json'])).stdout).toContain(other);
		for (const id of [first, second]) {
			const { exitCode, stderr } = await cli.run(['run', '--session', id, 'go on']);
			expect(exitCode).toBe(EXIT.refused);
			expect(stderr).toContain(`agent-relay unarchive ${id.slice(-6)}`);
		}
		expect((await cli.run(['archive', second])).stdout).toContain('is archived already');
		await json('archive', other);
		for (const line of ['show', 'resume', 'run --session latest x']) {
			const { exitCode, stderr } = await cli.run(line.split(' '));
			expect(exitCode).toBe(EXIT.notFound);
			expect(stderr).toContain(
				`Every session here is archived.\n  Take the newest one back: agent-relay unarchive`,
			);
		}
		await json('unarchive', other);
		await json('unarchive', first);
		expect((await listed()).sort()).toEqual([other, first, second].sort());
		expect(logOf(second).slice(-2)).toEqual(['archived', 'unarchived']);
		expect((await cli.run(['run', '--session', second, '-a', 'demo-closer', 'go on'])).exitCode).toBe(
			EXIT.done,
		);
	});
});

describe('delete', () => {
	it('removes the session with what was said in it, and says so', async () => {
		const [id, other] = [await session(), await session()];
		expect(existsSync(witnessOf(id))).toBe(true);
		const { stdout, exitCode } = await cli.run(['delete', id.slice(-8), '--yes']);
		expect(exitCode).toBe(EXIT.done);
		expect(stdout).toContain(`Session ${id.slice(-6)} is removed (1 turn, what you said in it)`);
		expect(readdirSync(sessions())).toEqual([other]);
		expect(existsSync(witnessOf(id))).toBe(false);
		expect((await cli.run(['delete', id, '--yes'])).exitCode).toBe(EXIT.notFound);
	});

	it('asks for the id on a terminal, and refuses where nobody can be asked', async () => {
		const id = await session();
		const refused = await cli.run(['delete', id]);
		expect(refused).toMatchObject({ exitCode: EXIT.refused });
		expect(refused.stderr).toContain(`delete ${id.slice(-6)} --yes`);
		const ask = async (typed: string) => {
			const relay = new PtyProgram(['delete', id], { cwd: cli.repo, env: cli.env });
			await relay.shows('to remove it for good');
			relay.type(`${typed}\r`);
			return relay.ended;
		};
		for (const typed of ['yes', '', id.slice(-2), '\x03']) expect(await ask(typed)).toBe(EXIT.refused);
		expect(existsSync(join(sessions(), id))).toBe(true);
		expect(await ask(id.slice(-6).toLowerCase())).toBe(EXIT.done);
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('keeps what is in use, and what another session continues, and then removes nothing at all', async () => {
		const first = await session();
		const second = await session('--session', first);
		const free = await session();
		const continued = await cli.run(['delete', free, first, '--yes']);
		expect(continued.exitCode).toBe(EXIT.refused);
		expect(continued.stderr).toContain(`agent-relay delete ${second.slice(-6)} ${first.slice(-6)}`);
		lock(second);
		expect((await cli.run(['delete', free, second, '--yes'])).exitCode).toBe(EXIT.locked);
		expect((await cli.run(['rename', second, 'x'])).exitCode).toBe(EXIT.locked);
		expect((await cli.run(['archive', free, first])).exitCode).toBe(EXIT.locked);
		expect(metaOf(free).archived_at ?? null).toBeNull();
		expect(readdirSync(sessions()).sort()).toEqual([first, second, free].sort());
	});

	it('removes a lineage that is named whole, whatever the order', async () => {
		const first = await session();
		const second = await session('--session', first);
		expect((await cli.run(['delete', first, second, '-y'])).exitCode).toBe(EXIT.done);
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('follows no link, in the place of a session or below it', async () => {
		const [id, other] = [await session(), await session()];
		const outside = join(cli.base, 'outside');
		mkdirSync(outside);
		writeFileSync(join(outside, 'keep.txt'), 'mine');
		symlinkSync(outside, join(sessions(), other, 'linked'));
		expect((await cli.run(['delete', other, '--yes'])).exitCode).toBe(EXIT.done);
		renameSync(join(sessions(), id), join(outside, id));
		symlinkSync(join(outside, id), join(sessions(), id));
		expect((await cli.run(['delete', id, '--yes'])).exitCode).not.toBe(EXIT.done);
		expect(readdirSync(outside).sort()).toEqual([id, 'keep.txt'].sort());
		expect(existsSync(join(outside, id, 'meta.json'))).toBe(true);
	});

	it('leaves no half of a session when it is killed: the next command finishes it', async () => {
		const [id, other] = [await session(), await session()];
		// As a kill leaves it between the two steps.
		renameSync(join(sessions(), id), join(sessions(), `.${id}.removed`));
		expect((await json('sessions')).sessions).toHaveLength(1);
		const { stderr } = await cli.run(['run', '--session', other, '-a', 'demo-closer', 'go on']);
		expect(stderr).toContain(`session ${id}: its removal was cut short, and is finished now`);
		expect(existsSync(join(sessions(), `.${id}.removed`))).toBe(false);
		expect(existsSync(witnessOf(id))).toBe(false);
	});
});
