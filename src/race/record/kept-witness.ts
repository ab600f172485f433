/**
 * Which commit the relay itself made of an entrant's work, recorded outside the repo: `race.json` and the refs lie where an entrant and
 * a repo may write, and what no entrant made must not be adopted as its work.
 */
import type { Witness } from '../../sessions/witness/witness.ts';

export interface KeptWork {
	entrant: string;
	/** What the race began with: the work is what differs from it. */
	base: string;
	commit: string;
}

/** On disk when it is done. Never rejects: without it an adoption asks the user. */
export async function witnessKept(witness: Witness, kept: KeptWork): Promise<void> {
	witness.add({ kind: 'kept', turn: 0, words: lineOf(kept) });
	await witness.settle();
}

/** False for work that no relay of this user kept so. Of a race that he took over, nothing says so. */
export function isKeptByUs(witness: Witness, kept: KeptWork): boolean {
	return witness.isTakenOver || witness.knows(lineOf(kept), 'kept');
}

const lineOf = ({ entrant, base, commit }: KeptWork) => `${entrant} ${base} ${commit}`;
