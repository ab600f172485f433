/** Compiled code of an earlier start, damaged in several ways, and places where none can be kept. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CodeHome, createCodeHome } from '../helpers/code-home.ts';

let home: CodeHome;
beforeAll(async () => {
	home = await createCodeHome();
});
afterAll(() => home.cli.remove());

describe('compiled code in the cache folder', () => {
	beforeEach(() => home.cli.scenes.set('kept'));

	it.each([
		['torn', (code: Buffer) => code.subarray(0, code.length >> 1)],
		['empty', () => Buffer.alloc(0)],
		['something else', () => Buffer.from('{"sessions": []}\n'.repeat(1000))],
	])('is made anew when it is %s', async (_what, damage) => {
		const { cli, path, work } = home;
		const whole = readFileSync(path);
		writeFileSync(path, damage(Buffer.from(whole)));
		expect((await cli.run(['--help'])).stdout).toContain('Usage');
		const { exitCode, stderr } = await work();
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		expect(readFileSync(path).length).toBeGreaterThan(whole.length / 2);
	});

	it('is made anew when another V8 made it', async () => {
		const { path, work } = home;
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

	it('of another build stays where it is', async () => {
		const { folder, path, work } = home;
		const other = join(folder, `0123456789abcdef-${process.version}-${process.arch}`);
		copyFileSync(path, other);
		const before = readFileSync(other);
		expect((await work()).exitCode).toBe(0);
		expect(readFileSync(other).equals(before)).toBe(true);
	});

	it.skipIf(!existsSync('/proc/self'))('holds up no run where its folder cannot be made', async () => {
		const { exitCode, stderr } = await home.work({ XDG_CACHE_HOME: '/proc/no-such' });
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	});

	it('is done without where a file stands in place of its folder', async () => {
		const { cli, folder, work } = home;
		cli.scenes.set('first');
		mkdirSync(dirname(folder), { recursive: true });
		writeFileSync(folder, 'a file in its place');
		for (let start = 0; start < 2; start++) {
			const { exitCode, stderr } = await work();
			expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		}
		expect(readFileSync(folder, 'utf8')).toBe('a file in its place');
	});
});
