import { parseDuration } from '../../config/duration.ts';
import { RelayError } from '../../core/errors.ts';

/** How long ago. */
export interface Age {
	/** As typed; for the command that is printed. */
	typed: string;
	ms: number;
}

/** Where nothing else was said. */
export const DEFAULT_AGE = '30d';

/** `what`: the beginning of the refusal, `--older-than takes`. Throws RelayError `usage`. */
export const readAge =
	(what: string) =>
	(typed: string): Age => {
		const seconds = /^\d+$/.test(typed) ? null : parseDuration(typed);
		if (seconds !== null) return { typed, ms: seconds * 1000 };
		throw new RelayError('usage', `${what} a time such as 12h, 30d or 0s, not ${JSON.stringify(typed)}.`);
	};
