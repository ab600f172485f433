/** Which conversations a command looks at. */
import { type Moment, readMoment } from './moment.ts';
import { asTyped, type OptionTable, value, values } from './option-table.ts';

export interface PlaceOptions {
	project: string | null;
	/** All of them. */
	tag: readonly string[];
	since: Moment | null;
	until: Moment | null;
}

const MOMENTS = { words: ['1d', '7d', '30d', 'today', 'yesterday'], isOpen: true } as const;

export const placeOptions: OptionTable<PlaceOptions> = {
	project: value(
		'--project <folder>',
		'only those held in this folder or below; a word: in a folder with it in its name',
		'folders',
		asTyped,
	),
	tag: values(
		'--tag <tag>',
		'only what has this tag; may be repeated, and means all of them',
		'none',
		asTyped,
	),
	since: value('--since <time>', 'not before (7d, 2026-11-30, today)', MOMENTS, readMoment('--since takes')),
	until: value('--until <time>', 'not after', MOMENTS, readMoment('--until takes', 'end')),
};
