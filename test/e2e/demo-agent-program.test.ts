import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { demoCloserAdapter } from '../../src/agents/demo/adapter.ts';
import { DEMO_CHECK, DEMO_MODULE, DEMO_OBJECTIVE } from '../../src/agents/demo/scenario.ts';

let home: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'demo-program-'));
});

afterEach(() => {
	rmSync(home, { recursive: true });
});

async function runProgram(
	args: readonly string[],
	prompt: string,
): Promise<{ stdout: string; exitCode: number }> {
	const [program = ''] = demoCloserAdapter.executables;
	const child = spawn(program, args, {
		cwd: home,
		env: { HOME: home, PATH: process.env.PATH, DEMO_AGENT_PACE_MS: '0' },
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	let stdout = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	child.stdin.end(prompt);
	const [exitCode] = await once(child, 'close');
	return { stdout, exitCode };
}

it('the installed demo agent tells its version', async () => {
	const { stdout } = await runProgram(['--version'], '');
	expect(demoCloserAdapter.parseVersion(stdout)).toMatch(/^\d+\.\d+\.\d+/);
});

it('the installed demo agent works in its folder and ends with its own last line', async () => {
	const { stdout, exitCode } = await runProgram(['closer'], DEMO_OBJECTIVE);
	expect(exitCode).toBe(0);
	expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'turn.completed' });
	expect(
		readdirSync(home)
			.filter((name) => !name.startsWith('.'))
			.sort(),
	).toEqual([DEMO_CHECK, DEMO_MODULE]);
});
