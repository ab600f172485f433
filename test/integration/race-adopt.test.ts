import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/core/ids.ts';
import { parseSessionId } from '../../src/core/ids.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { adopt } from '../../src/race/adopt/adopt.ts';
import type { AdoptMode, AdoptResult } from '../../src/race/adopt/adopt-deps.ts';
import { raceDiff } from '../../src/race/adopt/race-diff.ts';
import { witnessKept } from '../../src/race/record/kept-witness.ts';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import { readRace } from '../../src/race/record/race-store.ts';
import { createRaceScene, type RaceScene, type Work } from '../helpers/race-scene.ts';

let scene: RaceScene;
afterEach(() => scene.remove());

const FILES: AdoptMode = { kind: 'files', merge: false };
const MERGE: AdoptMode = { kind: 'files', merge: true };
const COMMIT: AdoptMode = { kind: 'commit', merge: false };

const at = (path: string) => join(scene.repo, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
const git = (...args: string[]) => scene.scratch.sh(scene.repo, ...args);
/** Everything of the checkout that an adoption could touch: files with kinds and modes, the index, HEAD. */
function checkout(): Record<string, string> {
	const found: Record<string, string> = {};
	for (const path of readdirSync(scene.repo, { recursive: true, encoding: 'utf8' })) {
		if (/^\.(?:git|agent-relay)(?:\/|$)/.test(path)) continue;
		const facts = lstatSync(at(path));
		const bytes = facts.isFile()
			? readFileSync(at(path), 'latin1')
			: facts.isSymbolicLink()
				? readlinkSync(at(path))
				: '';
		found[path] = `${facts.mode} ${bytes}`;
	}
	return { ...found, '.index': readFileSync(at('.git/index'), 'latin1'), '.HEAD': git('rev-parse', 'HEAD') };
}

async function begin(files: Record<string, string | Buffer>, work: Work): Promise<RaceRecord> {
	scene = await createRaceScene(files);
	return scene.race({ claude: work });
}

async function adopted(
	record: RaceRecord,
	mode: AdoptMode = FILES,
): Promise<Extract<AdoptResult, { status: 'adopted' }>> {
	const result = await adopt({ record, entrant: null, mode }, scene.deps);
	if (result.status !== 'adopted') throw new Error(`not adopted: ${JSON.stringify(result)}`);
	return result;
}

/** The conflicts, after a look that nothing at all was written. */
async function conflictsOf(record: RaceRecord, mode: AdoptMode = FILES): Promise<Record<string, string>> {
	const before = checkout();
	const result = await adopt({ record, entrant: null, mode }, scene.deps);
	expect(checkout()).toEqual(before);
	if (result.status !== 'conflicts') throw new Error('it was adopted');
	return Object.fromEntries(result.conflicts.map(({ path, why }) => [path, why]));
}

async function refusal(
	record: RaceRecord,
	mode: AdoptMode = FILES,
	entrant: string | null = null,
): Promise<string> {
	const before = checkout();
	const said = await adopt({ record, entrant, mode }, scene.deps).then(
		(result) => `not refused: ${JSON.stringify(result)}`,
		(error: unknown) => String(error),
	);
	expect(checkout()).toEqual(before);
	return said;
}

describe('adopting files', () => {
	it('writes what the entrant made, and leaves local changes, the index and HEAD as they are', async () => {
		const record = await begin(
			{ 'a.txt': 'one\n', 'mine.txt': 'mine\n', 'old/gone.txt': 'gone\n', 'staged.txt': 's\n' },
			{
				'a.txt': 'two\n',
				'new/deep/b.txt': 'b\n',
				'old/gone.txt': null,
				run: { program: '#!/bin/sh\n' },
				to: { link: 'a.txt' },
			},
		);
		writeFileSync(at('mine.txt'), 'my own words\r\n');
		writeFileSync(at('staged.txt'), 'staged\n');
		git('add', 'staged.txt');
		writeFileSync(at('untracked.txt'), 'u\n');
		const before = checkout();
		const result = await adopted(record);
		expect(result.written.map(({ path, change }) => [path, change])).toEqual([
			['a.txt', 'modified'],
			['new/deep/b.txt', 'added'],
			['old/gone.txt', 'deleted'],
			['run', 'added'],
			['to', 'added'],
		]);
		expect(read('a.txt')).toBe('two\n');
		expect(read('new/deep/b.txt')).toBe('b\n');
		expect(existsSync(at('old'))).toBe(false);
		expect(statSync(at('run')).mode & 0o111).toBe(0o111);
		expect(readlinkSync(at('to'))).toBe('a.txt');
		const after = checkout();
		for (const path of ['mine.txt', 'staged.txt', 'untracked.txt', '.index', '.HEAD'])
			expect(after[path], path).toBe(before[path]);
	});

	it('puts it on record, and leaves nothing beside it', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		await adopted(record);
		const id = parseSessionId(record.id)!;
		expect(readRace(id, scene.deps.store).adopted).toMatchObject([
			{ entrant: 'claude', commit: null, branch: null },
		]);
		expect(existsSync(join(scene.deps.store.location.folder, 'sessions', id, 'adopt'))).toBe(false);
	});

	it('counts a file that stands as the entrant left it as done', async () => {
		const record = await begin(
			{ 'a.txt': 'one\n', 'b.txt': 'b\n' },
			{ 'a.txt': 'two\n', 'b.txt': null, 'c.txt': 'c\n' },
		);
		await adopted(record);
		const again = await adopted(record);
		expect(again.written).toEqual([]);
		expect(again.already.sort()).toEqual(['a.txt', 'b.txt', 'c.txt']);
	});

	it('leaves a folder that still holds something of mine', async () => {
		const record = await begin({ 'a.txt': 'a\n', 'd/x.txt': 'x\n' }, { 'd/x.txt': null });
		writeFileSync(at('d/mine.txt'), 'm\n');
		await adopted(record);
		expect(readdirSync(at('d'))).toEqual(['mine.txt']);
	});

	it('puts a folder where a file was, and a file where a folder was', async () => {
		const record = await begin(
			{ file: 'f\n', 'folder/x': 'x\n' },
			{ file: null, 'file/y': 'y\n', folder: 'now a file\n' },
		);
		await adopted(record);
		expect(read('file/y')).toBe('y\n');
		expect(read('folder')).toBe('now a file\n');
		expect((await adopted(record)).already.sort()).toEqual(['file', 'file/y', 'folder', 'folder/x']);
	});

	it('writes the line endings that git would check out, and does not take them for a change', async () => {
		const record = await begin(
			{ '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'one\n', 'b.txt': 'b\n' },
			{ 'a.txt': 'one\r\ntwo\r\n' },
		);
		git('checkout', '-q', '--', '.');
		rmSync(at('a.txt'));
		git('checkout', '-q', '--', 'a.txt');
		expect(read('a.txt')).toBe('one\r\n');
		await adopted(record);
		expect(read('a.txt')).toBe('one\r\ntwo\r\n');
	});

	it('lets no filter program run, and says that a file is a pointer', async () => {
		const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n';
		const record = await begin({ '.gitattributes': '*.bin filter=lfs -text\n' }, { 'a.bin': pointer });
		const trace = join(scene.scratch.root, 'ran');
		for (const end of ['clean', 'smudge']) git('config', `filter.lfs.${end}`, `touch ${trace}; cat`);
		git('config', 'filter.lfs.required', 'true');
		const result = await adopted(record);
		expect(existsSync(trace)).toBe(false);
		expect(read('a.bin')).toBe(pointer);
		expect(result.notes.join()).toContain('LFS pointers: a.bin');
	});

	it('keeps the permissions of a file of mine', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		chmodSync(at('a.txt'), 0o600);
		await adopted(record);
		expect(statSync(at('a.txt')).mode & 0o777).toBe(0o600);
	});

	it('writes through no link, and adopts nothing of git or of our own records', async () => {
		const record = await begin({ 'a.txt': 'a\n' }, { 'a.txt': 'b\n', '.agent-relay/sessions/x': 'x\n' });
		const result = await adopted(record);
		expect(result.omitted.map(({ path }) => path)).toEqual(['.agent-relay/sessions/x']);
		expect(existsSync(at('.agent-relay/sessions/x'))).toBe(false);
	});

	it('names a submodule that changed, and adopts the rest', async () => {
		scene = await createRaceScene({ 'a.txt': 'a\n' });
		const head = git('rev-parse', 'HEAD').trim();
		git('update-index', '--add', '--cacheinfo', `160000,${head},sub`);
		git('commit', '-q', '-m', 'sub');
		const record = scene.race({ claude: { 'a.txt': 'b\n' } });
		const before = record.entrants[0]!;
		const tree = scene.scratch
			.sh(scene.repo, 'ls-tree', before.tree!)
			.replace(/160000 commit \w+/, `160000 commit ${before.commit}`);
		const made = scene.deps.git.run(['mktree'], { cwd: scene.repo, input: tree });
		const commit = git(
			'commit-tree',
			(await made).stdout.toString().trim(),
			'-p',
			record.base.commit,
			'-m',
			'x',
		).trim();
		const moved = { ...record, entrants: [{ ...before, commit }] };
		const witness = scene.deps.store.witness(record.id as SessionId);
		await witnessKept(witness, { entrant: 'claude', base: record.base.commit, commit });
		const result = await adopted(moved);
		expect(result.omitted.map(({ path }) => path)).toEqual(['sub']);
		expect(read('a.txt')).toBe('b\n');
	});

	it('adopts 1,000 files whatever their names', async () => {
		const names = Array.from({ length: 1000 }, (_, i) => `d${i % 10}/ü ${i}\n"'$.txt`);
		const record = await begin(
			{ 'a.txt': 'a\n' },
			Object.fromEntries(names.map((name) => [name, `${name}\n`])),
		);
		const result = await adopted(record);
		expect(result.written.map(({ path }) => path).sort()).toEqual([...names].sort());
		expect(names.every((name) => read(name) === `${name}\n`)).toBe(true);
	});
});

