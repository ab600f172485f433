/** What a command gets from its caller, besides its options. */
import type { TuiTerminal } from '../attach/attach-contract.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import type { WatchScreen } from '../view/watch/watch-screen.ts';
import type { Live } from './live.ts';
import type { Look } from './look.ts';
import type { PickerSource } from './runner/picker-source.ts';
import type { SearchChoice, SearchSource } from './search/search-source.ts';

export interface FrontEnd {
	readonly live: Live;
	/** Lets the user choose one; its `value`, null: none. Where nobody can be asked: null instead of a function. */
	readonly ask: ((question: string, choices: readonly Choice[]) => Promise<string | null>) | null;
	/** Lets the user type one line; null: they left the question. Where nobody can be asked: null instead of a function. */
	readonly askText: ((question: string, options?: { isHidden?: boolean }) => Promise<string | null>) | null;
	/** Lines for people before the command ends, such as what a question is about. Never on stdout. */
	show(draw: (look: Look) => readonly string[]): void;
	/** How far the command is, in a few safe words; the next ones replace them, null takes them away. Nothing where nobody looks. */
	progress(text: string | null): void;
	/**
	 * The user's words: the operand as typed, or a file or stdin where the front end reads these. null: there are none, which
	 * the shell refuses where they are needed. RelayError `usage` for empty words and two sources, and for unreadable text.
	 */
	readTask(source: TaskSource): Promise<string | null>;
	/** Has the user's terminal for an agent's own TUI while `act` works; `key` comes back from it. null: there is no terminal. */
	readonly lendTerminal: (<T>(key: string, act: (terminal: TuiTerminal) => Promise<T>) => Promise<T>) | null;
	/** What takes the whole terminal; null: there is none, or it is too plain for that. */
	readonly screen: UserScreen | null;
	/** null: the caller is not the command line. */
	readonly commandLine: CommandLine | null;
}

export interface UserScreen {
	/** Gives the terminal to a program until it ends. Its exit code. Throws RelayError `not_started`. */
	runProgram(
		program: string,
		args: readonly string[],
		env: Readonly<Record<string, string>>,
	): Promise<number>;
	/** The full-screen list of runners, until it is left; the exit code where a signal ended it, else 0. */
	openRunners(source: PickerSource): Promise<number>;
}

interface Choice {
	value: string;
	/** Safe, one line, different from the others. */
	label: string;
	/** The value in force: the list begins there. */
	isNow?: boolean;
}

/** Where a task or a topic comes from. */
export interface TaskSource {
	/** The operand; null: not given. */
	argument: string | null;
	/** `-f FILE`; `-` is stdin. null: not given. */
	file: string | null;
	/** Encoding of `file` and stdin; null: UTF-8. */
	encoding: string | null;
	/** Without a task the command has something to do all the same (`--continue`). */
	isOptional: boolean;
	/** What it is called, a whole command line with one, and how the shell asks for it. */
	called: { word: 'task' | 'topic'; example: string; question: string };
}

/** What only the program itself can do. */
interface CommandLine {
	/** Opens the shell on `conversation`, which it closes. The exit code. */
	runShell(conversation: Conversation): Promise<number>;
	/** Stdin to its end; null: a terminal, more than `maxBytes`, or nobody ends it. */
	readInput(maxBytes: number): Promise<string | null>;
	/** Serves tools to an agent on stdin and stdout until it closes them; false: the connection broke off. */
	serveTools(options: { isReadOnly: boolean }): Promise<boolean>;
	/** Prints the help of the command of these words. Throws RelayError `usage` where there is none. */
	help(words: readonly string[]): Promise<void>;
	/** Where `watch` draws; `isMarked`: several sessions at once. */
	openWatchScreen(options: { isMarked: boolean }): Promise<WatchScreen>;
	/** The full screen of `search`: what the user goes on with, and the exit code where a signal ended it. Only with `hasTerminal`. */
	openSearchScreen(source: SearchSource): Promise<{ choice: SearchChoice; exitCode: number }>;
	/** Whether the user sits at a terminal that a program can take over. */
	readonly hasTerminal: boolean;
	/** Gives the terminal to a program until it ends. Its exit code. Throws RelayError `not_started`. */
	takeOver(program: string, args: readonly string[], env: Readonly<Record<string, string>>): number;
	/**
	 * What the user makes of `text` in their editor; `file` names the private copy, `what` the text in messages. Throws RelayError
	 * `not_started`, and `refused` for an editor that fails.
	 */
	editText(text: string, called: { file: string; what: string }): Promise<string>;
	/** Rows of the terminal. */
	readonly rows: number;
	/**
	 * Shows `what` until the user presses Enter; false: `signal` came first, or the terminal has gone. Only with `hasTerminal`.
	 */
	waitForEnter(what: string, signal: AbortSignal): Promise<boolean>;
	/** A script for that shell; null: there is none for it. */
	completionScript(shell: string): Promise<string | null>;
}
