/** From argv to an exit code: parse, load the one command that was named, print what it returns, report what it throws. */
import type { Command as Program } from 'commander';
import type { Command as Declared } from '../commands/command.ts';
import { checkRelayVariables, setsConfig } from '../config/layers/env-names.ts';
import { jsonText } from '../core/json-text.ts';
import { ownName } from '../core/own-name.ts';
import { PLAIN_THEME, type Theme, wantsColor } from '../ui/plain-theme.ts';
import { columnsFor } from '../ui/terminal-size.ts';
import { askOnTerminal } from './ask-on-terminal.ts';
import type { Command, CommandResult, Output } from './command.ts';
import { createProgram, exitCodeOfCommander } from './program.ts';
import { reportError } from './report-error.ts';
import { setTaskApart } from './task-apart.ts';

type Options = Record<string, unknown>;

/** One `import()` a command. */
const COMMANDS: Record<string, () => Promise<Command<never>>> = {
	shell: async () => (await import('./commands/shell.ts')).shell,
	run: async () => (await import('./commands/run.ts')).run,
	chat: async () => (await import('./commands/chat.ts')).chat,
	race: async () => (await import('./commands/race.ts')).race,
	'race-resume': async () => (await import('./commands/race.ts')).resumeRace,
	resume: async () => (await import('./commands/shell.ts')).resume,
	demo: async () => (await import('./commands/demo.ts')).demo,
	completion: async () => (await import('./commands/completion.ts')).completion,
	help: async () => (await import('./commands/help.ts')).help,
};

const DEFAULT_COLUMNS = 100;

export interface ProgramStreams {
	output: NodeJS.WriteStream;
	errorOutput: NodeJS.WriteStream;
	env: Readonly<Record<string, string | undefined>>;
	/** Called with the command's name before it is loaded. */
	onCommand: (name: string) => void;
	/** Ends the process at once. */
	leave: (exitCode: number) => void;
}

export async function runProgram(argv: readonly string[], streams: ProgramStreams): Promise<number> {
	const tell = (text: string) => void streams.errorOutput.write(text);
	let exitCode = 0;
	const program: Program = createProgram(async (name, options, command) => {
		const all = apart.task === null ? options : { ...options, task: apart.task };
		exitCode = await (command === null
			? runCommand(name, all, streams, program)
			: runDeclared(command, all, streams));
		return exitCode;
	}, tell);
	const apart = setTaskApart(argv, program);
	try {
		await program.parseAsync([...apart.argv], { from: 'user' });
		return exitCode;
	} catch (error) {
		return exitCodeOfCommander(error) ?? reportError(error, tell, ownName(directoryOf(program.opts())));
	}
}

async function runCommand(
	name: string,
	options: Options,
	streams: ProgramStreams,
	program: Program,
): Promise<number> {
	const load = COMMANDS[name];
	await begin(name, streams);
	if (!load) throw new Error(`no command ${name}`);
	const folder = directoryOf(options);
	const [command, { createApp }, output] = await Promise.all([
		load(),
		import('../app/create-app.ts'),
		createOutput(options, streams),
	]);
	const result = await command(
		createApp({ ...(folder === undefined ? {} : { folder }), leave: streams.leave }),
		{ ...options, program } as never,
		output,
	);
	present(result, output);
	return result.exitCode;
}

/** A command that is declared in `src/commands`. */
async function runDeclared(command: Declared, options: Options, streams: ProgramStreams): Promise<number> {
	await begin(command.path, streams);
	const folder = directoryOf(options);
	const [{ createApp }, { commandContext }, output] = await Promise.all([
		import('../app/create-app.ts'),
		import('../app/command-context.ts'),
		createOutput(options, streams),
		command.preload(),
	]);
	const app = createApp({ ...(folder === undefined ? {} : { folder }), leave: streams.leave });
	const context = { ...commandContext(app), ask: askOnTerminal(app) };
	const { exitCode, toJson, lines } = await command.call(context, options);
	present(output.isJson ? { exitCode, data: toJson() } : { exitCode, lines: lines(output) }, output);
	return exitCode;
}

/** What stands before every command: variables that mean nothing are refused. */
async function begin(name: string, { onCommand, env }: ProgramStreams): Promise<void> {
	onCommand(name);
	checkRelayVariables(env);
	if (!setsConfig(env)) return;
	const { valuesOfEnvironment } = await import('../config/layers/layer-values.ts');
	valuesOfEnvironment(env, []);
}

const directoryOf = ({ directory }: Options): string | undefined =>
	typeof directory === 'string' ? directory : undefined;

async function createOutput(options: Options, { output, errorOutput, env }: ProgramStreams): Promise<Output> {
	const isJson = options.json === true;
	return {
		theme: await loadTheme(!isJson && wantsColor(env, output.isTTY === true)),
		columns: columnsFor(output, DEFAULT_COLUMNS),
		isJson,
		print: (text) => void output.write(text),
		tell: (text) => void errorOutput.write(text),
	};
}

/** Colour has its price at start (3 ms), plain text none. */
async function loadTheme(hasColor: boolean): Promise<Theme> {
	return hasColor ? (await import('../ui/theme.ts')).createTheme(true) : PLAIN_THEME;
}

function present({ data, lines }: CommandResult, output: Output): void {
	if (output.isJson) {
		if (data !== undefined) output.print(jsonText(data, 2));
	} else if (lines !== undefined && lines.length > 0) output.print(`${lines.join('\n')}\n`);
}
