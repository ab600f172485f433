/** The queue of a shell on a terminal: what is typed is held back, answered at once, or worked off in the order typed. */
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Transcript } from '../../view/transcript.ts';
import { readEntry } from '../input/read-entry.ts';
import type { ShellOptions } from '../shell-options.ts';
import type { WaitingPrompts } from './waiting-prompts.ts';
import type { Work } from './work.ts';

interface Meant {
	command: string;
	/** What Enter does then. */
	does: string;
}

const LEAVE: Meant = { command: '/exit', does: 'leaves the shell' };
/** What other programs take for a command. */
const COMMANDS_AS_WORDS: ReadonlyMap<string, Meant> = new Map([
	['exit', LEAVE],
	['quit', LEAVE],
	['help', { command: '/help', does: 'shows the help' }],
]);

interface QueueParts {
	shell: ShellOptions;
	transcript: Transcript;
	work: Work;
	waiting: WaitingPrompts;
	/** The agent that gets the next prompt, or works. */
	receiver(): string;
	/** Puts a line that was held back on the edit line again. */
	giveBack(typed: string): void;
	/** Nothing is typed, and the line is for prompts. */
	isLineFree(): boolean;
	/** Up brings it back. */
	keep(typed: string): void;
	/** The shell is being left: nothing more is begun. */
	isOver(): boolean;
	/** The last prompt has ended and none waits. */
	onIdle(): void;
}

export class PromptQueue {
	readonly #parts: QueueParts;
	/** A line that was typed while something asked on the agent's terminal; the same line again is meant as a prompt. */
	#held: string | null = null;
	#isBusy = false;
	/** What was begun last, with what is said at its end. */
	#begun: Promise<void> = Promise.resolve();
	/** Commands that answer while a turn runs, one after the other. */
	#answers: Promise<void> = Promise.resolve();

	constructor(parts: QueueParts) {
		this.#parts = parts;
	}

	/** A prompt or a command is being worked on. */
	get isBusy(): boolean {
		return this.#isBusy;
	}

	/**
	 * What is typed while something asks on the agent's terminal may be its answer, even a password. Such a line goes back to the
	 * edit line, neither sent nor kept, and true is returned; the same line again passes. `exit` alone is hardly meant for an
	 * agent: the command stands on the line then.
	 */
	holdsBack(typed: string): boolean {
		const { work } = this.#parts;
		const meant = COMMANDS_AS_WORDS.get(typed.trimEnd().toLowerCase());
		if (meant !== undefined) {
			this.#offer(typed.trimEnd(), meant);
			return true;
		}
		if (!work.isAsked || this.#held === typed || work.answersNow(typed)) return false;
		this.#hold(typed);
		return true;
	}

	#offer(word: string, { command, does }: Meant): void {
		const { shell, transcript, giveBack } = this.#parts;
		const { relay, theme } = shell;
		giveBack(command);
		transcript.lines([
			theme.warn(`? "${word}" was not sent to ${relay.active().agent}. Enter ${does}.`),
			theme.dim('  With a blank before it, it is a prompt.'),
		]);
	}

	#hold(typed: string): void {
		const { shell, transcript, giveBack } = this.#parts;
		this.#held = typed;
		giveBack(typed);
		const { relay, theme } = shell;
		transcript.lines([
			theme.warn(`Not queued: ${relay.active().agent} asks on the terminal. /answer answers it`),
			theme.dim('  Enter again queues this line as a prompt; Ctrl+U clears it.'),
		]);
	}

	/** The question has gone: what was held back for it is not remembered. */
	forgetHeld(): void {
		this.#held = null;
	}

	/** Answers at once what can be answered while a turn runs; anything else waits for its turn. */
	add(prompt: string): void {
		const { work, waiting, transcript, receiver } = this.#parts;
		this.#held = null;
		if (work.running.isInterruptible && work.answersNow(prompt)) {
			this.#answers = this.#answers.then(async () => {
				// How the turn ended that the user has stopped is shown first.
				if (work.running.isStopping && !work.leaves(prompt)) await this.#begun;
				transcript.prompt(prompt, receiver());
				await work.runNow(prompt);
			});
			return;
		}
		waiting.add(prompt);
		if (!this.#isBusy) void this.#workOff();
	}

	/** Takes what waits, one after the other; when one breaks, the rest is given back. */
	async #workOff(): Promise<void> {
		const { waiting, transcript, receiver, isOver, onIdle } = this.#parts;
		// Who is next is not looked up again until all is done.
		let who = receiver();
		this.#isBusy = true;
		for (let next = waiting.takeOldest(); next !== null && !isOver(); next = waiting.takeOldest()) {
			transcript.prompt(next, who, this.#turnOf(next));
			this.#begun = this.#run(next);
			await this.#begun;
			who = receiver();
		}
		this.#isBusy = false;
		onIdle();
	}

	async #run(entry: string): Promise<void> {
		const { isBroken } = await this.#parts.work.run(entry);
		if (isBroken) this.#returnWaiting();
	}

	/** The number of the turn that it begins; null: it is no prompt. */
	#turnOf(entry: string): number | null {
		const turns = this.#parts.shell.relay.session()?.meta.turn_count ?? 0;
		return readEntry(entry).kind === 'prompt' ? turns + 1 : null;
	}

	/** What waits relied on what broke: it goes back to the line, or where Up finds it, and is not begun. */
	#returnWaiting(): void {
		const { shell, transcript, waiting, giveBack, keep, isLineFree } = this.#parts;
		const texts = waiting.drop();
		if (texts.length === 0) return;
		const queued = formatPlural(texts.length, 'queued prompt');
		const isOne = texts.length === 1;
		// Several are one text then, of which only the first could be a command.
		const isText = isOne || texts.every((text) => readEntry(text).kind === 'prompt');
		if (isText && isLineFree()) {
			giveBack(texts.join('\n\n'));
			transcript.lines([shell.theme.warn(`  ${queued} ${isOne ? 'is' : 'are'} back on the line.`)]);
			return;
		}
		for (const text of texts) keep(text);
		transcript.lines([
			shell.theme.warn(
				`  ${queued} ${isOne ? 'was' : 'were'} not begun; Up brings ${isOne ? 'it' : 'them'} back:`,
			),
			...texts.map((text) => `  ${safeLine(text, 300)}`),
		]);
	}
}
