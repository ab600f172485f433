import { asTyped, value } from './option-table.ts';

/** Where the operand is an entrant. */
export const ofRace = value(
	'--race <race>',
	'in this race (id or part of one; default: the latest)',
	'races',
	asTyped,
);
