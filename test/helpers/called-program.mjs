/**
 * The built program as a process that is called many times: each message is a command line with its folder and its environment, the
 * answer is what a process of its own would have printed, and its exit code. Started by `called-program.ts`.
 */
import { runProgram } from '../../dist/cli/run-program.js';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];
/** What is printed in the call that runs. */
let printed = { stdout: '', stderr: '' };

for (const name of ['stdout', 'stderr'])
	process[name].write = (text, ...rest) => {
		printed[name] += Buffer.from(text).toString();
		rest.find((value) => typeof value === 'function')?.();
		return true;
	};
process.on('warning', ({ name, message }) => {
	printed.stderr += `(node:${process.pid}) ${name}: ${message}\n`;
});

async function answer({ args, cwd, env }) {
	printed = { stdout: '', stderr: '' };
	for (const name of Object.keys(process.env)) delete process.env[name];
	Object.assign(process.env, env);
	process.chdir(cwd);
	const exitCode = await runProgram(args, {
		output: process.stdout,
		errorOutput: process.stderr,
		env: process.env,
		onCommand: () => undefined,
		leave: () => {
			throw new Error('it would have ended the process');
		},
	});
	// Warnings come behind what gave them.
	await new Promise((resolve) => setImmediate(resolve));
	for (const signal of SIGNALS) process.removeAllListeners(signal);
	process.chdir('/');
	return { exitCode, ...printed };
}

process.on('disconnect', () => process.exit());
process.on('message', (call) => {
	answer(call).then(
		(run) => process.send(run),
		(error) => process.send({ failed: String(error?.stack ?? error) }),
	);
});
