/**
 * What stands below the edit line while one types: commands after `/`, files after `@`, what Tab offers, and the keys after `?`.
 * It sees each key before the line does, and what the line made of it.
 */
import type { Theme } from '../../ui/theme.ts';
import type { Completion } from '../editor/completion.ts';
import { type EditState, withText } from '../editor/edit-state.ts';
import type { Key } from '../editor/keys.ts';
import { keyPanel } from './key-panel.ts';
import { chosenOf, type Menu, type MenuItem, moveChosen, onEnter } from './menu.ts';
import { menuRows } from './menu-rows.ts';
import { type Names, rankNames, toNames } from './name-ranks.ts';

export interface MenuSources {
	theme: Theme;
	/** Commands that can be typed now, in the order of need. */
	commands(): readonly MenuItem[];
	/** Files and folders (with `/` at their end) as last listed; lists them again if that was a while ago. */
	files(): Names;
}

/** The line after a key that a menu took. `isDone`: the line has nothing more to do with the key. */
interface Taken {
	state: EditState;
	isDone: boolean;
}

export class MenuDesk {
	readonly #sources: MenuSources;
	#menu: Menu | null = null;
	#areKeysShown = false;
	/** A menu of files would be open if they were known. */
	#awaitsFiles = false;
	/** Where a menu was closed by Esc: none opens there again. */
	#closedAt: string | null = null;

	constructor(sources: MenuSources) {
		this.#sources = sources;
	}

	/** The keys are shown: Esc is for them, whatever else waits for it. */
	get areKeysShown(): boolean {
		return this.#areKeysShown;
	}

	close(): void {
		this.#menu = null;
		this.#awaitsFiles = false;
		this.#areKeysShown = false;
	}

	/** Rows for the terminal's size; null: nothing is open. */
	rows(room: { columns: number; rows: number }): string[] | null {
		const { theme } = this.#sources;
		if (this.#areKeysShown) return keyPanel(room.columns, theme);
		return this.#menu === null ? null : menuRows(this.#menu, room, theme);
	}

	/** null: the key is for the line. */
	press(key: Key, state: EditState): Taken | null {
		if (this.#areKeysShown) {
			this.#areKeysShown = false;
			return isPress(key, 'escape') ? { state, isDone: true } : null;
		}
		if (key.kind === 'text' && key.text === '?' && state.text === '' && state.search === null) {
			this.#areKeysShown = true;
			return { state, isDone: true };
		}
		return this.#menu === null ? null : this.#pressInMenu(key, state, this.#menu);
	}

	/** The line changed by a key of its own. */
	changed(before: EditState, after: EditState, key: Key): void {
		const isTyped = after.text !== before.text && key.kind !== 'paste';
		const isOwn = after.historyAt === null && after.search === null;
		if (isOwn && (isTyped || this.#menu !== null)) this.#open(after);
		else this.close();
	}

	/** Shows what Tab offers where the choice is still open. */
	offer({ from, candidates }: Completion, state: EditState, total: number): void {
		const items = candidates.map(({ value, hint = '', isOpen = false }) => ({ value, about: hint, isOpen }));
		const typed = state.text.slice(from, state.cursor);
		this.#menu = menuOf('words', { from, typed, total }, items, true);
	}

	/** Files were listed anew. */
	refresh(state: EditState): void {
		if (this.#awaitsFiles || (this.#menu?.kind === 'files' && !this.#menu.isMoved)) this.#open(state);
	}

	#pressInMenu(key: Key, state: EditState, menu: Menu): Taken | null {
		const step = stepOf(key);
		if (step !== null) {
			this.#menu = moveChosen(menu, step);
			return { state, isDone: true };
		}
		if (isPress(key, 'escape')) {
			this.#closedAt = placeOf(menu);
			this.#menu = null;
			return { state, isDone: true };
		}
		if (isPress(key, 'tab')) return { state: this.#take(menu, state), isDone: true };
		if (!isPress(key, 'enter')) return null;
		const does = onEnter(menu);
		if (does === 'take') return { state: this.#take(menu, state), isDone: true };
		this.#menu = null;
		return does === 'run' ? { state: withText(state, chosenOf(menu)?.value ?? ''), isDone: false } : null;
	}

	#take(menu: Menu, state: EditState): EditState {
		const item = chosenOf(menu);
		if (item === null) return state;
		const rest = state.text.slice(state.cursor);
		const end = item.isOpen || rest.startsWith(' ') ? '' : ' ';
		const insert = `${item.value}${end}`;
		const text = state.text.slice(0, menu.from) + insert + rest;
		const next = { ...withText(state, text), cursor: menu.from + insert.length };
		this.#open(next);
		return next;
	}

	#open(state: EditState): void {
		this.#menu = this.#commandMenu(state) ?? this.#fileMenu(state);
		if (this.#menu === null) {
			if (wordAt(state) === null) this.#closedAt = null;
		} else if (placeOf(this.#menu) === this.#closedAt) this.#menu = null;
	}

	#commandMenu({ text, cursor }: EditState): Menu | null {
		const typed = /^\/([^\s/]*)$/.exec(text.slice(0, cursor))?.[1];
		if (typed === undefined || !/^(?:\s|$)/.test(text.slice(cursor))) return null;
		const items = this.#sources.commands();
		const place = { from: 0, typed, total: items.length };
		const byOtherName = items.find(({ also }) => also?.includes(`/${typed}`));
		if (byOtherName !== undefined) return menuOf('commands', place, [byOtherName], true);
		const ranked = rankNames(toNames(items.map(({ value }) => value.slice(1))), typed, {
			isShortFirst: false,
		});
		const fitting = ranked.flatMap(({ at }) => items[at] ?? []);
		return menuOf('commands', place, fitting, ranked[0]?.isPrefix ?? false);
	}

	#fileMenu(state: EditState): Menu | null {
		const word = wordAt(state);
		if (word === null) return null;
		const files = this.#sources.files();
		this.#awaitsFiles = files.names.length === 0;
		const items = rankNames(files, word).map(({ at }) => {
			const value = files.names[at] ?? '';
			return { value, isOpen: value.endsWith('/') };
		});
		const place = { from: state.cursor - word.length, typed: word, total: files.names.length };
		return menuOf('files', place, items, true);
	}
}

function menuOf(
	kind: Menu['kind'],
	place: Pick<Menu, 'from' | 'typed' | 'total'>,
	items: readonly MenuItem[],
	isPrefix: boolean,
): Menu | null {
	return items.length === 0 ? null : { kind, ...place, items, chosen: 0, isMoved: false, isPrefix };
}

/** What is typed of a file's name after `@`; null: the cursor is in no such word. */
function wordAt({ text, cursor }: EditState): string | null {
	return /(?:^|\s)@(\S*)$/.exec(text.slice(0, cursor))?.[1] ?? null;
}

const placeOf = ({ kind, from }: Menu) => `${kind} ${from}`;

function stepOf(key: Key): -1 | 1 | null {
	if (key.kind !== 'press' || key.alt) return null;
	if (key.name === 'up' || (key.ctrl && key.character === 'p')) return -1;
	return key.name === 'down' || (key.ctrl && key.character === 'n') ? 1 : null;
}

const isPress = (key: Key, name: string) =>
	key.kind === 'press' && key.name === name && !key.ctrl && !key.alt && !key.shift;
