import { createRequire } from 'node:module';

interface Pty {
	onData(listener: (data: string) => void): void;
	onExit(listener: (end: { exitCode: number }) => void): void;
	kill(signal: string): void;
}
type Spawn = (file: string, args: string[], options: object) => Pty;
// The package's types are declared under another name.
const { spawn } = createRequire(import.meta.url)('node-pty') as { spawn: Spawn };

const LONGEST_MS = 60_000;

/** A program on a terminal of its own, to its end. */
export function runOnPty(
	file: string,
	args: string[],
	{ columns, env, cwd }: { columns: number; env: Record<string, string>; cwd: string },
): Promise<{ exitCode: number; output: string }> {
	return new Promise((done, fail) => {
		const pty = spawn(file, args, {
			cols: columns,
			rows: 40,
			cwd,
			env: { PAGER: 'cat', ...env },
			name: 'xterm-256color',
		});
		let output = '';
		const timer = setTimeout(() => {
			pty.kill('SIGKILL');
			fail(new Error(`${args.join(' ')} did not end in ${LONGEST_MS} ms; it printed:\n${output}`));
		}, LONGEST_MS);
		pty.onData((data) => {
			output += data;
		});
		pty.onExit(({ exitCode }) => {
			clearTimeout(timer);
			done({ exitCode, output });
		});
	});
}
