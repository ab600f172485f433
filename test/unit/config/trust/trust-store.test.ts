import { execFileSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrustDigests, type TrustPlace } from '../../../../src/config/trust/trust-files.ts';
import { createTrustStore } from '../../../../src/config/trust/trust-store.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { lockingOf } from '../../../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../../../src/core/processes/create-process-table.ts';

let folder: string;
let repo: string;
let repoFile: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-config-')));
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

describe('trust', () => {
	let file: string;
	let notices: string[];
	beforeEach(() => {
		file = join(folder, 'state', 'trust.json');
		notices = [];
		place = {};
	});
	const open = () => createTrustStore({ file, locking, onNotice: (text) => notices.push(text) });
	const digests = () => {
		const config = existsSync(repoFile) ? readFileSync(repoFile) : null;
		return readTrustDigests(at(), config);
	};
	let place: Partial<TrustPlace> = {};
	const at = (worktree = repo): TrustPlace => ({
		folder: place.worktree ?? worktree,
		worktree,
		root: worktree,
		home: folder,
		...place,
	});
	const trustIt = () => open().trust(at(), digests() ?? new Map());

	it('is not given before the user says so, is kept for the next relay, and can be revoked', () => {
		write(repoFile, '[turn]\nlinger_s = 3\n');
		expect(open().isTrusted(at(), digests())).toBe(false);
		expect(open().changedSince(at(), digests())).toBeNull();
		trustIt();
		expect(open().isTrusted(at(), digests())).toBe(true);
		expect(open().list()).toEqual([
			{
				path: repo,
				trusted_at: expect.stringMatching(/Z$/),
				files: { '.agent-relay/config.toml': expect.stringMatching(/^[0-9a-f]{64}$/) },
			},
		]);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(open().revoke(repo)).toBe(true);
		expect(open().revoke(repo)).toBe(false);
		expect(open().isTrusted(at(), digests())).toBe(false);
	});

	it('remembers a no for the folder until its files change or the user says yes', () => {
		write(join(repo, '.mcp.json'), '{}');
		const asked = () => digests() ?? new Map();
		expect(open().isDeclined(at(), asked())).toBe(false);
		trustIt();
		open().decline(at(), asked());
		expect(open().isDeclined(at(), asked())).toBe(true);
		expect(open().isDeclined(at(folder), asked())).toBe(false);
		expect(open().isTrusted(at(), digests())).toBe(false);
		write(join(repo, '.mcp.json'), '{ }');
		expect(open().isDeclined(at(), asked())).toBe(false);
		open().decline(at(), asked());
		trustIt();
		expect(open().isDeclined(at(), asked())).toBe(false);
		expect(open().isTrusted(at(), digests())).toBe(true);
	});

	it.each([
		['the configuration changes', '.agent-relay/config.toml'],
		['a hook appears', '.claude/settings.json'],
		['a script beside the hooks appears', '.claude/hooks/run.sh'],
		['a server appears', '.mcp.json'],
		['a plugin appears', '.opencode/plugin/p.js'],
		['gemini’s settings appear', '.gemini/settings.json'],
		['codex’s configuration appears', '.codex/config.toml'],
		...[
			'.claude/settings.local.json',
			'.claude/agents/a.md',
			'.claude/commands/c.md',
			'.claude/skills/s/SKILL.md',
			'.claude/plugins/p/hooks/hooks.json',
			'.claude/workflows/w.js',
			'.claude/scheduled_tasks.json',
			'.codex/hooks.json',
			'.codex/rules/r.rules',
			'.gemini/commands/c.toml',
			'.gemini/extensions/e/gemini-extension.json',
			'.gemini/.env',
			'opencode.json',
			'opencode.jsonc',
			'.opencode/agent/a.md',
			'.opencode/command/c.md',
			'.opencode/tool/t.ts',
		].map((path) => [`${path} appears`, path]),
	])('ends when %s, and names the file', (_, path = '') => {
		write(repoFile, '[turn]\nlinger_s = 3\n');
		trustIt();
		write(join(repo, path), '# other\n');
		expect(open().isTrusted(at(), digests())).toBe(false);
		expect(open().changedSince(at(), digests())).toEqual([path]);
	});

	it('does not end for files that enable nothing, and does for one that goes', () => {
		write(join(repo, '.mcp.json'), '{}');
		trustIt();
		write(join(repo, 'CLAUDE.md'), 'be nice');
		write(join(repo, '.opencode/node_modules/x/index.js'), 'x');
		expect(open().isTrusted(at(), digests())).toBe(true);
		rmSync(join(repo, '.mcp.json'));
		expect(open().changedSince(at(), digests())).toEqual(['.mcp.json']);
	});

	it('is asked for a .env that steers agents, and not for one with variables of its own', () => {
		const file = join(repo, '.env');
		write(file, 'DATABASE_URL=postgres://u:p@host/db\nGEMINI_API_KEY=k\n');
		expect(digests()?.size).toBe(0);
		write(file, 'DATABASE_URL=x\nexport  GOOGLE_GEMINI_BASE_URL = http://elsewhere.example\n');
		expect([...(digests()?.keys() ?? [])]).toEqual(['.env']);
		rmSync(file);
		symlinkSync(join(folder, 'elsewhere.env'), file);
		write(join(folder, 'elsewhere.env'), 'NODE_OPTIONS: --import ./evil.js\n');
		expect([...(digests()?.keys() ?? [])]).toEqual(['.env ->', '.env']);
		rmSync(file);
		mkdirSync(file);
		expect(digests()?.size).toBe(0);
	});

	it.each([
		['.mcp.json', '{}'],
		['.gemini/.env', 'A=1\n'],
		['.env', 'GOOGLE_GEMINI_BASE_URL=http://elsewhere.example\n'],
	])('is asked for %s of the repo around a nested one, and not for the same at home', (path, content) => {
		const around = join(folder, 'home/around');
		place = {
			worktree: join(around, 'lib/nested'),
			root: join(around, 'lib/nested'),
			home: join(folder, 'home'),
		};
		write(join(folder, path), content);
		write(join(folder, 'home', path), content);
		mkdirSync(join(around, 'lib/nested'), { recursive: true });
		expect(digests()?.size).toBe(0);
		write(join(around, path), content);
		expect([...(digests()?.keys() ?? [])]).toEqual([`../../${path}`]);
	});

	it('looks above to the root of the disk where the repo does not lie at home', () => {
		place = { worktree: join(folder, 'tmp/deep/clone'), home: join(folder, 'home') };
		write(join(folder, 'tmp/.mcp.json'), '{}');
		expect([...(digests()?.keys() ?? [])]).toEqual(['../../.mcp.json']);
	});

	it('is asked for what claude takes from the main checkout of a linked worktree that has none', () => {
		const linked = join(folder, 'linked');
		mkdirSync(linked);
		place = { worktree: linked };
		write(join(repo, '.claude/agents/a.md'), 'main');
		write(join(repo, '.claude/settings.json'), '{}');
		const fromMain = digests();
		expect([...(fromMain?.keys() ?? [])]).toEqual(['.claude/agents/a.md']);
		write(join(linked, '.claude/agents/a.md'), 'own');
		expect([...(digests()?.keys() ?? [])]).toEqual(['.claude/agents/a.md']);
		expect(digests()).not.toEqual(fromMain);
	});

	it('covers the files in the folder where agents start and in each folder between it and the root', () => {
		place = { folder: join(repo, 'packages/api') };
		for (const path of ['.mcp.json', 'packages/.codex/config.toml', 'packages/api/.claude/settings.json'])
			write(join(repo, path), '{}');
		for (const path of ['packages/api/.env', 'packages/.env'])
			write(join(repo, path), 'GOOGLE_GEMINI_BASE_URL=https://example.org\n');
		for (const path of ['packages/web/.mcp.json', 'packages/api/src/.mcp.json', 'packages/apidoc/.mcp.json'])
			write(join(repo, path), '{}');
		expect([...(digests()?.keys() ?? [])].sort()).toEqual([
			'.mcp.json',
			'packages/.codex/config.toml',
			'packages/.env',
			'packages/api/.claude/settings.json',
			'packages/api/.env',
		]);
	});

	it('is decided for each folder by the files that count there, and each adds its own to earlier answers', () => {
		const from = (path: string) => {
			place = { folder: join(repo, path) };
		};
		write(join(repo, '.mcp.json'), '{}');
		write(join(repo, 'api/.mcp.json'), '{}');
		mkdirSync(join(repo, 'docs'));
		trustIt();
		from('docs');
		expect(open().isTrusted(at(), digests())).toBe(true);
		from('api');
		expect(open().isTrusted(at(), digests())).toBe(false);
		expect(open().changedSince(at(), digests())).toEqual(['api/.mcp.json']);
		trustIt();
		expect(open().isTrusted(at(), digests())).toBe(true);
		from('.');
		expect(open().isTrusted(at(), digests())).toBe(true);
		write(join(repo, '.mcp.json'), '{ }');
		trustIt();
		from('api');
		expect(open().isTrusted(at(), digests())).toBe(true);
		write(join(repo, 'api/.mcp.json'), '{ }');
		expect(open().changedSince(at(), digests())).toEqual(['api/.mcp.json']);
		expect(open().revoke(repo)).toBe(true);
		expect(open().isTrusted(at(), digests())).toBe(false);
	});

	it('is kept for the root after a no to files of a sub folder alone', () => {
		write(join(repo, '.mcp.json'), '{}');
		trustIt();
		write(join(repo, 'api/.mcp.json'), '{}');
		place = { folder: join(repo, 'api') };
		open().decline(at(), digests() ?? new Map());
		expect(open().isTrusted(at(), digests())).toBe(false);
		expect(open().isDeclined(at(), digests() ?? new Map())).toBe(true);
		place = {};
		expect(open().isTrusted(at(), digests())).toBe(true);
		write(join(repo, '.mcp.json'), '{ }');
		place = { folder: join(repo, 'api') };
		open().decline(at(), digests() ?? new Map());
		place = {};
		write(join(repo, '.mcp.json'), '{}');
		expect(open().isTrusted(at(), digests())).toBe(false);
	});

	it('covers the local settings of the main checkout, even in addition to those of a linked worktree', () => {
		const linked = join(folder, 'linked');
		mkdirSync(linked);
		place = { worktree: linked, folder: linked };
		write(join(repo, '.claude/settings.local.json'), '{"main":1}');
		expect([...(digests()?.keys() ?? [])]).toEqual(['.claude/settings.local.json']);
		write(join(linked, '.claude/settings.local.json'), '{"own":1}');
		trustIt();
		expect(open().isTrusted(at(), digests())).toBe(true);
		write(join(repo, '.claude/settings.local.json'), '{"main":2}');
		expect(open().changedSince(at(), digests())).toEqual(['../repo/.claude/settings.local.json']);
		write(join(repo, '.claude/settings.local.json'), '{"main":1}');
		write(join(linked, '.claude/settings.local.json'), '{"own":2}');
		expect(open().changedSince(at(), digests())).toEqual(['.claude/settings.local.json']);
	});

	it('does not wait for a pipe in the place of a file, and reads no file that is too large', () => {
		mkdirSync(join(repo, '.claude'), { recursive: true });
		execFileSync('mkfifo', [
			join(repo, '.mcp.json'),
			join(repo, '.env'),
			join(repo, '.claude/settings.json'),
		]);
		expect(digests()?.size).toBe(0);
		writeFileSync(join(repo, 'opencode.json'), '');
		truncateSync(join(repo, 'opencode.json'), 8 * 2 ** 30);
		expect(digests()).toBeNull();
	});

	it('sees the target of a link, and where the link leads', () => {
		write(join(folder, 'elsewhere', 'settings.json'), '{}');
		symlinkSync(join(folder, 'elsewhere'), join(repo, '.claude'));
		trustIt();
		expect(open().isTrusted(at(), digests())).toBe(true);
		write(join(folder, 'elsewhere', 'settings.json'), '{"hooks":{}}');
		expect(open().changedSince(at(), digests())).toEqual(['.claude/settings.json']);
	});

	it('is by real path: a link to the repo is the repo, another folder with the same files is not', () => {
		write(join(repo, '.mcp.json'), '{}');
		trustIt();
		symlinkSync(repo, join(folder, 'link'));
		expect(open().isTrusted(at(join(folder, 'link')), digests())).toBe(true);
		const same = digests();
		renameSync(repo, join(folder, 'moved'));
		expect(open().isTrusted(at(join(folder, 'moved')), same)).toBe(false);
	});

	it('is never given to a repo with too much to compare', () => {
		mkdirSync(join(repo, '.claude/commands'), { recursive: true });
		for (let i = 0; i <= 2000; i++) writeFileSync(join(repo, '.claude/commands', `${i}.md`), '');
		expect(digests()).toBeNull();
		expect(open().isTrusted(at(), digests())).toBe(false);
	});

	it.each(['', '{', '{"schema_version":1,"repos":[{}]}'])(
		'trusts nothing and says so when the record is %j',
		(content) => {
			write(file, content);
			expect(open().isTrusted(at(), new Map())).toBe(false);
			expect(notices).toEqual([expect.stringContaining('no repo is trusted')]);
			trustIt();
			expect(open().isTrusted(at(), digests())).toBe(true);
			expect(readdirSync(join(file, '..')).some((name) => name.startsWith('trust.json.damaged-'))).toBe(true);
		},
	);

	it('keeps unknown keys, reads a newer record and does not write it', () => {
		trustIt();
		const content = JSON.parse(readFileSync(file, 'utf8'));
		content.repos[0].note = 'mine';
		writeFileSync(file, JSON.stringify(content));
		open().trust(at(folder), new Map());
		expect(JSON.parse(readFileSync(file, 'utf8')).repos).toContainEqual(
			expect.objectContaining({ note: 'mine' }),
		);
		const newer = JSON.stringify({ ...content, schema_version: 2 });
		writeFileSync(file, newer);
		expect(open().isTrusted(at(), digests())).toBe(true);
		expect(() => open().trust(at(folder), new Map())).toThrow(
			expect.objectContaining({ code: 'newer_version' }),
		);
		expect(readFileSync(file, 'utf8')).toBe(newer);
	});
});
