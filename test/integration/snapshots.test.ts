import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScratch, fingerprint, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const tree = async (snapshots: Awaited<ReturnType<Scratch['snapshotsOf']>>): Promise<string> => {
	const snapshot = await snapshots.take();
	expect(snapshot.unavailable).toBeNull();
	return snapshot.tree ?? '';
};

/** Changes in a repo with `files` after `act`. */
async function changesAfter(files: Record<string, string | Buffer>, act: (repo: string) => void) {
	const repo = scratch.repo('r', files);
	const snapshots = await scratch.snapshotsOf(repo);
	const before = await tree(snapshots);
	act(repo);
	const after = await tree(snapshots);
	const changes = await snapshots.changes(before, after);
	return { repo, snapshots, before, after, changes };
}

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('');

describe('a snapshot', () => {
	it('equals the tree of a clean commit, and of the index of git itself', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'one\n', 'sub/b.txt': 'two\n' });
		const snapshots = await scratch.snapshotsOf(repo);
		expect(await tree(snapshots)).toBe(scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim());
	});

	it('sees edits, additions, deletions, renames, modes and links, with line counts', async () => {
		const files = { 'edit.txt': 'one\ntwo\n', 'gone.txt': 'x\n', 'old.txt': LINES, 'run.sh': '#!/bin/sh\n' };
		const { changes } = await changesAfter(files, (repo) => {
			writeFileSync(join(repo, 'edit.txt'), 'one\nTWO\nthree\n');
			rmSync(join(repo, 'gone.txt'));
			renameSync(join(repo, 'old.txt'), join(repo, 'new.txt'));
			chmodSync(join(repo, 'run.sh'), 0o755);
			writeFileSync(join(repo, 'untracked.bin'), Buffer.from([0, 1, 2, 0xff]));
			symlinkSync('edit.txt', join(repo, 'link'));
		});
		expect(changes).toEqual([
			{ path: 'edit.txt', change: 'modified', added: 2, removed: 1, source: 'git' },
			{ path: 'gone.txt', change: 'deleted', added: 0, removed: 1, source: 'git' },
			{ path: 'link', change: 'added', added: 1, removed: 0, source: 'git' },
			{ path: 'new.txt', change: 'renamed', from: 'old.txt', added: 0, removed: 0, source: 'git' },
			{ path: 'run.sh', change: 'mode', added: 0, removed: 0, source: 'git' },
			{ path: 'untracked.bin', change: 'added', added: null, removed: null, source: 'git' },
		]);
	});

	it('is taken of a repo in a hostile place, without the repos in it', async () => {
		const repo = scratch.repo('re\nin "it" [core]\n\tbare = true', { 'a.txt': 'one\n' });
		scratch.repo(`${basename(repo)}/inner\nb.txt\n*`, { 'c.txt': 'c\n' });
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		writeFileSync(join(repo, 'b.txt'), 'two\n');
		const changes = await snapshots.changes(before, await tree(snapshots));
		expect(changes).toEqual([{ path: 'b.txt', change: 'added', added: 1, removed: 0, source: 'git' }]);
	});

	it('takes hostile file names as they are', async () => {
		const names = [
			'tab\there',
			'new\nline',
			'quo"te',
			'back\\slash',
			'-rf',
			':(top)x',
			' lead',
			'ünï',
			'*',
			'\u001b[31m',
		];
		const { changes, snapshots, before, after } = await changesAfter({ 'a.txt': 'x\n' }, (repo) => {
			for (const name of names) scratch.write(join(repo, 'd', name), `${LINES}${name}`);
		});
		expect(changes.map(({ path }) => path).sort()).toEqual(names.map((name) => `d/${name}`).sort());
		const diff = await snapshots.diff(before, after, { paths: ['d/*'], maxBytes: 100_000 });
		expect(diff.match(/^diff --git/gm)).toHaveLength(1);
	});

	it('sees a file of the same size changed within the same second', async () => {
		const { changes } = await changesAfter({ 'a.txt': 'one\n' }, (repo) => {
			writeFileSync(join(repo, 'a.txt'), 'two\n');
		});
		expect(changes).toHaveLength(1);
	});

	it('leaves out what the repo, its info/exclude and the user ignore, and .agent-relay always', async () => {
		const { changes } = await changesAfter({ '.gitignore': 'by-repo\n', 'a.txt': 'x\n' }, (repo) => {
			writeFileSync(join(repo, '.git', 'info', 'exclude'), 'by-info\n!.agent-relay/\n');
			scratch.write(join(scratch.root, 'home', '.config', 'git', 'ignore'), 'by-user\n');
			for (const name of ['by-repo', 'by-info', 'by-user', 'seen', '.agent-relay/sessions/x'])
				scratch.write(join(repo, name), 'x\n');
		});
		expect(changes.map(({ path }) => path)).toEqual(['seen']);
	});

	it('obeys core.excludesFile of the repo', async () => {
		const repo = scratch.repo('r');
		scratch.write(join(scratch.root, 'ignore'), 'private\n');
		scratch.sh(repo, 'config', 'core.excludesFile', join(scratch.root, 'ignore'));
		scratch.write(join(repo, 'private'), 'x\n');
		const snapshots = await scratch.snapshotsOf(repo);
		expect(await tree(snapshots)).toBe(scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim());
	});

	it('never shows a tracked file of .agent-relay', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'x\n', '.agent-relay/config.toml': 'a = 1\n' });
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		writeFileSync(join(repo, '.agent-relay/config.toml'), 'a = 2\n');
		expect(await tree(snapshots)).toBe(before);
	});

	it('works in a repo without a commit and in a linked worktree', async () => {
		const bareBones = join(scratch.root, 'unborn');
		mkdirSync(bareBones);
		scratch.sh(bareBones, 'init', '-q');
		writeFileSync(join(bareBones, 'a'), 'x\n');
		expect(await tree(await scratch.snapshotsOf(bareBones))).toMatch(/^[0-9a-f]{40}$/);
		const repo = scratch.repo('r');
		scratch.sh(repo, 'worktree', 'add', '-q', join(scratch.root, 'linked'));
		const linked = await scratch.snapshotsOf(join(scratch.root, 'linked'));
		const before = await tree(linked);
		scratch.write(join(scratch.root, 'linked', 'new'), 'x\n');
		expect(await linked.changes(before, await tree(linked))).toMatchObject([
			{ path: 'new', change: 'added' },
		]);
	});

	it('works in a repo of SHA-256 objects', async () => {
		const repo = join(scratch.root, 'sha256');
		mkdirSync(repo);
		scratch.sh(repo, 'init', '-q', '--object-format=sha256');
		scratch.write(join(repo, 'a'), 'x\n');
		scratch.sh(repo, 'add', '-A');
		scratch.sh(repo, 'commit', '-q', '-m', 'x');
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		expect(before).toBe(scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim());
		scratch.write(join(repo, 'a'), 'longer\n');
		expect(await snapshots.changes(before, await tree(snapshots))).toHaveLength(1);
	});

	it('says so where there is no git, and for a bare repo', async () => {
		const plain = join(scratch.root, 'plain');
		mkdirSync(plain);
		expect(await (await scratch.snapshotsOf(plain)).take()).toMatchObject({
			tree: null,
			unavailable: 'not a git repo',
		});
		scratch.sh(scratch.root, 'init', '-q', '--bare', 'bare.git');
		const bare = await scratch.snapshotsOf(join(scratch.root, 'bare.git'));
		expect(await bare.take()).toMatchObject({ tree: null, unavailable: 'a bare repo has no files' });
	});

	it('rests after three takes in a row that needed more than the budget', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'x\n' });
		// Untracked, so that they must be hashed.
		for (let i = 0; i < 1500; i++) scratch.write(join(repo, `d${i % 50}`, `${i}`), `${i}`);
		const snapshots = await scratch.snapshotsOf(repo, 20);
		for (let take = 1; take <= 3; take++) {
			const cut = await snapshots.take();
			expect(cut).toMatchObject({ tree: null, unavailable: expect.stringContaining('20 ms') });
			expect(cut.tookMs).toBeGreaterThan(0);
		}
		const again = await snapshots.take();
		expect(again.unavailable).toContain('20 ms');
		expect(again.tookMs).toBe(0);
		const patient = await (await scratch.snapshotsOf(repo, 30_000)).take();
		expect(patient).toMatchObject({ unavailable: null, skipped: [] });
	});
});

