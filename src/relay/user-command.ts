/** `!cmd`: the user's own shell command at the worktree's root, under the terminal layer like an agent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeText } from '../core/text.ts';
import type { RelayDeps } from './relay-deps.ts';

/** What the note keeps of the output's end. */
const TAIL_BYTES = 6_000;

/** Runs it to its end; the whole tree is stopped when `signal` aborts. */
export async function runUserCommand(
	command: string,
	deps: RelayDeps,
	options: { signal: AbortSignal; onOutput: (chunk: Buffer) => void },
): Promise<{ exitCode: number | null; tail: string }> {
	const folder = mkdtempSync(join(tmpdir(), 'agent-relay-'));
	const promptPath = join(folder, 'stdin');
	let tail = Buffer.alloc(0);
	const take = (chunk: Buffer) => {
		tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
		options.onOutput(chunk);
	};
	try {
		writeFileSync(promptPath, '', { mode: 0o600 });
		const started = await deps.startProcess(
			{
				executable: '/bin/sh',
				args: ['-c', command],
				env: deps.env,
				cwd: deps.repo.worktree,
				promptPath,
				stderrPath: join(folder, 'stderr'),
			},
			{ onOutput: take, onStderr: take },
		);
		const stop = () => void started.stop({ interruptMs: 1500, terminateMs: 500 });
		options.signal.addEventListener('abort', stop, { once: true });
		if (options.signal.aborted) stop();
		const { exitCode } = await started.ended;
		options.signal.removeEventListener('abort', stop);
		return { exitCode, tail: safeText(tail.toString()) };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
