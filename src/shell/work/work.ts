/**
 * What the shell does with typed texts, wherever they come from: prompts become turns, `!cmd` runs, commands answer. One thing
 * at a time; each gives the exit code that it stands for.
 */
import type { Asked } from '../../commands/live.ts';
import { RelayError } from '../../core/errors.ts';
import { createByteFilter, safeLine } from '../../core/text.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { EXIT, exitCodeOfError, exitCodeOfResult } from '../../relay/exit-codes.ts';
import type { Transcript } from '../../view/transcript.ts';
import type { TranscriptSink } from '../../view/transcript-sink.ts';
import { type Entry, readEntry } from '../input/read-entry.ts';
import type { QuestionDesk } from '../questions/question-desk.ts';
import type { ShellOptions } from '../shell-options.ts';
import { findCommand, helpAskedBy, unknownCommand } from '../slash/find-command.ts';
import { SLASH_COMMANDS } from '../slash/registry.ts';
import { help } from '../slash/shell/help.ts';
import {
	type PickChoice,
	type SlashContext,
	usageError,
	type WorkControl,
	type WorkEnd,
} from '../slash/slash-command.ts';
import { errorLines } from './error-lines.ts';
import { leave } from './leave.ts';
import { RunningWork } from './running-work.ts';
import type { WaitingPrompts } from './waiting-prompts.ts';

export interface WorkOptions {
	shell: ShellOptions;
	transcript: Transcript;
	sink: TranscriptSink;
	waiting: WaitingPrompts;
	columns: () => number;
	/** The terminal's; absent: the output has no end. */
	rows?: () => number;
	/** null: this shell cannot ask. */
	pick: ((message: string, choices: readonly PickChoice[]) => Promise<string | null>) | null;
	/** Steps aside for what needs the terminal; absent: there is none, and all lines are printed. */
	screen?: Pick<SlashContext, 'page' | 'lend' | 'lendTerminal'>;
	exit: () => void;
	/** Makes it a prompt that waits for its turn. */
	prompt: (text: string) => void;
	/** Takes one hidden line as the answer to the agent's terminal; absent: this shell cannot. */
	beginAnswer?: () => void;
	/** The question there was answered or has gone. */
	onTerminalSettled?: () => void;
	/** Hears of all that happens; absent: nobody does. */
	tell?: (event: RelayEvent) => void;
	/** Where the agent's questions are answered; absent: nowhere. */
	desk?: Pick<QuestionDesk, 'event'>;
}

/** How an entry ended. `isBroken`: what was typed after it must not run. */
export interface WorkResult {
	exitCode: number;
	isBroken: boolean;
}

const FINE: WorkResult = { exitCode: 0, isBroken: false };

export class Work {
	readonly #options: WorkOptions;
	/** What runs now, and how it is stopped. */
	readonly running = new RunningWork();
	#isAsked = false;
	#result: WorkResult = FINE;

	constructor(options: WorkOptions) {
		this.#options = options;
	}

	/** True while the agent's terminal asks something that `/answer` can answer. */
	get isAsked(): boolean {
		return this.#isAsked;
	}

	/** Whose agents ask and are answered now. */
	get asked(): Asked {
		return this.running.asked ?? this.#options.shell.relay;
	}

	/** True for a command that answers while a turn runs. */
	answersNow(typed: string): boolean {
		const entry = readEntry(typed);
		if (entry.kind !== 'command') return false;
		const command = findCommand(SLASH_COMMANDS, entry.name);
		if (command === null || command.duringTurn === 'now') return true;
		return helpAskedBy(command, entry.argument) !== null;
	}

	/** True for the command that leaves the shell. */
	leaves(typed: string): boolean {
		const entry = readEntry(typed);
		return entry.kind === 'command' && findCommand(SLASH_COMMANDS, entry.name)?.name === 'exit';
	}

