import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';

let cli: CliHome;

/** Agents that keep what they were sent; `one` makes a file a turn and changes a common one. */
beforeEach(() => {
	cli = new CliHome();
	const work =
		'cat >$HOME/one.txt; n=1; while [ -e f$n.txt ]; do n=$((n+1)); done; echo $n >f$n.txt; echo $n >>all.txt; echo did $n';
	cli.configureAgents(
		{ one: work, two: 'cat >$HOME/two.txt; echo two did it' },
		'[agents]\norder = ["one", "two"]\n[agents.gone]\ncommand = ["/nowhere/gone"]\n',
	);
});
afterEach(() => cli.remove());

const sent = (agent: string) => readFileSync(join(cli.home, `${agent}.txt`), 'utf8');
const sessions = () => join(cli.repo, '.agent-relay/sessions');
const folderOf = (id: string) => join(sessions(), id);
const metaOf = (id: string) => JSON.parse(readFileSync(join(folderOf(id), 'meta.json'), 'utf8'));
const inRepo = (name: string) => join(cli.repo, name);

/** A session with a turn for each prompt. */
async function session(...prompts: string[]): Promise<string> {
	const end = await cli.run(['--agent', 'one'], { input: `${prompts.join('\n')}\n` });
	expect(end.exitCode, end.stderr).toBe(0);
	const id = readdirSync(sessions())
		.filter((name) => name.length === 26)
		.sort()
		.at(-1);
	if (id === undefined) throw new Error('no session was made');
	return id;
}

/** Everything of a session, by path. */
function filesOf(id: string): Record<string, string> {
	const names = readdirSync(folderOf(id), { recursive: true, encoding: 'utf8' });
	const files = names.filter((name) => statSync(join(folderOf(id), name)).isFile());
	return Object.fromEntries(files.map((name) => [name, readFileSync(join(folderOf(id), name), 'utf8')]));
}

async function fork(...args: string[]) {
	const end = await cli.run(['fork', ...args, '--json']);
	expect(end.exitCode, end.stderr).toBe(EXIT.done);
	return JSON.parse(end.stdout);
}

