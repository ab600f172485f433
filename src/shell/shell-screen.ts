/** The terminal of the shell: edit line below, transcript above, pickers and the user's editor in between. */

import type { TuiTerminal } from '../attach/attach-contract.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import { ScreenWriter } from '../ui/screen-writer.ts';
import { createTerminalModes, type TerminalModes } from '../ui/terminal-modes.ts';
import { columnsOf } from '../ui/text-width.ts';
import { LiveView, type TerminalRoom } from '../view/live/live-view.ts';
import { Transcript } from '../view/transcript.ts';
import type { Complete } from './editor/completion.ts';
import type { History } from './editor/history.ts';
import type { Key } from './editor/keys.ts';
import { LineEditor } from './editor/line-editor.ts';
import type { EditEffect } from './editor/reduce-key.ts';
import { pickOne } from './input/pick.ts';
import { FileNames } from './menu/file-names.ts';
import type { MenuItem } from './menu/menu.ts';
import { MenuDesk } from './menu/menu-desk.ts';
import { Notices } from './notices/notices.ts';
import type { QuestionDesk } from './questions/question-desk.ts';
import type { ShellOptions } from './shell-options.ts';
import type { PickChoice, SlashContext } from './slash/slash-command.ts';
import { TerminalHold } from './terminal/terminal-hold.ts';
import type { WaitingPrompts } from './work/waiting-prompts.ts';

/** Rows under the edit line: styled, each at most `columns - 1` wide. */

/** The edit line and what is around it, where an answer is printed. */
const ROWS_BELOW = 4;

interface ScreenParts {
	shell: ShellOptions;
	history: History;
	complete: Complete;
	/** Commands for the menu, with their values in force. */
	commands(): readonly MenuItem[];
	/** Prompts that wait. */
	waiting: Pick<WaitingPrompts, 'size' | 'list'>;
	/** The agent that the edit line is labelled with. */
	receiver(): string;
	/** What runs was interrupted and has not ended yet. */
	isStopping(): boolean;
	/** The shell is being left. */
	isOver(): boolean;
	showError(error: unknown): void;
	onEffect(effect: EditEffect): void;
	/** The agent's questions: what keys answer, and what the edit line is for meanwhile. */
	desk(): Pick<QuestionDesk, 'press' | 'label' | 'keys' | 'waitsFor'>;
	/** The status line, where no menu has its place. */
	status?: (terminal: TerminalRoom, isTyping: boolean) => readonly string[];
	/** The terminal is gone. */
	onHangup(): void;
}

export class ShellScreen {
	readonly editor: LineEditor;
	readonly view: LiveView;
	readonly transcript: Transcript;
	/** What commands need the terminal for. */
	readonly forCommands: Pick<SlashContext, 'page' | 'lend' | 'lendTerminal'> = {
		page: (lines) => this.#page(lines),
		lend: (act) => this.#hold.lend(act),
		lendTerminal: (key, act) => this.#lendTerminal(key, act),
	};
	/** Shown dim while nothing is typed. */
	hint = '';
	readonly #options: ShellOptions;
	readonly #modes: TerminalModes;
	readonly #writer: ScreenWriter;
	readonly #hold: TerminalHold;
	readonly #notices: Notices | null;
	readonly #onHangup: () => void;
	#giveBack: () => void = () => undefined;

