import { unwrapShell, validationKind } from '../../turns/validation.ts';
import type { RecordCleaner } from '../pieces/clean-record.ts';
import type { CommandRun, TurnStory } from '../pieces/turn-story.ts';
import { decisiveLines } from './decisive-lines.ts';

/** Consecutive runs of one command with the same outcome. */
export interface CommandOutcome {
	command: string;
	outcome: CommandRun['outcome'];
	exitCode: number | null;
	/** Turns in which it ended like this, oldest first; `turnLabel` distinguishes earlier sessions from the current one. */
	turns: string[];
	runs: number;
	lines: string[];
	/** True for the command's current outcome: no later run ended differently. */
	isNewest: boolean;
	isFirstFailure: boolean;
	/** test, lint, typecheck or build, if the record recognised one. */
	validation: string | null;
	/** The position in time of the last of these runs. */
	order: number;
}

const NEWEST_LINES = 10;
const EARLIER_LINES = 5;
const LINE_CHARS = 240;
/** How much of all outputs together is read, the newest first; older runs keep their exit code. */
const READ_CHARS = 2 * 1024 * 1024;

/** Outcomes of all commands, oldest first. `turnLabel` names a turn in a few characters. */
export function commandHistory(
	stories: readonly TurnStory[],
	turnLabel: (story: TurnStory) => string,
	cleaner: RecordCleaner,
): CommandOutcome[] {
	const byCommand = new Map<string, Array<{ story: TurnStory; run: CommandRun; order: number }>>();
	const isRead = readableRuns(stories);
	let order = 0;
	for (const story of stories)
		for (const run of story.runs) {
			const command = unwrapShell(run.command).trim();
			const runs = byCommand.get(command);
			const entry = { story, run, order: order++ };
			if (runs) runs.push(entry);
			else byCommand.set(command, [entry]);
		}
	return [...byCommand].flatMap(([command, runs]) => {
		const validation = validationKind(command);
		const outcomes: CommandOutcome[] = [];
		for (const [at, { story, run, order }] of runs.entries()) {
			const isNewest = at === runs.length - 1;
			const isFailure = run.outcome !== 'ok';
			const output = isRead.has(run) ? cleaner.prepare(run.output) : '';
			const lines = decisiveLines(output, {
				maxLines: isFailure ? (isNewest ? NEWEST_LINES : EARLIER_LINES) : 2,
				maxLineChars: LINE_CHARS,
				isFailure,
				clean: cleaner.part,
			});
			const label = turnLabel(story);
			const last = outcomes.at(-1);
			if (last && isSameOutcome(last, run, lines)) {
				last.runs++;
				if (last.turns.at(-1) !== label) last.turns.push(label);
				Object.assign(last, { isNewest, order, lines });
				continue;
			}
			const isFirstFailure = isFailure && outcomes.every((other) => other.outcome === 'ok');
			outcomes.push({
				command: cleaner.whole(command),
				outcome: run.outcome,
				exitCode: run.exitCode,
				turns: [label],
				runs: 1,
				lines,
				isNewest,
				isFirstFailure,
				validation,
				order,
			});
		}
		return outcomes;
	});
}

function readableRuns(stories: readonly TurnStory[]): Set<CommandRun> {
	const readable = new Set<CommandRun>();
	let left = READ_CHARS;
	for (const run of stories.flatMap(({ runs }) => runs).reverse()) {
		left -= run.output.length;
		if (left < 0) break;
		readable.add(run);
	}
	return readable;
}

function isSameOutcome(last: CommandOutcome, run: CommandRun, lines: readonly string[]): boolean {
	if (last.outcome !== run.outcome || last.exitCode !== run.exitCode) return false;
	const short = Math.min(EARLIER_LINES, lines.length, last.lines.length);
	return (
		run.outcome === 'ok' ||
		(last.lines.slice(-short).join('\n') === lines.slice(-short).join('\n') && short > 0)
	);
}
