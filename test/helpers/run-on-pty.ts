import { createPatience } from './patience.ts';
import { startOnPty } from './start-on-pty.ts';

const LONGEST_MS = 60_000;
/** Between two looks whether it ended. */
const LOOK_MS = 100;

/** A program on a terminal of its own, to its end. */
export function runOnPty(
	file: string,
	args: string[],
	{ columns, env, cwd }: { columns: number; env: Record<string, string>; cwd: string },
): Promise<{ exitCode: number; output: string }> {
	return new Promise((done, fail) => {
		const pty = startOnPty(file, args, {
			cols: columns,
			rows: 40,
			cwd,
			env: { PAGER: 'cat', ...env },
			name: 'xterm-256color',
		});
		let output = '';
		const isOver = createPatience(LONGEST_MS);
		const timer = setInterval(() => {
			if (!isOver()) return;
			clearInterval(timer);
			pty.kill('SIGKILL');
			fail(new Error(`${args.join(' ')} did not end in ${LONGEST_MS} ms; it printed:\n${output}`));
		}, LOOK_MS);
		pty.onData((data) => {
			output += data;
		});
		pty.onExit(({ exitCode }) => {
			clearInterval(timer);
			done({ exitCode, output });
		});
	});
}