describe('what stops an adoption, with nothing written', () => {
	it('is a file that is changed here, added here, or deleted here', async () => {
		const record = await begin(
			{ 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n', 'd.txt': 'd\n', 'e.txt': 'e\n' },
			{
				'a.txt': 'two\n',
				'b.txt': 'bb\n',
				'c.txt': null,
				'd.txt': { program: 'd\n' },
				'e.txt': 'ee\n',
				'new.txt': 'n\n',
			},
		);
		writeFileSync(at('a.txt'), 'mine\n');
		rmSync(at('b.txt'));
		writeFileSync(at('c.txt'), 'mine\n');
		rmSync(at('d.txt'));
		symlinkSync('a.txt', at('d.txt'));
		writeFileSync(at('new.txt'), 'mine\n');
		expect(await conflictsOf(record)).toEqual({
			'a.txt': 'changed here',
			'b.txt': 'deleted here',
			'c.txt': 'changed here, deleted there',
			'd.txt': 'changed here',
			'new.txt': 'another file is here',
		});
	});

	it('is a file that is executable here', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		chmodSync(at('a.txt'), 0o755);
		expect(await conflictsOf(record)).toEqual({ 'a.txt': 'changed here' });
	});

	it('is a commit made here since the race began', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		writeFileSync(at('a.txt'), 'later\n');
		git('commit', '-q', '-a', '-m', 'later');
		expect(await conflictsOf(record)).toEqual({ 'a.txt': 'changed here' });
	});

	it('is a folder, a file, a link or another repo in the way', async () => {
		const record = await begin(
			{ 'a.txt': 'a\n', 'd/x.txt': 'x\n' },
			{ one: '1\n', 'two/t.txt': '2\n', 'd/y.txt': 'y\n', 'inner/i.txt': 'i\n' },
		);
		mkdirSync(at('one'));
		writeFileSync(at('one/kept.txt'), 'k\n');
		writeFileSync(at('two'), 'a file\n');
		rmSync(at('d'), { recursive: true });
		const elsewhere = join(scene.scratch.root, 'elsewhere');
		mkdirSync(elsewhere);
		symlinkSync(elsewhere, at('d'));
		scene.scratch.repo('main/inner');
		expect(await conflictsOf(record, MERGE)).toEqual({
			one: 'a folder is here, with one/kept.txt in it',
			'two/t.txt': 'two is a file here, not a folder',
			'd/y.txt': 'd is a symbolic link here',
			'inner/i.txt': 'inner is a repo of its own',
		});
		expect(readdirSync(elsewhere)).toEqual([]);
	});

	it('is a sparse checkout or an assumption that hides what is not there', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		git('update-index', '--skip-worktree', 'a.txt');
		rmSync(at('a.txt'));
		expect(await conflictsOf(record)).toEqual({ 'a.txt': 'deleted here' });
	});

	it('is that nobody won; the names are told', async () => {
		scene = await createRaceScene({ 'a.txt': 'one\n' });
		const record = scene.race({ claude: { 'a.txt': 'c\n' }, codex: { 'a.txt': 'x\n' } }, { winner: null });
		expect(await refusal(record)).toContain('No entrant won');
		expect(await refusal(record, FILES, 'gemini')).toContain('No entrant "gemini"');
		const result = await adopt({ record, entrant: 'codex', mode: FILES }, scene.deps);
		expect(result.status).toBe('adopted');
		expect(read('a.txt')).toBe('x\n');
	});

	it('is an entrant that changed nothing, or whose files are not kept', async () => {
		scene = await createRaceScene({ 'a.txt': 'one\n' });
		const record = scene.race({ claude: {} });
		expect(await refusal(record)).toContain('changed no file');
		const lost = { ...record, entrants: record.entrants.map((entrant) => ({ ...entrant, commit: null })) };
		expect(await refusal(lost)).toContain('are not kept');
	});

	it('is that the relay stands in a worktree of the race itself', async () => {
		scene = await createRaceScene({ 'a.txt': 'one\n' });
		const record = scene.race({ claude: { 'a.txt': 'c\n' } }, { folder: scene.repo });
		expect(await refusal(record)).toContain('worktree of the race itself');
	});
});

