import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { runCommand } from '../../../src/relay/turn/run-command.ts';
import { createStartPty } from '../../../src/terminal/start-pty.ts';
import { processes } from '../../helpers/engine-bench.ts';

const before = process.env.TMPDIR;
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'run-command-'));
	process.env.TMPDIR = folder;
});
afterEach(() => {
	if (before === undefined) delete process.env.TMPDIR;
	else process.env.TMPDIR = before;
	rmSync(folder, { recursive: true, force: true });
});

async function run(command: string) {
	let output = '';
	const startProcess = createStartPty({ clock: systemClock, processes });
	const end = await runCommand(
		command,
		{ cwd: folder, env: { PATH: '/usr/bin:/bin' } },
		{ signal: new AbortController().signal, onOutput: (chunk) => (output += chunk) },
		{ clock: systemClock, startProcess, processes },
	);
	return { ...end, output };
}

describe('a shell command', () => {
	it('leaves no file that a killed relay could not remove, and gets no input', async () => {
		const { output, exitCode } = await run('sleep 0.3; ls -A .; cat; echo said >&2');
		expect({ output, exitCode }).toEqual({ output: 'said\n', exitCode: 0 });
		expect(readdirSync(folder)).toEqual([]);
	});

	it('is run by programs that turn no pages', async () => {
		expect((await run('echo "$PAGER $GIT_PAGER"')).output).toBe('cat cat\n');
	});
});