describe('a take that runs out of time', () => {
	const manyFiles = () => {
		const repo = scratch.repo('r', { 'a.txt': 'x\n' });
		for (let i = 0; i < 1500; i++) scratch.write(join(repo, `d${i % 50}`, `${i}`), `${i}`);
		return repo;
	};

	it('is taken again with more time if it is patient, and says so before', async () => {
		const snapshots = await scratch.snapshotsOf(manyFiles(), 20);
		let said = 0;
		const first = await snapshots.take({ onSlow: () => said++ });
		expect(first.unavailable).toContain('20 ms');
		expect(said).toBe(0);
		const patient = await snapshots.take({ isPatient: true, onSlow: () => said++ });
		expect(said).toBe(1);
		if (patient.tree === null) expect(patient.unavailable).toContain('80 ms');
	});

	it('stores many new contents in one pack, which undo, diffs and a repair of the store read', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'x\n' });
		const snapshots = await scratch.snapshotsOf(repo, 30_000);
		const before = (await snapshots.take()).tree ?? '';
		const home = join(
			scratch.root,
			'state/snapshots',
			readdirSync(join(scratch.root, 'state/snapshots'))[0] ?? '',
		);
		const objects = join(home, 'objects');
		// Without an index everything is hashed anew, as in a take that was cut off.
		for (const name of readdirSync(home).filter((name) => /^[0-9a-f]{16}$/.test(name)))
			rmSync(join(home, name, 'index'));
		rmSync(join(repo, '.git/index'));
		const write = () => {
			for (let i = 0; i < 300; i++) scratch.write(join(repo, `d${i % 5}`, `${i}`), `content ${i}\n`);
		};
		write();
		const after = (await snapshots.take()).tree ?? '';
		const packs = () => readdirSync(join(objects, 'pack')).filter((name) => name.endsWith('.pack'));
		expect(packs()).toHaveLength(1);
		const changes = await snapshots.changes(before, after);
		expect(changes).toHaveLength(300);
		await snapshots.settled();
		expect(packs()).toHaveLength(1);
		// A power cut tears it: what compares the trees says so, and the next take stores everything again.
		const pack = join(objects, 'pack', packs()[0] ?? '');
		chmodSync(pack, 0o600);
		truncateSync(pack, 100);
		// Git takes a content from the checkout where it is there.
		for (let i = 0; i < 5; i++) rmSync(join(repo, `d${i}`), { recursive: true });
		const torn = await scratch.snapshotsOf(repo, 30_000);
		await expect(torn.diff(before, after, { maxBytes: 10_000 })).rejects.toMatchObject({
			code: 'git_failed',
		});
		expect(packs()).toHaveLength(0);
		write();
		expect((await torn.take()).tree).toBe(after);
		expect(await torn.diff(before, after, { maxBytes: 100_000 })).toContain('+content 7');
	});
});