describe('adopting with merge', () => {
	it('joins text that changed on both sides, and marks what it cannot join', async () => {
		const lines = (first: string, last: string) => `${first}\n2\n3\n4\n5\n6\n${last}\n`;
		const record = await begin(
			{ 'easy.txt': lines('1', '7'), 'hard.txt': '1\n' },
			{ 'easy.txt': lines('1', 'seven'), 'hard.txt': 'theirs\n', 'new.txt': 'n\n' },
		);
		git('config', 'merge.conflictStyle', 'diff3');
		writeFileSync(at('easy.txt'), lines('one', '7'));
		writeFileSync(at('hard.txt'), 'mine\n');
		const index = readFileSync(at('.git/index'));
		const result = await adopted(record, MERGE);
		expect(result.written).toEqual([
			{ path: 'easy.txt', change: 'merged', hasMarkers: false },
			{ path: 'hard.txt', change: 'merged', hasMarkers: true },
			{ path: 'new.txt', change: 'added', hasMarkers: false },
		]);
		expect(read('easy.txt')).toBe(lines('one', 'seven'));
		expect(read('hard.txt')).toBe('<<<<<<< main checkout\nmine\n=======\ntheirs\n>>>>>>> claude\n');
		expect(readFileSync(at('.git/index')).equals(index)).toBe(true);
	});

	it('joins two new files, keeps line endings and the right to execute', async () => {
		const record = await begin(
			{
				'.gitattributes': '*.txt text eol=crlf\n',
				'a.txt': '1\r\n2\r\n3\r\n4\r\n5\r\n',
				'b.sh': 'one\n\n\n\n\nlast\n',
			},
			{ 'a.txt': '1\r\n2\r\n3\r\n4\r\nfive\r\n', 'b.sh': { program: 'one\n\n\n\n\nLAST\n' }, new: 'same\n' },
		);
		writeFileSync(at('a.txt'), 'one\r\n2\r\n3\r\n4\r\n5\r\n');
		writeFileSync(at('b.sh'), 'ONE\n\n\n\n\nlast\n');
		writeFileSync(at('new'), 'same\nand more\n');
		await adopted(record, MERGE);
		expect(read('a.txt')).toBe('one\r\n2\r\n3\r\n4\r\nfive\r\n');
		expect(read('b.sh')).toBe('ONE\n\n\n\n\nLAST\n');
		expect(statSync(at('b.sh')).mode & 0o111).toBe(0o111);
		expect(read('new')).toContain('<<<<<<< main checkout');
	});

	it('refuses what is no text, and what is on one side only', async () => {
		const record = await begin(
			{ 'a.bin': Buffer.from([0, 1]), 'b.txt': 'b\n', 'c.txt': 'c\n' },
			{ 'a.bin': Buffer.from([0, 2]), 'b.txt': null, 'c.txt': 'cc\n' },
		);
		writeFileSync(at('a.bin'), Buffer.from([0, 3]));
		writeFileSync(at('b.txt'), 'mine\n');
		rmSync(at('c.txt'));
		expect(await conflictsOf(record, MERGE)).toEqual({
			'a.bin': 'changed here, and not text that could be merged',
			'b.txt': 'changed here, deleted there',
			'c.txt': 'deleted here',
		});
	});
});

