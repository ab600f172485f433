/** The shell on a terminal: edit line below, transcript above, and the rules of its keys and signals. */
import { formatPlural } from '../core/plural.ts';
import { safeLine } from '../core/text.ts';
import { ScreenWriter } from '../ui/screen-writer.ts';
import { createTerminalModes, type TerminalModes } from '../ui/terminal-modes.ts';
import { shortRef } from '../view/describe-session.ts';
import { LiveView } from '../view/live/live-view.ts';
import { Transcript } from '../view/transcript.ts';
import { openHistory } from './editor/history.ts';
import { LineEditor } from './editor/line-editor.ts';
import type { EditEffect } from './editor/reduce-key.ts';
import { createComplete } from './input/complete-input.ts';
import { createDeferred } from './input/deferred.ts';
import { pickOne } from './input/pick.ts';
import { WaitingPrompts } from './input/waiting-prompts.ts';
import { Offers } from './offers.ts';
import type { ShellOptions } from './shell-options.ts';
import { SLASH_COMMANDS } from './slash/registry.ts';
import type { PickChoice } from './slash/slash-command.ts';
import { TerminalHold } from './terminal-hold.ts';
import { Work } from './work.ts';

/** Two Ctrl+C on an empty line within this time leave the shell. */
const DOUBLE_PRESS_MS = 2000;
const ECHO_ROWS = 8;

export class InteractiveShell {
	readonly #options: ShellOptions;
	readonly #modes: TerminalModes;
	readonly #screen: ScreenWriter;
	readonly #view: LiveView;
	readonly #editor: LineEditor;
	readonly #transcript: Transcript;
	readonly #work: Work;
	readonly #hold: TerminalHold;
	readonly #offers: Offers;
	readonly #waiting = new WaitingPrompts();
	readonly #history;
	readonly #ended = createDeferred<number>();
	/** A line that was typed while something asked on the agent's terminal; the same again is meant as a prompt. */
	#held: string | null = null;
	#isBusy = false;
	/** Commands that answer while a turn runs, one after the other. */
	#answers: Promise<void> = Promise.resolve();
	#isOver = false;
	#lastInterruptAt = Number.NEGATIVE_INFINITY;
	#hint = '';

