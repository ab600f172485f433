import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProcess } from '../../../src/core/processes/run-process.ts';
import { createGit } from '../../../src/git/run-git.ts';
import { adopt } from '../../../src/race/adopt/adopt.ts';
import { applyClean, planClean } from '../../../src/race/clean/clean.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
let disk: string;
beforeEach(() => {
	bench = new RaceBench();
	disk = join(bench.root, 'disk');
});
afterEach(() => bench.dispose());

const dataIsLink = () => {
	mkdirSync(disk);
	symlinkSync(disk, join(bench.root, 'data'));
};
const worktreesOfGit = () => bench.git('worktree', 'list', '--porcelain').match(/^worktree .*$/gm) ?? [];

/** A race that is stopped while its only entrant is set up. */
async function stoppedInSetup() {
	bench.install('claude', {
		turns: [[{ write: { path: 'answer.txt', text: '42\n' } }, ...claudeAnswers('done')]],
	});
	const gate = join(bench.root, 'gate');
	const { race, run, onDisk } = await bench.start('claude', {
		setup: `echo begun; test -e ${gate} || sleep 60`,
	});
	bench.onEvent = (event) => event.type === 'command_output' && bench.stop.abort();
	await run();
	await race.close();
	bench.onEvent = () => undefined;
	writeFileSync(gate, '');
	return { id: race.id, record: onDisk() };
}

async function goesOn(id: Awaited<ReturnType<typeof stoppedInSetup>>['id']) {
	const { race, deps, onDisk } = await bench.resume(id);
	const signal = new AbortController().signal;
	const record = await race.run({ signal, onEvent: () => undefined });
	await race.close();
	expect(record).toMatchObject({ state: 'ended', winner: 'claude' });
	return { record, deps, onDisk };
}

describe('a race whose data folder is behind a link', () => {
	it('is run, stopped, gone on with, adopted and cleaned', async () => {
		dataIsLink();
		const { id } = await stoppedInSetup();
		expect(worktreesOfGit()).toHaveLength(2);
		const { record, deps } = await goesOn(id);
		expect(entrantOf(record, 'claude').notes).toEqual([]);

		const git = createGit({ executable: '/usr/bin/git', env: bench.env, runProcess });
		const { repo, store, clock, env } = deps.relay;
		const adopted = await adopt(
			{ record, entrant: null, mode: { kind: 'files', merge: false } },
			{ git, repo, store, clock, env },
		);
		expect(adopted.status).toBe('adopted');
		expect(readFileSync(join(bench.repo, 'answer.txt'), 'utf8')).toBe('42\n');

		await applyClean(await planClean(id, deps), deps);
		expect(worktreesOfGit()).toHaveLength(1);
		expect(bench.git('for-each-ref', 'refs/agent-relay')).toBe('');
		expect(readdirSync(join(disk, 'worktrees'))).toEqual([]);
	});

	it('makes a worktree anew that git died over, before it was on record', async () => {
		dataIsLink();
		const { id, record } = await stoppedInSetup();
		const { worktree } = entrantOf(record, 'claude');
		bench.git('worktree', 'unlock', worktree);
		renameSync(worktree, `${worktree}.away`);
		bench.git('worktree', 'prune');
		renameSync(`${worktree}.away`, worktree);
		writeFileSync(join(worktree, 'half-made'), '');
		const { record: ended } = await goesOn(id);
		expect(existsSync(join(worktree, 'half-made'))).toBe(false);
		expect(entrantOf(ended, 'claude').diff).toMatchObject({ files: 1 });
	});

	it('tells files that the agent edits in its worktree, by either name, from those outside', async () => {
		dataIsLink();
		const edits = (id: string, file_path: string) => {
			const content = [{ type: 'tool_use', id, name: 'Write', input: { file_path, content: '42' } }];
			const message = { id: `msg_${id}`, model: 'claude-sonnet-4-5', role: 'assistant', content };
			const call = { type: 'assistant', message, parent_tool_use_id: null, session_id: '{{session}}' };
			return `${JSON.stringify(call)}\n${claude.toolResult(id, 'written')}`;
		};
		bench.install('claude', { turns: [claudeAnswers('nothing')] });
		const { race, run, worktree } = await bench.start('claude');
		const there = join(disk, 'worktrees', `repo-${race.id}`, 'claude');
		const elsewhere = join(bench.root, 'elsewhere.txt');
		const paths = [join(there, 'new/a.txt'), join(worktree('claude'), 'b.txt'), elsewhere];
		const calls = paths.map((path, at) => edits(`t${at}`, path)).join('');
		bench.install('claude', { turns: [[{ emit: claude.init + calls }, ...claudeAnswers('done')]] });
		const record = await run();
		expect(entrantOf(record, 'claude').notes).toEqual([
			`edited files outside its worktree: ${elsewhere}`,
			'changed nothing',
		]);
	});

	it('is gone on with and cleaned where the folder was moved and a link left in its place', async () => {
		const { id } = await stoppedInSetup();
		renameSync(join(bench.root, 'data'), disk);
		symlinkSync(disk, join(bench.root, 'data'));
		const { deps } = await goesOn(id);
		await applyClean(await planClean(id, deps), deps);
		expect(worktreesOfGit()).toHaveLength(1);
		expect(readdirSync(join(disk, 'worktrees'))).toEqual([]);
	});

	it('is not gone on with over a worktree that somebody else locked, by whichever name', async () => {
		const { id, record } = await stoppedInSetup();
		renameSync(join(bench.root, 'data'), disk);
		symlinkSync(disk, join(bench.root, 'data'));
		const { worktree } = entrantOf(record, 'claude');
		bench.git('worktree', 'unlock', worktree);
		bench.git('worktree', 'lock', '--reason', 'mine', worktree);
		writeFileSync(join(worktree, 'my-words'), '');
		const { race } = await bench.resume(id);
		const ended = await race.run({ signal: new AbortController().signal, onEvent: () => undefined });
		expect(entrantOf(ended, 'claude')).toMatchObject({
			outcome: 'not_started',
			reason: expect.stringContaining('is not ours to remove: it is locked for: mine'),
		});
		expect(existsSync(join(worktree, 'my-words'))).toBe(true);
	});
});
