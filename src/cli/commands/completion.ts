/** `agent-relay completion SHELL`: a script made from the declarations of the program, so that it cannot lag behind. */
import type { Command } from 'commander';
import type { App } from '../../app/create-app.ts';
import { CONFIG_KEYS } from '../../config/config-keys.ts';
import { RelayError } from '../../core/errors.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { CommandResult, Output } from '../command.ts';
import { agentNames } from '../completion/agent-names.ts';
import { bashCompletion } from '../completion/bash-completion.ts';
import { completionModel } from '../completion/completion-model.ts';
import { fishCompletion } from '../completion/fish-completion.ts';
import type { KnownWords } from '../completion/shell-words.ts';
import { zshCompletion } from '../completion/zsh-completion.ts';

export interface CompletionOptions {
	shell: string;
	program: Command;
}

/** Sessions that a Tab offers: the newest, few enough to look over. */
const OFFERED_SESSIONS = 50;

const SCRIPTS: Readonly<Record<string, typeof bashCompletion>> = {
	bash: bashCompletion,
	zsh: zshCompletion,
	fish: fishCompletion,
};

export async function completion(
	app: App,
	{ shell, program }: CompletionOptions,
	output: Output,
): Promise<CommandResult> {
	if (shell === 'sessions') return { exitCode: EXIT.done, lines: await sessionWords(app) };
	if (shell === 'races') return { exitCode: EXIT.done, lines: (await races(app)).map(({ id }) => id) };
	if (shell === 'entrants') return { exitCode: EXIT.done, lines: await entrantWords(app) };
	if (shell === 'agents') return { exitCode: EXIT.done, lines: agentNames(app) };
	const make = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
	if (make === undefined) throw unknownShell(shell);
	output.print(make(completionModel(program), knownWords()));
	return { exitCode: EXIT.done };
}

/** Asked by the scripts when Tab is pressed: ids in use here. */
async function sessionWords(app: App): Promise<string[]> {
	return (await app.store()).list({ limit: OFFERED_SESSIONS }).map(({ id }) => id);
}

async function races(app: App): Promise<RaceRecord[]> {
	const { listRaces } = await import('../../race/record/race-store.ts');
	return listRaces(await app.store()).slice(0, OFFERED_SESSIONS);
}

/** Of the latest race, which is the one meant where none is named. */
async function entrantWords(app: App): Promise<string[]> {
	const [latest] = await races(app);
	return latest?.entrants.map(({ id }) => id) ?? [];
}

function knownWords(): KnownWords {
	return {
		settings: CONFIG_KEYS.map(({ key }) => key).filter((key) => !key.includes('NAME')),
	};
}

function unknownShell(shell: string): RelayError {
	return new RelayError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
		hint: `There is one for ${Object.keys(SCRIPTS).join(', ')}.`,
	});
}
