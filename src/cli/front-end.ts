/** The command line as a front end: whom it asks, where it reads a task, how it draws what happens. */
import type { Command as Program } from 'commander';
import type { FrontEnd } from '../commands/front-end.ts';
import { showProgress } from '../ui/progress.ts';
import { terminalRows } from '../ui/terminal-size.ts';
import { askOnTerminal } from './answers/ask-on-terminal.ts';
import { takeOver } from './input/take-over.ts';
import { createLive, type LiveParts } from './live.ts';

export interface FrontEndParts extends LiveParts {
	program: Program;
}

export function createFrontEnd(parts: FrontEndParts): FrontEnd {
	const { app, program } = parts;
	const front: FrontEnd = {
		live: createLive(parts),
		...askOnTerminal(app),
		show: (draw) => parts.output.printError(`${draw(parts.output).join('\n')}\n`),
		progress: (text) => {
			const { errorOutput } = app.streams;
			if (errorOutput.isTTY && !parts.output.isQuiet) showProgress(errorOutput, text);
		},
		readTask: async (source) => {
			const [{ readTask }, { stdinOf }] = await Promise.all([
				import('./input/read-task.ts'),
				import('./input/read-stdin.ts'),
			]);
			return readTask(source, stdinOf(app));
		},
		commandLine: {
			runShell: async (conversation) =>
				(await import('./open-shell.ts')).openShell(conversation, { ...parts, front }),
			help: async (words) => (await import('./argv/show-help.ts')).showHelp(program, words),
			openWatchScreen: async (options) => (await import('./watch-view.ts')).openWatchView(options, parts),
			hasTerminal: app.streams.input.isTTY === true && app.streams.output.isTTY === true,
			rows: terminalRows(app.streams.output),
			waitForEnter: async (what, signal) =>
				(await import('./answers/wait-for-enter.ts')).waitForEnter(what, signal, app),
			takeOver: (path, args, env) => takeOver(path, args, { env, cwd: app.folder }),
			editText: async (text, called) => {
				const [{ editText }, { clonedFolders }, repo, around] = await Promise.all([
					import('./input/edit-text.ts'),
					import('../app/repo-trust.ts'),
					app.repo(),
					app.around(),
				]);
				return editText(app, text, clonedFolders(repo, around), called);
			},
			completionScript: async (shell) =>
				(await import('./completion/completion-script.ts')).completionScript(program, shell),
		},
	};
	return front;
}
