import type { SessionId } from '../../src/core/ids.ts';
import { type NewWords, Witness } from '../../src/sessions/witness/witness.ts';

/** A witness without a file, that knows of a session what is given. */
export function fakeWitness(...said: NewWords[]): Witness {
	const id = '01JAAAAAAAAAAAAAAAAAAAAAAA' as SessionId;
	const witness = new Witness('/proc/none/witness.jsonl', id, { now: () => 0 });
	for (const words of said) witness.add(words);
	return witness;
}
