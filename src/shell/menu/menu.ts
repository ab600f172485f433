/** An open menu below the edit line: what it offers, and which row is chosen. Pure. */

export interface MenuItem {
	/** What takes the place of the word. */
	value: string;
	about?: string;
	/** The value in force, a count. */
	now?: string;
	/** More will be typed right after it (a folder): no blank follows. */
	isOpen?: boolean;
	/** Other names, which the row answers to as a whole. */
	also?: readonly string[];
	/** Words must follow: Enter does not run it. */
	needsWords?: boolean;
}

type MenuKind = 'commands' | 'files' | 'words';

export interface Menu {
	kind: MenuKind;
	/** Start of the word that a row replaces. */
	from: number;
	/** What is typed of it, without its mark (`/`, `@`). */
	typed: string;
	/** Best first. */
	items: readonly MenuItem[];
	/** How many there are to choose from, with those that do not fit what is typed. */
	total: number;
	chosen: number;
	/** The row was chosen by hand. */
	isMoved: boolean;
	/** The first row begins with what is typed. */
	isPrefix: boolean;
}

export function moveChosen(menu: Menu, step: -1 | 1): Menu {
	const count = menu.items.length;
	return { ...menu, chosen: (menu.chosen + step + count) % count, isMoved: true };
}

export function chosenOf({ items, chosen }: Menu): MenuItem | null {
	return items[chosen] ?? null;
}

/** What Enter does: the row is run, taken into the line, or is no concern of it. */
export function onEnter(menu: Menu): 'run' | 'take' | 'leave' {
	const item = chosenOf(menu);
	if (item === null) return 'leave';
	if (menu.kind !== 'commands') return menu.isMoved ? 'take' : 'leave';
	if (item.needsWords && !menu.isMoved && item.value.slice(1) === menu.typed) return 'leave';
	// Letters found somewhere in a name are a guess, which is shown before it runs.
	return item.needsWords || !(menu.isMoved || menu.isPrefix) ? 'take' : 'run';
}
