import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { runProcess } from '../../src/core/processes/run-process.ts';
import { compileSources } from '../helpers/compiled-sources.ts';
import { until } from '../helpers/patience.ts';

const options = { cwd: tmpdir(), env: { PATH: '/usr/bin:/bin' } };
const sh = (script: string, more: object = {}) =>
	runProcess('/bin/sh', ['-c', script], { ...options, ...more });

describe('runProcess', () => {
	it('gives exit code, stdout as bytes and stderr', async () => {
		const result = await sh("printf '\\377\\000x'; echo oops >&2; exit 7");
		expect(result).toEqual({
			exitCode: 7,
			signal: null,
			stdout: Buffer.from([0xff, 0, 0x78]),
			stderr: 'oops\n',
			timedOut: false,
			truncated: false,
		});
	});

	it('passes arguments, environment and input unchanged', async () => {
		const hostile = 'a b "c" \'d\' $(id) \n -- `x` *';
		const script = 'printf %s "$1$HOSTILE"; cat';
		const result = await runProcess('/bin/sh', ['-c', script, 'sh', hostile], {
			...options,
			env: { ...options.env, HOSTILE: hostile },
			input: hostile,
		});
		expect(result.stdout.toString()).toBe(hostile.repeat(3));
	});

	it('reads all of a long output and keeps only what is allowed', async () => {
		const whole = await sh('head -c 3000000 /dev/zero');
		expect([whole.stdout.length, whole.truncated]).toEqual([3_000_000, false]);
		const cut = await sh('head -c 3000000 /dev/zero; exit 3', { maxOutputBytes: 1000 });
		expect([cut.stdout.length, cut.truncated, cut.exitCode]).toEqual([1000, true, 3]);
	});

	it('does not mind a program that ignores its input', async () => {
		const result = await sh('exit 0', { input: Buffer.alloc(1_000_000) });
		expect(result.exitCode).toBe(0);
	});

	it('ends the whole group when the time is over', async () => {
		const result = await sh("trap 'exit 9' TERM; sleep 60 & echo $!; wait", { timeoutMs: 1_000 });
		expect([result.timedOut, result.exitCode]).toEqual([true, 9]);
		const pid = Number(result.stdout);
		expect(pid).toBeGreaterThan(1);
		await until(() => createProcessTable().identify(pid) === null, 'the rest of the group to end');
	});

	it('rejects with the reason when it is aborted', async () => {
		const controller = new AbortController();
		const running = sh('sleep 60', { signal: controller.signal });
		controller.abort(new Error('enough'));
		await expect(running).rejects.toThrow('enough');
		await expect(sh('true', { signal: controller.signal })).rejects.toThrow('enough');
	});

	it('does not wait for a background process that keeps the pipes', async () => {
		const result = await sh('sleep 60 & echo $!');
		process.kill(Number(result.stdout));
		expect(result.exitCode).toBe(0);
	});

	it('loses no output of programs that end while the relay is busy', async () => {
		const busy = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80);
		const runs = Array.from({ length: 40 }, async (_, at) => {
			const { stdout } = await sh(`sleep ${0.1 + at * 0.03}; echo ${at}`);
			busy();
			return stdout.toString();
		});
		expect(await Promise.all(runs)).toEqual(runs.map((_, at) => `${at}\n`));
	});

	it('does not wait for one in the background that prints without end', async () => {
		const result = await sh('yes >&1 2>/dev/null & echo $!', { maxOutputBytes: 1024 });
		expect(result.exitCode).toBe(0);
	});

	it('names the program that cannot be run', async () => {
		await expect(runProcess('/nowhere/prog', [], options)).rejects.toMatchObject({ code: 'not_started' });
		await expect(runProcess('/bin/true', [], { ...options, cwd: '/nowhere' })).rejects.toMatchObject({
			code: 'not_started',
		});
	});

	it('kills what is to end with the relay when the relay exits first, and nothing else', async () => {
		const sources = compileSources('core/processes/run-process.ts');
		const alive = (pid: string) => createProcessTable().identify(Number(pid)) !== null;
		let other = '';
		try {
			const relay = sources.start(
				`
				import { existsSync } from 'node:fs';
				import { runProcess } from 'src:core/processes/run-process.js';
				const folder = process.argv[1];
				const names = ['looks', 'works'];
				const script = 'trap "" TERM INT HUP; echo $$ >"$1.tmp"; mv "$1.tmp" "$1"; while :; do sleep 1; done';
				for (const name of names)
					runProcess('/bin/sh', ['-c', script, 'sh', folder + '/' + name], {
						cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000, endsWithUs: name === 'looks',
					});
				setInterval(() => names.every((name) => existsSync(folder + '/' + name)) && process.exit(0), 5);
			`,
				sources.folder,
			);
			expect(await relay.ended).toMatchObject({ code: 0, stderr: '' });
			const [looks, works] = ['looks', 'works'].map((name) =>
				readFileSync(join(sources.folder, name), 'utf8').trim(),
			);
			other = works ?? '';
			await until(() => !alive(looks ?? ''), 'what ends with the relay to be gone');
			expect(alive(other)).toBe(true);
		} finally {
			if (other) process.kill(-Number(other), 'SIGKILL');
			sources.remove();
		}
	});
});
