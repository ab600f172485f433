/** A script for a shell, made from the declarations of the program, so that it cannot lag behind. */
import type { Command } from 'commander';
import { CONFIG_KEYS } from '../../config/config-keys.ts';
import { bashCompletion } from './bash-completion.ts';
import { completionModel } from './completion-model.ts';
import { fishCompletion } from './fish-completion.ts';
import type { KnownWords } from './shell-words.ts';
import { zshCompletion } from './zsh-completion.ts';

const SCRIPTS: Readonly<Record<string, typeof bashCompletion>> = {
	bash: bashCompletion,
	zsh: zshCompletion,
	fish: fishCompletion,
};

/** null: there is none for that shell. */
export function completionScript(program: Command, shell: string): string | null {
	const make = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
	return make?.(completionModel(program), knownWords()) ?? null;
}

function knownWords(): KnownWords {
	return {
		settings: CONFIG_KEYS.map(({ key }) => key).filter((key) => !key.includes('NAME')),
	};
}
