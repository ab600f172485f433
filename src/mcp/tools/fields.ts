/** Arguments and result fields that several tools share: one word for one thing. */
import { type Argument, textOf } from './tool.ts';

/** No path: a tool works in the repo that its server was started for. */
const SESSION_PATTERN = '^[@\\p{L}\\p{N}][\\p{L}\\p{N}_.-]*$';
const NAME_PATTERN = '^[a-z][a-z0-9_-]{1,63}$';

export const sessionArgument = (option: string, about: string, isNeeded = false): Argument =>
	textOf({
		option,
		about,
		isNeeded,
		maxLength: 128,
		pattern: SESSION_PATTERN,
		form: 'the id of a session, a unique end of one, latest or @name (list_sessions has them)',
	});

/** A name of this repo: a line of work. */
export const nameArgument = (about: string): Argument =>
	textOf({
		option: 'id',
		about,
		isNeeded: true,
		maxLength: 64,
		pattern: NAME_PATTERN,
		form: 'a name: a-z first, then a-z, 0-9, _ and -; 2 to 64 characters',
	});

export const TEXT = { type: 'string' };
export const TEXT_OR_NULL = { type: ['string', 'null'] };
export const COUNT = { type: 'integer', minimum: 0 };
export const YES_OR_NO = { type: 'boolean' };
export const TEXTS = { type: 'array', items: TEXT };
export const OBJECTS = { type: 'array', items: { type: 'object' } };
