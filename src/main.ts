/** The process: argv in, exit code out. The only place that ends it. */
import { runProgram } from './cli/run-program.ts';

/** A reader that went away (`agent-relay sessions | head`) ends a reading command quietly; `run` goes on and records. */
const isReading = !['run', 'shell', 'resume'].includes(process.argv[2] ?? 'shell');
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code !== 'EPIPE') throw error;
	if (isReading) process.exit(0);
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code !== 'EPIPE') throw error;
});

const exitCode = await runProgram(process.argv.slice(2), {
	output: process.stdout,
	errorOutput: process.stderr,
	env: process.env,
});
process.stdout.write('', () => process.exit(exitCode));
