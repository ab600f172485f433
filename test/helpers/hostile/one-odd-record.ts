/** A session's records with one of them replaced, for a relay whose `claude` answers. */
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { expect } from 'vitest';
import type { CliRun } from '../cli-home.ts';

type Relay = (...args: string[]) => Promise<CliRun>;

/** Nothing of what stands behind a link in place of `path` is shown, and nothing ends in a stack. */
export async function expectNothingThroughLink(
	relay: Relay,
	{ path, target, secret }: { path: string; target: string; secret: string },
): Promise<void> {
	rmSync(path, { recursive: true });
	symlinkSync(target, path);
	for (const args of [['show'], ['show', '--turn', '1'], ['sessions'], ['run', '--session', 'latest', 'x']]) {
		const run = await relay(...args);
		expect(run.stdout + run.stderr, args.join(' ')).not.toContain(secret);
		expect(run.stderr, args.join(' ')).not.toMatch(/^\s+at /m);
	}
}

/** No command waits for a pipe in place of `path`, and none ends in a stack. */
export async function expectNoWaitForPipe(relay: Relay, path: string): Promise<void> {
	rmSync(path, { force: true });
	execFileSync('mkfifo', [path]);
	for (const args of [
		['show'],
		['show', '--turn', '1'],
		['sessions'],
		['run', '--session', 'latest', '-a', 'claude', 'x'],
		['run', '-a', 'claude', 'x'],
	]) {
		const run = await relay(...args);
		expect(run.exitCode, args.join(' ')).not.toBeNull();
		expect(run.stderr, args.join(' ')).not.toMatch(/^\s+at /m);
	}
}
