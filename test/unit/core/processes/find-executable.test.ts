import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findExecutable } from '../../../../src/core/processes/find-executable.ts';
import { programPlaces } from '../../../../src/core/processes/program-places.ts';

let home: string;
beforeEach(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), 'relay-places-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function program(path: string): string {
	const full = join(home, path);
	mkdirSync(dirname(full), { recursive: true });
	writeFileSync(full, '#!/bin/sh\n');
	chmodSync(full, 0o755);
	return full;
}

function file(path: string, text: string): void {
	mkdirSync(dirname(join(home, path)), { recursive: true });
	writeFileSync(join(home, path), text);
}

const look = (env: Record<string, string> = {}, untrustedFolders: string[] = []) =>
	findExecutable(['relay-test-agent'], {
		searchPath: env.PATH ?? '/nowhere/bin',
		home,
		places: programPlaces(env, home),
		configured: null,
		untrustedFolders,
	});

describe('a program that a login shell would run', () => {
	it('is found by a `~` in PATH', () => {
		const path = program('tools/relay-test-agent');
		expect(look({ PATH: '~/tools:/nowhere' }).path).toBe(path);
	});

	it.each([
		'.local/bin',
		'bin',
		'.volta/bin',
		'.asdf/shims',
		'.local/share/mise/shims',
		'.local/share/fnm/aliases/default/bin',
		'.npm-global/bin',
		'.bun/bin',
		'.local/share/pnpm',
		'.nvm/versions/node/v22.1.0/bin',
		'.proto/shims',
		'.config/yarn/global/node_modules/.bin',
		'.nix-profile/bin',
	])('is found in ~/%s', (place) => {
		const path = program(`${place}/relay-test-agent`);
		expect(look().path).toBe(path);
	});

	it('is not searched for in a folder that the caller knows to be missing, which is still reported', () => {
		const path = program('.bun/bin/relay-test-agent');
		const places = [join(home, '.volta/bin'), dirname(path)];
		const search = { searchPath: '', home, places, configured: null, untrustedFolders: [] };
		const find = (isThere: (place: string) => boolean) =>
			findExecutable(['relay-test-agent'], { ...search, isThere });
		expect(find((place) => place === dirname(path))).toMatchObject({
			path,
			lookedAt: places.map((place) => join(place, 'relay-test-agent')),
		});
		expect(find(() => false).path).toBeNull();
	});

	it('is found where the variables of version managers and npm point', () => {
		for (const [name, below] of [
			['VOLTA_HOME', 'bin'],
			['ASDF_DATA_DIR', 'shims'],
			['BUN_INSTALL', 'bin'],
			['NPM_CONFIG_PREFIX', 'bin'],
			['PNPM_HOME', '.'],
		] as const) {
			const path = program(join(name, below, 'relay-test-agent'));
			expect(look({ [name]: join(home, name) }).path, name).toBe(path);
			rmSync(path);
		}
		file('.npmrc', 'registry=x\nprefix = ~/npm\n');
		const path = program('npm/bin/relay-test-agent');
		expect(look().path).toBe(path);
	});

	it('of nvm is that of its default alias, else of the newest version', () => {
		const old = program('.nvm/versions/node/v9.9.0/bin/relay-test-agent');
		const newest = program('.nvm/versions/node/v22.1.0/bin/relay-test-agent');
		expect(look().path).toBe(newest);
		file('.nvm/alias/default', 'lts/argon\n');
		file('.nvm/alias/lts/argon', 'v9.9.0\n');
		expect(look().path).toBe(old);
		file('.nvm/alias/default', '22\n');
		expect(look().path).toBe(newest);
		file('.nvm/alias/default', '../../escape\n');
		expect(look().path).toBe(newest);
	});

	it('on PATH comes first, and one that cannot be run counts nowhere', () => {
		const onPath = program('path/relay-test-agent');
		program('.local/bin/relay-test-agent');
		expect(look({ PATH: join(home, 'path') }).path).toBe(onPath);
		chmodSync(onPath, 0o644);
		expect(look({ PATH: join(home, 'path') }).path).toBe(join(home, '.local/bin/relay-test-agent'));
	});

	it('is refused inside a repo that is not trusted, by a link into it too', () => {
		const path = program('repo/bin/relay-test-agent');
		mkdirSync(join(home, '.local/bin'), { recursive: true });
		symlinkSync(path, join(home, '.local/bin/relay-test-agent'));
		expect(look({}, [join(home, 'repo')])).toMatchObject({
			path: null,
			refused: expect.stringContaining('inside this repo'),
		});
	});

	it('is reported with every place that was searched, the found one last', () => {
		const path = program('.volta/bin/relay-test-agent');
		const { lookedAt } = look({ PATH: '/nowhere/bin:relative' });
		expect(lookedAt[0]).toBe('/nowhere/bin/relay-test-agent');
		expect(lookedAt).toContain(join(home, '.local/bin/relay-test-agent'));
		expect(lookedAt.at(-1)).toBe(path);
		expect(lookedAt.join()).not.toContain('relative');
	});
});
