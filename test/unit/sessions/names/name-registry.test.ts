import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import { locateStore } from '../../../../src/sessions/files/store-location.ts';
import { newEntry } from '../../../../src/sessions/names/line-of-work.ts';
import { requireNameId } from '../../../../src/sessions/names/name-id.ts';
import {
	createNameRegistry,
	findName,
	requireName,
	withName,
} from '../../../../src/sessions/names/name-registry.ts';

let root: string;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-names-')));
});
afterEach(() => {
	chmodSync(root, 0o700);
	rmSync(root, { recursive: true, force: true });
});

const facts = (): RepoFacts => ({
	kind: 'worktree',
	root,
	worktree: root,
	folder: root,
	commonDir: join(root, '.git'),
	gitDir: join(root, '.git'),
	branch: 'main',
	head: null,
});
const locking = {
	self: { pid: process.pid, start: 'me', place: 'here' },
	isAlive: () => true,
	now: () => Date.now(),
	timeoutMs: 200,
};
const open = () => createNameRegistry(locateStore(facts(), { stateHome: join(root, 'state') }), locking);
const REVIEW = requireNameId('review');
const entry = (id = REVIEW) =>
	newEntry({ id, worktree: '/repo', label: null, at: '2026-05-01T12:00:00.000Z' });
const file = () => join(root, '.agent-relay', 'names.json');

describe('the registry of a repo that has a .gitignore of its own there', () => {
	const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
	const ignore = (text: string) => {
		git('init', '-q');
		mkdirSync(join(root, '.agent-relay'));
		writeFileSync(join(root, '.agent-relay/.gitignore'), text);
		git('add', '-f', '.agent-relay/.gitignore');
	};
	const untracked = () => git('status', '--porcelain', '-uall').replace(/^A .*\n/m, '');

	it('is with the records, out of commits, and stays there; what is live is kept out, too', () => {
		ignore('');
		const said: string[] = [];
		const registry = createNameRegistry(
			locateStore(facts(), { stateHome: join(root, '.git/state') }),
			locking,
			(path) => said.push(path),
		);
		registry.change((names) => withName(names, entry()));
		expect(existsSync(file())).toBe(false);
		expect(findName(registry.read(), REVIEW)).toMatchObject({ id: 'review' });
		expect(registry.path).toBe(join(root, '.agent-relay/sessions/names.json'));
		mkdirSync(join(root, '.agent-relay/runtime/review'));
		writeFileSync(join(root, '.agent-relay/runtime/review/1-a.json'), '{}');
		expect(untracked()).toBe('');
		expect(said).toEqual([]);
		// The repo's own file is put right: the registry is where it was.
		writeFileSync(join(root, '.agent-relay/.gitignore'), '*\n');
		registry.change((names) => ({ ...names, selected: REVIEW }));
		expect(registry.read()).toMatchObject({ selected: 'review', names: [{ id: 'review' }] });
		expect(existsSync(file())).toBe(false);
	});

	it('is named where it was there before', () => {
		open().change((names) => withName(names, entry()));
		rmSync(join(root, '.agent-relay/.gitignore'));
		git('init', '-q');
		writeFileSync(join(root, '.agent-relay/.gitignore'), '!*\n');
		git('add', '-f', '.agent-relay/.gitignore');
		const said: string[] = [];
		const location = locateStore(facts(), { stateHome: join(root, 'state') });
		createNameRegistry(location, locking, (path) => said.push(path)).change((names) => ({
			...names,
			selected: REVIEW,
		}));
		expect(said).toEqual([file()]);
		expect(JSON.parse(readFileSync(file(), 'utf8')).selected).toBe('review');
	});
});

