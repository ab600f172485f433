import type { Theme } from '../ui/plain-theme.ts';

/** How lines are drawn. */
export interface Look {
	theme: Theme;
	/** Width of the terminal, or what stands for it. */
	columns: number;
}
