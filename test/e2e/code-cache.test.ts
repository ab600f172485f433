import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

/** Compiled code of an earlier start, which the program may use and must never need. */
let cli: CliHome;
let folder: string;

beforeEach(() => {
	cli = new CliHome({ isFirst: true });
	folder = join(cli.home, '.cache/agent-relay/code');
});
afterEach(() => cli.remove());

const work = (env: Record<string, string> = {}) =>
	cli.run(['run', '-q', '-a', 'demo-closer', 'hello'], { env });

async function workOnce(): Promise<string> {
	const { exitCode, stderr } = await work();
	expect(exitCode, stderr).toBe(0);
	const [name = ''] = readdirSync(folder);
	return join(folder, name);
}

describe('compiled code in the cache folder', () => {
	it('is kept by a run, for this build and this Node alone, and used by the next', async () => {
		const path = await workOnce();
		expect(path).toContain(`-${process.version}-${process.arch}`);
		const before = readFileSync(path);
		expect((await work()).exitCode).toBe(0);
		expect(readFileSync(path).equals(before)).toBe(true);
	});

	it('is not kept by commands that only tell something', async () => {
		for (const args of [['--help'], ['sessions'], ['limits'], ['run', '--session', 'none', 'x']])
			await cli.run(args);
		expect(existsSync(folder)).toBe(false);
	});

	it.each([
		['torn', (code: Buffer) => code.subarray(0, code.length >> 1)],
		['damaged', (code: Buffer) => code.fill(0xff, code.length >> 2, (code.length >> 2) + 4096)],
		['empty', () => Buffer.alloc(0)],
		['something else', () => Buffer.from('{"sessions": []}\n'.repeat(1000))],
	])('is made anew when it is %s', async (_what, damage) => {
		const path = await workOnce();
		const whole = readFileSync(path);
		writeFileSync(path, damage(Buffer.from(whole)));
		expect((await cli.run(['--help'])).stdout).toContain('Usage');
		const { exitCode, stderr } = await work();
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		expect(readFileSync(path).length).toBeGreaterThan(whole.length / 2);
	});

	it('is made anew when another V8 made it', async () => {
		const path = await workOnce();
		const code = readFileSync(path);
		// Each blob of V8 begins with a magic number, its version and its flags: the same change in both copies.
		let at = 4 + code.readUInt32LE(0);
		const scripts: Array<{ length: number }> = JSON.parse(code.toString('utf8', 4, at));
		for (const { length } of scripts.flatMap((script) => [script, script])) {
			code.fill(0xee, at + 4, at + 8);
			at += length;
		}
		writeFileSync(path, code);
		expect((await work()).exitCode).toBe(0);
		expect(readFileSync(path).equals(code)).toBe(false);
	});

	it.skipIf(!existsSync('/proc/self'))('holds up no run where its folder cannot be made', async () => {
		const { exitCode, stderr } = await work({ XDG_CACHE_HOME: '/proc/no-such' });
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	});

	it('of another build stays where it is', async () => {
		const path = await workOnce();
		const other = join(folder, `0123456789abcdef-${process.version}-${process.arch}`);
		copyFileSync(path, other);
		const before = readFileSync(other);
		expect((await work()).exitCode).toBe(0);
		expect(readFileSync(other).equals(before)).toBe(true);
	});

	it('is done without where the folder cannot be made', async () => {
		mkdirSync(dirname(folder), { recursive: true });
		writeFileSync(folder, 'a file in its place');
		for (let start = 0; start < 2; start++) {
			const { exitCode, stderr } = await work();
			expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		}
		expect(readFileSync(folder, 'utf8')).toBe('a file in its place');
	});

	it('is done without when Node is told so', async () => {
		expect((await work({ NODE_DISABLE_COMPILE_CACHE: '1' })).exitCode).toBe(0);
		expect(existsSync(folder)).toBe(false);
	});

	it('follows XDG_CACHE_HOME, and two starts at once leave one whole file', async () => {
		const env = { XDG_CACHE_HOME: join(cli.base, 'cache') };
		const runs = await Promise.all([work(env), work(env)]);
		expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
		expect(readdirSync(join(env.XDG_CACHE_HOME, 'agent-relay/code'))).toHaveLength(1);
		expect((await work(env)).exitCode).toBe(0);
		expect(existsSync(folder)).toBe(false);
	});
});
