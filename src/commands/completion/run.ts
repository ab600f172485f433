/** `completion SHELL`: a script made from the declarations of the program; `sessions`, `agents` and the like are what it asks for. */
import { RelayError } from '../../core/errors.ts';
import { listRaces } from '../../race/record/race-store.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { DEFAULT_NAME } from '../../sessions/names/name-id.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { agentNames } from './agent-names.ts';

/** Sessions that a Tab offers: the newest, few enough to look over. */
const OFFERED_SESSIONS = 50;

type WordsOf = (context: CommandContext) => Promise<readonly string[]>;

/** Asked by the scripts when Tab is pressed: names in use here. */
const WORDS: Readonly<Record<string, WordsOf>> = {
	sessions: async (context) => [
		...(await context.store()).list({ limit: OFFERED_SESSIONS }).map(({ id }) => id),
		...(await nameIds(context)).map((id) => `@${id}`),
	],
	races: async (context) => (await races(context)).map(({ id }) => id),
	/** Those of the latest race, which is the one meant where none is named. */
	entrants: async (context) => (await races(context))[0]?.entrants.map(({ id }) => id) ?? [],
	agents: async (context) => agentNames(context),
	names: nameIds,
	workstreams: workstreamNames,
	runners: async (context) => (await import('../runner/runner-names.ts')).runnerNames(context),
};

export const completion: Body<{ shell: string }, readonly string[]> = {
	run: async (context, { shell }) => {
		const wordsOf = Object.hasOwn(WORDS, shell) ? WORDS[shell] : undefined;
		if (wordsOf !== undefined) return { exitCode: EXIT.done, data: await wordsOf(context) };
		const script = await context.commandLine?.completionScript(shell);
		if (!script) throw unknownShell(shell);
		return { exitCode: EXIT.done, data: script.replace(/\n$/, '').split('\n') };
	},
	toJson: (rows) => rows,
};

/** Those that a file names which can be read; the commands say what is wrong with another. */
async function nameIds({ names: open }: CommandContext): Promise<string[]> {
	const { registry } = await open();
	try {
		const { names } = registry.read();
		return [DEFAULT_NAME, ...names.filter(({ lifecycle }) => lifecycle !== 'archived').map(({ id }) => id)];
	} catch (error) {
		if (error instanceof RelayError) return [DEFAULT_NAME];
		throw error;
	}
}

async function workstreamNames({ workstreams: open }: CommandContext): Promise<string[]> {
	const workstreams = await open();
	try {
		return workstreams.registry().workstreams.map(({ name }) => name);
	} catch (error) {
		if (error instanceof RelayError) return [];
		throw error;
	}
}

async function races({ store }: CommandContext) {
	return listRaces(await store()).slice(0, OFFERED_SESSIONS);
}

function unknownShell(shell: string): RelayError {
	return new RelayError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
		hint: 'Supported shells: bash, zsh, fish.',
	});
}