	constructor(options: ShellOptions) {
		this.#options = options;
		const { input, output, clock, theme, context, relay } = options;
		this.#modes = createTerminalModes(input, output);
		this.#screen = new ScreenWriter(output);
		this.#history = openHistory(options.historyPath, (text) => options.redact(text));
		this.#editor = new LineEditor({
			input,
			clock,
			theme,
			history: this.#history,
			complete: createComplete({ relay, context, commands: SLASH_COMMANDS }),
			queued: () => this.#waiting.size,
			onChange: () => this.#view.drawEdit(),
			onEffect: (effect) => this.#obey(effect),
			onHangup: () => this.#end(129),
		});
		this.#view = new LiveView({
			screen: this.#screen,
			theme,
			clock,
			queued: () => this.#waiting.size,
			keyHint: (stops) => (this.#work.isStopping ? 'stopping, Ctrl+C kills' : stops),
			layoutEdit: (room) =>
				this.#editor.layout({
					...room,
					label: this.#label(),
					placeholder: this.#editor.isSecret ? '' : this.#hint,
				}),
		});
		this.#transcript = new Transcript({
			sink: this.#view,
			theme,
			clock,
			worktree: options.worktree,
			thinking: options.thinking,
			retry: '/retry',
			answer: '/answer answers it, unseen and unrecorded',
		});
		this.#work = new Work({
			shell: options,
			transcript: this.#transcript,
			sink: this.#view,
			waiting: this.#waiting,
			columns: () => this.#screen.columns - 1,
			pick: (message, choices) => this.#pick(message, choices),
			exit: () => this.#end(0),
			beginAnswer: () => this.#editor.beginSecret(),
			onTerminalSettled: () => this.#endAnswer(),
		});
		const isOver = () => this.#isOver;
		const showError = (error: unknown) => this.#work.showError(error);
		this.#hold = new TerminalHold({
			modes: this.#modes,
			editor: this.#editor,
			view: this.#view,
			signals: options.signals,
			clock,
			isOver,
			showError,
		});
		this.#offers = new Offers({
			shell: options,
			transcript: this.#transcript,
			columns: () => this.#screen.columns,
			pick: (message, choices) => this.#pick(message, choices),
			isOver,
			isBusy: () => this.#isBusy,
			redraw: () => this.#view.drawEdit(),
			showError,
			ended: this.#ended.promise,
		});
	}

	/** Resolves with the exit code when the user leaves or a signal ends the shell. */
	async run(): Promise<number> {
		const { output } = this.#options;
		const redraw = () => this.#view.drawEdit();
		output.on?.('resize', redraw);
		const dispose = this.#listen();
		const returnDesk = this.#offers.takeDesk();
		const returnNotices = this.#takeNotices();
		try {
			this.#modes.enter();
			this.#editor.attach();
			this.#hint = 'type a task';
			await this.#offers.welcome();
			void this.#offers.offerNowAndThen();
			return await this.#ended.promise;
		} finally {
			this.#isOver = true;
			returnDesk();
			this.#editor.detach();
			this.#view.close();
			returnNotices();
			this.#modes.leave();
			output.off?.('resize', redraw);
			dispose();
		}
	}

	/** Ends what runs. */
	close(): Promise<void> {
		return this.#work.end();
	}

	#takeNotices(): () => void {
		const show = (text: string) => this.#transcript.event({ type: 'notice', level: 'warning', text });
		return this.#options.takeNotices?.(show) ?? (() => undefined);
	}

	#label(): string {
		if (this.#editor.isSecret) return 'answer › ';
		return `${this.#offers.receiver()} › `;
	}

	/** When the question goes away while its answer is typed, the rest must not become a prompt: it stays hidden until Enter. */
	#endAnswer(): void {
		this.#held = null;
		if (this.#editor.text === '') this.#editor.endSecret();
	}

	#answer(line: string | null): void {
		const { relay, theme } = this.#options;
		this.#editor.endSecret();
		if (!relay.answerTerminal(line))
			this.#transcript.lines([theme.dim('Nothing asks any more; what you typed was thrown away.')]);
	}

	/** What is typed at a question may be its answer, a password even, and no prompt: it is neither sent nor kept unasked. */
	#holdBack(typed: string): boolean {
		if (!this.#work.isAsked || this.#held === typed || this.#work.answersNow(typed)) return false;
		this.#held = typed;
		this.#editor.setText(typed);
		const { relay, theme } = this.#options;
		this.#transcript.lines([
			theme.warn(`Not queued: ${relay.active().agent} asks on the terminal. /answer answers it`),
			theme.dim('  Enter again queues this line as a prompt; Ctrl+U clears it.'),
		]);
		return true;
	}

	#obey(effect: EditEffect): void {
		switch (effect.type) {
			case 'submit':
				if (this.#editor.isSecret) this.#answer(effect.typed);
				else this.#submit(effect.typed, effect.prompt);
				break;
			case 'interrupt':
				if (this.#editor.isSecret) this.#editor.setText('');
				this.#interrupt();
				break;
			case 'end_of_input':
				if (this.#editor.isSecret) this.#answer(null);
				else this.#end(0);
				break;
			case 'suspend':
				void this.#hold.suspend();
				break;
			case 'open_editor':
				void this.#openEditor();
				break;
			case 'clear_screen':
				this.#screen.clearAll();
				break;
			case 'take_queued':
				this.#editor.setText(this.#waiting.takeNewest() ?? '');
				break;
			case 'complete':
				// The editor answers that itself.
				break;
		}
	}

	#submit(typed: string, prompt: string): void {
		if (prompt.trim() === '' || this.#holdBack(typed)) return;
		this.#held = null;
		this.#hint = '';
		this.#history.add(typed);
		if (this.#work.isInterruptible && this.#work.answersNow(prompt)) {
			this.#answers = this.#answers.then(() => {
				this.#echo(prompt);
				return this.#work.runNow(prompt);
			});
			return;
		}
		this.#waiting.add(prompt);
		if (!this.#isBusy) void this.#workOff();
	}

	/** Takes what waits, one after the other; after one that broke, the rest is dropped and shown. */
	async #workOff(): Promise<void> {
		this.#isBusy = true;
		for (
			let next = this.#waiting.takeOldest();
			next !== null && !this.#isOver;
			next = this.#waiting.takeOldest()
		) {
			this.#echo(next);
			const { isBroken } = await this.#work.run(next);
			if (isBroken) this.#dropWaiting();
		}
		this.#isBusy = false;
		this.#lastInterruptAt = Number.NEGATIVE_INFINITY;
		this.#offers.offerBack();
		this.#view.drawEdit();
		void this.#offers.lookAhead();
	}

	#dropWaiting(): void {
		const dropped = this.#waiting.drop();
		if (dropped.length === 0) return;
		const { theme } = this.#options;
		this.#transcript.lines([
			theme.warn(`${formatPlural(dropped.length, 'queued prompt')} dropped:`),
			...dropped.map((text) => `  ${safeLine(text, 300)}`),
		]);
	}

	#echo(text: string): void {
		const { theme } = this.#options;
		const lines = text.replace(/\n+$/, '').split('\n');
		const shown = lines
			.slice(0, ECHO_ROWS)
			.map((line, i) => theme.bold(`${i === 0 ? '›' : ' '} ${safeLine(line, 500)}`));
		const more = lines.length > ECHO_ROWS ? [theme.dim(`  … ${lines.length - ECHO_ROWS} more lines`)] : [];
		this.#transcript.lines([...shown, ...more]);
	}

	#interrupt(): void {
		const now = this.#options.clock.monotonic();
		const isSecond = now - this.#lastInterruptAt <= DOUBLE_PRESS_MS;
		this.#lastInterruptAt = now;
		if (this.#work.isInterruptible) this.#work.interrupt();
		else if (this.#editor.text !== '') {
			this.#lastInterruptAt = Number.NEGATIVE_INFINITY;
			this.#editor.setText('');
		} else if (isSecond) this.#end(0);
		else {
			this.#hint = 'Ctrl+C again to exit';
			void this.#forgetHint();
		}
	}

	async #forgetHint(): Promise<void> {
		await this.#options.clock.sleep(DOUBLE_PRESS_MS);
		this.#hint = '';
		this.#view.drawEdit();
	}

	async #openEditor(): Promise<void> {
		const text = await this.#hold.away(() => this.#options.openEditor(this.#editor.text));
		if (text !== null) this.#editor.setText(text.replace(/\n+$/, ''));
	}

	#pick(message: string, choices: readonly PickChoice[]): Promise<string | null> {
		const { input, output, theme } = this.#options;
		return this.#hold.away(() => pickOne(message, choices, { input, output, hasColor: theme.hasColor }));
	}

	#sayGoodbye(): void {
		const { relay, theme, context } = this.#options;
		const session = relay.session();
		if (this.#work.isInterruptible) {
			const what = this.#work.runs ?? `${relay.active().agent}; the work is kept`;
			this.#transcript.lines([theme.dim(`Stopping ${what}.`)]);
		}
		if (session === null) return;
		this.#transcript.lines([
			theme.dim(`Session ${session.id}`),
			theme.dim(`  go on with it: ${context.ownName} resume ${shortRef(session.id)}`),
		]);
	}

	#listen(): () => void {
		const { signals, output } = this.#options;
		const off = [
			this.#hold.listen(),
			signals.on('SIGTERM', () => this.#end(143)),
			signals.on('SIGHUP', () => this.#end(129)),
			signals.on('SIGINT', () => this.#interrupt()),
		];
		output.on?.('error', () => this.#end(129));
		return () => {
			for (const stop of off) stop();
		};
	}

	#end(exitCode: number): void {
		if (this.#isOver) return;
		if (exitCode !== 129) this.#sayGoodbye();
		this.#isOver = true;
		this.#ended.resolve(exitCode);
	}
}
