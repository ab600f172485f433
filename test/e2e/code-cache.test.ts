import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CodeHome, createCodeHome } from '../helpers/code-home.ts';

/** Compiled code of an earlier start, which the program may use and must never need. */
let home: CodeHome;
beforeAll(async () => {
	home = await createCodeHome();
});
afterAll(() => home.cli.remove());

describe('compiled code in the cache folder', () => {
	beforeEach(() => home.cli.scenes.set('kept'));

	it('is kept by a run, for this build and this Node alone, and used by the next', async () => {
		const { path, work } = home;
		expect(path).toContain(`-${process.version}-${process.arch}`);
		const before = readFileSync(path);
		expect((await work()).exitCode).toBe(0);
		expect(readFileSync(path).equals(before)).toBe(true);
	});

	// Other damage is in test/crash/code-cache.test.ts.
	it('is made anew when it is damaged', async () => {
		const { cli, path, work } = home;
		const whole = readFileSync(path);
		writeFileSync(path, Buffer.from(whole).fill(0xff, whole.length >> 2, (whole.length >> 2) + 4096));
		expect((await cli.run(['--help'])).stdout).toContain('Usage');
		const { exitCode, stderr } = await work();
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		expect(readFileSync(path).length).toBeGreaterThan(whole.length / 2);
	});
});

describe('a home without compiled code', () => {
	beforeEach(() => home.cli.scenes.set('first'));

	it('gets none by commands that only tell something', async () => {
		for (const args of [['--help'], ['sessions'], ['limits'], ['run', '--session', 'none', 'x']])
			await home.cli.run(args);
		expect(existsSync(home.folder)).toBe(false);
	});

	it('gets none when Node is told so', async () => {
		expect((await home.work({ NODE_DISABLE_COMPILE_CACHE: '1' })).exitCode).toBe(0);
		expect(existsSync(home.folder)).toBe(false);
	});

	it('gets it where XDG_CACHE_HOME says, and two starts at once leave one whole file', async () => {
		const { cli, folder, work } = home;
		const env = { XDG_CACHE_HOME: join(cli.base, 'cache') };
		const runs = await Promise.all([work(env), work(env)]);
		expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
		expect(readdirSync(join(env.XDG_CACHE_HOME, 'agent-relay/code'))).toHaveLength(1);
		expect((await work(env)).exitCode).toBe(0);
		expect(existsSync(folder)).toBe(false);
	});
});
