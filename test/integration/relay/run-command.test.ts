import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { runCommand } from '../../../src/relay/turn/run-command.ts';
import { createStartPty } from '../../../src/terminal/start-pty.ts';
import { removeStrayPrivateFiles } from '../../../src/turns/process/private-files.ts';
import { processes } from '../../helpers/engine-bench.ts';

const before = process.env.TMPDIR;
let folder: string;
/** Where files of the relay lie that it removes itself, or the next one. */
let privateFolder: string;
let base: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'run-command-'));
	base = mkdtempSync(join(tmpdir(), 'run-command-'));
	privateFolder = join(base, 'private');
	process.env.TMPDIR = folder;
});
afterEach(() => {
	if (before === undefined) delete process.env.TMPDIR;
	else process.env.TMPDIR = before;
	for (const path of [folder, base]) rmSync(path, { recursive: true, force: true });
});

async function run(command: string, startProcess = createStartPty({ clock: systemClock, processes })) {
	let output = '';
	const end = await runCommand(
		command,
		{ cwd: folder, env: { PATH: '/usr/bin:/bin' } },
		{ signal: new AbortController().signal, onOutput: (chunk) => (output += chunk) },
		{ clock: systemClock, startProcess, processes, privateFolder },
	);
	return { ...end, output };
}

describe('a shell command', () => {
	it('leaves no file that a killed relay could not remove, and gets no input', async () => {
		const { output, exitCode } = await run('sleep 0.3; ls -A .; cat; echo said >&2');
		expect({ output, exitCode }).toEqual({ output: 'said\n', exitCode: 0 });
		expect(readdirSync(folder)).toEqual([]);
		expect(readdirSync(privateFolder)).toEqual([]);
	});

	it('has left nothing when its relay is killed while it starts, once the next relay has begun', async () => {
		const kill = () => {
			throw new Error('killed');
		};
		const atStart = new Promise<string[]>((seen) => {
			void run('true', (spec) => {
				writeFileSync(spec.stderrPath, '');
				const left = readdirSync(privateFolder);
				seen([...left, ...readdirSync(folder)]);
				return kill();
			}).catch(() => undefined);
		});
		const [name = '', ...rest] = await atStart;
		expect(rest).toEqual([]);
		// What a kill leaves, with the pid of a relay that is gone.
		writeFileSync(join(privateFolder, name.replace(/^\d+/, '2147483646')), '');
		removeStrayPrivateFiles(privateFolder, processes);
		expect(readdirSync(privateFolder)).toEqual([]);
	});

	it('runs where the folder for its file cannot be made', async () => {
		writeFileSync(join(base, 'file'), '');
		privateFolder = join(base, 'file/private');
		expect((await run('echo said >&2')).output).toBe('said\n');
		expect(existsSync(privateFolder)).toBe(false);
		expect(readdirSync(folder)).toEqual([]);
	});

	it('is run by programs that turn no pages', async () => {
		expect((await run('echo "$PAGER $GIT_PAGER"')).output).toBe('cat cat\n');
	});
});