describe('fork', () => {
	it('begins a line of work of its own with the turns up to there, and leaves the other as it was', async () => {
		const id = await session('first task', 'second task', 'third task');
		const before = filesOf(id);
		const made = await fork(id.slice(-6), '--turn', '2');
		expect(filesOf(id)).toEqual(before);
		expect(made).toMatchObject({ forked_from: { session: id, turn: 2 }, to: 'one', files: null });
		expect(metaOf(made.id)).toMatchObject({
			status: 'checkpointed',
			parent: null,
			forked_from: { session: id, turn: 2, files: false },
			checkpoint: { reason: 'fork', packet: made.packet, next_agent: null },
			title: `fork of ${id.slice(-6)} turn 2: first task`,
			turn_count: 0,
		});
		const listed = JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions;
		expect(listed.map((one: { id: string }) => one.id).sort()).toEqual([id, made.id].sort());
		const shown = await cli.run(['show', made.id]);
		expect(shown.stdout).toContain(`turn 2 of ${id}`);
		expect(shown.stdout).not.toContain('not yours');
		expect((await cli.run(['show', made.id, '--log'])).stdout).toContain('is forked from turn 2 of');

		const run = await cli.run(['run', '-c', 'go another way']);
		expect(run.exitCode, run.stderr).toBe(0);
		const prompt = sent('one');
		for (const words of [
			'first task',
			'second task',
			'go another way',
			'did 2',
			'forked the work after turn 2',
		])
			expect(prompt).toContain(words);
		expect(prompt).not.toContain('third task');
		expect(prompt).not.toContain('did 3');
		// What turn 3 changed is in the files, and is not the user's doing.
		expect(prompt).toContain('f3.txt');
		expect(prompt).not.toContain('by the user');
		expect(metaOf(made.id)).toMatchObject({ status: 'completed', turn_count: 1 });
		expect(filesOf(id)).toEqual(before);
	});

	it('takes back with --files what later turns changed, also those of sessions that continue it', async () => {
		const id = await session('first task', 'second task');
		expect((await cli.run(['run', '--session', id, 'third task'])).exitCode).toBe(0);
		writeFileSync(inRepo('mine.txt'), 'mine\n');
		const made = await fork(id, '--turn', '1', '--files', '--to', 'two');
		expect(made).toMatchObject({ to: 'two', files: { status: 'done' } });
		expect(readFileSync(inRepo('all.txt'), 'utf8')).toBe('1\n');
		for (const gone of ['f2.txt', 'f3.txt']) expect(existsSync(inRepo(gone))).toBe(false);
		expect(readFileSync(inRepo('mine.txt'), 'utf8')).toBe('mine\n');
		const packet = readFileSync(join(folderOf(made.id), made.packet), 'utf8');
		expect(packet).toContain('brought back to what that turn left');
		expect(packet).not.toContain('f3.txt');
		expect((await cli.run(['run', '-c', 'go on'])).exitCode).toBe(0);
		expect(sent('two')).toContain('first task');
		const redone = await cli.run(['redo', made.id]);
		expect(redone.exitCode, redone.stderr).toBe(0);
		expect(readFileSync(inRepo('all.txt'), 'utf8')).toBe('1\n2\n3\n');
	});

	it('makes no fork where a file changed since, but with --partial or --force', async () => {
		const id = await session('first task', 'second task');
		writeFileSync(inRepo('all.txt'), 'mine\n');
		const refused = await cli.run(['fork', id, '--turn', '1', '--files']);
		expect(refused).toMatchObject({ exitCode: EXIT.refused });
		expect(refused.stdout).toContain('all.txt');
		expect(refused.stdout).toContain('--turn 1 --files --partial');
		expect(existsSync(inRepo('f2.txt'))).toBe(true);
		expect(readdirSync(sessions()).filter((name) => name !== id)).toEqual([]);
		const partly = await fork(id, '--turn', '1', '--files', '--partial');
		expect(partly.files.left).toEqual(['all.txt']);
		expect(existsSync(inRepo('f2.txt'))).toBe(false);
		expect((await cli.run(['redo', partly.id])).exitCode).toBe(0);
		const forced = await fork(id, '--turn', '1', '--files', '--force');
		expect(readFileSync(inRepo('all.txt'), 'utf8')).toBe('1\n');
		expect(readFileSync(join(forced.files.kept, 'all.txt'), 'utf8')).toBe('mine\n');
	});

	it('refuses what cannot be forked, and makes nothing', async () => {
		const id = await session('first task');
		const refusals: Array<[string[], number, string]> = [
			[[id, '--turn', '7'], EXIT.notFound, 'has no turn 7'],
			[[id, '--to', 'gone'], EXIT.notInstalled, 'not installed'],
			[[id, '--force'], EXIT.usage, '--files'],
			[['NOSUCH'], EXIT.notFound, 'NOSUCH'],
		];
		for (const [args, exitCode, says] of refusals) {
			const end = await cli.run(['fork', ...args]);
			expect(end, args.join(' ')).toMatchObject({ exitCode });
			expect(end.stderr).toContain(says);
		}
		expect((await cli.run(['archive', id])).exitCode).toBe(0);
		const archived = await cli.run(['fork', id]);
		expect(archived).toMatchObject({ exitCode: EXIT.refused });
		expect(archived.stderr).toContain('unarchive');
		expect(readdirSync(sessions())).toEqual([id]);
	});

	it('keeps the session that it needs', async () => {
		const id = await session('first task');
		const made = await fork(id);
		const end = await cli.run(['delete', id, '--yes']);
		expect(end).toMatchObject({ exitCode: EXIT.refused });
		expect(end.stderr).toContain('was forked from it');
		expect((await cli.run(['delete', id, made.id, '--yes'])).exitCode).toBe(0);
	});

	it('goes on in the fork from the shell', async () => {
		const end = await cli.run(['--agent', 'one'], {
			input: 'first task\nsecond task\n/fork --turn 1\nelsewhere\n',
		});
		expect(end.exitCode, end.stderr).toBe(0);
		const [id = '', made = ''] = readdirSync(sessions()).sort();
		expect(metaOf(made)).toMatchObject({ forked_from: { session: id, turn: 1 }, turn_count: 1 });
		expect(metaOf(id)).toMatchObject({ status: 'completed', turn_count: 2 });
		expect(sent('one')).not.toContain('second task');
	});
});
