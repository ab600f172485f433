import type { Piece } from '../pieces/budget.ts';
import { cutText } from '../pieces/cut-text.ts';
import { notePlace } from '../pieces/turn-label.ts';
import type { PlacedNote } from '../words/missed-notes.ts';
import type { CommandOutcome } from './command-history.ts';

const FAILS_NOW = 130;
const WORKS_NOW = 105;
const FIRST_FAILURE = 95;
const EARLIER_FAILURE = 60;
const OTHER = 35;
const USER_SHELL = 90;
const MAX_COMMAND_CHARS = 400;

/** Turns commands into quoted pieces: `failing`, `passing`, `earlier`, `commands`; and the user's own `!cmd` results. */
export function commandPieces(outcomes: readonly CommandOutcome[], quote: (text: string) => string): Piece[] {
	const failed = new Set(outcomes.filter(({ outcome }) => outcome !== 'ok').map(({ command }) => command));
	return outcomes.map((entry): Piece => {
		const isCheck = entry.validation !== null || (failed.has(entry.command) && entry.isNewest);
		const [section, base] =
			entry.outcome !== 'ok' && entry.isNewest
				? (['failing', FAILS_NOW] as const)
				: entry.outcome !== 'ok'
					? (['earlier', entry.isFirstFailure ? FIRST_FAILURE : EARLIER_FAILURE] as const)
					: entry.isNewest && isCheck
						? (['passing', WORKS_NOW] as const)
						: (['commands', OTHER] as const);
		const head = headOf(entry);
		const body = entry.lines.map((line) => `  ${line}`);
		const variants = [[head, ...body], [head, ...body.slice(-3)], [head]].map((lines) => lines.join('\n'));
		return {
			section,
			// A check says more than a look around, and newer more than older.
			priority: base + (entry.validation === null ? 0 : 8) + entry.order / 10_000,
			order: entry.order,
			variants: [...new Set(variants)].map(quote),
			data: {
				command: entry.command,
				outcome: entry.outcome,
				exit_code: entry.exitCode,
				turns: entry.turns,
				runs: entry.runs,
				lines: entry.lines,
				is_newest: entry.isNewest,
				validation: entry.validation,
			},
		};
	});
}

function headOf({ command, exitCode, outcome, turns, runs, isNewest, validation }: CommandOutcome): string {
	const line = command.replace(/\s*\n\s*/g, ' ⏎ ');
	const short =
		line.length > MAX_COMMAND_CHARS
			? `${cutText(line, MAX_COMMAND_CHARS)} [… ${line.length - MAX_COMMAND_CHARS} characters more]`
			: line;
	const code = exitCode === null ? outcomeWords[outcome] : `exit ${exitCode}`;
	const when = turns.length > 3 ? `${turns[0]} … ${turns.at(-1)}` : turns.join(', ');
	const marks = [
		code,
		when,
		runs > 1 ? `${runs} runs` : '',
		validation ?? '',
		isNewest && outcome !== 'ok' ? 'newest result' : '',
	];
	return `${marks.filter(Boolean).join(' · ')} · ${short}`;
}

const outcomeWords = {
	ok: 'ok, exit code unknown',
	error: 'failed, exit code unknown',
	denied: 'refused by permission, not run',
	unknown: 'result unknown',
} as const;

export function shellNotePieces(
	notes: readonly PlacedNote[],
	label: (place: { sessionId: string; turn: number }) => string,
	quote: (text: string) => string,
): Piece[] {
	return notes.map((note, order) => {
		const text = note.text.trimEnd();
		const head = `${notePlace(note, label)}${note.exitCode === null ? '' : `, exit ${note.exitCode}`}:`;
		const [line = ''] = text.split('\n', 1);
		const variants = [
			text,
			text.length > 1600 ? `${cutText(text, 400)}\n[…]\n${text.slice(-1000)}` : text,
			cutText(line, 300),
		];
		return {
			section: 'shell',
			priority: USER_SHELL + order / 1000,
			order,
			variants: [...new Set(variants)].map((variant) => quote(`${head}\n${variant}`)),
			data: { after_turn: note.afterTurn, exit_code: note.exitCode, text },
		};
	});
}
