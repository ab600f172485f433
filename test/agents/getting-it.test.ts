/** What a person gets: the tarball on each supported Node, and a fresh clone. Skipped where the registry does not answer. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const NODES = ['20', '22', '24', '26'];
/** The binary alone, without an install script. */
const BINARY = `node-${process.platform}-${process.arch}`;
const isReachable = spawnSync('npm', ['view', BINARY, 'name'], { timeout: 30_000 }).status === 0;
const why = isReachable ? '' : ` (skipped: the npm registry does not answer for ${BINARY})`;

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-getting-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = (path = process.env.PATH ?? '') => ({
	PATH: path,
	HOME: mkdtempSync(join(folder, 'home-')),
	npm_config_cache: execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(),
	LANG: 'C.UTF-8',
});

describe.skipIf(!isReachable)(`the tarball${why}`, () => {
	let program: string;

	beforeAll(() => {
		const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
			cwd: ROOT,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		const [{ filename }]: [{ filename: string }] = JSON.parse(packed);
		writeFileSync(join(folder, 'package.json'), '{"private":true}');
		const nodes = NODES.map((major) => `node${major}@npm:${BINARY}@${major === '20' ? '^20.19.0' : major}`);
		execFileSync(
			'npm',
			['install', '--no-save', '--no-fund', '--no-audit', join(folder, filename), ...nodes],
			{
				cwd: folder,
				stdio: 'pipe',
			},
		);
		program = join(folder, 'node_modules/.bin/agent-relay');
	}, 300_000);

	it.each(NODES)('runs on Node %s', (major) => {
		const bin = join(folder, `node_modules/node${major}/bin`);
		const env = environment([bin, process.env.PATH ?? ''].join(delimiter));
		const run = (...args: string[]) => spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
		expect(execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' })).toMatch(
			new RegExp(`^v${major}\\.`),
		);
		const version = run('--version');
		const { version: own } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
		expect(version).toMatchObject({ status: 0, stdout: `${own}\n`, stderr: '' });
		const demo = run('demo', '--fast');
		expect(demo, demo.stderr).toMatchObject({ status: 0, stderr: '' });
		expect(demo.stdout).toContain('demo-sprinter → demo-closer');
		// The first start keeps compiled code; the second runs on it.
		expect(run('sessions')).toMatchObject({ status: 0, stderr: '' });
		expect(run('sessions')).toMatchObject({ status: 0, stderr: '' });
	});
});

describe.skipIf(!isReachable)(`a fresh clone${why}`, () => {
	let clone: string;

	beforeAll(() => {
		clone = join(folder, 'clone');
		mkdirSync(clone);
		const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
			cwd: ROOT,
			encoding: 'utf8',
		});
		for (const path of files.split('\0'))
			if (
				/^(?:bin|src|scripts|package|tsconfig|\.npmrc|vitest\.config|test\/(?:unit\/core|helpers))/.test(path)
			)
				cpSync(join(ROOT, path), join(clone, path));
	});

	const npm = (...args: string[]) =>
		spawnSync('npm', args, { cwd: clone, env: environment(), encoding: 'utf8', timeout: 300_000 });

	it('plays the demo with no development tools and no warnings, and runs tests after it', () => {
		const demo = npm('run', 'demo');
		expect(demo.status, demo.stderr).toBe(0);
		expect(demo.stdout).toContain('demo-sprinter → demo-closer');
		expect(demo.stderr).toMatch(/^installing \d+ packages …\nbuilding …\n$/);
		const tools = ['vitest', 'typescript', '@biomejs'];
		const installed = readdirSync(join(clone, 'node_modules'));
		expect(installed.filter((name) => tools.includes(name))).toEqual([]);
		expect(readdirSync(clone).filter((name) => name.startsWith('.install-'))).toEqual([]);
		const test = npm('run', 'test:unit', '--', 'test/unit/core/ids.test.ts');
		expect(test.status, test.stdout + test.stderr).toBe(0);
		expect(test.stdout).toMatch(/1 passed/);
		const again = npm('run', 'demo');
		expect(again).toMatchObject({ status: 0, stderr: '' });
	});
});
