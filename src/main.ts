/** The process: argv in, exit code out. The only place that ends it. */
import { runProgram } from './cli/run-program.ts';
import { replaceGoneTerminals, terminalFds } from './core/gone-terminal.ts';

/** A reader that went away (`agent-relay sessions | head`) ends a reading command quietly; `run` goes on and records. */
const isReading = !['run', 'shell', 'resume'].includes(process.argv[2] ?? 'shell');
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (!isGone(error)) throw error;
	if (isReading) process.exit(0);
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
	if (!isGone(error)) throw error;
});
const terminals = terminalFds();
process.on('exit', () => replaceGoneTerminals(terminals));

const exitCode = await runProgram(process.argv.slice(2), {
	output: process.stdout,
	errorOutput: process.stderr,
	env: process.env,
});
process.stdout.write('', () => process.exit(exitCode));

/** A closed pipe, or a terminal that hung up. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
	return code === 'EPIPE' || code === 'EIO';
}
