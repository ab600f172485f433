/** The shell on a terminal: the rules of its keys, signals and questions. */

import { followHistory } from './editor/history.ts';
import type { EditEffect } from './editor/reduce-key.ts';
import { hearPair } from './hear-pair.ts';
import { createComplete } from './input/complete-input.ts';
import { createDeferred } from './input/deferred.ts';
import { DOUBLE_PRESS_MS, Interrupts } from './input/interrupts.ts';
import { asPrompt } from './input/read-entry.ts';
import { SecretAnswer } from './input/secret-answer.ts';
import { commandItems } from './menu/command-items.ts';
import { Offers } from './offers.ts';
import { deskOnScreen } from './questions/desk-on-screen.ts';
import { keyBeside } from './questions/key-answers.ts';
import type { QuestionDesk } from './questions/question-desk.ts';
import { throughPhrases } from './questions/workstream-question.ts';
import type { ShellOptions } from './shell-options.ts';
import { ShellScreen } from './shell-screen.ts';
import { SLASH_COMMANDS } from './slash/registry.ts';
import type { PickChoice } from './slash/slash-command.ts';
import { goodbyeBlocks } from './welcome.ts';
import { PromptQueue } from './work/prompt-queue.ts';
import { WaitingPrompts } from './work/waiting-prompts.ts';
import { Work } from './work/work.ts';

/** A TUI that a signal ends takes no longer. */
const RETURN_MS = 4_500;

export class InteractiveShell {
	readonly #options: ShellOptions;
	readonly #screen: ShellScreen;
	readonly #work: Work;
	readonly #queue: PromptQueue;
	readonly #offers: Offers;
	readonly #desk: QuestionDesk;
	readonly #waiting = new WaitingPrompts();
	readonly #history;
	readonly #ended = createDeferred<number>();
	#isOver = false;
	readonly #interrupts: Interrupts;
	readonly #secret: SecretAnswer;

