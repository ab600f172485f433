import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
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
import {
	allowInConfig,
	disallowInConfig,
	readConfigText,
	replaceConfigText,
	setConfigValue,
	unsetConfigValue,
} from '../../../src/config/edit-config.ts';
import { loadConfig } from '../../../src/config/layers/layers.ts';
import { parseToml } from '../../../src/config/toml/toml-text.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { lockingOf } from '../../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';

let folder: string;
let userFile: string;
let repo: string;
let repoFile: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-config-')));
	userFile = join(folder, 'home', 'agent-relay', 'config.toml');
	repo = join(folder, 'repo');
	repoFile = join(repo, '.agent-relay', 'config.toml');
	mkdirSync(join(repo, '.agent-relay'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const locking = lockingOf(createProcessTable(), systemClock);
const write = (path: string, text: string) => {
	mkdirSync(join(path, '..'), { recursive: true });
	writeFileSync(path, text);
};
const load = (isRepoTrusted: (bytes: Buffer) => boolean = () => false) =>
	loadConfig({ env: {}, userFile, repoFile, isRepoTrusted });
const isRoot = process.getuid?.() === 0;

describe('loadConfig', () => {
	it('needs no file at all, and does not ask about trust without a repo file', () => {
		const loaded = load(() => {
			throw new Error('asked');
		});
		expect(loaded.config.turn.idle_s).toBe(300);
		expect(loaded.repoConfig).toBeNull();
	});

	it('asks about trust with the bytes it then parses', () => {
		write(repoFile, '[turn]\nlinger_s = 3\n');
		const seen: string[] = [];
		const trusted = load((bytes) => {
			seen.push(bytes.toString());
			writeFileSync(repoFile, '[turn]\nlinger_s = 99\n');
			return true;
		});
		expect(seen).toEqual(['[turn]\nlinger_s = 3\n']);
		expect(trusted.config.turn.linger_s).toBe(3);
		expect(trusted.repoConfig?.toString()).toBe('[turn]\nlinger_s = 3\n');
	});

	it('follows a link to the user’s file and refuses one in the repo', () => {
		write(join(folder, 'dotfiles', 'config.toml'), '[turn]\nlinger_s = 4\n');
		mkdirSync(join(userFile, '..'), { recursive: true });
		symlinkSync(join(folder, 'dotfiles', 'config.toml'), userFile);
		expect(load().config.turn.linger_s).toBe(4);
		symlinkSync(join(folder, 'dotfiles', 'config.toml'), repoFile);
		expect(() => load()).toThrow(
			expect.objectContaining({
				code: 'bad_config',
				message: expect.stringContaining(`${repoFile}: a symbolic link`),
			}),
		);
	});

	it('takes nothing from behind a link in place of its folder', () => {
		write(join(folder, 'elsewhere', 'config.toml'), '[turn]\nidle_s = 4\n');
		rmSync(join(repo, '.agent-relay'), { recursive: true });
		symlinkSync(join(folder, 'elsewhere'), join(repo, '.agent-relay'));
		expect(load().config.turn.idle_s).toBe(300);
	});

	it.skipIf(isRoot)('says which file it may not read', () => {
		write(userFile, '');
		chmodSync(userFile, 0);
		expect(() => load()).toThrow(expect.objectContaining({ code: 'unreadable_file' }));
	});

	it('says so when a folder is in the file’s place', () => {
		mkdirSync(userFile, { recursive: true });
		expect(() => load()).toThrow(
			expect.objectContaining({ code: 'unreadable_file', message: expect.stringContaining(userFile) }),
		);
	});
});

describe('setConfigValue', () => {
	const set = (key: string, text: string) => setConfigValue(userFile, key, text, { locking });

	it('creates a private file and folder, and what it writes is what is loaded', () => {
		set('limits.max_wait_s', '2h');
		set('agents.order', 'codex,claude:opus');
		set('agents.claude.model', 'opus');
		set('budgets.max_cost', '1.5');
		expect(statSync(userFile).mode & 0o777).toBe(0o600);
		expect(statSync(join(userFile, '..')).mode & 0o777).toBe(0o700);
		expect(readdirSync(join(userFile, '..'))).toEqual(['config.toml']);
		const { config } = load();
		expect(config.limits.max_wait_s).toBe(7200);
		expect(config.agents.order).toEqual(['codex', 'claude:opus']);
		expect(config.agents.by_name.claude?.model).toBe('opus');
		expect(config.budgets.max_cost).toBe(1.5);
	});

	it('keeps comments and layout, and follows a link instead of replacing it', () => {
		const target = join(folder, 'dotfiles.toml');
		const text = '# my settings\n\n[turn] # times\nidle_s = 300   # five minutes\n';
		writeFileSync(target, text);
		mkdirSync(join(userFile, '..'), { recursive: true });
		symlinkSync(target, userFile);
		set('turn.idle_s', '60');
		expect(lstatSync(userFile).isSymbolicLink()).toBe(true);
		expect(readFileSync(target, 'utf8')).toBe(text.replace('300', '60'));
	});

	it.each([
		['turn.idel_s', '3', 'did you mean turn.idle_s?'],
		['turn.idle_s', 'soon', 'turn.idle_s is "soon"; allowed:'],
		['agents.default', 'cluade', 'did you mean claude?'],
		['agents.mine.model', 'm', 'unknown agent "mine"'],
		['', 'x', 'unknown section ""'],
	])('refuses %j = %j in one line and leaves the file alone', (key, text, message) => {
		expect(() => set(key, text)).toThrow(message);
		expect(existsSync(userFile)).toBe(false);
	});

	it('does not touch a file that is not valid', () => {
		write(userFile, '[turn\n');
		expect(() => set('turn.idle_s', '3')).toThrow(expect.objectContaining({ code: 'bad_config' }));
		expect(readFileSync(userFile, 'utf8')).toBe('[turn\n');
	});

	it('says so where it cannot write', () => {
		writeFileSync(join(folder, 'home'), 'a file where the folder belongs');
		expect(() => set('turn.idle_s', '3')).toThrow(expect.objectContaining({ code: 'not_writable' }));
	});
});

describe('unsetConfigValue', () => {
	it('takes a value out of the file, once', () => {
		write(userFile, '[turn]\nidle_s = 7\n[agents.mine]\ncommand = ["x"]\nprompt = "file"\n');
		expect(unsetConfigValue(userFile, 'turn.idle_s', { locking })).toBe(true);
		expect(unsetConfigValue(userFile, 'turn.idle_s', { locking })).toBe(false);
		expect(load().config.turn.idle_s).toBe(300);
	});

	it('refuses what is no key, and to leave half an agent behind', () => {
		write(userFile, '[agents.mine]\ncommand = ["x"]\nprompt = "file"\n');
		const before = readFileSync(userFile, 'utf8');
		expect(() => unsetConfigValue(userFile, 'turn.idle', { locking })).toThrow('did you mean turn.idle_s');
		expect(() => unsetConfigValue(userFile, 'agents.mine.command', { locking })).toThrow(
			'unknown agent "mine"',
		);
		expect(readFileSync(userFile, 'utf8')).toBe(before);
	});
});

describe('replaceConfigText', () => {
	it('writes only a valid whole, over what the editor was given', () => {
		expect(readConfigText(userFile)).toBe('');
		expect(replaceConfigText(userFile, { before: '', after: '[turn]\nidle_s = 7\n' }, { locking })).toBe(
			true,
		);
		const before = readConfigText(userFile);
		expect(replaceConfigText(userFile, { before, after: before }, { locking })).toBe(false);
		expect(() => replaceConfigText(userFile, { before, after: '[turn\n' }, { locking })).toThrow(userFile);
		expect(() => replaceConfigText(userFile, { before: '', after: '# mine\n' }, { locking })).toThrow(
			'it was changed meanwhile',
		);
		expect(readConfigText(userFile)).toBe(before);
	});
});

describe('what may run without asking', () => {
	it('adds a command once', () => {
		expect(allowInConfig(userFile, { command: 'npm test', repo: null }, { locking })).toBe(true);
		expect(allowInConfig(userFile, { command: 'git status', repo: null }, { locking })).toBe(true);
		expect(allowInConfig(userFile, { command: 'npm test', repo: null }, { locking })).toBe(false);
		expect(load().config.permissions.allow_commands).toEqual(['npm test', 'git status']);
	});

	it('refuses a command of two lines', () => {
		expect(() => allowInConfig(userFile, { command: 'a\nb', repo: null }, { locking })).toThrow(
			'permissions.allow_commands.0 is "a\\nb"',
		);
	});

	it('is listed for one repo apart from all, with its path as it is, and can be taken back', () => {
		write(userFile, '# mine\n[permissions]\npreset = "edit" # as ever\n');
		const [one, other] = ['/home/me/my app.v2', '/home/me/"odd"'];
		const commands = () => parseToml(readFileSync(userFile, 'utf8'), userFile).root.permissions;
		for (const [command, repo] of [
			['npm test', one],
			['make', one],
			['npm test', other],
			['git status', null],
		] as const)
			expect(allowInConfig(userFile, { command, repo }, { locking })).toBe(true);
		expect(allowInConfig(userFile, { command: 'make', repo: one }, { locking })).toBe(false);
		expect(commands()).toEqual({
			preset: 'edit',
			repo_commands: { [one]: ['npm test', 'make'], [other]: ['npm test'] },
			allow_commands: ['git status'],
		});
		expect(readFileSync(userFile, 'utf8')).toContain('# mine\n[permissions]\npreset = "edit" # as ever\n');

		const back = (command: string, repo: string | null) =>
			disallowInConfig(userFile, { command, repo }, { locking });
		expect([back('make', other), back('npm test', null), back('x', '/nowhere')]).toEqual([
			false,
			false,
			false,
		]);
		expect([back('make', one), back('npm test', other), back('git status', null)]).toEqual([
			true,
			true,
			true,
		]);
		expect(commands()).toEqual({
			preset: 'edit',
			repo_commands: { [one]: ['npm test'] },
			allow_commands: [],
		});
	});
});
