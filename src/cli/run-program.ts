/** From argv to an exit code: parse, load the one command that was named, print what it returns, report what it throws. */
import type { Command as Program } from 'commander';
import type { Called, Command } from '../commands/command.ts';
import { checkRelayVariables, setsConfig } from '../config/layers/env-names.ts';
import { jsonText } from '../core/json-text.ts';
import { ownName } from '../core/own-name.ts';
import { createProgram, exitCodeOfCommander } from './argv/program.ts';
import { separateTask } from './argv/separate-task.ts';
import { createOutput, type Output } from './output.ts';
import type { PagedApp } from './pager.ts';
import { reportError } from './report-error.ts';

type Options = Record<string, unknown>;

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
	const printError = (text: string) => void streams.errorOutput.write(text);
	let exitCode = 0;
	const act = async (command: Command, options: Options) => {
		const all = apart.task === null ? options : { ...options, task: apart.task };
		exitCode = await runCommand(command, all, streams, { program, wholeProgram });
		return exitCode;
	};
	const wholeProgram = () => createProgram(act, printError);
	const program: Program = createProgram(act, printError, argv);
	const apart = separateTask(argv, program);
	try {
		await program.parseAsync([...apart.argv], { from: 'user' });
		return exitCode;
	} catch (error) {
		return exitCodeOfCommander(error) ?? reportError(error, printError, calledBy(program));
	}
}

/** Calls what the help calls, whose compiled code a run would not keep otherwise. */
export function rehearseHelp(): void {
	createProgram(
		async () => 0,
		() => undefined,
	).helpInformation();
}

async function runCommand(
	command: Command,
	options: Options,
	streams: ProgramStreams,
	{ program, wholeProgram }: { program: Program; wholeProgram: () => Program },
): Promise<number> {
	await begin(command.path, streams);
	const { folder, name, noPager } = globalsOf(program);
	const { live, isSilentWhenQuiet } = command;
	const [{ createApp }, { commandContext, holdSettings }, { createFrontEnd }, output] = await Promise.all([
		import('../app/create-app.ts'),
		import('../app/command-context.ts'),
		import('./front-end.ts'),
		createOutput({ isJson: options.json === true, isQuiet: options.quiet === true }, streams),
		command.preload(),
	]);
	const app = createApp({
		...(folder === undefined ? {} : { folder }),
		...(name === undefined ? {} : { name }),
		leave: streams.leave,
	});
	// What it is asked for may be of another name.
	if (command.ignoresName) app.name.isGiven = false;
	if (live === null && app.name.isGiven) await (await import('../app/open-names.ts')).requireKnownName(app);
	// A look at stdin opens it, which takes Node 1 ms.
	const isOnTerminal = streams.output.isTTY === true;
	if (live !== null && isOnTerminal && !output.isJson && !output.isQuiet)
		(await import('./answers/ask-survivor.ts')).askAboutSurvivors(app, output.theme);
	const held = holdSettings(app);
	const front = createFrontEnd({ app, output, held, wholeProgram, isSilentWhenQuiet });
	try {
		const called = await command.call(commandContext(app, front, held), options);
		const pages = command.pages && !noPager && output.isTerminal && !output.isJson;
		await present(command, called, output, pages ? app : null);
		return called.exitCode;
	} finally {
		await app.leaveName();
	}
}

/** Documents of a command that shows events are a line each, the last one too. */
async function present(
	command: Command,
	called: Called,
	output: Output,
	/** null: no pager is wanted. */
	paging: PagedApp | null,
): Promise<void> {
	const { isJson, isTerminal, theme, columns } = output;
	const form = { isJson, isOnTerminal: isTerminal, theme, columns, maxChars: null };
	const pieces = called.pieces(form) ?? (paging === null ? null : textOf(called.lines(output)));
	if (pieces === null) presentRows(command, called, output);
	else if (paging !== null) await (await import('./pager.ts')).printPaged(pieces, output, paging);
	else for (const piece of pieces) await output.write(piece);
}

const textOf = (lines: readonly string[]) => (lines.length === 0 ? [] : [`${lines.join('\n')}\n`]);

function presentRows({ live, linesTo, isSilentWhenQuiet }: Command, called: Called, output: Output): void {
	if (output.isJson) {
		const data = called.toJson();
		if (data !== undefined) output.print(live === null ? jsonText(data, 2) : jsonText(data));
		return;
	}
	const isQuietEnd = output.isQuiet && (isSilentWhenQuiet || linesTo === 'stderr');
	const lines = isQuietEnd ? called.quietLines(output) : called.lines(output);
	if (lines.length === 0) return;
	const print = isQuietEnd || linesTo === 'stdout' ? output.print : output.printError;
	print(`${lines.join('\n')}\n`);
}

/** What stands before every command: variables that mean nothing are refused. */
async function begin(name: string, { onCommand, env }: ProgramStreams): Promise<void> {
	onCommand(name);
	checkRelayVariables(env);
	if (!setsConfig(env)) return;
	const { valuesOfEnvironment } = await import('../config/layers/layer-values.ts');
	valuesOfEnvironment(env, []);
}

/** The program's own: a command may have an option of the same name. */
function globalsOf(program: Program) {
	const { directory, name, noPager }: Options = program.opts();
	return {
		noPager: noPager === true,
		folder: typeof directory === 'string' ? directory : undefined,
		name: typeof name === 'string' ? name : undefined,
	};
}

function calledBy(program: Program): string {
	const { folder, name } = globalsOf(program);
	return ownName(folder, name);
}
