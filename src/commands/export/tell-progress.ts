import type { CommandContext } from '../context.ts';
import type { Shown } from '../live.ts';
import type { FoundSession } from './gather/find-sessions.ts';

/** Nobody waits for less. */
const QUIET_MS = 1000;
/** So much takes longer than that. */
const LONG_BYTES = 16 * 1024 * 1024;

/** Says which turn is read, where somebody waits for it; to be called with each turn before it is read. */
export function createProgress(
	{ clock, progress }: Pick<CommandContext, 'clock' | 'progress'>,
	{ status }: Pick<Shown<unknown>, 'status'>,
	found: readonly FoundSession[],
): (number: number) => void {
	const turns = found.flatMap(({ entry }) => entry.turns);
	const isLong = turns.reduce((sum, { bytes }) => sum + bytes.output, 0) > LONG_BYTES;
	const startedAt = clock.monotonic();
	return (number) => {
		const line = `exporting turn ${number} of ${turns.length}`;
		status(line);
		if (isLong || clock.monotonic() - startedAt > QUIET_MS) progress(line);
	};
}
