import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Git, GitTimeout } from '../../../../src/git/run-git.ts';
import { createScratch, fingerprint, type Scratch } from '../../../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

describe('a snapshot', () => {
	it('knows what changed, by kind and lines, and neither reads what is ignored nor touches the repo', async () => {
		const repo = scratch.repo('r', {
			'a.txt': 'one\ntwo\n',
			'run.sh': '#!/bin/sh\n',
			'moved.txt': 'a long enough text\nto be found again\nunder its new name\n',
			'gone.txt': 'x\n',
			'.gitignore': 'build/\n',
		});
		const git = fingerprint(join(repo, '.git'));
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await snapshots.take();
		expect(before).toMatchObject({ unavailable: null, skipped: [] });
		expect(before.tree).toBe(scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim());

		scratch.write(join(repo, 'a.txt'), 'one\n2\nthree\n');
		scratch.write(join(repo, 'new/b.bin'), Buffer.from([0, 1, 2]));
		scratch.write(join(repo, 'build/out.o'), 'ignored');
		scratch.write(join(repo, '.agent-relay/state'), 'ours');
		chmodSync(join(repo, 'run.sh'), 0o755);
		renameSync(join(repo, 'moved.txt'), join(repo, 'here.txt'));
		rmSync(join(repo, 'gone.txt'));
		const after = await snapshots.take();
		expect(await snapshots.changes(before.tree ?? '', after.tree ?? '')).toEqual([
			{ path: 'a.txt', change: 'modified', added: 2, removed: 1, source: 'git' },
			{ path: 'gone.txt', change: 'deleted', added: 0, removed: 1, source: 'git' },
			{ path: 'here.txt', change: 'renamed', from: 'moved.txt', added: 0, removed: 0, source: 'git' },
			{ path: 'new/b.bin', change: 'added', added: null, removed: null, source: 'git' },
			{ path: 'run.sh', change: 'mode', added: 0, removed: 0, source: 'git' },
		]);
		const whole = { maxBytes: 100_000 };
		expect(await snapshots.diff(before.tree ?? '', after.tree ?? '', { ...whole, paths: ['a.txt'] })).toMatch(
			/-two\n\+2\n\+three\n$/,
		);
		const cut = await snapshots.diff(before.tree ?? '', after.tree ?? '', { maxBytes: 120 });
		expect(Buffer.byteLength(cut)).toBeLessThan(300);
		expect(cut).toMatch(/cut/);
		await snapshots.settled();
		expect(fingerprint(join(repo, '.git'))).toEqual(git);
	});

	it('outlives the objects of the repo, once what changed was looked at', async () => {
		const repo = scratch.repo('r');
		const snapshots = await scratch.snapshotsOf(repo);
		const before = (await snapshots.take()).tree ?? '';
		scratch.write(join(repo, 'a.txt'), 'two\n');
		const after = (await snapshots.take()).tree ?? '';
		await snapshots.changes(before, after);
		await snapshots.settled();
		rmSync(join(repo, '.git'), { recursive: true });
		scratch.sh(repo, 'init', '-q');
		const later = await scratch.snapshotsOf(repo);
		expect(await later.diff(before, after, { maxBytes: 10_000 })).toContain('-one\n+two');
	});

	it('leaves out a repo inside, and says so', async () => {
		const repo = scratch.repo('r');
		scratch.repo('r/inner', { 'b.txt': 'b\n' });
		const { tree, skipped } = await (await scratch.snapshotsOf(repo)).take();
		expect(skipped).toEqual(['inner']);
		expect(tree).toBe(scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim());
	});

	it('says why there is none: outside git, or where it takes too long, and then rests', async () => {
		scratch.write(join(scratch.root, 'plain/a.txt'), 'a');
		const none = await scratch.snapshotsOf(join(scratch.root, 'plain'));
		expect(await none.take()).toMatchObject({ tree: null, unavailable: expect.stringMatching(/git/) });
		let tried = 0;
		const run: Git['run'] = (args, options) => {
			if (!args.includes('add')) return scratch.git.run(args, options);
			tried += 1;
			return Promise.reject(new GitTimeout('add', options.timeoutMs ?? 0));
		};
		const slow = await scratch.snapshotsOf(scratch.repo('r'), 60_000, undefined, { run });
		const takes = [];
		for (let take = 0; take < 4; take++) takes.push(await slow.take());
		for (const { unavailable } of takes) expect(unavailable).toBe('a snapshot needs more than 60000 ms here');
		// The first was tried again with one pack for all, as the others then are at once.
		expect(tried).toBe(4);
	});

	it('names no tree that is none, and is made again where its index is damaged', async () => {
		const repo = scratch.repo('r');
		const snapshots = await scratch.snapshotsOf(repo);
		const { tree } = await snapshots.take();
		await expect(snapshots.changes('HEAD; rm -rf', tree ?? '')).rejects.toThrow();
		for (const path of Object.keys(fingerprint(join(scratch.root, 'state'))))
			if (path.endsWith('/index')) scratch.write(join(scratch.root, 'state', path), 'garbage');
		const again = await scratch.snapshotsOf(repo);
		expect((await again.take()).tree).toBe(tree);
		expect(readFileSync(join(repo, 'a.txt'), 'utf8')).toBe('one\n');
	});
});
