import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import type { SessionRemains } from '../../sessions/files/session-remains.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatAgo } from '../../ui/quantities.ts';
import type { Theme } from '../../ui/theme.ts';

export interface DamagedPage extends SessionRemains {
	id: string;
	problem: string;
	/** Absolute. */
	folder: string;
	/** What the user asked for, as the witness knows it. */
	task: string | null;
	/** Epoch ms. */
	used: number | null;
	now: number;
}

const SHOWN_TURNS = 20;

/** What `show` says of a session whose record is missing or cannot be read. All text made safe here. */
export function damagedPage(
	{ id, problem, folder, task, turns, waitingPrompt, used, now }: DamagedPage,
	shown: { theme: Theme; columns: number },
): string[] {
	const { theme } = shown;
	const newest = turns.slice(-SHOWN_TURNS);
	const path = waitingPrompt?.path;
	return [
		`${theme.bold(id)}  ${theme.bad('damaged')}`,
		...fieldLines(
			[
				['problem', safeLine(problem, 400)],
				['folder', safeLine(folder, 400)],
				['last used', used === null ? '' : formatAgo(used, now)],
				['task', safeLine(task ?? '', 400)],
				...newest.map(({ turn, files }) => [`turn ${turn}`, safeLine(files.join(' '), 400)] as const),
			],
			shown,
		),
		// A command stays whole, to be pasted.
		...(path === undefined ? [] : [`${theme.dim('what waits:')} cat ${safeLine(quoteForShell(path), 4096)}`]),
	];
}
