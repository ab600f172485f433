/** The subcommands of `race` as the shell asks them. */
import { parseArgs } from 'node:util';
import type { App } from '../app/create-app.ts';
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import { EXIT } from '../relay/exit-codes.ts';
import type { RaceAnswer, RaceQuestion } from '../shell/services.ts';
import type { Theme } from '../ui/plain-theme.ts';
import type { CommandResult, Output } from './command.ts';

const OPTIONS = {
	race: { type: 'string' },
	merge: { type: 'boolean' },
	commit: { type: 'boolean' },
	branch: { type: 'string' },
	apply: { type: 'boolean' },
	all: { type: 'boolean' },
	here: { type: 'boolean' },
} as const;

/** Words that each question takes. */
const MOST_WORDS: Readonly<Record<RaceQuestion, number>> = {
	show: 1,
	list: 0,
	diff: 2,
	adopt: 1,
	open: 1,
	clean: 1,
};

export async function askRace(
	app: App,
	question: RaceQuestion,
	words: readonly string[],
	{ theme, columns }: { theme: Theme; columns: number },
): Promise<RaceAnswer> {
	const { values, positionals } = parse(question, words);
	const output: Output = { theme, columns, isJson: false, print: () => undefined, tell: () => undefined };
	const { lines = [], exitCode } = await answer(app, question, { values, positionals, output });
	const isAdopted = question === 'adopt' && exitCode === EXIT.done;
	return { lines, adopted: isAdopted ? adoptedNote(lines) : null };
}

type Parsed = ReturnType<typeof parse> & { output: Output };

async function answer(
	app: App,
	question: RaceQuestion,
	{ values, positionals, output }: Parsed,
): Promise<CommandResult> {
	const [first, second] = positionals;
	const asker = '/race';
	const ofRace = values.race === undefined ? {} : { race: values.race };
	const named = first === undefined ? {} : { race: first };
	const reading = () => import('./commands/race-show.ts');
	switch (question) {
		case 'show':
			return (await reading()).showRace(app, { ...named, asker }, output);
		case 'list':
			return (await reading()).listRacesHere(app, {}, output);
		case 'open':
			return (await reading()).openEntrant(app, { entrant: need(first, question), ...ofRace }, output);
		case 'diff': {
			const { diffEntrants } = await import('./commands/race-adopt.ts');
			const other = second === undefined ? {} : { other: second };
			return diffEntrants(app, { entrant: need(first, question), ...other, ...ofRace }, output);
		}
		case 'adopt': {
			const { adoptEntrant } = await import('./commands/race-adopt.ts');
			const entrant = first === undefined ? {} : { entrant: first };
			return adoptEntrant(app, { ...values, ...entrant, asker }, output);
		}
		case 'clean':
			return (await import('./commands/race-clean.ts')).cleanRace(
				app,
				{ ...values, ...named, asker },
				output,
			);
		default:
			return question satisfies never;
	}
}

function parse(question: RaceQuestion, words: readonly string[]) {
	try {
		const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
		if (positionals.length > MOST_WORDS[question]) throw new Error(`${question} takes fewer words`);
		return { values, positionals };
	} catch (error) {
		throw new RelayError('usage', error instanceof Error ? error.message : String(error), {
			hint: `See: agent-relay race ${question} --help`,
		});
	}
}

function need(entrant: string | undefined, question: RaceQuestion): string {
	if (entrant !== undefined) return entrant;
	throw new RelayError('usage', 'Which entrant?', { hint: `For example: /race ${question} claude` });
}

/** For the packets of later agents: without styles. */
function adoptedNote(lines: readonly string[]): string {
	const text = lines.map((line) => safeLine(line, 200)).join('; ');
	return `Files of a race were adopted into the checkout: ${text}`;
}
