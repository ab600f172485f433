/** The edit line at work: input bytes become keys, keys become states, and effects go to the shell. */
import type { Clock } from '../../core/clock.ts';
import type { LiveRegion } from '../../ui/screen-writer.ts';
import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { columnsOf, cutToColumns, padToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { applyCompletion, type Candidate, type Complete } from './completion.ts';
import { type EditState, EMPTY_EDIT, withText } from './edit-state.ts';
import type { History } from './history.ts';
import { KeySource } from './key-source.ts';
import type { Key } from './keys.ts';
import { layoutEdit } from './layout-edit.ts';
import { type EditEffect, reduceKey } from './reduce-key.ts';

const MENU_ROWS = 6;
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
	#offered: readonly Candidate[] = [];
	/** What was being typed before the line was borrowed. */
	#draft: EditState | null = null;
	#isSecret = false;

	constructor(options: LineEditorOptions) {
		this.#options = options;
		this.#keys = new KeySource(options.clock, (keys) => this.#press(keys));
	}

	get text(): string {
		return this.#state.text;
	}

	attach(): void {
		const { input } = this.#options;
		input.on('data', this.#keys.read);
		input.on('end', this.#options.onHangup);
		input.on('error', this.#options.onHangup);
		input.resume();
	}

	detach(): void {
		const { input } = this.#options;
		input.off('data', this.#keys.read);
		input.off('end', this.#options.onHangup);
		input.off('error', this.#options.onHangup);
		input.pause();
	}

	setText(text: string): void {
		this.#state = withText(this.#state, text);
		this.#offered = [];
		this.#options.onChange();
	}

	/** Empties the line; Up, Ctrl+Y and Ctrl+_ bring back what was on it. */
	putAside(): void {
		const { text, cursor } = this.#state;
		this.#options.history.keep(text);
		this.#state = { ...withText(this.#state, ''), killed: text, undo: [{ text, cursor }] };
		this.#offered = [];
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
		this.#offered = [];
	}

	/** Rows of the edit line and, below it, of what Tab offers. */
	layout(options: { label: string; columns: number; maxRows: number; placeholder?: string }): LiveRegion {
		const { theme } = this.#options;
		const { text } = this.#state;
		const state = this.isSecret ? { ...this.#state, text: DOT.repeat(text.length) } : this.#state;
		const region = layoutEdit(state, { ...options, theme });
		return { ...region, rows: [...region.rows, ...layoutMenu(this.#offered, options.columns, theme)] };
	}

	#press(keys: readonly Key[]): void {
		for (const key of keys) {
			if (this.isSecret) {
				this.#pressSecret(key);
				continue;
			}
			if (this.#options.onKey?.(key, this.#state.text === '')) continue;
			const context = { history: this.#options.history.entries(), queued: this.#options.queued() };
			const { state, effect } = reduceKey(this.#state, key, context);
			this.#state = state;
			this.#offered = [];
			if (effect?.type === 'complete') void this.#complete();
			else if (effect) this.#options.onEffect(effect);
		}
		if (keys.length > 0) this.#options.onChange();
	}

	#pressSecret(key: Key): void {
		const isEnter = key.kind === 'press' && (key.name === 'enter' || (key.ctrl && key.character === 'j'));
		const typed = this.#state.text;
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
		this.#offered = offered;
		this.#options.onChange();
	}
}

function layoutMenu(offered: readonly Candidate[], columns: number, theme: Theme): string[] {
	const shown = offered.length > MENU_ROWS ? offered.slice(0, MENU_ROWS - 1) : offered;
	const widest = Math.max(0, ...shown.map(({ value }) => columnsOf(value)));
	const rows = shown.map(({ value, hint }) =>
		cutToColumns(hint ? `  ${padToColumns(value, widest)}  ${hint}` : `  ${value}`, columns - 1),
	);
	if (shown.length < offered.length) rows.push(`  … ${offered.length - shown.length} more`);
	return rows.map(theme.dim);
}
