import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 1.2 * 1024 ** 2;

interface Tarball {
	name: string;
	size: number;
	files: Array<{ path: string; mode: number }>;
}

let tarball: Tarball;
const paths = () => tarball.files.map(({ path }) => path);

beforeAll(() => {
	const args = ['pack', '--dry-run', '--ignore-scripts', '--json'];
	const [packed] = JSON.parse(
		execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
	);
	tarball = packed;
});

describe('the tarball for npm', () => {
	it('has the name that is free there, and the command that users type', () => {
		expect(tarball.name).toBe('coding-agent-relay');
		const start = tarball.files.find(({ path }) => path === 'bin/agent-relay.js');
		expect((start?.mode ?? 0) & 0o111).not.toBe(0);
	});

	it('holds what runs and what is read, and nothing else', () => {
		const allowed = [
			/^(?:README\.md|CHANGELOG\.md|LICENSE|package\.json)$/,
			/^bin\/[\w-]+\.(?:js|json)$/,
			/^dist\/bundle\/(?:build-id|[\w.-]+\.cjs)$/,
			/^dist\/agents\/hooks\/opencode-plugin\.js$/,
			/^dist\/agents\/opencode\/start\/relay-plugin\.js$/,
			/^docs\/[\w/-]+\.(?:md|svg|cast)$/,
			/^\.agent-relay\.example\//,
		];
		expect(paths().filter((path) => !allowed.some((one) => one.test(path)))).toEqual([]);
		for (const needed of [
			'dist/bundle/main.cjs',
			'dist/bundle/demo-agent.cjs',
			'dist/bundle/build-id',
			'bin/ask.js',
		])
			expect(paths()).toContain(needed);
		for (const path of paths()) expect(existsSync(resolve(ROOT, path)), path).toBe(true);
	});

	it('is small', () => {
		expect(tarball.size).toBeLessThan(MOST_BYTES);
		expect(tarball.size).toBeGreaterThan(200_000);
	});
});