describe('the repo', () => {
	it('keeps every byte and time of its .git', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'one\n', 'b.txt': LINES });
		scratch.sh(repo, 'repack', '-adq');
		for (const path of readdirSync(join(repo, '.git', 'objects', 'pack')))
			utimesSync(join(repo, '.git', 'objects', 'pack', path), 1_000_000, 1_000_000);
		utimesSync(join(repo, 'b.txt'), 1_500_000_000, 1_500_000_000);
		const before = fingerprint(join(repo, '.git'));
		const snapshots = await scratch.snapshotsOf(repo);
		const first = await tree(snapshots);
		writeFileSync(join(repo, 'a.txt'), 'two\n');
		writeFileSync(join(repo, 'new.txt'), LINES);
		await snapshots.changes(first, await tree(snapshots));
		await snapshots.diff(first, await tree(snapshots), { maxBytes: 1000 });
		expect(fingerprint(join(repo, '.git'))).toEqual(before);
	});

	it('cannot make a snapshot run a program of its own', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'one\n', '.gitattributes': '* filter=evil diff=evil text\n' });
		const proof = join(scratch.root, 'ran');
		const script = join(scratch.root, 'evil.sh');
		writeFileSync(script, `#!/bin/sh\necho "$0 $*" >>${proof}\ncat\n`, { mode: 0o755 });
		const plant = (folder: string) => {
			for (const key of [
				'core.fsmonitor',
				'filter.evil.clean',
				'filter.evil.smudge',
				'filter.evil.process',
				'diff.evil.command',
				'diff.evil.textconv',
				'diff.external',
				'core.pager',
				'core.sshCommand',
				'core.alternateRefsCommand',
			])
				scratch.sh(folder, 'config', key, script);
			const hooks = join(scratch.sh(folder, 'rev-parse', '--absolute-git-dir').trim(), 'hooks');
			mkdirSync(hooks, { recursive: true });
			for (const hook of ['fsmonitor-watchman', 'post-index-change', 'pre-auto-gc', 'reference-transaction'])
				writeFileSync(join(hooks, hook), `#!/bin/sh\nexec ${script} ${hook}\n`, { mode: 0o755 });
		};
		scratch.repo('r/inner', { 'x.txt': 'x\n' });
		scratch.repo('r/tracked', { 'x.txt': 'x\n' });
		scratch.sh(repo, 'add', 'tracked');
		scratch.sh(repo, 'commit', '-q', '-m', 'with a repo inside');
		for (const folder of [repo, join(repo, 'inner'), join(repo, 'tracked')]) {
			plant(folder);
			writeFileSync(join(folder, '.gitattributes'), '* filter=evil diff=evil\n');
		}
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		for (const name of ['a.txt', 'inner/x.txt', 'tracked/x.txt'])
			writeFileSync(join(repo, name), 'two two\n');
		const after = await tree(snapshots);
		await tree(snapshots);
		await snapshots.changes(before, after);
		await snapshots.diff(before, after, { maxBytes: 10_000 });
		expect(existsSync(proof)).toBe(false);
	});
});