describe('the registry of names', () => {
	it('is empty without a file, and reading it makes none', () => {
		expect(open().read()).toMatchObject({ selected: null, names: [] });
		expect(existsSync(join(root, '.agent-relay'))).toBe(false);
	});

	it('keeps what is written, only for this user and out of git, and unknown keys', () => {
		open().change((names) => withName(names, entry()));
		expect(findName(open().read(), REVIEW)).toEqual(entry());
		expect(statSync(file()).mode & 0o777).toBe(0o600);
		expect(readFileSync(join(root, '.agent-relay', '.gitignore'), 'utf8')).toContain('*');
		const known: unknown = JSON.parse(readFileSync(file(), 'utf8'));
		writeFileSync(file(), JSON.stringify({ ...(known as object), from_later: [1] }));
		open().change((names) => withName(names, { ...entry(), label: 'x' }));
		expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ from_later: [1] });
		expect(lstatSync(`${file()}.lock`, { throwIfNoEntry: false })).toBeUndefined();
	});

	it('is not written where nothing changes, or what changes it throws', () => {
		open().change((names) => withName(names, entry()));
		const before = statSync(file());
		open().change((names) => names);
		expect(() =>
			open().change(() => {
				throw new Error('refused');
			}),
		).toThrow('refused');
		expect(statSync(file())).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
		expect(lstatSync(`${file()}.lock`, { throwIfNoEntry: false })).toBeUndefined();
	});

	const damaged: Array<[string, () => void]> = [
		['empty', () => writeFileSync(file(), '')],
		['torn', () => writeFileSync(file(), '{"schema_version": 1, "selec')],
		['a list', () => writeFileSync(file(), '[]')],
		['with a hostile id', () => writeFileSync(file(), JSON.stringify(one({ id: '../../x' })))],
		['with default', () => writeFileSync(file(), JSON.stringify(one({ id: 'default' })))],
		['with a relative folder', () => writeFileSync(file(), JSON.stringify(one({ worktree: 'x' })))],
		['with an unknown lifecycle', () => writeFileSync(file(), JSON.stringify(one({ lifecycle: 'x' })))],
		['with a long label', () => writeFileSync(file(), JSON.stringify(one({ label: 'x'.repeat(81) })))],
		[
			'with a name twice',
			() => writeFileSync(file(), JSON.stringify({ ...one(), names: [entry(), entry()] })),
		],
		['a folder', () => mkdirSync(file())],
		['a pipe', () => execFileSync('mkfifo', [file()])],
		['a link', () => symlinkSync('/etc/hostname', file())],
	];
	const one = (over: object = {}) => ({
		schema_version: 1,
		selected: null,
		names: [{ ...entry(), ...over }],
	});

	it.each(damaged)(
		'that is %s is neither read nor written, and the error says how to mend it',
		(_, damage) => {
			mkdirSync(join(root, '.agent-relay'));
			damage();
			const error = expect.objectContaining({
				code: 'damaged_record',
				message: expect.stringContaining('names.json'),
				hint: expect.stringContaining(`mv ${file()} ${file()}.damaged`),
			});
			const before = statSync(file());
			expect(() => open().read()).toThrow(error);
			expect(() => open().change((names) => withName(names, entry()))).toThrow(error);
			expect(statSync(file())).toMatchObject({ ino: before.ino, size: before.size });
		},
	);

	it('of a newer relay is read, never written', () => {
		mkdirSync(join(root, '.agent-relay'));
		writeFileSync(file(), JSON.stringify({ ...one(), schema_version: 2 }));
		expect(open().read().names).toHaveLength(1);
		expect(() => open().change((names) => ({ ...names, names: [] }))).toThrow(
			expect.objectContaining({ code: 'newer_version' }),
		);
		expect(open().read().names).toHaveLength(1);
	});

	it('is not looked for behind a link in place of the records', () => {
		mkdirSync(join(root, 'elsewhere'));
		writeFileSync(join(root, 'elsewhere', 'names.json'), JSON.stringify(one()));
		symlinkSync(join(root, 'elsewhere'), join(root, '.agent-relay'));
		expect(() => open().read()).toThrow(expect.objectContaining({ code: 'refused' }));
		expect(() => open().change((names) => names)).toThrow(expect.objectContaining({ code: 'refused' }));
	});

	it('names those that there are when one is unknown', () => {
		const names = open().change((before) => withName(before, entry()));
		expect(requireName(names, REVIEW)).toEqual(entry());
		expect(() => requireName(names, requireNameId('other'))).toThrow(
			expect.objectContaining({
				code: 'not_found',
				message: expect.stringContaining('review'),
				hint: expect.stringContaining('name create other'),
			}),
		);
	});
});
