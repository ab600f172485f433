/** Our own git in a repo that means harm: whatever the command, no program of the repo's config starts. */
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutGitLocals } from '../../src/git/repo/local-variables.ts';
import { adopt } from '../../src/race/adopt/adopt.ts';
import { createRaceScene, type RaceScene } from '../helpers/race-scene.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
let mark: string;

beforeEach(() => {
	scratch = createScratch();
	mark = join(scratch.root, 'it-ran');
});
afterEach(() => scratch.remove());

const OLD = new Date('2026-01-01T00:00:00Z');

/** A file as new as the index: git must look into it, whichever command meets it. */
function makeRacy(repo: string, path: string): void {
	utimesSync(join(repo, path), OLD, OLD);
	scratch.sh(repo, 'update-index', '--refresh');
	utimesSync(join(repo, '.git/index'), OLD, OLD);
}

const LOOKING = [
	['status', '--porcelain'],
	['add', '-A'],
	['diff-files', '-z', '--name-only'],
	['diff-files', '-p'],
	['diff-index', '-p', 'HEAD'],
	['update-index', '--refresh'],
	['ls-files', '-m'],
	['ls-files', '-z', '-s', '-v'],
	['checkout-index', '-f', '-a'],
	['reset', '--hard', '-q'],
	['write-tree'],
	['read-tree', 'HEAD'],
	['hash-object', '--path=a.txt', 'a.txt'],
	['commit', '-q', '--allow-empty', '-m', 'x'],
];

describe("the relay's own git", () => {
	it.each(LOOKING)('starts no filter, driver or text converter of the repo: git %s %s', async (...args) => {
		const repo = scratch.repo('main', { '.gitattributes': '*.txt filter=ev diff=ev\n', 'a.txt': 'one\n' });
		makeRacy(repo, 'a.txt');
		const fire = `touch '${mark}'; cat`;
		for (const key of ['filter.ev.clean', 'filter.ev.smudge', 'diff.ev.textconv', 'diff.ev.command'])
			scratch.sh(repo, 'config', key, fire);
		scratch.sh(repo, 'config', 'filter.ev.required', 'true');
		await scratch.git.run([...args], { cwd: repo, allowExit: [1, 128] });
		expect(existsSync(mark)).toBe(false);
	});

	it('would have met the filter: a plain git starts it', () => {
		const repo = scratch.repo('main', { '.gitattributes': '*.txt filter=ev\n', 'a.txt': 'one\n' });
		makeRacy(repo, 'a.txt');
		scratch.sh(repo, 'config', 'filter.ev.clean', `touch '${mark}'; cat`);
		scratch.sh(repo, 'status', '--porcelain');
		expect(existsSync(mark)).toBe(true);
	});

	it.each([
		['an ext:: address', { url: 'ext::sh -c MARK', allow: ['protocol.ext.allow', 'always'] }],
		['an upload program', { url: 'file:///none', allow: ['protocol.file.allow', 'always'] }],
		['a helper', { url: 'x', vcs: 'ext', allow: ['protocol.ext.allow', 'always'] }],
	])('fetches no object that is missing, and says that it was not fetched: %s', async (_, remote) => {
		const repo = scratch.repo('main');
		const fire = `touch ${mark}`;
		const settings: Array<readonly [string, string]> = [
			['core.repositoryformatversion', '1'],
			['extensions.partialClone', 'evil'],
			['remote.evil.promisor', 'true'],
			['remote.evil.url', remote.url.replace('sh -c MARK', fire)],
			['remote.evil.uploadpack', `${fire}; false`],
			...('vcs' in remote ? [['remote.evil.vcs', remote.vcs] as const] : []),
			[remote.allow[0] ?? '', remote.allow[1] ?? ''],
		];
		for (const [key, value] of settings) scratch.sh(repo, 'config', key, value);
		const id = scratch.sh(repo, 'rev-parse', 'HEAD:a.txt').trim();
		rmSync(join(repo, '.git/objects', id.slice(0, 2), id.slice(2)));
		await expect(scratch.git.run(['cat-file', '-p', id], { cwd: repo })).rejects.toMatchObject({
			code: 'git_failed',
			message: expect.stringMatching(/partial clone never fetched/),
			hint: expect.stringContaining('git checkout'),
		});
		expect(existsSync(mark)).toBe(false);
	});

	it('says so of a checkout that needs files of a commit that were never fetched', async () => {
		const origin = scratch.repo('origin');
		writeFileSync(join(origin, 'a.txt'), 'two\n');
		scratch.sh(origin, 'commit', '-qam', 'second');
		scratch.sh(origin, 'config', 'uploadpack.allowFilter', 'true');
		const clone = join(scratch.root, 'clone');
		scratch.sh(scratch.root, 'clone', '-q', '--filter=blob:none', `file://${origin}`, clone);
		await expect(scratch.git.run(['reset', '--hard', 'HEAD~1'], { cwd: clone })).rejects.toMatchObject({
			message: expect.stringMatching(/git reset needs objects that this partial clone never fetched/),
		});
	});
});

describe('an adoption', () => {
	let scene: RaceScene;
	beforeEach(async () => {
		scene = await createRaceScene({ '.gitattributes': '*.txt filter=ev\n', 'a.txt': 'one\n' });
	});
	afterEach(() => scene.remove());

	it.each(['files', 'commit'] as const)('starts no filter of the repo (%s)', async (kind) => {
		const record = scene.race({ claude: { 'a.txt': 'two\n' } });
		makeRacy(scene.repo, 'a.txt');
		scene.scratch.sh(scene.repo, 'config', 'filter.ev.clean', `touch '${mark}'; cat`);
		scene.scratch.sh(scene.repo, 'config', 'filter.ev.smudge', `touch '${mark}'; cat`);
		const mode = { kind, merge: false };
		const result = await adopt({ record, entrant: 'claude', mode }, scene.deps);
		expect(result.status).toBe('adopted');
		expect(existsSync(mark)).toBe(false);
	});
});

describe('variables that aim git at one repo', () => {
	it('are all taken out, with what belongs to them', () => {
		const listed = execFileSync('git', ['rev-parse', '--local-env-vars'], { encoding: 'utf8' }).trim();
		const names = [...listed.split('\n'), 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_VALUE_0', 'GIT_QUARANTINE_PATH'];
		const kept = { HOME: '/home/me', GIT_AUTHOR_NAME: 'Me', GIT_CONFIG_GLOBAL: '/dev/null' };
		const env = { ...kept, ...Object.fromEntries(names.map((name) => [name, 'x'])) };
		expect(names.length).toBeGreaterThan(10);
		expect(withoutGitLocals(env)).toEqual(kept);
	});
});