	constructor(options: ShellOptions) {
		this.#options = options;
		const { context, relay, theme } = options;
		this.#interrupts = new Interrupts(options.clock);
		this.#history = followHistory(options.historyPath, (text) => options.redact(text));
		const isOver = () => this.#isOver;
		const showError = (error: unknown) => this.#work.showError(error);
		const queued = () => this.#waiting.size;
		const completion = { relay, context, commands: SLASH_COMMANDS, queued };
		this.#screen = new ShellScreen({
			shell: options,
			history: this.#history,
			complete: createComplete(completion),
			commands: () => commandItems(completion),
			waiting: this.#waiting,
			receiver: () => this.#offers.receiver(),
			isStopping: () => this.#work.running.isStopping,
			isOver,
			showError,
			onEffect: (effect) => this.#carryOut(effect),
			desk: () => this.#desk,
			status: (room, isTyping) => this.#offers.statusRows(room, isTyping),
			onHangup: () => this.#end(129),
		});
		const { transcript, view, editor } = this.#screen;
		this.#secret = new SecretAnswer({ relay, editor, theme, print: (lines) => transcript.lines(lines) });
		const screen = { transcript, editor, stopTurn: () => this.#work.running.interrupt(), showError };
		this.#desk = deskOnScreen({ ...options, asked: () => this.#work.asked }, screen);
		const pick = (message: string, choices: readonly PickChoice[]) => this.#screen.pick(message, choices);
		this.#work = new Work({
			shell: options,
			transcript,
			sink: view,
			waiting: this.#waiting,
			columns: () => this.#screen.columns - 1,
			rows: () => this.#screen.rows,
			pick,
			screen: this.#screen.forCommands,
			exit: () => this.#end(0),
			prompt: (text) => this.#queue.add(asPrompt(text)),
			beginAnswer: () => editor.beginSecret(),
			onTerminalSettled: () => {
				this.#queue.forgetHeld();
				this.#secret.questionGone();
			},
			desk: this.#desk,
			tell: (event) => this.#screen.tell(event),
		});
		this.#queue = new PromptQueue({
			shell: options,
			transcript,
			work: this.#work,
			waiting: this.#waiting,
			receiver: () => this.#offers.receiver(),
			giveBack: (typed) => editor.setText(typed),
			isLineFree: () => editor.text === '' && !editor.isSecret && this.#desk.label === null,
			keep: (typed) => this.#history.keep(typed),
			isOver,
			onIdle: () => this.#rest(),
		});
		this.#offers = new Offers({
			shell: options,
			transcript,
			columns: () => this.#screen.columns,
			pick,
			isOver,
			isBusy: () => this.#queue.isBusy,
			queued,
			key: () => keyBeside(this.#desk, editor.text) ?? editor.hint,
			redraw: () => this.#screen.redraw(),
			showError,
			ended: this.#ended.promise,
		});
	}

	/** Resolves with the exit code when the user leaves or a signal ends the shell. */
	async run(): Promise<number> {
		const stopListening = this.#listen();
		const returnDesk = this.#offers.takeDesk();
		try {
			this.#screen.enter();
			this.#screen.hint = 'type a task';
			await this.#offers.welcome();
			void this.#offers.offerNowAndThen();
			return await this.#ended.promise;
		} finally {
			this.#isOver = true;
			// A signal that ends the shell ends a TUI, too.
			await this.#screen.returned(RETURN_MS);
			returnDesk();
			this.#screen.leave();
			stopListening();
		}
	}

	/** Stops what runs. */
	close(): Promise<void> {
		return this.#work.running.end();
	}

	#carryOut(effect: EditEffect): void {
		const { editor } = this.#screen;
		switch (effect.type) {
			case 'submit':
				if (editor.isSecret) this.#secret.send(effect.typed);
				else if (this.#desk.label !== null) this.#desk.reply(effect.typed);
				else this.#submit(effect.typed, effect.prompt);
				break;
			case 'interrupt':
				if (editor.isSecret) editor.setText('');
				this.#interrupt();
				break;
			case 'end_of_input':
				if (editor.isSecret) this.#secret.send(null);
				else void this.#work.runNow('/exit');
				break;
			case 'suspend':
			case 'open_editor':
			case 'clear_screen':
				this.#screen.carryOut(effect.type);
				break;
			case 'open_output':
				void this.#work.runNow('/output');
				break;
			case 'take_queued':
				editor.setText(this.#waiting.takeNewest() ?? '');
				break;
			case 'complete': // The editor does that itself.
				break;
		}
	}

	#submit(typed: string, prompt: string): void {
		if (prompt.trim() === '' || this.#queue.holdsBack(typed)) return;
		this.#screen.hint = '';
		this.#history.add(typed);
		throughPhrases(prompt, { shell: this.#options, screen: this.#screen, queue: this.#queue });
	}

	/** Nothing runs and nothing waits. */
	#rest(): void {
		this.#interrupts.rest();
		this.#offers.offerBack();
		this.#screen.redraw();
		void this.#offers.lookAhead();
	}

	#interrupt(): void {
		const { editor } = this.#screen;
		const { running } = this.#work;
		const presses = { isRunning: running.isInterruptible, isLineEmpty: editor.text === '' };
		const does = this.#interrupts.press(presses);
		if (does === 'stop') running.interrupt();
		else if (does === 'exit') this.#end(0);
		else if (does === 'ask_to_exit') this.#hint('Ctrl+C again to exit');
		else if (does === 'put_line_aside') {
			editor.putAside();
			this.#hint('Up or Ctrl+Y brings the line back');
		}
	}

	readonly #hint = (text: string) => void this.#screen.hintFor(DOUBLE_PRESS_MS, text);

	#listen(): () => void {
		const { signals, output } = this.#options;
		const off = [
			signals.on('SIGTERM', () => this.#end(143)),
			signals.on('SIGHUP', () => this.#end(129)),
			signals.on('SIGINT', () => this.#interrupt()),
			hearPair(this.#options, this.#queue, this.#screen.transcript),
		];
		output.on?.('error', () => this.#end(129));
		return () => {
			for (const stop of off) stop();
		};
	}

	#end(exitCode: number): void {
		if (this.#isOver) return;
		const goodbye = exitCode === 129 ? [] : goodbyeBlocks(this.#options, this.#work.running);
		for (const block of goodbye) this.#screen.transcript.lines(block);
		this.#isOver = true;
		this.#ended.resolve(exitCode);
	}
}
