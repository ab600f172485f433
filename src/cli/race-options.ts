/** The flags of `race` and its subcommands, as commander gives them. */
import type { RaceFlags } from '../shell/race-flags.ts';

export interface RaceOptions extends RaceFlags {
	task: string | undefined;
	file?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export interface RaceResumeOptions {
	race?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export interface RaceShowOptions {
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

export interface RaceAdoptOptions {
	entrant?: string;
	race?: string;
	merge?: boolean;
	commit?: boolean;
	branch?: string;
}

export interface RaceOpenOptions {
	entrant: string;
	race?: string;
}

export interface RaceCleanOptions {
	race?: string;
	apply?: boolean;
	all?: boolean;
}
