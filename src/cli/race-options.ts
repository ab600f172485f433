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

export interface RaceShowOptions extends AskedFrom {
	race?: string;
}

export interface RaceListOptions {
	limit?: string;
}

export interface RaceDiffOptions {
	entrant: string;
	other?: string;
	race?: string;
}

export interface RaceAdoptOptions extends AskedFrom {
	entrant?: string;
	race?: string;
	merge?: boolean;
	commit?: boolean;
	branch?: string;
	here?: boolean;
}

export interface RaceOpenOptions {
	entrant: string;
	race?: string;
}

export interface RaceCleanOptions extends AskedFrom {
	race?: string;
	apply?: boolean;
	all?: boolean;
}

/** How a race is asked for where the answer is read: `/race` in the shell. Default: `agent-relay race`. */
interface AskedFrom {
	asker?: string;
}
