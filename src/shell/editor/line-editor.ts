/** The edit line at work: input bytes become keys, keys become states, and effects go to the shell. */
import type { Clock } from '../../core/clock.ts';
import type { LiveRegion } from '../../ui/screen-writer.ts';
import type { TerminalInput } from '../../ui/terminal-modes.ts';
import type { Theme } from '../../ui/theme.ts';
import type { MenuDesk } from '../menu/menu-desk.ts';
import { applyCompletion, type Complete } from './completion.ts';
import { type EditState, EMPTY_EDIT, withText } from './edit-state.ts';
import type { History } from './history.ts';
import { KeySource } from './key-source.ts';
import type { Key } from './keys.ts';
import { layoutEdit } from './layout/layout-edit.ts';
import { fold, hasChip, unfold } from './paste/chips.ts';
import { type EditEffect, reduceKey } from './reduce-key.ts';

const DOT = '•';
/** What keys may do while a secret is typed. */
const FOR_SECRETS: ReadonlySet<EditEffect['type']> = new Set([
	'interrupt',
	'end_of_input',
	'suspend',
	'clear_screen',
]);

export interface LineEditorOptions {
	input: TerminalInput;
	clock: Clock;
	theme: Theme;
	history: History;
	complete: Complete;
	menus: MenuDesk;
	/** How many prompts wait (Up on an empty line takes the newest back). */
	queued: () => number;
	/** The state changed and must be drawn. */
	onChange: () => void;
	onEffect: (effect: EditEffect) => void;
	/** Sees a key before the line does; true: it was for somebody else. `isEmpty`: nothing is typed. Never while a secret is typed. */
	onKey?: (key: Key, isEmpty: boolean) => boolean;
	/** The input ended or failed: the terminal is gone. */
	onHangup: () => void;
}

export class LineEditor {
	readonly #options: LineEditorOptions;
	readonly #keys: KeySource;
	#state: EditState = EMPTY_EDIT;
	/** What was being typed before the line was borrowed. */
	#draft: EditState | null = null;
	#isSecret = false;

	constructor(options: LineEditorOptions) {
		this.#options = options;
		this.#keys = new KeySource(options.clock, (keys) => this.#press(keys));
	}

	/** All of it, with pastes in full. */
	get text(): string {
		return unfold(this.#state.text, this.#state.chips);
	}

	/** What a key does with the line as it is, where one would not guess; null: nothing is worth a word. */
	get hint(): string | null {
		const { text } = this.#state;
		if (this.#draft !== null) return null;
		if (hasChip(text)) return 'Ctrl+O shows the paste';
		const lines = text.split('\n').length;
		return lines > 1 ? `${lines} lines, Enter sends` : null;
	}

	attach(): void {
		const { input } = this.#options;
		input.on('data', this.#keys.read);
		input.on('end', this.#options.onHangup);
		input.on('error', this.#options.onHangup);
		input.resume();
		this.#keys.begin();
	}

	detach(): void {
		const { input } = this.#options;
		input.off('data', this.#keys.read);
		input.off('end', this.#options.onHangup);
		input.off('error', this.#options.onHangup);
		input.pause();
	}

	setText(text: string): void {
		this.#state = withText(this.#state, fold(text, this.#state.chips));
		this.#options.menus.close();
		this.#options.onChange();
	}

	/** Empties the line; Up, Ctrl+Y and Ctrl+_ bring back what was on it. */
	putAside(): void {
		const { text, cursor } = this.#state;
		this.#options.history.keep(this.text);
		this.#state = { ...withText(this.#state, ''), killed: text, undo: [{ text, cursor }] };
		this.#options.menus.close();
		this.#options.onChange();
	}

	/** From now on what is typed is a secret: shown as dots, never in the history, an editor, a completion or an undo. */
	beginSecret(): void {
		this.#borrow('');
		this.#isSecret = true;
		this.#options.onChange();
	}

	/** From now on the line is for something else, until `giveBack`; it begins with `text`. */
	borrow(text: string): void {
		if (this.#isSecret) return;
		this.#borrow(text);
		this.#options.onChange();
	}

	/** Forgets what was typed into the borrowed line and restores what was typed before it. */
	giveBack(): void {
		if (this.#draft === null) return;
		this.#state = this.#draft;
		this.#draft = null;
		this.#isSecret = false;
		this.#options.onChange();
	}

	get isSecret(): boolean {
		return this.#isSecret;
	}

	#borrow(text: string): void {
		this.#draft ??= this.#state;
		this.#state = withText(EMPTY_EDIT, text);
		this.#options.menus.close();
	}

	layout(options: { label: string; columns: number; maxRows: number; placeholder?: string }): LiveRegion {
		const { text } = this.#state;
		const state = this.isSecret ? { ...this.#state, text: DOT.repeat(text.length) } : this.#state;
		return layoutEdit(state, { ...options, theme: this.#options.theme });
	}

	/** Rows of an open menu, for the terminal's size; null: none is open. */
	menuRows(terminal: { columns: number; rows: number }): readonly string[] | null {
		return this.#options.menus.rows(terminal);
	}

	/** The files that a menu may show were listed anew. */
	filesChanged(): void {
		this.#options.menus.refresh(this.#state);
		this.#options.onChange();
	}

	#press(keys: readonly Key[]): void {
		for (const key of keys) {
			if (this.isSecret) this.#pressSecret(key);
			else if (!this.#isForOthers(key)) this.#pressLine(key);
		}
		if (keys.length > 0) this.#options.onChange();
	}

	#isForOthers(key: Key): boolean {
		const { menus, onKey } = this.#options;
		const isEscape = key.kind === 'press' && key.name === 'escape';
		if (isEscape && menus.areKeysShown) return false;
		return onKey?.(key, this.#state.text === '') ?? false;
	}

	#pressLine(key: Key): void {
		const { menus, history, queued, onEffect } = this.#options;
		// A line that was borrowed is for no command.
		const taken = this.#draft === null ? menus.press(key, this.#state) : null;
		if (taken !== null) this.#state = taken.state;
		if (taken?.isDone) return;
		const before = this.#state;
		const { state, effect } = reduceKey(before, key, { history: history.entries(), queued: queued() });
		this.#state = state;
		if (this.#draft === null) menus.changed(before, state, key);
		if (effect?.type === 'complete') void this.#complete();
		else if (effect) onEffect(effect);
	}

	#pressSecret(key: Key): void {
		const isEnter = key.kind === 'press' && (key.name === 'enter' || (key.ctrl && key.character === 'j'));
		const typed = this.text;
		if (isEnter) this.#options.onEffect({ type: 'submit', prompt: typed, typed });
		else {
			const { state, effect } = reduceKey(this.#state, key, { history: [], queued: 0 });
			this.#state = state;
			if (effect && FOR_SECRETS.has(effect.type)) this.#options.onEffect(effect);
		}
	}

	async #complete(): Promise<void> {
		const asked = this.#state;
		const completion = await this.#options.complete(asked.text, asked.cursor).catch(() => null);
		if (completion === null || this.#state !== asked) return;
		const { state, offered } = applyCompletion(asked, completion);
		this.#state = state;
		const { from, candidates } = completion;
		this.#options.menus.offer({ from, candidates: offered }, state, candidates.length);
		this.#options.onChange();
	}
}