	/** Never rejects: errors are shown. */
	async run(typed: string): Promise<WorkResult> {
		this.#result = FINE;
		if (this.running.isLeaving) return this.#result;
		try {
			await this.#runEntry(readEntry(typed));
		} catch (error) {
			this.showError(error);
			this.#result = {
				exitCode: exitCodeOfError(error),
				// A command that only reports, or one that was mistyped, changes nothing that the next entries rely on.
				isBroken: !(this.answersNow(typed) || (error instanceof RelayError && error.code === 'usage')),
			};
		}
		return this.#result;
	}

	/** Runs a command that does not wait for its turn; never touches the running one. */
	async runNow(typed: string): Promise<void> {
		const entry = readEntry(typed);
		if (entry.kind !== 'command') return;
		try {
			await this.#command(entry.name, entry.argument);
		} catch (error) {
			this.showError(error);
		}
	}

	showError(error: unknown): void {
		const { shell, transcript } = this.#options;
		transcript.lines(errorLines(error, shell.theme));
	}

	async #runEntry(entry: Entry): Promise<void> {
		const { relay } = this.#options.shell;
		switch (entry.kind) {
			case 'nothing':
				return;
			case 'prompt':
				return this.#work(async ({ signal, onEvent, onHardStop }) => {
					onHardStop(() => relay.stopHard());
					return { exitCode: exitCodeOfResult(await relay.send(entry.text, { signal, onEvent })) };
				});
			case 'shell':
				return this.#shellCommand(entry.command);
			case 'command':
				return this.#command(entry.name, entry.argument);
		}
	}

	async #work(act: (control: WorkControl) => Promise<WorkEnd>, what: string | null = null): Promise<void> {
		const { shell, sink } = this.#options;
		const startedAt = shell.clock.monotonic();
		await this.#interruptibly(what, async (signal) => {
			const ready = sink.ready?.();
			const { exitCode, isBroken = exitCode !== EXIT.done } = await act({
				signal,
				onEvent: (event) => this.#show(event),
				onStatus: (what) => sink.status({ agent: what, startedAt, tools: [], waiting: null }),
				onHardStop: (stop) => this.running.onHardStop(stop),
				onSay: (take) => this.running.onSay(take),
				onAsked: (asked) => this.running.onAsked(asked),
			});
			await ready;
			this.#result = { exitCode, isBroken };
		});
	}

	#show(event: RelayEvent): void {
		const { transcript, desk, tell } = this.#options;
		tell?.(event);
		if (desk?.event(event) ?? true) transcript.event(event);
		// Nobody can answer in a chat or a race: there the question is refused after a while.
		if (event.type === 'terminal_asked') this.#isAsked = event.refusedInMs === null;
		if (event.type === 'terminal_settled') this.#settleTerminal();
	}

	#settleTerminal(): void {
		this.#isAsked = false;
		this.#options.onTerminalSettled?.();
	}

	async #shellCommand(command: string): Promise<void> {
		const { shell, transcript, sink } = this.#options;
		const filter = createByteFilter();
		const hard = new AbortController();
		const startedAt = shell.clock.monotonic();
		const shown = safeLine(command, 40);
		await this.#interruptibly(shown, async (signal) => {
			this.running.onHardStop(() => hard.abort());
			sink.status({ agent: `! ${shown}`, startedAt, tools: [], waiting: null });
			const { exitCode } = await shell.relay.runShellCommand(command, {
				signal,
				hardSignal: hard.signal,
				onOutput: (chunk) => transcript.shellOutput(filter.push(chunk)),
				onTerminalRead: () => this.#refuseInput(),
			});
			transcript.shellOutput(filter.end());
			transcript.finish();
			if (exitCode !== 0) transcript.lines([shell.theme.bad(`exit ${exitCode ?? 'by a signal'}`)]);
			this.#result = {
				exitCode: signal.aborted ? EXIT.interrupted : (exitCode ?? EXIT.failed),
				isBroken: signal.aborted,
			};
		});
	}

	/** A command that asks gets no answer here; if nobody can press Ctrl+C, it is stopped. */
	#refuseInput(): void {
		const { shell, transcript, pick } = this.#options;
		const isAttended = pick !== null;
		const what = isAttended ? 'Ctrl+C stops it' : 'it is stopped';
		transcript.lines([
			shell.theme.warn(`! It waits for input, which \`!\` commands do not get; ${what}.`),
			shell.theme.dim('  Run it in a terminal of its own.'),
		]);
		if (!isAttended) this.running.interrupt();
	}

	async #command(name: string, argument: string): Promise<void> {
		const command = findCommand(SLASH_COMMANDS, name);
		if (command === null) throw unknownCommand(SLASH_COMMANDS, name);
		const asked = helpAskedBy(command, argument);
		if (asked !== null) return help.run(this.#context(), asked);
		// Words that no command reads would be lost: `/new fix the login` starts no task.
		if (argument !== '' && command.usage === command.name && command.members === undefined)
			throw usageError(command, `/${command.name} takes no words; nothing was done.`);
		await command.run(this.#context(), argument);
	}

	async #interruptibly(what: string | null, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
		try {
			await this.running.run(what, act);
		} finally {
			this.#settleTerminal();
			this.#options.sink.status(null);
		}
	}

	#context(): SlashContext {
		const { shell, waiting, transcript, columns, rows, pick, screen, beginAnswer, prompt } = this.#options;
		const print = (lines: readonly string[]) => transcript.lines(lines);
		return {
			relay: shell.relay,
			context: shell.context,
			clock: shell.clock,
			theme: shell.theme,
			commands: SLASH_COMMANDS,
			columns: columns(),
			rows: rows?.(),
			isInteractive: pick !== null,
			waiting,
			print,
			...(screen ?? { page: async (lines) => print(lines), lend: null, lendTerminal: null }),
			work: (act, what) => this.#work(act, what),
			...this.running.forCommands,
			pair: shell.pair ?? null,
			prompt,
			answer: this.#isAsked && beginAnswer !== undefined ? beginAnswer : null,
			pick: pick ?? (async () => null),
			exit: () => leave({ ...this.#options, running: this.running }, this.#context()),
		};
	}
}
