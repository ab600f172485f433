/** A real CLI as its user starts it, without a relay. */
import { spawn } from 'node:child_process';
import type { Scene } from './scene.ts';

export interface HandRun {
	exitCode: number | null;
	/** stdout and stderr. */
	output: string;
}

export function runByHand(
	scene: Scene,
	[program, ...args]: readonly [string, ...string[]],
	input: string,
	env: Record<string, string> = {},
): Promise<HandRun> {
	const child = spawn(program, args, { cwd: scene.repo, env: { ...scene.env, ...env } });
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk) => {
			output += chunk;
		});
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	return new Promise((done, fail) => {
		child.once('error', fail);
		child.once('close', (exitCode) => done({ exitCode, output }));
	});
}