describe('what a snapshot cannot hold', () => {
	it('names other repos inside, with and without a commit, and does not look into them', async () => {
		const repo = scratch.repo('r');
		scratch.repo('r/inner dir', { x: 'x\n' });
		mkdirSync(join(repo, 'empty'));
		scratch.sh(join(repo, 'empty'), 'init', '-q');
		const snapshots = await scratch.snapshotsOf(repo);
		const first = await snapshots.take();
		expect(first.skipped).toEqual(['empty', 'inner dir']);
		writeFileSync(join(repo, 'inner dir', 'x'), 'changed\n');
		expect(await snapshots.take()).toMatchObject({ tree: first.tree, skipped: first.skipped });
	});

	it('names a submodule, and sees the files again once it is no repo any more', async () => {
		const repo = scratch.repo('r');
		const library = scratch.repo('library', { 'lib.txt': 'x\n' });
		scratch.sh(repo, 'submodule', 'add', '-q', library, 'lib');
		scratch.sh(repo, 'commit', '-q', '-m', 'submodule');
		const snapshots = await scratch.snapshotsOf(repo);
		const first = await snapshots.take();
		expect(first.skipped).toEqual(['lib']);
		rmSync(join(repo, 'lib', '.git'));
		const second = await snapshots.take();
		expect(second.skipped).toEqual([]);
		expect(await snapshots.changes(first.tree ?? '', second.tree ?? '')).toMatchObject([
			{ path: 'lib/lib.txt' },
		]);
	});
});