describe('adopting as a commit', () => {
	it('commits HEAD with the adopted paths alone; other changes stay staged or unstaged', async () => {
		const record = await begin(
			{ 'a.txt': 'one\n', 's.txt': 's\n', 'w.txt': 'w\n', 'gone.txt': 'g\n' },
			{ 'a.txt': 'two\n', 'new.txt': 'n\n', 'gone.txt': null },
		);
		writeFileSync(at('s.txt'), 'staged\n');
		git('add', 's.txt');
		writeFileSync(at('w.txt'), 'unstaged\n');
		const result = await adopted(record, COMMIT);
		expect(git('rev-parse', 'HEAD').trim()).toBe(result.commit);
		expect(git('rev-parse', 'HEAD^').trim()).toBe(record.base.commit);
		expect(git('diff', '--name-status', 'HEAD^', 'HEAD')).toBe('M\ta.txt\nD\tgone.txt\nA\tnew.txt\n');
		expect(git('status', '--porcelain').trimEnd().split('\n')).toEqual(['M  s.txt', ' M w.txt']);
		expect(git('log', '-1', '--format=%an <%ae>|%s')).toBe('A <a@example.org>|Tidy up the greeting\n');
		expect(git('symbolic-ref', 'HEAD').trim()).toBe('refs/heads/main');
	});

	it('commits what was adopted before, and nothing twice', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		await adopted(record);
		expect((await adopted(record, COMMIT)).commit).not.toBeNull();
		const again = await adopted(record, COMMIT);
		expect(again.commit).toBeNull();
		expect(again.notes.join()).toContain('HEAD holds these files already');
		expect(git('rev-list', '--count', 'HEAD').trim()).toBe('2');
	});

	it('commits a clean merge with a commit made here since', async () => {
		const lines = (first: string, last: string) => `${first}\n2\n3\n4\n5\n6\n${last}\n`;
		const record = await begin({ 'a.txt': lines('1', '7') }, { 'a.txt': lines('1', 'seven') });
		writeFileSync(at('a.txt'), lines('one', '7'));
		git('commit', '-q', '-a', '-m', 'later');
		await adopted(record, { kind: 'commit', merge: true });
		expect(git('show', 'HEAD:a.txt')).toBe(lines('one', 'seven'));
		expect(git('status', '--porcelain')).toBe('');
	});

	it.each([
		[
			'the repo',
			(): void => {
				git('config', 'user.name', 'Repo');
				git('config', 'user.email', 'repo@example.org');
			},
			{},
			'Repo <repo@example.org>',
		],
		[
			'a file that the global one includes for this folder',
			(): void => {
				const home = join(scene.scratch.root, 'home');
				writeFileSync(join(home, '.gitconfig'), `[includeIf "gitdir:${scene.repo}/"]\n\tpath = work\n`);
				writeFileSync(join(home, 'work'), '[user]\n\tname = Work\n\temail = work@example.org\n');
			},
			{},
			'Work <work@example.org>',
		],
		[
			'a file that the environment names',
			(): void =>
				writeFileSync(join(scene.scratch.root, 'other'), '[user]\n\tname = Other\n\temail = o@example.org\n'),
			{ GIT_CONFIG_GLOBAL: 'other' },
			'Other <o@example.org>',
		],
		[
			'variables of git',
			(): void => undefined,
			{
				GIT_CONFIG_COUNT: '2',
				GIT_CONFIG_KEY_0: 'user.name',
				GIT_CONFIG_VALUE_0: 'V',
				GIT_CONFIG_KEY_1: 'user.email',
				GIT_CONFIG_VALUE_1: 'v@example.org',
			},
			'V <v@example.org>',
		],
	] as const)('is by whom git would name from %s', async (_where, prepare, variables, who) => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		prepare();
		const named =
			'GIT_CONFIG_GLOBAL' in variables ? { GIT_CONFIG_GLOBAL: join(scene.scratch.root, 'other') } : variables;
		const dates = { GIT_AUTHOR_DATE: '@1500000000 +0530', GIT_COMMITTER_DATE: '2020-02-02T02:02:02-0300' };
		scene.deps = { ...scene.deps, env: { ...named, ...dates } };
		await adopted(record, COMMIT);
		expect(git('log', '-1', '--format=%an <%ae>|%cn <%ce>|%ad|%cd', '--date=raw').trim()).toBe(
			`${who}|${who}|1500000000 +0530|1580619722 -0300`,
		);
	});

	it('says that it signs nothing where the repo asks for that', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		const trace = join(scene.scratch.root, 'signed');
		writeFileSync(at('sign'), `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
		git('config', 'commit.gpgSign', 'true');
		git('config', 'gpg.program', at('sign'));
		const { notes } = await adopted(record, COMMIT);
		expect(notes.join()).toContain('The commit is not signed, although commit.gpgSign is set.');
		expect(existsSync(trace)).toBe(false);
	});

	it('is refused with markers left, amid a merge, off a branch, without an identity, with another change staged', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		writeFileSync(at('a.txt'), 'mine\n');
		expect(await refusal(record, { kind: 'commit', merge: true })).toContain(
			'Merging leaves conflicts in a.txt',
		);
		git('add', 'a.txt');
		writeFileSync(at('a.txt'), 'one\n');
		expect(await conflictsOf(record, COMMIT)).toEqual({ 'a.txt': 'another change of it is staged' });
		git('reset', '-q');
		const { deps } = scene;
		scene.deps = { ...deps, env: {} };
		git('config', 'user.useConfigOnly', 'true');
		expect(await refusal(record, COMMIT)).toMatch(
			/does not know your name or email.*: fatal: .*auto-detection/,
		);
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('one\n');
		scene.deps = deps;
		writeFileSync(at('.git/MERGE_HEAD'), `${record.base.commit}\n`);
		expect(await refusal(record, COMMIT)).toContain('a merge is not finished');
		rmSync(at('.git/MERGE_HEAD'));
		git('checkout', '-q', '--detach');
		scene.deps = { ...deps, repo: await findRepo(scene.repo, deps.git) };
		expect(await refusal(record, COMMIT)).toContain('No branch is checked out');
	});

	it('runs no hook', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		const trace = join(scene.scratch.root, 'hooked');
		for (const hook of [
			'pre-commit',
			'commit-msg',
			'post-commit',
			'reference-transaction',
			'post-index-change',
		])
			writeFileSync(at(`.git/hooks/${hook}`), `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
		await adopted(record, COMMIT);
		expect(existsSync(trace)).toBe(false);
	});
});

