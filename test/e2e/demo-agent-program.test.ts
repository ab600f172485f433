import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
): Promise<{ stdout: string; stderr: string; exitCode: number }> {
	const [program = ''] = demoCloserAdapter.executables;
	const child = spawn(program, args, {
		cwd: home,
		env: { HOME: home, PATH: process.env.PATH, DEMO_AGENT_PACE_MS: '0' },
		stdio: 'pipe',
	});
	let stdout = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	let stderr = '';
	child.stderr.on('data', (chunk) => {
		stderr += chunk;
	});
	child.stdin.end(prompt);
	const [exitCode] = await once(child, 'close');
	return { stdout, stderr, exitCode };
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

it.each(['closer', 'sprinter'])(
	'the installed demo agent %s says in one line that its folder cannot be made, and does nothing',
	async (agent) => {
		writeFileSync(join(home, '.agent-relay-demo'), 'in the way');
		const { stderr, exitCode } = await runProgram([agent], DEMO_OBJECTIVE);
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(
			new RegExp(`^Error: demo-${agent} cannot remember its conversations: [^\\n]+\\n$`),
		);
		expect(stderr).toContain(join(home, '.agent-relay-demo'));
		expect(readdirSync(home)).toEqual(['.agent-relay-demo']);
	},
);