describe('the warm index', () => {
	const warmIndex = () => {
		const home = join(scratch.root, 'state', 'snapshots');
		const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) =>
			path.endsWith('/index'),
		);
		expect(found).toHaveLength(1);
		return join(home, found[0] ?? '');
	};

	it.each([
		['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
		['empty', () => Buffer.alloc(0)],
		['garbage', () => Buffer.from('garbage'.repeat(100))],
		[
			'with one bit flipped in an object id',
			(bytes: Buffer) => {
				const copy = Buffer.from(bytes);
				copy[12 + 45] = (copy[12 + 45] ?? 0) ^ 1;
				return copy;
			},
		],
	])('is made again when it is %s', async (_, damage) => {
		const repo = scratch.repo('r', { 'a.txt': 'one\n', 'b.txt': 'two\n' });
		const first = await tree(await scratch.snapshotsOf(repo));
		const { readFileSync } = await import('node:fs');
		const path = warmIndex();
		const bytes = readFileSync(path);
		rmSync(path);
		writeFileSync(path, damage(bytes));
		expect(await tree(await scratch.snapshotsOf(repo))).toBe(first);
	});

	it('survives a lock that a killed git left, and the loss of its whole folder', async () => {
		const repo = scratch.repo('r');
		const snapshots = await scratch.snapshotsOf(repo);
		const first = await tree(snapshots);
		writeFileSync(`${warmIndex()}.lock`, '');
		expect(await tree(await scratch.snapshotsOf(repo))).toBe(first);
		rmSync(join(scratch.root, 'state'), { recursive: true });
		const gone = await snapshots.take();
		expect(gone.tree === first || gone.unavailable !== null).toBe(true);
		expect(await tree(snapshots)).toBe(first);
	});

	it('is shared by relays that take at the same time', async () => {
		const repo = scratch.repo(
			'r',
			Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i % 9}/${i}`, `${i}`])),
		);
		const relays = await Promise.all(Array.from({ length: 4 }, () => scratch.snapshotsOf(repo)));
		for (let round = 0; round < 5; round++) {
			writeFileSync(join(repo, `round-${round}`), `${round}`);
			const trees = await Promise.all(relays.map((snapshots) => tree(snapshots)));
			expect(new Set(trees).size).toBe(1);
		}
	});

	it('hashes a file as it lies there, whatever the repo converts', async () => {
		const repo = scratch.repo('r', {
			'.gitattributes': '*.txt text eol=crlf\n',
			'a.txt': 'one\r\ntwo\r\nthree\r\n',
		});
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		writeFileSync(join(repo, 'a.txt'), 'one\r\nTWO\r\nthree\r\n');
		expect(await snapshots.changes(before, await tree(snapshots))).toMatchObject([{ added: 1, removed: 1 }]);
	});

	it('sees edits of files that the repo marks as assumed unchanged', async () => {
		const repo = scratch.repo('r');
		scratch.sh(repo, 'update-index', '--assume-unchanged', 'a.txt');
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await tree(snapshots);
		writeFileSync(join(repo, 'a.txt'), 'edited\n');
		expect(await snapshots.changes(before, await tree(snapshots))).toHaveLength(1);
	});

	it('starts from an index of version 4, and from a split one', async () => {
		for (const [name, ...setting] of [
			['v4', 'update-index', '--index-version', '4'],
			['split', 'update-index', '--split-index'],
		] as const) {
			const repo = scratch.repo(name, { 'aa/one.txt': '1\n', 'aa/two.txt': '22\n', 'b.txt': '333\n' });
			scratch.sh(repo, ...setting);
			expect(await tree(await scratch.snapshotsOf(repo))).toBe(
				scratch.sh(repo, 'rev-parse', 'HEAD^{tree}').trim(),
			);
		}
	});
});

describe('the diff', () => {
	it('still works after the repo has dropped the objects', async () => {
		const { repo, snapshots, before, after } = await changesAfter({ 'a.txt': LINES }, (folder) => {
			writeFileSync(join(folder, 'a.txt'), 'short\n');
		});
		await snapshots.settled();
		rmSync(join(repo, '.git', 'objects'), { recursive: true });
		mkdirSync(join(repo, '.git', 'objects'));
		const diff = await snapshots.diff(before, after, { maxBytes: 100_000 });
		expect(diff).toContain('-line 29\n');
		expect(diff).toContain('+short\n');
	});

	it('is cut at a line, and says so', async () => {
		const { snapshots, before, after } = await changesAfter({ 'a.txt': LINES }, (repo) => {
			writeFileSync(join(repo, 'a.txt'), 'short\n');
		});
		const whole = await snapshots.diff(before, after, { maxBytes: 100_000 });
		const cut = await snapshots.diff(before, after, { maxBytes: 200 });
		const lines = cut.split('\n');
		expect(lines.at(-2)).toBe('[diff cut: it is longer than 200 bytes]');
		expect(whole.startsWith(`${lines.slice(0, -2).join('\n')}\n`)).toBe(true);
	});

	it('refuses anything but a tree id', async () => {
		const snapshots = await scratch.snapshotsOf(scratch.repo('r'));
		await expect(snapshots.changes('--output=/x', 'HEAD')).rejects.toMatchObject({ code: 'damaged_record' });
	});
});
