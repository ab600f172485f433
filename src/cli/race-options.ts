/** The flags of `race` and its subcommands, as commander gives them. */
import type { RaceFlags } from '../shell/race-flags.ts';

export interface RaceOptions extends RaceFlags {
	task: string | undefined;
	file?: string;
	encoding?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export interface RaceResumeOptions {
	race?: string;
	permissions?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}
