/** The process: argv in, exit code out. The only place that ends it. */
import type { App } from './app/create-app.ts';
import { rehearseHelp, runProgram } from './cli/run-program.ts';
import type { HookContext } from './commands/hook/hook-context.ts';
import { replaceGoneTerminals, terminalFds } from './core/processes/gone-terminal.ts';
import { guardOutput } from './core/processes/guard-output.ts';

/** These continue and record when what they print is lost; any other command then has nothing left to do. */
const RECORDING = new Set(['run', 'chat', 'race', 'race-resume', 'shell', 'resume', 'hook']);

/** Their compiled code is kept for the next start: they leave files in any case. */
const KEEPING = new Set([...RECORDING, 'search', 'conversation', 'conversations', 'reindex', 'mcp']);

/** For the hooks of agents, which are a program of their own. */
export const openApp = async (): Promise<App> => (await import('./app/create-app.ts')).createApp();

/** As `openApp`. */
export const recordLimit: HookContext['recordLimit'] = async (agent, limit) => {
	const [app, { recordLimit: record }] = await Promise.all([
		openApp(),
		import('./commands/hook/record-limit.ts'),
	]);
	return record(agent, limit, app);
};

/** Reads the command line, does what it says and ends the process. `keepCode` speeds up the next start. */
export function main({ keepCode }: { keepCode: (callMore: () => void) => void }): void {
	let [isReading, isKeeping] = [true, false];
	guardOutput(process.stderr, () => undefined);
	guardOutput(process.stdout, (error) => {
		if (!isReading) return;
		if (isGone(error)) process.exit(0);
		process.stderr.write(`agent-relay: cannot print: ${error.message}\n`);
		process.exit(1);
	});
	const terminals = terminalFds();
	process.on('exit', () => replaceGoneTerminals(terminals));

	const ended = runProgram(process.argv.slice(2), {
		output: process.stdout,
		errorOutput: process.stderr,
		// biome-ignore lint/style/noProcessEnv: the environment enters at the process's edge
		env: process.env,
		onCommand: (name) => {
			isReading = !RECORDING.has(name);
			isKeeping = KEEPING.has(name);
		},
		leave: (exitCode) => process.exit(exitCode),
	});
	void ended.then((exitCode) =>
		process.stdout.write('', () => {
			// A command that only reads, or that could not work, leaves no file behind.
			if (isKeeping && exitCode === 0) keepCode(rehearseHelp);
			// A write that failed is reported after its callback.
			setImmediate(() => process.exit(exitCode));
		}),
	);
}

/** A closed pipe, or a terminal that hung up. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
	return code === 'EPIPE' || code === 'EIO';
}
