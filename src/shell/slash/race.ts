import { raceShowLines } from '../../commands/race/show/lines.ts';
import { pageOf } from '../../commands/race/show/run.ts';
import { COMMANDS } from '../../commands/registry.ts';
import { safeLine } from '../../core/text.ts';
import type { Race } from '../../race/contract.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { EXIT, exitCodeOfRace } from '../../relay/exit-codes.ts';
import { PLAIN_THEME } from '../../ui/plain-theme.ts';
import { RaceLines } from '../../view/race/race-lines.ts';
import { RaceProgress } from '../../view/race/race-progress.ts';
import type { Candidate } from '../editor/completion.ts';
import type { RaceFlags } from '../race-flags.ts';
import { completeWhoAndHow, flagAtEnd } from './agent-argument.ts';
import { candidatesOf } from './candidates.ts';
import { slashFamily } from './family.ts';
import { slashCommand } from './from-command.ts';
import { type CompletionContext, type SlashCommand, type SlashContext, usageError } from './slash-command.ts';
import { flagsOf, readWordsAndFlags } from './words-and-flags.ts';

const raceAlone: SlashCommand = {
	name: 'race',
	aliases: [],
	usage: 'race TASK --agents A,B [--check "…"] [FLAGS] | show | list | diff | adopt | open | resume | clean',
	summary: 'let several agents do one task in worktrees of their own; facts decide',
	example: '/race fix the failing test --agents claude,codex --check "npm test"',
	duringTurn: 'queued',
	complete: completeRace,
	async run(context, argument) {
		const { values, words } = readWordsAndFlags(raceAlone, argument, OPTIONS);
		if (words === null) throw usageError(raceAlone, 'what is the task?');
		const flags = flagsFrom(values);
		return runRace(context, () => context.services.openRace(words, flags));
	},
};

const raceResume: SlashCommand = {
	name: 'race resume',
	aliases: [],
	usage: 'race resume [RACE] [-p PERMISSIONS]',
	summary: 'go on with a race that was cut off, or whose entrants met a limit',
	example: '/race resume 7F3K2Q',
	duringTurn: 'queued',
	complete: async (shell) => candidatesOf('races', shell),
	run: resume,
};

/** "show the total" is a task as well; one has entrants. */
export const race = slashFamily({
	head: raceAlone,
	members: [
		slashCommand(COMMANDS.raceShow),
		slashCommand(COMMANDS.raceList),
		slashCommand(COMMANDS.raceDiff),
		slashCommand(COMMANDS.raceAdopt),
		slashCommand(COMMANDS.raceOpen),
		slashCommand(COMMANDS.raceClean),
		raceResume,
	],
	isHead: (words) => words.some((word) => /^(?:-A|--agents(?:=.*)?)$/.test(word)),
});

const OPTIONS = {
	agents: { type: 'string', short: 'A' },
	check: { type: 'string', multiple: true },
	'check-timeout': { type: 'string' },
	'max-time': { type: 'string' },
	base: { type: 'string' },
	'include-dirty': { type: 'boolean' },
	setup: { type: 'string' },
	copy: { type: 'string', multiple: true },
	jobs: { type: 'string' },
	permissions: { type: 'string', short: 'p' },
	handover: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof readWordsAndFlags<typeof OPTIONS>>['values'];

function flagsFrom(values: Values): RaceFlags {
	const {
		'check-timeout': checkTimeout,
		'max-time': maxTime,
		'include-dirty': includeDirty,
		...same
	} = values;
	return { ...same, checkTimeout, maxTime, includeDirty };
}

function resume(context: SlashContext, argument: string): Promise<void> {
	const { permissions } = OPTIONS;
	const { values, words } = readWordsAndFlags(raceAlone, argument, { permissions });
	if (words !== null && /\s/.test(words)) throw usageError(raceAlone, 'one race at a time');
	return runRace(context, () => context.services.resumeRace(words, values.permissions ?? null));
}

async function runRace(context: SlashContext, open: () => Promise<Race>): Promise<void> {
	await context.work(async ({ signal, onEvent, onStatus, onHardStop }) => {
		onStatus('race');
		const running = await open();
		onHardStop(() => running.stopHard());
		const said = new RaceLines(PLAIN_THEME);
		const progress = new RaceProgress();
		try {
			const record = await running.run({
				signal,
				onEvent: (event) => {
					progress.event(event);
					onStatus(statusOf(progress));
					const level = event.type === 'notice' ? event.level : 'info';
					for (const text of said.linesOf(event)) onEvent({ type: 'notice', level, text });
				},
			});
			// The page tells a race that is held still from one that was stopped.
			await running.close();
			await tellEnd(context, record);
			const exitCode = signal.aborted ? EXIT.interrupted : exitCodeOfRace(record);
			return { exitCode, isBroken: signal.aborted };
		} finally {
			await running.close();
		}
	}, 'the race');
}

/** `race, 1 of 3 done`. */
function statusOf(progress: RaceProgress): string {
	const all = progress.entrants();
	const done = all.filter(({ record }) => record.state === 'ended').length;
	return all.length === 0 ? 'race' : `race, ${done} of ${all.length} done`;
}

const TASK_CHARS = 200;

/** The next agent that gets a packet in the shell's own session hears of the race, in the relay's words. */
async function tellEnd(
	{ relay, context, print, theme, columns }: SlashContext,
	record: RaceRecord,
): Promise<void> {
	const page = pageOf(record, context, await context.store());
	print(raceShowLines(page, { theme, columns }));
	const who = record.entrants.map(({ id }) => id).join(', ');
	const task = JSON.stringify(safeLine(record.task, TASK_CHARS));
	relay.note(
		`A race of ${who} on ${task} ended. ${record.verdict ?? 'It was stopped.'} Nothing of it is in the checkout yet: agent-relay race show ${record.id}`,
	);
}

async function completeRace({ relay }: CompletionContext, argument: string): Promise<readonly Candidate[]> {
	const last = flagAtEnd(argument);
	const values = last && (await completeWhoAndHow(relay, last));
	if (values) return values;
	return flagsOf(OPTIONS)
		.filter((name) => name.startsWith('--'))
		.map((value) => ({ value }));
}
