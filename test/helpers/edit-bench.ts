import { EventEmitter } from 'node:events';
import { LineEditor } from '../../src/shell/editor/line-editor.ts';
import type { EditEffect } from '../../src/shell/editor/reduce-key.ts';
import type { MenuItem } from '../../src/shell/menu/menu.ts';
import { MenuDesk } from '../../src/shell/menu/menu-desk.ts';
import { toNames } from '../../src/shell/menu/name-ranks.ts';
import { PLAIN_THEME, type Theme } from '../../src/ui/plain-theme.ts';
import type { TerminalInput } from '../../src/ui/terminal-modes.ts';

interface BenchParts {
	commands?: readonly MenuItem[];
	/** Files and folders, as listed. */
	files?: readonly string[];
	columns?: number;
	rows?: number;
	theme?: Theme;
	history?: readonly string[];
}

/** An edit line with its menus, without a terminal: what bytes do to it, and the rows it has. */
export function editBench(parts: BenchParts = {}) {
	const { commands = [], columns = 80, rows = 24, theme = PLAIN_THEME, history = [] } = parts;
	let files = toNames(parts.files ?? []);
	let now = 0;
	const effects: EditEffect[] = [];
	const menus = new MenuDesk({ theme, commands: () => commands, files: () => files });
	const events = new EventEmitter();
	const input: TerminalInput = Object.assign(events, { resume: () => undefined, pause: () => undefined });
	const editor = new LineEditor({
		input,
		clock: { now: () => now, monotonic: () => now, sleep: async () => undefined },
		theme,
		menus,
		history: { entries: () => history, add: () => undefined, keep: () => undefined },
		complete: async (_, cursor) => ({ from: cursor, candidates: [] }),
		queued: () => 0,
		onChange: () => undefined,
		onEffect: (effect) => effects.push(effect),
		onHangup: () => undefined,
	});
	editor.attach();
	return {
		editor,
		effects,
		/** One read of the terminal; a moment passes before it. */
		type: (bytes: string) => {
			now += 1000;
			events.emit('data', Buffer.from(bytes));
		},
		setFiles: (names: readonly string[]) => {
			files = toNames(names);
			editor.filesChanged();
		},
		screen: () => [
			...editor.layout({ label: 'claude › ', columns, maxRows: Math.max(1, Math.floor(rows / 3)) }).rows,
			...(editor.menuRows({ columns, rows }) ?? []),
		],
	};
}

/** The three sizes at which screens are kept. */
export const SIZES = [
	{ columns: 100, rows: 30 },
	{ columns: 80, rows: 24 },
	{ columns: 40, rows: 15 },
] as const;
