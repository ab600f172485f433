import { RelayError } from '../../core/errors.ts';
import type { CommandContext } from '../context.ts';

/** The entrant that `path` is asked about. Throws RelayError `usage` where none is named. */
export function neededEntrant(
	entrant: string | null,
	path: string,
	{ called }: Pick<CommandContext, 'called'>,
): string {
	if (entrant !== null) return entrant;
	throw new RelayError('usage', 'Which entrant?', { hint: `For example: ${called(path)} claude` });
}
