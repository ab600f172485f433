/** The command line as a front end: whom it asks, where it reads a task, how it draws what happens. */
import type { Command as Program } from 'commander';
import type { FrontEnd } from '../commands/front-end.ts';
import { isTerminal } from '../core/processes/is-terminal.ts';
import { showProgress } from '../ui/progress.ts';
import { terminalRows } from '../ui/terminal-size.ts';
import { askOnTerminal } from './answers/ask-on-terminal.ts';
import { takeOver } from './input/take-over.ts';
import { createLive, type LiveParts } from './live.ts';
import { createUserScreen } from './screens/user-screen.ts';

export interface FrontEndParts extends LiveParts {
	/** With every command, whatever the line names. */
	wholeProgram: () => Program;
}

export function createFrontEnd(parts: FrontEndParts): FrontEnd {
	const { app, wholeProgram } = parts;
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
		lendTerminal: isOnTerminal(app)
			? async (key, act) => act((await import('./screens/tui-terminal.ts')).tuiTerminal(key, app))
			: null,
		screen: isOnTerminal(app) && app.env.TERM !== 'dumb' ? createUserScreen(parts) : null,
		commandLine: {
			runShell: async (conversation) =>
				(await import('./open-shell.ts')).openShell(conversation, { ...parts, front }),
			readInput: async (maxBytes) => (await import('./input/read-input.ts')).readInput(maxBytes, app),
			serveTools: async (options) => (await import('../mcp/serve.ts')).serve(app, options),
			help: async (words) => (await import('./argv/show-help.ts')).showHelp(wholeProgram(), words),
			openWatchScreen: async (options) => (await import('./watch-view.ts')).openWatchView(options, parts),
			openSearchScreen: async (source) =>
				(await import('./screens/search-view.ts')).openSearchView(source, parts),
			hasTerminal: isOnTerminal(app),
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
				(await import('./completion/completion-script.ts')).completionScript(wholeProgram(), shell),
		},
	};
	return front;
}

/** Without a look at `streams.input`, which would open it: Node loads 20 modules for that. */
const isOnTerminal = ({ streams }: LiveParts['app']) => streams.output.isTTY === true && isTerminal(0);