describe('adopting as a branch', () => {
	it("makes one with the entrant's files on the base, and touches no checkout", async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		writeFileSync(at('a.txt'), 'mine\n');
		const before = checkout();
		const result = await adopted(record, { kind: 'branch', name: 'try/claude' });
		expect(checkout()).toEqual(before);
		expect(git('rev-parse', 'refs/heads/try/claude').trim()).toBe(result.commit);
		expect(git('show', 'try/claude:a.txt')).toBe('two\n');
		expect(git('rev-parse', 'try/claude^').trim()).toBe(record.base.commit);
	});

	it('refuses a name that is taken or cannot be one', async () => {
		const record = await begin({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		for (const name of ['main', '-x', 'a..b', 'HEAD', '', 'x.lock', 'main/below', '@{-1}'])
			expect(await refusal(record, { kind: 'branch', name }), name).toMatch(/RelayError: (?!not refused)/);
	});
});

describe('the difference of entrants', () => {
	it('is read from the base, or from one to the other, and cannot steer a terminal', async () => {
		scene = await createRaceScene({ 'a.txt': 'one\n' });
		const record = scene.race({
			claude: { 'a.txt': 'two \x1b]0;x\x07\x1b[31m\n' },
			codex: { 'a.txt': 'three\n' },
		});
		const [claude, codex] = record.entrants;
		const fromBase = await raceDiff(record, claude!, null, scene.deps);
		expect(fromBase).toContain('-one\n+two');
		expect(fromBase).not.toContain('\x1b');
		expect(await raceDiff(record, claude!, codex!, scene.deps)).toContain('+three');
	});
});
