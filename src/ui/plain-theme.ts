/** The shape of a theme, and the theme without colour. Separate from `theme.ts` so that plain output never loads chalk. */

export type Paint = (text: string) => string;

export interface Theme {
	readonly hasColor: boolean;
	readonly bold: Paint;
	readonly dim: Paint;
	readonly italic: Paint;
	/** Names of agents, paths and commands. */
	readonly accent: Paint;
	readonly good: Paint;
	readonly bad: Paint;
	readonly warn: Paint;
}

const same: Paint = (text) => text;

export const PLAIN_THEME: Theme = {
	hasColor: false,
	bold: same,
	dim: same,
	italic: same,
	accent: same,
	good: same,
	bad: same,
	warn: same,
};

export interface ColorVariables {
	NO_COLOR?: string | undefined;
	FORCE_COLOR?: string | undefined;
	TERM?: string | undefined;
}

/** `NO_COLOR` (https://no-color.org) wins, then `FORCE_COLOR`; otherwise colour needs a terminal that is not `dumb`. */
export function wantsColor(env: ColorVariables, isTerminal: boolean): boolean {
	if (env.NO_COLOR) return false;
	const forced = env.FORCE_COLOR;
	if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
	return isTerminal && env.TERM !== 'dumb';
}