	constructor(parts: ScreenParts) {
		const { shell, isOver, showError } = parts;
		this.#onHangup = parts.onHangup;
		const { input, output, clock, theme, signals } = shell;
		this.#options = shell;
		this.#modes = createTerminalModes(input, output, {
			reportsKeys: shell.reportsKeys ?? true,
			reportsFocus: shell.notify !== undefined && shell.notify.terminal !== 'off',
		});
		this.#notices = shell.notify ? new Notices({ notify: shell.notify, input, output, clock }) : null;
		this.#writer = new ScreenWriter(output, { ascii: shell.drawing?.ascii });
		this.editor = this.#createEditor(parts);
		this.view = new LiveView({
			screen: this.#writer,
			theme,
			clock,
			motion: shell.drawing?.motion,
			queued: () => parts.waiting.list(),
			rowsAboveStatus: (columns) => parts.desk().keys(columns, this.editor.text === ''),
			waitsFor: (columns) => parts.desk().waitsFor(columns, this.editor.text === ''),
			keyHint: (stops) => (parts.isStopping() ? 'stopping, Ctrl+C kills' : stops),
			layoutEdit: (room) =>
				this.editor.layout({
					...room,
					label: `${this.editor.isSecret ? 'answer' : (parts.desk().label ?? parts.receiver())} › `,
					placeholder: this.editor.isSecret ? '' : this.hint,
				}),
			rowsBelow: (terminal) =>
				this.editor.menuRows(terminal) ?? parts.status?.(terminal, this.editor.text !== '') ?? [],
		});
		this.transcript = new Transcript({
			sink: this.view,
			theme,
			clock,
			worktree: shell.worktree,
			thinking: shell.thinking,
			outputHint: (number) => `/output ${number}`,
			packet: '/packet shows it',
			commandsBefore: shell.commandsBefore,
			isStopping: () => parts.isStopping(),
			retry: '/retry',
			answer: '/answer answers it, unseen and unrecorded',
		});
		const { editor, view } = this;
		this.#hold = new TerminalHold({ modes: this.#modes, editor, view, signals, clock, isOver, showError });
	}

	get columns(): number {
		return this.#writer.columns;
	}

	get rows(): number {
		return this.#writer.rows;
	}

	/** Takes the terminal, and the notices that would be written past the drawing, until `leave`. */
	enter(): void {
		const { output, takeNotices } = this.#options;
		const redraw = () => this.redraw();
		const stopListening = this.#hold.listen();
		const stopHearing = this.#notices?.listen();
		const returnNotices = takeNotices?.((text) =>
			this.transcript.event({ type: 'notice', level: 'warning', text }),
		);
		output.on?.('resize', redraw);
		this.#giveBack = () => {
			output.off?.('resize', redraw);
			returnNotices?.();
			stopListening();
			stopHearing?.();
		};
		this.#modes.enter();
		this.editor.attach();
	}

	leave(): void {
		this.editor.detach();
		this.view.close();
		this.#modes.leave();
		this.#giveBack();
	}

	/** Tells somebody who looks elsewhere. */
	tell(event: RelayEvent): void {
		this.#notices?.event(event);
	}

	async hintFor(ms: number, text: string): Promise<void> {
		this.hint = text;
		await this.#options.clock.sleep(ms);
		this.hint = '';
		this.redraw();
	}

	redraw(): void {
		this.view.drawEdit();
	}

	carryOut(effect: 'suspend' | 'open_editor' | 'clear_screen'): void {
		// Suspending stops the process, as the shell of the terminal would (Ctrl+Z).
		if (effect === 'suspend') void this.#hold.suspend();
		else if (effect === 'open_editor') void this.#openEditor();
		else this.#writer.clearAll();
	}

	/** The value of one choice; null when the question is left. */
	pick(message: string, choices: readonly PickChoice[]): Promise<string | null> {
		const { input, output, theme } = this.#options;
		return this.#hold.away(() => pickOne(message, choices, { input, output, hasColor: theme.hasColor }));
	}

	/** For an agent's own TUI; all that happens meanwhile is shown when it is left. */
	async #lendTerminal<T>(key: string, act: (terminal: TuiTerminal) => Promise<T>): Promise<T> {
		const { input, output, signals, clock } = this.#options;
		const { lendTerminal } = await import('./terminal/lent-terminal.ts');
		const terminal = lendTerminal({ input, output, signals, clock, key });
		// The terminal may go without a signal, and its end is not read twice.
		void terminal.left.then((exitCode) => {
			if (exitCode === 129) this.#onHangup();
		});
		return this.#hold.lend(() => act(terminal));
	}

	/** Waits until nobody has the terminal that it was lent to, at most `ms`. */
	async returned(ms: number): Promise<void> {
		const abort = new AbortController();
		await Promise.race([this.#hold.returned, this.#options.clock.sleep(ms, abort.signal)]);
		abort.abort();
	}

	/** Lets the user write the edit line in an editor of their own. */
	async #openEditor(): Promise<void> {
		const text = await this.#hold.away(() => this.#options.openEditor(this.editor.text));
		if (text !== null) this.editor.setText(text.replace(/\n+$/, ''));
	}

	/** What does not fit on the screen goes through the user's pager; the rest is printed. */
	async #page(lines: readonly string[]): Promise<void> {
		const { openPager } = this.#options;
		const print = (shown: readonly string[]) => this.transcript.lines(shown);
		const { columns, rows } = this.#writer;
		const taken = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
		if (openPager === undefined || taken <= rows - ROWS_BELOW) print(lines);
		else await this.#hold.away(() => openPager(lines, print));
	}

	#createEditor(parts: ScreenParts): LineEditor {
		const { input, clock, theme, listFiles, relay } = parts.shell;
		const files = new FileNames({
			list: async () => (await listFiles?.(relay.place().folder)) ?? [],
			clock,
			onChange: () => this.editor.filesChanged(),
		});
		const menus = new MenuDesk({ theme, commands: parts.commands, files: () => files.look() });
		const onKey = (key: Key, isEmpty: boolean) => parts.desk().press(key, isEmpty);
		const queued = () => parts.waiting.size;
		return new LineEditor({
			...parts,
			...{ queued, input, clock, theme, menus, onKey },
			onChange: () => this.redraw(),
		});
	}
}
